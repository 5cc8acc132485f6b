//! HAR 1.2 recordings of a browser or a test suite: requests become actions, what was sent and answered becomes schemas,
//! who was signed in becomes protection. <http://www.softwareishard.com/blog/har-12-spec/>
//!
//! Cookies, credentials and passwords are looked at to know them when they come again, and never kept.

mod actions;
mod body;
mod entry;
mod secrets;

use std::collections::BTreeMap;

use serde_json::Value;
use url::{Origin as Site, Url};

pub(crate) use self::entry::tells_who;
use self::entry::{Entry, LeftOut};
pub(crate) use self::secrets::of as secrets_of_recording;
use super::fold::is_static;
use super::routes::VERBS;
use super::{Action, Catalogue};
use crate::error::{Result, Trouble};
use crate::load_line::count;

/// Most requests of one recording that are read.
const ENTRIES_MAX: usize = 50_000;
/// Most other origins that a note names.
const SITES_MAX: usize = 3;

/// Reads a recording made of the service at `target`, or of another instance of it.
///
/// # Errors
/// When it has no entries.
pub(super) fn read(recording: &Value, place: &str, target: &str, known: &[Action]) -> Result<Catalogue> {
    let entries = recording.pointer("/log/entries").and_then(Value::as_array).ok_or_else(|| {
        Trouble::new(format!("{place}: /log/entries"), "a list of requests is expected")
            .hint("record it again as HAR 1.2")
    })?;
    let target = Url::parse(&target.replace("{port}", "80")).ok();
    let mut left_out: BTreeMap<LeftOut, usize> = BTreeMap::new();
    let mut read: Vec<Entry> = Vec::new();
    for (at, entry) in entries.iter().take(ENTRIES_MAX).enumerate() {
        match Entry::read(at, entry) {
            Ok(entry) => read.push(entry),
            Err(why) => *left_out.entry(why).or_default() += 1,
        }
    }
    let site = own_site(&read, target.as_ref());
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    let prefix = target.as_ref().filter(|target| Some(target.origin()) == site).map_or("", Url::path);
    let prefix = prefix.trim_end_matches('/');
    read.retain_mut(|entry| {
        if Some(entry.url.origin()) != site {
            *others.entry(entry.url.host_str().unwrap_or_default().to_owned()).or_default() += 1;
            return false;
        }
        let why = entry.why_left_out(prefix);
        *left_out.entry(why.unwrap_or(LeftOut::Nothing)).or_default() += 1;
        why.is_none()
    });
    left_out.remove(&LeftOut::Nothing);
    let secrets = secrets::of(entries);
    let mut catalogue = actions::of(&read, place, known, &secrets);
    if ENTRIES_MAX < entries.len() {
        catalogue.notes.push(format!("{place}: only the first {ENTRIES_MAX} of {} requests are read", entries.len()));
    }
    catalogue.notes.push(told(place, entries.len(), read.len(), &left_out, &others));
    Ok(catalogue)
}

/// The origin that is the service: the target's, or where the recording was made of another instance, the one that was
/// asked most for what is no file.
fn own_site(entries: &[Entry], target: Option<&Url>) -> Option<Site> {
    let target = target.map(Url::origin);
    if entries.iter().any(|entry| Some(entry.url.origin()) == target) {
        return target;
    }
    let mut asked: Vec<(Site, usize)> = Vec::new();
    for entry in entries.iter().filter(|entry| VERBS.contains(&entry.verb.as_str()) && !is_static(entry.url.path())) {
        let site = entry.url.origin();
        // What is changed somewhere is rather a service than a counter of visits.
        let weight = if entry.answer_type.contains("json") || entry.answer_type.contains("html") { 2 } else { 1 };
        match asked.iter_mut().find(|(known, _)| *known == site) {
            Some((_, count)) => *count += weight,
            None => asked.push((site, weight)),
        }
    }
    // Of two that were asked as often the first.
    asked.into_iter().rev().max_by_key(|(_, count)| *count).map(|(site, _)| site)
}

/// What was read, and what was not.
fn told(
    place: &str,
    all: usize,
    read: usize,
    left_out: &BTreeMap<LeftOut, usize>,
    others: &BTreeMap<String, usize>,
) -> String {
    let mut parts: Vec<String> = left_out.iter().map(|(why, number)| format!("{number} {}", why.words())).collect();
    let elsewhere: usize = others.values().sum();
    if 0 < elsewhere {
        let mut hosts: Vec<&str> = others.keys().take(SITES_MAX).map(String::as_str).collect();
        if SITES_MAX < others.len() {
            hosts.push("…");
        }
        parts.push(format!("{elsewhere} to other origins ({})", hosts.join(", ")));
    }
    let parts = if parts.is_empty() { String::new() } else { format!("; left out: {}", parts.join(", ")) };
    format!("{place}: {read} of {} read{parts}", count(all, "request"))
}

#[cfg(test)]
mod tests;
