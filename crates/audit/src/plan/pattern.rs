//! A text that a pattern matches, where the pattern is simple enough.

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Longest text that is made for a pattern.
const LENGTH_MAX: usize = 256;
/// How often a letter or digit stands that may stand any number of times.
const VARIED_MIN: u32 = 6;

/// The first of the candidates that the pattern matches, or a text made for it, another one for each seed.
///
/// Look-around, which other dialects have, is not understood; then the first candidate is the best guess.
pub(super) fn matching(pattern: &str, candidates: &[String], seed: &str) -> Option<String> {
    let Ok(regex) = Regex::new(pattern) else { return candidates.first().cloned() };
    if let Some(candidate) = candidates.iter().find(|candidate| regex.is_match(candidate)) {
        return Some(candidate.clone());
    }
    let mut dice = Dice { seed: seed.to_owned(), thrown: 0 };
    let made = make(&regex_syntax::parse(pattern).ok()?, LENGTH_MAX, &mut dice)?;
    regex.is_match(&made).then_some(made)
}

/// Numbers that follow from a seed.
struct Dice {
    seed: String,
    thrown: u32,
}

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.thrown += 1;
        let digest = <sha2::Sha256 as sha2::Digest>::digest(format!("{}/{}", self.seed, self.thrown));
        usize::from(u16::from_be_bytes([digest[0], digest[1]])) % bound.max(1)
    }
}

fn make(hir: &Hir, room: usize, dice: &mut Dice) -> Option<String> {
    let made = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => String::new(),
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok()?,
        HirKind::Class(class) => letter_of(class, dice)?.to_string(),
        HirKind::Capture(capture) => make(&capture.sub, room, dice)?,
        HirKind::Alternation(alternatives) => alternatives.iter().find_map(|one| make(one, room, dice))?,
        HirKind::Concat(parts) => {
            let mut whole = String::new();
            for part in parts {
                whole.push_str(&make(part, room.checked_sub(whole.len())?, dice)?);
            }
            whole
        }
        HirKind::Repetition(repetition) => {
            // `a*` and `a+` are shown once, so that optional parts are there and required ones not doubled; letters and
            // digits as often as makes two of them differ.
            let is_class = matches!(repetition.sub.kind(), HirKind::Class(_));
            let least = if is_class { VARIED_MIN } else { 1 };
            let wanted = repetition.min.max(least).min(repetition.max.unwrap_or(u32::MAX));
            let mut whole = String::new();
            for _ in 0..wanted {
                whole.push_str(&make(&repetition.sub, room.checked_sub(whole.len())?, dice)?);
                if whole.is_empty() {
                    break;
                }
            }
            whole
        }
    };
    (made.len() <= room).then_some(made)
}

/// One of the letters or digits of a class where there are some, else its first character.
fn letter_of(class: &Class, dice: &mut Dice) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
    };
    let holds = |letter: char| ranges.iter().any(|(start, end)| (*start..=*end).contains(&letter));
    // No zero, which some do not take in front.
    for plain in ['a'..='z', 'A'..='Z', '1'..='9'] {
        let fitting: Vec<char> = plain.filter(|letter| holds(*letter)).collect();
        if !fitting.is_empty() {
            return fitting.get(dice.below(fitting.len())).copied();
        }
    }
    ['_', '-', ' '].into_iter().find(|letter| holds(*letter)).or(ranges.first().map(|range| range.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made(pattern: &str) -> Option<String> {
        matching(pattern, &["plim7k2q".to_owned()], "seed")
    }

    #[test]
    fn a_candidate_is_preferred_and_simple_patterns_are_met() {
        assert_eq!(made("^[a-z0-9]+$").unwrap(), "plim7k2q");
        assert_eq!(made("^(red|green)$").unwrap(), "red");
        let plate = |seed| matching("^[A-Z]{1,3}-[0-9]{1,6}$", &[], seed).unwrap();
        assert_ne!(plate("one"), plate("two"), "what must be unique can be");
        assert_eq!(plate("one"), plate("one"));
        assert!(made(r"^\+?[0-9]{3}-[0-9]{4}$").unwrap().len() >= 8);
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
