//! The runbook, inside the binary: what to do at two in the morning, one page an alert and some for what no alert is about.
//! The pages are docs/runbook/*.md, in the few marks of Markdown that are read here.

/// A page: its name, and its text.
#[derive(Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Its name: the rule's, or a case of its own.
    pub id: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! chapters {
    ($($id:literal),* $(,)?) => {
        &[$(Chapter { id: $id, text: include_str!(concat!("../../../../docs/runbook/", $id, ".md")) }),*]
    };
}

/// Pages that no rule has: for whoever knows what happened before an alert does. `test` is where a try leads.
pub const CASES: &[Chapter] =
    chapters!["site-down", "database-lost", "key-lost", "credential-leaked", "breach", "restore-everything", "test"];

/// One page a rule, in the order of the rules.
pub const ALERTS: &[Chapter] = chapters![
    "database",
    "errors",
    "latency",
    "job-failing",
    "job-stopped",
    "record",
    "backup-failed",
    "backup-overdue",
    "drill-failed",
    "drill-overdue",
    "disk",
    "certificate",
    "clock",
    "mass-reveal",
    "mass-download",
    "denials",
    "silence",
];

/// A piece of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A section's title.
    Heading(String),
    /// Sentences.
    Paragraph(Vec<Span>),
    /// Items; where their order matters, the number of the first.
    List(Option<u32>, Vec<Vec<Span>>),
    /// Commands, as they are typed.
    Commands(String),
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Words.
    Words(String),
    /// A name, as it is typed.
    Code(String),
    /// Another page, by its name.
    Page(&'static Chapter),
}

/// A page by its name.
#[must_use]
pub fn chapter(id: &str) -> Option<&'static Chapter> {
    ALERTS.iter().chain(CASES).find(|chapter| chapter.id == id)
}

impl Chapter {
    /// Its title: the first line.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches("# ")
    }

    /// What follows.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        blocks(self.text.split_once('\n').map_or("", |(_, rest)| rest))
    }
}

/// Reads the marks: `## section`, paragraphs, `- item`, `1. item`, and commands between fences.
#[must_use]
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            blocks.push(Block::Heading(title.trim().to_owned()));
        } else if line.starts_with("```") {
            let commands: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            blocks.push(Block::Commands(commands.join("\n")));
        } else if let Some((number, item)) = item(line) {
            let mut item = item.to_owned();
            // An item goes on where the next line is indented.
            while let Some(more) = lines.next_if(|line| line.starts_with("  ")) {
                item = format!("{item} {}", more.trim());
            }
            match blocks.last_mut() {
                Some(Block::List(first, items)) if first.is_some() == number.is_some() => items.push(spans(&item)),
                _ => blocks.push(Block::List(number, vec![spans(&item)])),
            }
        } else if !line.trim().is_empty() {
            let mut words = line.trim().to_owned();
            while let Some(more) = lines.next_if(|line| is_words(line)) {
                words = format!("{words} {}", more.trim());
            }
            blocks.push(Block::Paragraph(spans(&words)));
        }
    }
    blocks
}

fn is_words(line: &str) -> bool {
    !line.trim().is_empty() && !line.starts_with("## ") && !line.starts_with("```") && item(line).is_none()
}

/// An item of a list: its number, where it has one, and its words.
fn item(line: &str) -> Option<(Option<u32>, &str)> {
    if let Some(item) = line.strip_prefix("- ") {
        return Some((None, item));
    }
    let (number, item) = line.split_once(". ")?;
    let number = number.parse().ok().filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((Some(number), item))
}

fn spans(text: &str) -> Vec<Span> {
    let pieces = text.split('`').enumerate().filter(|(_, piece)| !piece.is_empty());
    let span = |(index, piece): (usize, &str)| match chapter(piece) {
        _ if index % 2 == 0 => Span::Words(piece.to_owned()),
        Some(chapter) => Span::Page(chapter),
        None => Span::Code(piece.to_owned()),
    };
    pieces.map(span).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::watch::rules::RULES;

    /// What each page of an alert answers, in this order.
    const SECTIONS: [&str; 5] = ["What it means", "What a client notices", "Check", "Fix", "Escalate"];

    fn sections(chapter: &Chapter) -> Vec<String> {
        let headings = chapter.blocks().into_iter();
        headings.filter_map(|block| if let Block::Heading(title) = block { Some(title) } else { None }).collect()
    }

    #[test]
    fn each_rule_has_a_page_and_each_page_a_rule() {
        let rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        let pages: Vec<&str> = ALERTS.iter().map(|chapter| chapter.id).collect();
        assert_eq!(rules, pages);
        for chapter in ALERTS {
            assert_eq!(sections(chapter), SECTIONS, "{}", chapter.id);
            assert_eq!(chapter.title(), RULES.iter().find(|rule| rule.id == chapter.id).unwrap().title);
        }
    }

    #[test]
    fn no_page_lies_there_that_nobody_is_shown() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/runbook");
        for file in std::fs::read_dir(directory).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            assert!(chapter(name.trim_end_matches(".md")).is_some(), "{name}");
        }
    }

    #[test]
    fn every_page_has_a_title_and_something_in_each_section() {
        for chapter in ALERTS.iter().chain(CASES) {
            assert!(chapter.text.starts_with("# "), "{}", chapter.id);
            assert!(!sections(chapter).is_empty(), "{}", chapter.id);
            let blocks = chapter.blocks();
            for pair in blocks.windows(2) {
                assert!(!matches!(pair, [Block::Heading(_), Block::Heading(_)]), "{}: an empty section", chapter.id);
            }
            assert!(!matches!(blocks.last(), Some(Block::Heading(_))), "{}: an empty section", chapter.id);
        }
    }

    #[test]
    fn the_marks_are_read() {
        let read = blocks(
            "One\nline `code` more.\n\n## Fix\n1. first\n   goes on\n2. page `disk`\n\n```sh\ncommand --flag\n```\n",
        );
        let words = |text: &str| Span::Words(text.to_owned());
        let page = Span::Page(chapter("disk").unwrap());
        let expected = [
            Block::Paragraph(vec![words("One line "), Span::Code("code".to_owned()), words(" more.")]),
            Block::Heading("Fix".to_owned()),
            Block::List(Some(1), vec![vec![words("first goes on")], vec![words("page "), page]]),
            Block::Commands("command --flag".to_owned()),
        ];
        assert_eq!(read, expected);
    }

    proptest! {
        #[test]
        fn any_text_is_a_page(text in "(## |- |1\\. |```|`|[a-z ]|\n){0,60}") {
            let _ = blocks(&text);
        }
    }
}
