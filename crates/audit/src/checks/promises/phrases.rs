//! Promises in the words of a policy: that one can get a copy of one's data by oneself, or delete one's account.
//!
//! A sentence counts only if it says that somebody can do it himself. What one has a right to, or asks for by letter, is
//! kept by people and not by a button; a sentence with a negation promises nothing.

use regex::Regex;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What may be promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Promise {
    /// A copy of one's data.
    Export,
    /// One's account is deleted.
    Deletion,
}

impl Promise {
    /// Each of them.
    pub(super) const ALL: [Self; 2] = [Self::Export, Self::Deletion];

    /// What findings call it.
    pub(super) const fn subject(self) -> &'static str {
        match self {
            Self::Export => "export",
            Self::Deletion => "deletion",
        }
    }

    /// The manifest's line that names what keeps it.
    pub(super) const fn line(self) -> &'static str {
        match self {
            Self::Export => "[promises] export = \"POST /account/copy\"",
            Self::Deletion => "[promises] deletion = \"DELETE /account\"",
        }
    }
}

/// Longest sentence that is shown.
const SENTENCE_MAX: usize = 200;

const WHOSE: &str = r"\b(?:your|their|his|her|its|own|my)\b";
const GERMAN_DATA: &str = r"(?:daten|kopie|datenauszug|datenexport)";
const GERMAN_ACCOUNT: &str = r"(?:konto|account|profil|nutzerkonto|benutzerkonto)";

/// What a sentence of the kind looks like.
static EXPORT: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    compile(&[
        &format!(
            r"\b(?:download|export|take (?:away|out))\w*\b.{{0,60}}{WHOSE}.{{0,30}}\b(?:data|information|content|account|records|files|notes|messages)\b"
        ),
        &format!(
            r"\b(?:copy|export|archive)\b of (?:all )?(?:of )?(?:the )?(?:{WHOSE}.{{0,30}}\b(?:data|information|content|account)\b|(?:personal )?data\b|everything\b)"
        ),
        &format!(r"{GERMAN_DATA}\b.{{0,60}}\b(?:herunterladen|exportieren|mitnehmen|herunterzuladen|zu exportieren)\b"),
        &format!(r"\b(?:herunterladen|exportieren)\b.{{0,60}}\b{GERMAN_DATA}"),
    ])
});
static DELETION: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    compile(&[
        &format!(
            r"\b(?:delet|eras|clos|remov)(?:e|es|ed|ing)\b.{{0,30}}(?:{WHOSE}|\bthe\b|\ban\b).{{0,20}}\b(?:account|profile)\b"
        ),
        &format!(r"\b(?:delet|eras)(?:e|es|ed|ing)\b.{{0,20}}{WHOSE}.{{0,20}}\bdata\b"),
        &format!(r"\b{GERMAN_ACCOUNT}\b.{{0,60}}\b(?:löschen|schließen|entfernen|zu löschen)\b"),
        &format!(r"\b(?:löschen|schließen|entfernen)\b.{{0,60}}\b{GERMAN_ACCOUNT}"),
    ])
});
/// That one can do it oneself.
static ONESELF: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    compile(&[
        r"\b(?:you|users?|customers?|members?|people|everybody|everyone|anyone) (?:can|may|are able to|could)\b",
        r"\byou\b.{0,20}\b(?:yourself|by yourself)\b|\bone click\b|\bbutton\b|\b(?:in|from|on|under) your (?:account|settings|profile)\b",
        r"\b(?:when|if|once|after) you (?:delete|close|erase|remove)\b|\b(?:lets?|allows?|enables?) (?:you|users|customers)\b",
        r"\b(?:können|kannst|kann)\b|\bjederzeit selbst\b|\bselbst (?:löschen|herunterladen)\b|\bin (?:ihren|deinen|den) einstellungen\b",
    ])
});
/// That it is done by people, is a right, is about something else, or is not so.
static NO_BUTTON: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    compile(&[
        r"\b(?:not|no|never|cannot|unable|without|nor|neither)\b|n't\b",
        r"\b(?:nicht|kein\w*|ohne|weder)\b",
        r"\S@\S|\b(?:contact|contacting|write|writing|ask|asking|letter|support|requests?|requesting|upon request)\b|\b(?:via|by|send|an) e-?mail\b|\be-?mail(?:ing)? (?:us|to)\b",
        r"\b(?:kontakt\w*|schreib\w*|wenden|anfrage|antrag|verlangen|anfordern|per e-?mail)\b",
        r"\b(?:right to|rights to|right of|recht auf|das recht|browser|cookies?)\b",
    ])
});

/// Promises in a text, each with the first sentence that makes it.
pub(super) fn find(text: &str) -> Vec<(Promise, String)> {
    let mut found: Vec<(Promise, String)> = Vec::new();
    for sentence in sentences(text) {
        let lower = sentence.to_lowercase();
        let any = |patterns: &[Regex]| patterns.iter().any(|pattern| pattern.is_match(&lower));
        if !any(&ONESELF) || any(&NO_BUTTON) {
            continue;
        }
        for (promise, patterns) in [(Promise::Export, &EXPORT), (Promise::Deletion, &DELETION)] {
            if any(patterns) && found.iter().all(|(known, _)| *known != promise) {
                found.push((promise, sentence.chars().take(SENTENCE_MAX).collect()));
            }
        }
    }
    found
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    // A full stop inside a word, as in an address, ends nothing.
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.char_indices().find_map(|(at, c)| {
            let after = rest[at + c.len_utf8()..].chars().next();
            (".!?;\n".contains(c) && after.is_none_or(char::is_whitespace)).then_some(at + c.len_utf8())
        });
        let (sentence, left) = rest.split_at(end.unwrap_or(rest.len()));
        rest = left;
        Some(sentence.trim())
    })
}

fn compile(patterns: &[&str]) -> Vec<Regex> {
    patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_pattern_is_one() {
        assert_eq!((EXPORT.len(), DELETION.len(), ONESELF.len(), NO_BUTTON.len()), (4, 4, 4, 5));
    }

    #[test]
    fn what_one_can_do_oneself_is_promised() {
        let of = |text: &str| find(text).into_iter().map(|(promise, _)| promise).collect::<Vec<_>>();
        for text in [
            "You can download a copy of all your data at any time.",
            "Users can export their notes, including their email address, from the settings.",
            "Under Settings, we let you take away your data as a ZIP file.",
            "Sie können Ihre Daten jederzeit herunterladen.",
        ] {
            assert_eq!(of(text), [Promise::Export], "{text}");
        }
        for text in [
            "You may delete your account in the settings.",
            "When you delete your account, everything is erased within 30 days.",
            "Sie können Ihr Konto jederzeit selbst löschen.",
        ] {
            assert_eq!(of(text), [Promise::Deletion], "{text}");
        }
    }

    #[test]
    fn what_people_do_and_what_is_denied_is_not() {
        for text in [
            "You cannot export your data.",
            "To have your account deleted, write to privacy@tallyhouse.dev.",
            "You have the right to data portability, and may receive a copy of your data.",
            "You can request a copy of your data.",
            "You can delete cookies in your browser, and your browsing data.",
            "We delete your account data after 30 days.",
            "Sie können die Löschung Ihres Kontos per E-Mail verlangen.",
            "Ihr Konto können Sie nicht selbst löschen.",
            "We download your data to our servers.",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".*") {
            find(&text);
        }
    }
}
