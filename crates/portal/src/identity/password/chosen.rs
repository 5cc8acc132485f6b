//! Which passwords are refused: those that everybody tries first, and those that anybody who knows the person would
//! (ASVS 5.0 6.2.4 and 6.2.11, NIST SP 800-63B section 3.1.1.2). Any characters are taken, and no kind of them is demanded.

use std::sync::LazyLock;

/// In order of their letters, so that they are searched by halves.
static COMMON: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut common: Vec<&str> = include_str!("common.txt").lines().filter(|line| !line.starts_with("# ")).collect();
    common.sort_unstable();
    common
});

/// Words that belong to everybody here.
const PRODUCT: [&str; 2] = ["plimsoll", "portal"];
/// Shorter parts of a name are left alone: they stand in many words.
const WORD_MIN: usize = 4;
/// So many characters have to be left of a password when everything is gone that others know.
const LEFT_MIN: usize = 6;
/// So many different characters a password has at least.
const DIFFERENT_MIN: usize = 4;

/// Why a password is too easily guessed, as a fragment of a sentence; nothing when it is not. `known` is what others know
/// of its person: name, mail address, organisation.
#[must_use]
pub fn weakness(password: &str, known: &[&str]) -> Option<&'static str> {
    let password = password.to_lowercase();
    if COMMON.binary_search(&password.as_str()).is_ok() {
        return Some("is one of the most used passwords, which are tried first");
    }
    let different: std::collections::BTreeSet<char> = password.chars().collect();
    if different.len() < DIFFERENT_MIN {
        return Some("has hardly any different characters");
    }
    let mut words: Vec<String> = known
        .iter()
        .flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric()))
        .chain(PRODUCT)
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() >= WORD_MIN)
        .collect();
    // The longest first: what is left of one must not hide another.
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    let mut left = password.clone();
    for word in &words {
        left = left.replace(word.as_str(), "");
    }
    if left != password && left.chars().filter(|letter| letter.is_alphanumeric()).count() < LEFT_MIN {
        return Some("is little more than a name that others know: yours, your organisation’s, or this portal’s");
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PETRA: [&str; 3] = ["Petra Lindqvist", "petra@brightwater.example", "Halden & Rook"];

    #[test]
    fn what_is_tried_first_is_refused() {
        for common in ["password1", "Password1", "qwertyuiop", "1234567890", "iloveyou"] {
            assert!(weakness(common, &[]).is_some_and(|why| why.contains("most used")), "{common}");
        }
        assert!(weakness("aaaaaaaaaaaa", &[]).is_some());
        assert!(COMMON.len() > 3_000, "ASVS wants the first 3,000 at least");
        assert!(COMMON.iter().all(|word| word.chars().count() >= 8));
    }

    #[test]
    fn what_others_know_is_refused_unless_there_is_enough_beside_it() {
        for weak in ["Lindqvist2026", "brightwater1!", "petra.lindqvist", "plimsoll-portal", "HALDEN-2026"] {
            assert!(weakness(weak, &PETRA).is_some_and(|why| why.contains("name")), "{weak}");
        }
        for fine in ["a fine long password", "petra keeps nine otters", "h7#Kq-rT", "correct horse battery"] {
            assert_eq!(weakness(fine, &PETRA), None, "{fine}");
        }
    }

    proptest! {
        #[test]
        fn any_password_is_judged(password in ".{0,128}", known in ".{0,30}") {
            let _ = weakness(&password, &[&known]);
        }
    }
}
