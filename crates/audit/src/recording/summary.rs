//! What was seen, for whoever recorded: how much, by how many people, and what the recording does not show.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::addresses::Addresses;
use super::kept::{Entry, Seen};
use crate::catalogue::fold::{Known, Names, is_plain, is_static, template};
use crate::catalogue::{Action, Catalogue, tells_who};
use crate::compare::leaves;
use crate::evidence::is_secret_name;
use crate::page;

/// Names of fields by which people say who they are, beside a password.
const NAMES: &[&str] = &["email", "mail", "username", "user", "login", "name", "account", "phone"];

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Requests that went through.
    pub requests: usize,
    /// Actions that are meant to change something.
    pub changing: usize,
    /// Actions that only read.
    pub reading: usize,
    /// Who signed in, and sessions that came from elsewhere.
    pub people: usize,
    /// Paths of WebSockets.
    pub sockets: BTreeSet<String>,
    /// Actions that pages link to and nobody asked for: `GET /orders/{order}/print`.
    pub linked: BTreeSet<String>,
    /// Pages that link to the target by its whole address, past the recorder.
    pub leading_past: usize,
    /// Requests after as many as are kept.
    pub beyond: usize,
    /// Bodies of which only the beginning is kept.
    pub cut: usize,
}

impl Summary {
    pub(super) fn of(seen: &Seen, catalogue: &Catalogue, addresses: &Addresses) -> Self {
        let changing = catalogue.actions.iter().filter(|action| !action.is_safe()).count();
        let pages: Vec<(&Entry, String)> = (seen.entries.iter())
            .filter(|entry| entry.answer_type() == "text/html")
            .map(|entry| (entry, String::from_utf8_lossy(&entry.answered.beginning()).into_owned()))
            .collect();
        let bodies = seen.entries.iter().flat_map(|entry| [&entry.sent, &entry.answered]);
        Self {
            requests: seen.entries.len() + seen.beyond,
            changing,
            reading: catalogue.actions.len() - changing,
            people: people(&seen.entries),
            sockets: seen.entries.iter().filter(|one| one.is_socket).map(|one| one.url.path().to_owned()).collect(),
            linked: linked(&pages, catalogue),
            leading_past: pages.iter().filter(|(_, text)| addresses.names_target(text)).count(),
            beyond: seen.beyond,
            cut: bodies.filter(|body| body.beginning().len() as u64 != body.total()).count(),
        }
    }
}

/// Whom the recording shows: names that signed in, and where nobody did, credentials that were brought along.
fn people(entries: &[Entry]) -> usize {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut given: BTreeSet<String> = BTreeSet::new();
    let mut brought: BTreeSet<String> = BTreeSet::new();
    let mut tokens: BTreeSet<&str> = BTreeSet::new();
    for entry in entries {
        names.extend(signed_in(entry));
        tokens.extend(entry.header("authorization"));
        let cookies =
            entry.header("cookie").unwrap_or_default().split(';').filter_map(|one| one.trim().split_once('='));
        for (name, value) in cookies.filter(|(name, value)| tells_who(name, value)) {
            if !given.contains(value) {
                brought.insert(format!("{name}={value}"));
            }
        }
        let set = entry.answer_headers.iter().filter(|(name, _)| name == "set-cookie");
        let set = set.filter_map(|(_, value)| value.split(';').next()?.split_once('='));
        given.extend(set.map(|(_, value)| value.trim().to_owned()));
    }
    match names.len() + brought.len() {
        0 => tokens.len(),
        people => people,
    }
}

/// Who a request that was not refused says to be, beside a password.
fn signed_in(entry: &Entry) -> Option<String> {
    let body = entry.sent.beginning();
    let fields: Vec<(String, String)> = match serde_json::from_slice::<Value>(&body) {
        Ok(value) => {
            let name = |path: String| path.rsplit(['.', ']']).next().unwrap_or_default().to_owned();
            leaves(&value).into_iter().map(|(path, text)| (name(path), text)).collect()
        }
        Err(_) => url::form_urlencoded::parse(&body).into_owned().collect(),
    };
    let is_password = |(name, _): &(String, String)| is_secret_name(name) && name.to_lowercase().contains("pass");
    if entry.method != "POST" || !matches!(entry.status, 200..=399) || !fields.iter().any(is_password) {
        return None;
    }
    let named = |wanted: &str| fields.iter().find(|(name, _)| name.to_lowercase().contains(wanted));
    NAMES.iter().find_map(|name| named(name)).map(|(_, value)| value.to_lowercase())
}

/// Actions behind links and forms of pages that stand in no action of the recording.
fn linked(pages: &[(&Entry, String)], catalogue: &Catalogue) -> BTreeSet<String> {
    let known = Known::new(&catalogue.actions);
    let verbs: BTreeMap<String, BTreeSet<&str>> =
        catalogue.actions.iter().fold(BTreeMap::new(), |mut verbs, action| {
            verbs.entry(action.address_path()).or_default().insert(&action.verb);
            verbs
        });
    let mut linked = BTreeSet::new();
    for (entry, text) in pages {
        for (verb, link) in page::links(text) {
            let Ok(url) = entry.url.join(&link) else { continue };
            let path = url.path();
            if url.origin() != entry.url.origin() || !is_plain(path) || verb == "GET" && is_static(path) {
                continue;
            }
            let path = known.find(path).map_or_else(|| template(path, &Names::new()).path, Action::address_path);
            if !verbs.get(&path).is_some_and(|verbs| verbs.contains(verb.as_str())) {
                linked.insert(format!("{verb} {path}"));
            }
        }
    }
    linked
}
