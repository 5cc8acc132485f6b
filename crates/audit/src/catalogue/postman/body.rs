//! What a request sends: a text (mostly JSON), a form, a form in parts, a file.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::address::sample;
use super::variables::{Variables, hole};
use super::{is_disabled, text};
use crate::catalogue::infer::{Inference, fields_of, schema_of, with_files};
use crate::catalogue::{Body, Media, Schema};
use crate::json_path::scalar_text;

/// Reads `body`; nothing where nothing is sent.
pub(super) fn read(body: &Value, variables: &Variables, inference: &Inference<'_>) -> Option<Body> {
    if is_disabled(body) {
        return None;
    }
    let media = match text(body, "mode")? {
        "raw" => raw(body, variables, inference)?,
        "urlencoded" => {
            let (node, _) = form(body.get("urlencoded")?, variables, inference);
            Media::new("application/x-www-form-urlencoded", schema_of(node))
        }
        "formdata" => {
            let (node, files) = form(body.get("formdata")?, variables, inference);
            Media::new("multipart/form-data", schema_of(with_files(node, &files)))
        }
        "file" => Media::new("application/octet-stream", schema_of(json!({"type": "string", "format": "binary"}))),
        _ => return None,
    };
    Some(Body { required: true, media: vec![media] })
}

fn raw(body: &Value, variables: &Variables, inference: &Inference<'_>) -> Option<Media> {
    let raw = text(body, "raw").filter(|raw| !raw.trim().is_empty())?;
    let language = body.pointer("/options/raw/language").and_then(Value::as_str);
    let value: Option<Value> = serde_json::from_str(&without_holes(&variables.fill(raw))).ok();
    Some(match (value, language) {
        (Some(value), None | Some("json" | "text")) if value.is_object() || value.is_array() => {
            Media::new("application/json", inference.schema(&[&value]))
        }
        (_, Some("json")) => Media::new("application/json", Schema::any()),
        (_, Some("xml")) => Media::new("application/xml", Schema::any()),
        (_, Some("html")) => Media::new("text/html", Schema::any()),
        _ => Media::new("text/plain", Schema::any()),
    })
}

/// The fields of a form as a schema, and those that are files. One that is switched off may be sent and need not be.
fn form(listed: &Value, variables: &Variables, inference: &Inference<'_>) -> (Value, BTreeSet<String>) {
    let mut files = BTreeSet::new();
    let (mut all, mut sent) = (Vec::new(), BTreeSet::new());
    for one in listed.as_array().into_iter().flatten() {
        let Some(name) = text(one, "key").filter(|name| !name.is_empty() && !name.contains("{{")) else { continue };
        if text(one, "type") == Some("file") {
            files.insert(name.to_owned());
        }
        if !is_disabled(one) {
            sent.insert(name);
        }
        let value = one.get("value").and_then(scalar_text).unwrap_or_default();
        all.push((name.to_owned(), sample(&variables.fill(&value))));
    }
    let fields = fields_of(all);
    let mut node = inference.node("", &[&fields], 0);
    if let Some(members) = node.as_object_mut() {
        members.insert("required".into(), sent.into_iter().collect());
    }
    (node, files)
}

/// JSON with holes as JSON: inside a text a sign that stands for what is not known, elsewhere nothing.
fn without_holes(json: &str) -> String {
    let mut written = String::with_capacity(json.len());
    let (mut in_text, mut escaped) = (false, false);
    let mut rest = json;
    while let Some(letter) = rest.chars().next() {
        if let Some(("", _, after)) = rest.starts_with("{{").then(|| hole(rest)).flatten() {
            written.push_str(if in_text { "\\u0001" } else { "null" });
            rest = after;
            continue;
        }
        (in_text, escaped) = match letter {
            '"' if !escaped => (!in_text, false),
            '\\' if in_text && !escaped => (true, true),
            _ => (in_text, false),
        };
        written.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    written
}

/// The media type that a list of headers names.
pub(super) fn content_type(headers: Option<&Value>) -> Option<String> {
    let mut headers = headers.and_then(Value::as_array).into_iter().flatten();
    let named = headers.find(|one| text(one, "key").is_some_and(|key| key.eq_ignore_ascii_case("content-type")))?;
    let kind = text(named, "value")?.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    (!kind.is_empty()).then_some(kind)
}
