//! A text that a pattern matches, where the pattern is simple enough.

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Longest text that is made for a pattern.
const LENGTH_MAX: usize = 256;

/// The first of the candidates that the pattern matches, or a text made for it.
///
/// Look-around, which other dialects have, is not understood; then the first candidate is the best guess.
pub(super) fn matching(pattern: &str, candidates: &[String]) -> Option<String> {
    let Ok(regex) = Regex::new(pattern) else { return candidates.first().cloned() };
    if let Some(candidate) = candidates.iter().find(|candidate| regex.is_match(candidate)) {
        return Some(candidate.clone());
    }
    let made = make(&regex_syntax::parse(pattern).ok()?, LENGTH_MAX)?;
    regex.is_match(&made).then_some(made)
}

fn make(hir: &Hir, room: usize) -> Option<String> {
    let made = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => String::new(),
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok()?,
        HirKind::Class(class) => letter_of(class)?.to_string(),
        HirKind::Capture(capture) => make(&capture.sub, room)?,
        HirKind::Alternation(alternatives) => alternatives.iter().find_map(|one| make(one, room))?,
        HirKind::Concat(parts) => {
            let mut whole = String::new();
            for part in parts {
                whole.push_str(&make(part, room.checked_sub(whole.len())?)?);
            }
            whole
        }
        HirKind::Repetition(repetition) => {
            // `a*` and `a+` are shown once, so that optional parts are there and required ones not doubled.
            let wanted = repetition.min.max(1).min(repetition.max.unwrap_or(u32::MAX));
            let once = make(&repetition.sub, room)?;
            let times = usize::try_from(wanted).ok()?;
            if once.len().checked_mul(times)? > room {
                return None;
            }
            once.repeat(times)
        }
    };
    (made.len() <= room).then_some(made)
}

/// A letter or digit of a class where there is one, else its first character.
fn letter_of(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
    };
    let holds = |letter: char| ranges.iter().any(|(start, end)| (*start..=*end).contains(&letter));
    ['a', 'A', '1', '_', '-', ' '].into_iter().find(|letter| holds(*letter)).or(ranges.first().map(|range| range.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made(pattern: &str) -> Option<String> {
        matching(pattern, &["plim7k2q".to_owned()])
    }

    #[test]
    fn a_candidate_is_preferred_and_simple_patterns_are_met() {
        assert_eq!(made("^[a-z0-9]+$").unwrap(), "plim7k2q");
        assert_eq!(made(r"^\+?[0-9]{3}-[0-9]{4}$").unwrap(), "+111-1111");
        assert_eq!(made("^(red|green)$").unwrap(), "red");
        assert_eq!(made(r"^[A-Z]{2}\d{4,}$").unwrap(), "AA1111");
        assert_eq!(made("^(?=.*[A-Z]).{8,}$").unwrap(), "plim7k2q", "look-around: the best guess");
        assert_eq!(made("^a{900}$"), None);
    }

    proptest! {
        #[test]
        fn what_is_made_matches(pattern in "[a-c\\[\\](){}|*+?.^$0-9,\\\\dw-]{0,12}") {
            if let (Some(text), Ok(regex)) = (made(&pattern), Regex::new(&pattern)) {
                prop_assert!(regex.is_match(&text));
            }
        }
    }
}
