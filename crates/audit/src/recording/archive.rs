//! HAR 1.2 of what was seen. <http://www.softwareishard.com/blog/har-12-spec/>
//!
//! Secrets are looked for in all of it before any of it is put down: a token is known wherever it comes again. Of bodies
//! stand here what the catalogue reads: forms, and JSON. Pages and files are left out, so that nothing hides in them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::clean::Cleaner;
use super::kept::Entry;
use super::parts;
use crate::catalogue::secrets_of_recording;
use crate::page;
use crate::unpack;

/// A body as it is going to be written.
enum Written {
    Json(Value),
    Form(Vec<(String, String)>),
    Parts(Vec<parts::Part>),
    /// Something else, or more than is kept of one.
    Other,
}

/// The whole archive.
pub(super) fn write(entries: &[Entry]) -> Value {
    let open: Vec<Value> = entries.iter().map(|entry| put_down(entry, None)).collect();
    let secrets = secrets_of_recording(&open);
    drop(open);
    let hidden = entries
        .iter()
        .filter(|entry| entry.answer_type() == "text/html")
        .flat_map(|entry| page::password_fields(&String::from_utf8_lossy(&entry.answered.beginning())));
    let hidden: BTreeSet<String> = hidden.collect();
    // What was typed there is a secret wherever it comes again.
    for entry in entries {
        if let Written::Form(pairs) = sent(entry) {
            pairs.iter().filter(|(name, _)| hidden.contains(name)).for_each(|(_, value)| secrets.add(value));
        }
    }
    let cleaner = Cleaner::new(secrets, hidden);
    let entries: Vec<Value> = entries.iter().map(|entry| put_down(entry, Some(&cleaner))).collect();
    let creator = json!({"name": "plimsoll", "version": env!("CARGO_PKG_VERSION")});
    json!({"log": {"version": "1.2", "creator": creator, "pages": [], "entries": entries}})
}

/// One entry, without its secrets; with them where nobody is there yet who knows them.
fn put_down(entry: &Entry, cleaner: Option<&Cleaner>) -> Value {
    let headers = |list: &[(String, String)]| -> Vec<Value> {
        let written = |name: &str, value: &str| cleaner.map_or_else(|| value.to_owned(), |by| by.header(name, value));
        list.iter().map(|(name, value)| json!({"name": name, "value": written(name, value)})).collect()
    };
    let query: Vec<Value> = (entry.url.query_pairs())
        .map(|(name, value)| json!({"name": name, "value": field(cleaner, &name, &value)}))
        .collect();
    let mut request = json!({
        "method": entry.method,
        "url": cleaner.map_or_else(|| entry.url.to_string(), |by| by.url(&entry.url)),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(&entry.headers),
        "queryString": query,
        "headersSize": -1,
        "bodySize": entry.sent.total(),
    });
    if 0 < entry.sent.total() {
        request["postData"] = post_data(entry, cleaner);
    }
    let mut content = json!({"size": entry.answered.total(), "mimeType": entry.answer_type()});
    if let Written::Json(value) = answer(entry) {
        content["text"] = json!(cleaner.map_or_else(|| value.clone(), |by| by.json(value.clone())).to_string());
    }
    let location = entry.answer_header("location").unwrap_or_default();
    let mut written = json!({
        "startedDateTime": entry.at.to_string(),
        "time": entry.millis,
        "request": request,
        "response": {
            "status": entry.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": headers(&entry.answer_headers),
            "content": content,
            "redirectURL": cleaner.map_or_else(|| location.to_owned(), |by| by.address(location)),
            "headersSize": -1,
            "bodySize": entry.answered.total(),
        },
        "cache": {},
        "timings": {"send": 0, "wait": entry.millis, "receive": 0},
    });
    if entry.is_socket {
        written["_resourceType"] = json!("websocket");
    }
    written
}

fn post_data(entry: &Entry, cleaner: Option<&Cleaner>) -> Value {
    let kind = entry.header("content-type").unwrap_or_default();
    let text = match sent(entry) {
        Written::Json(value) => cleaner.map_or_else(|| value.clone(), |by| by.json(value.clone())).to_string(),
        Written::Form(pairs) => match cleaner {
            Some(by) => by.form(pairs),
            None => url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish(),
        },
        Written::Parts(parts) => {
            let listed = parts.iter().map(|part| match cleaner {
                Some(by) => by.part(part),
                None => json!({"name": part.name, "value": part.value}),
            });
            return json!({"mimeType": kind, "params": listed.collect::<Vec<_>>()});
        }
        Written::Other => return json!({"mimeType": kind, "params": []}),
    };
    json!({"mimeType": kind, "text": text})
}

fn sent(entry: &Entry) -> Written {
    let kind = entry.header("content-type").unwrap_or_default();
    let plain = kind.split(';').next().unwrap_or_default().trim().to_lowercase();
    match plain.as_str() {
        "application/x-www-form-urlencoded" => {
            Written::Form(url::form_urlencoded::parse(&entry.sent.beginning()).into_owned().collect())
        }
        "multipart/form-data" => Written::Parts(parts::read(kind, &entry.sent.beginning())),
        kind => read_json(kind, entry.sent.whole()),
    }
}

fn answer(entry: &Entry) -> Written {
    let whole = match entry.answer_header("content-encoding") {
        None | Some("" | "identity") => entry.answered.whole(),
        Some("gzip" | "x-gzip") => entry.answered.whole().and_then(|bytes| unpack::gunzip(&bytes)),
        Some(_) => None,
    };
    read_json(&entry.answer_type(), whole)
}

fn read_json(kind: &str, whole: Option<Vec<u8>>) -> Written {
    let says = kind.is_empty() || kind.contains("json") || kind.starts_with("text/plain");
    let value = whole.filter(|_| says).and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    value.filter(|value| value.is_object() || value.is_array()).map_or(Written::Other, Written::Json)
}

fn field(cleaner: Option<&Cleaner>, name: &str, value: &str) -> String {
    cleaner.map_or_else(|| value.to_owned(), |by| by.field(name, value))
}
