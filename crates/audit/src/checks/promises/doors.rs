//! What might keep a promise: actions of the catalogue, and links, buttons and forms of the pages, by their words.

use super::Pages;
use super::phrases::Promise;
use crate::catalogue::Action;
use crate::error::Result;
use crate::evidence::Document;
use crate::manifest::RequestLine;
use crate::walk::World;
use serde::{Deserialize, Serialize};

/// Words that an export goes by.
const EXPORT: &[&str] = &[
    "export",
    "takeout",
    "take-out",
    "take_out",
    "portability",
    "dsar",
    "subject-access",
    "subject access",
    "gdpr",
    "download",
    "copy",
    "archive",
    "herunterladen",
    "exportieren",
    "kopie",
    "auskunft",
];
/// Words that a deletion goes by.
const DELETION: &[&str] = &[
    "delete",
    "deletion",
    "erase",
    "erasure",
    "close",
    "closure",
    "remove",
    "removal",
    "deactivate",
    "terminate",
    "forget",
    "löschen",
    "schließen",
    "entfernen",
    "loeschen",
];
/// Words for oneself.
const ONESELF: &[&str] = &[
    "account",
    "accounts",
    "me",
    "my",
    "myself",
    "self",
    "user",
    "users",
    "profile",
    "profiles",
    "personal",
    "privacy",
    "gdpr",
    "person",
    "people",
    "member",
    "members",
    "customer",
    "customers",
    "data",
    "konto",
    "profil",
    "daten",
    "everything",
];

/// What was found for one promise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Doors {
    /// For which.
    pub promise: Option<Promise>,
    /// The manifest's lines.
    pub told: Vec<String>,
    /// Actions that speak of it and of oneself.
    pub actions: Vec<String>,
    /// Actions, links and forms that speak of it.
    pub likely: Vec<String>,
    /// Pages may hold what nobody saw: a script writes them.
    pub scripted: bool,
}

impl Document for Doors {
    const KIND: &'static str = "doors";
}

/// Writes down what might keep each promise.
pub(super) fn probe(world: &World<'_>, pages: &Pages) -> Result<()> {
    for promise in Promise::ALL {
        let lines: Vec<&RequestLine> = match promise {
            Promise::Export => world.manifest.promises.export.iter().collect(),
            Promise::Deletion => world.manifest.promises.deletion.iter().collect(),
        };
        let mut doors = Doors {
            promise: Some(promise),
            told: lines.into_iter().map(|line| line.text.clone()).collect(),
            scripted: pages.scripted,
            ..Doors::default()
        };
        for action in &world.catalogue.actions {
            match about(action, promise) {
                Some(true) => doors.actions.push(action.name()),
                Some(false) => doors.likely.push(action.name()),
                None => {}
            }
        }
        let speaks = |door: &&String| {
            let words = words(door);
            has(&words, terms(promise)) && has(&words, ONESELF)
        };
        doors.likely.extend(pages.doors.iter().filter(speaks).take(5).cloned());
        world.store.add(&doors)?;
    }
    Ok(())
}

/// Whether an action speaks of a promise, and of oneself too.
pub(super) fn about(action: &Action, promise: Promise) -> Option<bool> {
    let operation = action.operation_id.as_deref().unwrap_or_default();
    let described = format!("{} {operation} {}", action.summary, action.tags.join(" "));
    speaks_of(&action.verb, &action.path, &described, promise)
}

fn speaks_of(verb: &str, path: &str, described: &str, promise: Promise) -> Option<bool> {
    let of_path = words(path);
    let all = words(&format!("{path} {described}"));
    let last = words(path.split('/').rfind(|part| !part.is_empty() && !part.starts_with('{')).unwrap_or_default());
    match promise {
        Promise::Deletion if verb == "DELETE" && has(&last, ONESELF) => Some(true),
        Promise::Deletion if verb == "GET" => None,
        _ if !has(&all, terms(promise)) => None,
        _ => {
            let in_path = has(&of_path, ONESELF) && has(&of_path, terms(promise));
            Some(in_path || has(&all, ONESELF) && !path.contains('{'))
        }
    }
}

/// Whether a path says of itself that whoever calls it deletes himself: `DELETE /me`, `POST /account/close`. What a
/// summary says is not enough to act upon: a picture of mine is removed, too, and so is a session.
pub(super) fn deletes_oneself(verb: &str, path: &str) -> bool {
    let mut segments = path.rsplit('/').filter(|segment| !segment.is_empty()).map(words);
    let is_oneself = |words: &[String]| words.iter().all(|word| has(std::slice::from_ref(word), ONESELF));
    let last = segments.next().unwrap_or_default();
    if verb == "DELETE" && is_oneself(&last) && !last.is_empty() {
        return true;
    }
    let (deletes, whom): (Vec<String>, Vec<String>) =
        last.into_iter().partition(|word| has(std::slice::from_ref(word), DELETION));
    let whom = if whom.is_empty() { segments.next().unwrap_or_default() } else { whom };
    !deletes.is_empty() && !whom.is_empty() && is_oneself(&whom)
}

const fn terms(promise: Promise) -> &'static [&'static str] {
    match promise {
        Promise::Export => EXPORT,
        Promise::Deletion => DELETION,
    }
}

/// The words of a text or a path, also of `exportMyData`.
fn words(text: &str) -> Vec<String> {
    let mut split = String::new();
    let mut before = ' ';
    for c in text.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            split.push(' ');
        }
        split.push(c);
        before = c;
    }
    split
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether one of the words is one of the terms, in whatever form of it: `exports`, `exported`.
fn has(words: &[String], terms: &[&str]) -> bool {
    words.iter().any(|word| terms.iter().any(|term| word == term || 4 < term.len() && word.starts_with(term)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_known_by_their_words() {
        let of = speaks_of;
        assert_eq!(of("POST", "/account/copy", "", Promise::Export), Some(true));
        assert_eq!(of("GET", "/users/me/export", "", Promise::Export), Some(true));
        assert_eq!(of("POST", "/exportMyData", "", Promise::Export), Some(true));
        assert_eq!(of("GET", "/reports/{id}/export", "", Promise::Export), Some(false));
        assert_eq!(of("GET", "/account", "The account", Promise::Export), None);
        assert_eq!(of("DELETE", "/me", "", Promise::Deletion), Some(true));
        assert_eq!(of("DELETE", "/users/{id}", "", Promise::Deletion), Some(true));
        assert_eq!(of("POST", "/account/close", "", Promise::Deletion), Some(true));
        assert_eq!(of("DELETE", "/notes/{id}", "", Promise::Deletion), None);
        assert_eq!(of("POST", "/orders/{id}/close", "Closes an order", Promise::Deletion), Some(false));
    }

    #[test]
    fn only_a_path_says_that_one_deletes_oneself() {
        for (verb, path) in [
            ("DELETE", "/me"),
            ("DELETE", "/api/v1/users/me"),
            ("POST", "/account/close"),
            ("POST", "/api/deleteAccount"),
            ("POST", "/delete-my-account"),
        ] {
            assert!(deletes_oneself(verb, path), "{verb} {path}");
        }
        for (verb, path) in [
            ("DELETE", "/api/tokens/current"),
            ("DELETE", "/me/avatar"),
            ("POST", "/me/avatar/remove"),
            ("DELETE", "/account/sessions"),
            ("POST", "/account"),
            ("POST", "/close"),
            ("DELETE", "/"),
        ] {
            assert!(!deletes_oneself(verb, path), "{verb} {path}");
        }
    }
}
