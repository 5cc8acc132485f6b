//! A copy of data that was asked for, until it is there: at once, behind a link, or after a while.

use crate::canary::Traces;
use crate::client::{Answer, Purpose};
use crate::sinks::SMTP;
use crate::unpack;
use crate::walk::{Call, World};
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// How long a copy may take.
const WAIT_MAX: Duration = Duration::from_secs(15);
/// How long a fuller one may take after the first.
const MORE_MAX: Duration = Duration::from_secs(3);
/// Pause between two looks whether it is there.
const LOOK: Duration = Duration::from_millis(300);
/// Most places that are looked at.
const PLACES_MAX: usize = 12;

/// What came of asking.
#[derive(Debug, Default)]
pub(super) struct Delivery {
    /// The first answer's status.
    pub status: u16,
    /// Where it was found: `POST /me/export`, `GET /exports/7`.
    pub from: String,
    /// Everything in it, unpacked, by names.
    pub pieces: Vec<(String, Vec<u8>)>,
    /// How many of the wanted values it holds.
    found: usize,
    /// Its kind, as the answer says.
    kind: String,
    /// How long it took, in milliseconds.
    pub millis: u64,
}

/// Links to something that can be fetched, in a page or a mail.
static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"https?://[^\s"'<>|\\)\]]+|href="([^"]+)""#).ok());

/// Asks, and follows what the answers name until something holds one of the wanted values.
pub(super) async fn ask(world: &mut World<'_>, at: usize, call: &Call, wanted: &[String]) -> Delivery {
    let traces = Traces::of(wanted);
    let started = Instant::now();
    let mark = world.sinks.mark();
    let mut delivery = Delivery::default();
    let first = world.ask(Some(at), call, Purpose::Other).await;
    delivery.status = first.answer.status;
    let mut places: Vec<String> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    // An answer that only confirms may hold one's name, too: then the copy itself may still come.
    let mut taken: Option<Instant> = None;
    let mut latest = (format!("{} {}", call.method, call.path), first.answer);
    loop {
        let (from, answer) = &latest;
        if (200..300).contains(&answer.status) && delivery.take(from, answer, &traces) {
            taken = Some(Instant::now());
            let attached = answer.header("content-disposition").is_some_and(|kind| kind.contains("attachment"));
            if delivery.found == wanted.len() || attached || answer.body.starts_with(b"PK") {
                break;
            }
        }
        for place in links(world.client.base(), &call.path, answer) {
            if places.len() < PLACES_MAX && seen.insert(place.clone()) {
                places.push(place);
            }
        }
        let mails = world.sinks.since(mark).into_iter().filter(|arrival| arrival.sink == SMTP);
        for link in mails.flat_map(|mail| below(world.client.base(), &mail.text)).filter(|link| is_about_it(link)) {
            if places.len() < PLACES_MAX && seen.insert(link.clone()) {
                places.push(link);
            }
        }
        let refused = !(200..400).contains(&delivery.status);
        let late = WAIT_MAX < started.elapsed() || taken.is_some_and(|taken| MORE_MAX < taken.elapsed());
        if refused || late {
            break;
        }
        // Where the same address answers a GET, the copy may be there.
        if seen.insert(call.path.clone()) {
            places.push(call.path.clone());
        }
        // The newest place is the nearest to it; what was looked at comes again later.
        let Some(place) = places.pop() else { break };
        let asked = world.ask(Some(at), &Call::get(&place), Purpose::Other).await;
        latest = (format!("GET {place}"), asked.answer);
        places.insert(0, place);
        if seen.len() <= places.len() {
            tokio::time::sleep(LOOK).await;
        }
    }
    delivery.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    delivery
}

