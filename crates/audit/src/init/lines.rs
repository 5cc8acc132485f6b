//! TOML with a comment behind each line, the comments of a section below each other.

/// Longest line that a comment stands behind; that of a longer one stands above it.
const BEFORE_MAX: usize = 58;

/// A file that is being written.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
    section: Vec<(String, String)>,
}

impl Lines {
    /// A section's head, with an empty line before it.
    pub(super) fn section(&mut self, name: &str, comment: &str) {
        self.end_section();
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.row(&format!("[{name}]"), comment);
    }

    /// A comment by itself, with an empty line before it.
    pub(super) fn section_note(&mut self, comment: &str) {
        self.end_section();
        self.text.push('\n');
        self.note(comment);
    }

    /// A line, and why it stands there.
    pub(super) fn row(&mut self, line: &str, comment: &str) {
        self.section.push((line.to_owned(), comment.to_owned()));
    }

    /// A comment by itself.
    pub(super) fn note(&mut self, comment: &str) {
        self.row("", comment);
    }

    /// The whole text.
    pub(super) fn finish(mut self) -> String {
        self.end_section();
        self.text
    }

    fn end_section(&mut self) {
        let rows = std::mem::take(&mut self.section);
        let length = |line: &str| line.chars().count();
        let behind = rows.iter().filter(|(line, comment)| !comment.is_empty() && length(line) <= BEFORE_MAX);
        let width = behind.map(|(line, _)| length(line)).max().unwrap_or(0);
        for (line, comment) in rows.into_iter().map(|(line, words)| (line, comment(&words))) {
            self.text.push_str(&match (line.is_empty(), comment.is_empty()) {
                (true, _) => format!("# {comment}\n"),
                (false, true) => format!("{line}\n"),
                (false, false) if BEFORE_MAX < length(&line) => format!("# {comment}\n{line}\n"),
                (false, false) => format!("{line:<width$}  # {comment}\n"),
            });
        }
    }
}

/// A text as TOML writes it: with single quotes where it can be left as it is.
pub(super) fn quoted(text: &str) -> String {
    let plain = !text.chars().any(char::is_control);
    if plain && !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    if plain && !text.contains('\'') {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}

/// One text, or a list of them.
pub(super) fn quoted_list(texts: &[String]) -> String {
    match texts {
        [only] => quoted(only),
        texts => format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")),
    }
}

/// A text without what would end the line of a comment.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn comments_stand_below_each_other() {
        let mut lines = Lines::default();
        lines.section("target", "what is walked");
        lines.row("url = \"http://127.0.0.1:8080\"", "here");
        lines.row(&format!("never = \"{}\"", "x".repeat(60)), "long");
        lines.section("x", "");
        let expected = format!(
            "[target]                       # what is walked\nurl = \"http://127.0.0.1:8080\"  # here\n# long\nnever = \"{}\"\n\n[x]\n",
            "x".repeat(60)
        );
        assert_eq!(lines.finish(), expected);
    }

    proptest! {
        #[test]
        fn any_text_is_written_and_read_back(text in any::<String>()) {
            let read: toml::Table = format!("a = {}\n# {}", quoted(&text), comment(&text)).parse().unwrap();
            prop_assert_eq!(read["a"].as_str(), Some(text.as_str()));
        }
    }
}
