//! What names and values of a row hint at: words in names, keys, moments and addresses in values.

use std::collections::{BTreeMap, BTreeSet};

use crate::json_path::{leaves, scalar_text};

/// Names that say what a field holds. Values decide first; these break ties and stand for what values cannot show.
pub(super) const ACTOR: &[&str] =
    &["actor", "user", "subject", "by", "who", "principal", "account", "author", "caller", "member"];
pub(super) const ACTION: &[&str] =
    &["action", "event", "type", "verb", "operation", "op", "kind", "name", "activity", "what", "method"];
pub(super) const OBJECT: &[&str] = &["object", "target", "resource", "entity", "item", "record", "ref", "path", "url"];
pub(super) const SOURCE: &[&str] = &[
    "ip", "source", "address", "addr", "client", "origin", "remote", "agent", "session", "device", "via", "channel",
    "host", "location", "request",
];
pub(super) const RESULT: &[&str] =
    &["result", "outcome", "status", "success", "succeeded", "ok", "decision", "allowed", "code", "error", "granted"];
pub(super) const TIME: &[&str] = &["at", "time", "timestamp", "date", "when", "created", "occurred", "ts", "logged"];

/// No word of the name says anything.
pub(super) const NO_HINT: u8 = u8::MAX;

/// The position of the first word that a field's name holds.
pub(super) fn hint(path: &str, words: &[&str]) -> u8 {
    let own: Vec<String> = path
        .split(|letter: char| !letter.is_alphanumeric())
        .flat_map(split_camel)
        .map(|word| word.to_lowercase())
        .collect();
    let position = words.iter().position(|word| own.iter().any(|own| own == word));
    position.and_then(|position| u8::try_from(position).ok()).unwrap_or(NO_HINT)
}

fn split_camel(word: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_small = false;
    for letter in word.chars() {
        if letter.is_uppercase() && before_is_small {
            words.push(String::new());
        }
        before_is_small = letter.is_lowercase();
        if let Some(last) = words.last_mut() {
            last.push(letter);
        }
    }
    words
}

/// The path with the highest score, by its name where scores are equal.
pub(super) fn best(paths: &BTreeSet<String>, words: &[&str], score: impl Fn(&str) -> usize) -> Option<String> {
    let scored = paths.iter().map(|path| (score(path), hint(path, words), path)).filter(|(score, _, _)| *score > 0);
    scored
        .min_by_key(|(score, hint, path)| (std::cmp::Reverse(*score), *hint, (*path).clone()))
        .map(|(_, _, path)| path.clone())
}

/// A row's scalars by path, positions in lists removed; values of one list are joined.
pub(super) fn flat(value: &serde_json::Value) -> BTreeMap<String, String> {
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    for (path, leaf) in leaves(value) {
        let Some(text) = scalar_text(leaf) else { continue };
        let own = fields.entry(folded(&path.to_string())).or_default();
        if !own.is_empty() {
            own.push(' ');
        }
        own.push_str(&text);
    }
    fields
}

pub(super) fn folded(path: &str) -> String {
    let mut folded = String::new();
    let mut inside = false;
    for letter in path.chars() {
        match letter {
            '[' => inside = true,
            ']' => inside = false,
            letter if !inside => folded.push(letter),
            _ => {}
        }
    }
    folded
}

/// Whether a key stands in a value: as all of it, or between signs that part words (`note/7`, `/notes/7?x`, `note:7`).
pub(in crate::checks::audit_trail) fn holds_key(value: &str, key: &str) -> bool {
    if value == key {
        return true;
    }
    let is_part = |letter: Option<char>| {
        letter.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.'))
    };
    value.match_indices(key).any(|(at, _)| {
        let (before, after) = (value[..at].chars().next_back(), value[at + key.len()..].chars().next());
        // A short key inside a sentence is a number like any other.
        let parted = matches!(before, Some('/' | ':' | '#' | '=' | '(')) || key.len() >= 8;
        parted && !is_part(before) && !is_part(after)
    })
}

/// RFC 3339, the same without a zone, or a number of seconds, milli-, micro- or nanoseconds; in milliseconds.
pub(in crate::checks::audit_trail) fn moment(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<f64>() {
        let millis = match number.abs() {
            n if (1e9..1e11).contains(&n) => number * 1e3,
            n if (1e12..1e14).contains(&n) => number,
            n if (1e15..1e17).contains(&n) => number / 1e3,
            n if (1e18..1e20).contains(&n) => number / 1e6,
            _ => return None,
        };
        return Some(millis as i64);
    }
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_millisecond());
    }
    let plain: jiff::civil::DateTime = text.parse().ok().filter(|_| text.len() >= 16)?;
    plain.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_millisecond())
}

pub(super) fn is_source(value: &str) -> bool {
    let bare = value.split(['/', ' ', ',']).next().unwrap_or(value);
    bare.parse::<std::net::IpAddr>().is_ok() || bare.parse::<std::net::SocketAddr>().is_ok()
}
