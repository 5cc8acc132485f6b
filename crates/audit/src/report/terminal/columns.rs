//! Text in columns: padded, cut and wrapped by characters, which is what a terminal with our signs shows.

/// The text, filled with spaces to a width; a longer one is left as it is.
#[must_use]
pub fn pad(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

/// At most so many characters, the last one a dot, dot, dot where something is missing.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(width.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut + "…"
}

/// Breaks at spaces so that no line is wider; lines after the first hang by `indent`. A word that is wider than a
/// whole line is broken where it must be. Spaces at the start of the text stay.
#[must_use]
pub fn wrap(text: &str, width: usize, indent: usize) -> String {
    let room = width.max(indent + 1);
    let start = text.chars().take_while(|c| *c == ' ').count().min(room - 1);
    let mut wrapped = " ".repeat(start);
    let mut column = start;
    let mut empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word: Vec<char> = word.chars().collect();
        if !empty && column + 1 + word.len() <= room {
            wrapped.push(' ');
            column += 1;
        } else if !empty {
            wrapped.push('\n');
            wrapped.push_str(&" ".repeat(indent));
            column = indent;
        }
        while column + word.len() > room {
            let rest = word.split_off(room - column);
            wrapped.extend(word);
            wrapped.push('\n');
            wrapped.push_str(&" ".repeat(indent));
            column = indent;
            word = rest;
        }
        column += word.len();
        wrapped.extend(word);
        empty = false;
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_hang_behind_their_id() {
        assert_eq!(wrap("  AZ02 reads an export", 14, 7), "  AZ02 reads\n       an\n       export");
        assert_eq!(wrap("abcdefgh", 3, 1), "abc\n de\n fg\n h");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_line_is_too_wide(text in "[ a-zäß…]{0,120}", width in 1..40_usize, indent in 0..10_usize) {
            let wrapped = wrap(&text, width, indent);
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&wrapped), letters(&text));
            for line in wrapped.lines() {
                prop_assert!(line.chars().count() <= width.max(indent + 1));
            }
        }
    }
}
