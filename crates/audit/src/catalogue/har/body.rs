//! A recorded body: JSON, a form, or a form in parts.

use std::collections::BTreeSet;

use serde_json::Value;

use super::entry::{BODY_BYTES_MAX, Sent, named_values, plain_type};
use crate::catalogue::infer::{fields_of, scalar_of};

/// Reads `postData`; nothing where nothing was sent.
pub(super) fn read(data: &Value) -> Option<Sent> {
    let content_type = plain_type(data.get("mimeType").and_then(Value::as_str).unwrap_or_default());
    let text = data.get("text").and_then(Value::as_str).filter(|text| text.len() <= BODY_BYTES_MAX).unwrap_or_default();
    let mut files = BTreeSet::new();
    let value = match content_type.as_str() {
        "application/x-www-form-urlencoded" => {
            let listed: Vec<(String, String)> = match text {
                "" => named_values(data.get("params")).map(|(name, value)| (decoded(name), decoded(value))).collect(),
                text => url::form_urlencoded::parse(text.as_bytes()).into_owned().collect(),
            };
            fields_of(listed.into_iter().map(|(name, value)| (name, scalar_of(&value))))
        }
        kind if kind.starts_with("multipart/") => in_parts(data, text, &mut files),
        "" if text.is_empty() => return None,
        _ => serde_json::from_str(text).unwrap_or(Value::Null),
    };
    let content_type = match (content_type.is_empty(), value.is_null()) {
        (false, _) => content_type,
        (true, false) => "application/json".to_owned(),
        (true, true) => "application/octet-stream".to_owned(),
    };
    Some(Sent { content_type, value, files })
}

/// The fields of a form in parts (RFC 7578): listed, or still in its text.
fn in_parts(data: &Value, text: &str, files: &mut BTreeSet<String>) -> Value {
    let mut fields: Vec<(String, Value)> = Vec::new();
    for one in data.get("params").and_then(Value::as_array).into_iter().flatten() {
        let Some(name) = one.get("name").and_then(Value::as_str) else { continue };
        if one.get("fileName").is_some() {
            files.insert(name.to_owned());
        }
        let value = one.get("value").and_then(Value::as_str).unwrap_or_default();
        fields.push((name.to_owned(), scalar_of(value)));
    }
    if fields.is_empty() {
        // `Content-Disposition: form-data; name="note"; filename="a.pdf"`, an empty line, the value, the boundary.
        for part in text.split("form-data;").skip(1) {
            let (head, value) = part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n")).unwrap_or((part, ""));
            let Some(name) = quoted(head, " name=") else { continue };
            if head.contains("filename=") {
                files.insert(name.clone());
            }
            let value = value.split("\r\n--").next().and_then(|value| value.split("\n--").next()).unwrap_or_default();
            fields.push((name, scalar_of(value)));
        }
    }
    // What is in a file is nobody's example.
    for (name, value) in &mut fields {
        if files.contains(name) {
            *value = Value::String(String::new());
        }
    }
    fields_of(fields)
}

fn quoted(head: &str, before: &str) -> Option<String> {
    let rest = head.split_once(before)?.1.strip_prefix('"')?;
    Some(rest.split_once('"')?.0.to_owned())
}

/// Whether a body is a GraphQL request: one address, and the operation in a text.
pub(super) fn is_graphql(path: &str, value: &Value) -> bool {
    let one = value.as_array().and_then(|batch| batch.first()).unwrap_or(value);
    let query = one.get("query").and_then(Value::as_str).map(str::trim_start).unwrap_or_default();
    let begins = ["query", "mutation", "subscription", "{", "fragment"].iter().any(|word| query.starts_with(word));
    begins && (query.contains('{') || path.to_lowercase().contains("graphql"))
}

/// Some recorders list the fields of a form as they were sent.
fn decoded(text: &str) -> String {
    let pair = format!("x={}", text.replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}