impl Delivery {
    /// Whether an answer is the copy: it holds more of the wanted values than anything before.
    fn take(&mut self, from: &str, answer: &Answer, traces: &Traces) -> bool {
        let pieces = unpack::all("it", &answer.body);
        let found: BTreeSet<usize> = pieces.iter().flat_map(|(_, bytes)| traces.found(bytes)).collect();
        let is_it = self.found < found.len();
        if is_it {
            self.found = found.len();
            self.from = from.to_owned();
            self.kind = answer.header("content-type").unwrap_or_default().to_owned();
            self.pieces = pieces;
        }
        is_it
    }
}

/// Addresses of the service's own that an answer names.
fn links(base: &str, asked: &str, answer: &Answer) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    if let Some(location) = answer.header("location") {
        found.extend(own(base, location));
    }
    if let Some(json) = answer.json() {
        for (path, text) in crate::compare::leaves(&json) {
            let name = path.rsplit(['.', ']']).next().unwrap_or_default().to_lowercase();
            if let Some(place) = own(base, &text) {
                found.push(place);
            } else if matches!(name.as_str(), "id" | "uuid" | "job" | "jobid" | "job_id" | "export_id" | "exportid") {
                let below = format!("{}/{text}", asked.split('?').next().unwrap_or_default().trim_end_matches('/'));
                found.extend([format!("{below}/download"), below]);
            }
        }
        return found;
    }
    let page = answer.header("content-type").is_some_and(|kind| kind.contains("html"));
    if page {
        found.extend(below(base, &answer.text()).into_iter().filter(|link| is_about_it(link)));
    }
    found
}

/// Links in a text that lead to the service.
fn below(base: &str, text: &str) -> Vec<String> {
    let links = LINK.iter().flat_map(|link| link.captures_iter(text));
    links.filter_map(|link| own(base, link.get(1).or(link.get(0))?.as_str())).collect()
}

fn own(base: &str, link: &str) -> Option<String> {
    let link = link.replace("&amp;", "&");
    let path = link.strip_prefix(base).unwrap_or(&link);
    (path.starts_with('/') && !path.starts_with("//") && 1 < path.len() && !path.contains(char::is_whitespace))
        .then(|| path.to_owned())
}

fn is_about_it(link: &str) -> bool {
    let link = link.to_lowercase();
    ["export", "copy", "download", "archive", "takeout", "data"].iter().any(|word| link.contains(word))
}

/// Whether a machine can read it: JSON, CSV, XML, or an archive of such.
pub(super) fn is_readable(delivery: &Delivery) -> bool {
    let page = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).trim_start().to_lowercase();
        text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("%pdf")
    };
    let formed = |(name, bytes): &(String, Vec<u8>)| {
        let name = name.to_lowercase();
        let named = [".json", ".jsonl", ".ndjson", ".csv", ".xml", ".yaml", ".yml", ".tsv", ".mbox", ".ics", ".vcf"];
        named.iter().any(|end| name.ends_with(end)) || serde_json::from_slice::<Value>(bytes).is_ok()
    };
    delivery.pieces.iter().any(formed)
        || ["json", "csv", "xml"].iter().any(|kind| delivery.kind.contains(kind)) && !delivery.kind.contains("html")
        || !delivery.pieces.iter().any(|(_, bytes)| page(bytes)) && !delivery.kind.contains("html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_where_answers_put_them() {
        let json =
            Answer { body: br#"{"id":7,"url":"http://h:1/x/7.zip?k=1","at":"2026"}"#.to_vec(), ..Answer::default() };
        assert_eq!(links("http://h:1", "/me/export", &json), ["/me/export/7/download", "/me/export/7", "/x/7.zip?k=1"]);
        let page = Answer {
            headers: vec![("content-type".into(), "text/html".into())],
            body: br#"<a href="/account/copy/7?a=1&amp;b=2">Your copy</a> <a href="/home">x</a>"#.to_vec(),
            ..Answer::default()
        };
        assert_eq!(links("http://h:1", "/x", &page), ["/account/copy/7?a=1&b=2"]);
        assert_eq!(below("http://h:1", "see http://h:1/data/1 or http://o:1/data/2"), ["/data/1"]);
    }
}
