//! What a request carries: a value in the media type that an action takes, and the same with one harmless field changed.

use super::world::{Call, World};
use crate::catalogue::{Join, Kind, Media, Schema};
use crate::client::{Body, Part};
use crate::compare::leaves;
use crate::evidence::is_secret_name;
use serde_json::Value;

/// Names of fields that hold a file, where the document does not say.
const FILES: &[&str] = &["file", "upload", "attachment", "image", "photo", "picture", "avatar"];

/// How the text of a file ends that is sent as a paper, and as a picture.
const PDF: &str = ".pdf";
const PNG: &str = ".png";

impl World<'_> {
    /// The call with one harmless field changed to a fresh canary, and that canary; the same call where nothing in it
    /// is harmless.
    pub fn varied(&mut self, call: &Call) -> (Call, Option<String>) {
        let Some(sent) = call.sent_json() else { return (call.clone(), None) };
        let mut texts: Vec<(u8, String, String)> = (leaves(&sent).into_iter())
            .filter_map(|(path, text)| {
                // Nobody reads a password back.
                let name = path.rsplit(['.', ']']).next().unwrap_or_default();
                let old = self.canaries.find_minted(&text).filter(|_| !is_secret_name(name))?;
                Some((harm(&path), path, old))
            })
            .collect();
        texts.sort();
        let Some((_, _, old)) = texts.into_iter().next() else { return (call.clone(), None) };
        let fresh = self.canaries.mint();
        let mut varied = call.clone();
        match &mut varied.body {
            Body::Json(value) => map_texts(value, &mut |text| text.replace(&old, &fresh)),
            Body::Form(pairs) => pairs.iter_mut().for_each(|(_, value)| *value = value.replace(&old, &fresh)),
            Body::Multipart(parts) => {
                parts.iter_mut().for_each(|part| part.text = part.text.replace(&old, &fresh));
            }
            Body::Raw(_, bytes) => *bytes = String::from_utf8_lossy(bytes).replace(&old, &fresh).into_bytes(),
            Body::None => {}
        }
        (varied, Some(fresh))
    }
}

/// How much harm a changed field may do: names and texts none, keys and credentials some.
fn harm(path: &str) -> u8 {
    let name = path.rsplit(['.', ']']).next().unwrap_or_default().to_lowercase();
    const SAFE: &[&str] = &[
        "title",
        "text",
        "body",
        "content",
        "description",
        "note",
        "comment",
        "message",
        "subject",
        "summary",
        "label",
    ];
    const HARMFUL: &[&str] = &["mail", "user", "login", "password", "slug", "key", "id", "token", "url", "code"];
    if SAFE.iter().any(|word| name.contains(word)) {
        0
    } else if HARMFUL.iter().any(|word| name.contains(word)) {
        2
    } else {
        1
    }
}

/// A key as the schema spells it: a number where it asks for one.
pub(super) fn as_kind(key: &str, schema: &Schema) -> Option<Value> {
    match schema.kind() {
        Kind::Integer | Kind::Number => key.parse::<i64>().ok().map(Value::from),
        Kind::Array => {
            let item = schema.items().and_then(|items| as_kind(key, &items));
            Some(Value::Array(vec![item.unwrap_or_else(|| Value::from(key))]))
        }
        _ => Some(Value::from(key)),
    }
}

/// A value in the media type that the action asks for.
pub(super) fn as_body(media: &Media, value: Value) -> Body {
    let fields = || value.as_object().into_iter().flatten();
    if media.is_form() {
        let written = |name: &String, value: &Value| match value {
            Value::Array(values) => {
                let join = media.joins.get(name).copied().unwrap_or(Join::Repeated);
                join.write(values.iter().filter_map(crate::compare::scalar).collect())
            }
            value => crate::compare::scalar(value).into_iter().collect(),
        };
        let pairs =
            fields().flat_map(|(name, value)| written(name, value).into_iter().map(move |text| (name.clone(), text)));
        return Body::Form(pairs.collect());
    }
    if media.is_multipart() {
        let schemas = media.schema.properties();
        let is_file_field = |name: &String| match schemas.iter().find(|(known, _)| known == name) {
            Some((_, schema)) => is_file(name, schema),
            None => is_file(name, &Schema::any()),
        };
        let part = |(name, value): (&String, &Value)| {
            let text = match value {
                Value::Array(items) => items.first().and_then(crate::compare::scalar)?,
                other => crate::compare::scalar(other)?,
            };
            let file = is_file_field(name);
            let text = if file { ending_as(text, ending(media, name)) } else { text };
            Some(Part { name: name.clone(), file, text })
        };
        return Body::Multipart(fields().filter_map(part).collect());
    }
    if media.is_json() && media.content_type.eq_ignore_ascii_case("application/json") || media.content_type == "*/*" {
        return Body::Json(value);
    }
    if media.is_json() {
        return Body::Raw(media.content_type.clone(), value.to_string().into_bytes());
    }
    let text = crate::compare::scalar(&value).unwrap_or_else(|| value.to_string());
    Body::Raw(media.content_type.clone(), text.into_bytes())
}

/// Whether a field of a form is a file: the document says so (`format: binary` in 3.0, `contentMediaType` in 3.1), or
/// its name does.
fn is_file(name: &str, schema: &Schema) -> bool {
    let schema = schema.items().unwrap_or_else(|| schema.clone());
    let says = schema.format().is_some_and(|format| format == "binary")
        || schema.text("contentMediaType").is_some()
        || schema.text("contentEncoding").is_some();
    says || FILES.contains(&name.to_lowercase().as_str())
}

/// What a file is called at its end, so that it is of a kind that the field accepts: the first in the document that can be
/// made. Any kind will do where the document names none.
fn ending(media: &Media, field: &str) -> &'static str {
    let properties = media.schema.properties();
    let schema = properties.iter().find(|(name, _)| name == field).map(|(_, schema)| schema);
    let of_schema =
        schema.and_then(|schema| schema.text("contentMediaType")).map(|kind| vec![kind.to_ascii_lowercase()]);
    let accepted =
        media.file_types.get(field).filter(|kinds| !kinds.is_empty()).cloned().or(of_schema).unwrap_or_default();
    let made = accepted.iter().find_map(|kind| match kind.as_str() {
        "application/pdf" => Some(PDF),
        "image/png" | "image/*" => Some(PNG),
        "text/plain" | "text/*" | "*/*" | "application/octet-stream" => Some(""),
        _ => None,
    });
    made.unwrap_or("")
}

/// The body with its file of the kind that a refusal asks for; nothing where it asks for none, or for what was sent.
pub(super) fn with_file_asked_for(body: &Body, refusal: &str) -> Option<Body> {
    let Body::Multipart(parts) = body else { return None };
    let refusal = refusal.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| refusal.contains(word));
    let wanted = match () {
        () if says(&["pdf"]) => PDF,
        () if says(&["png", "image", "picture", "jpeg", "photo"]) => PNG,
        () => return None,
    };
    let mut parts = parts.clone();
    for part in parts.iter_mut().filter(|part| part.file) {
        let stem = [PDF, PNG].iter().find_map(|end| part.text.strip_suffix(end)).unwrap_or(&part.text);
        part.text = format!("{stem}{wanted}");
    }
    Some(Body::Multipart(parts)).filter(|other| other != body)
}

fn ending_as(text: String, ending: &str) -> String {
    if [PDF, PNG].iter().any(|end| text.ends_with(end)) { text } else { text + ending }
}

/// Each text of a document through a function.
pub(super) fn map_texts(value: &mut Value, change: &mut dyn FnMut(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| map_texts(item, change)),
        Value::Object(fields) => fields.values_mut().for_each(|item| map_texts(item, change)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::sync::Arc;

    fn form(schema: Schema, types: &[&str]) -> Media {
        let types = types.iter().map(|kind| (*kind).to_owned()).collect();
        Media { file_types: [("scan".to_owned(), types)].into(), ..Media::new("multipart/form-data", schema) }
    }

    #[test]
    fn a_file_is_of_a_kind_that_is_accepted() {
        let node = json!({"type": "object", "properties": {"scan": {"type": "string", "format": "binary"}}});
        let text = |types: &[&str], refusal: &str| {
            let schema = Schema::new(node.clone(), Arc::new(Value::Null));
            let body = as_body(&form(schema, types), json!({"scan": "a"}));
            let Body::Multipart(parts) = with_file_asked_for(&body, refusal).unwrap_or(body) else { panic!("a form") };
            parts[0].text.clone()
        };
        assert_eq!(text(&[], ""), "a");
        assert_eq!(text(&["application/zip", "application/pdf", "text/plain"], ""), "a.pdf");
        assert_eq!(text(&["image/*"], ""), "a.png");
        assert_eq!(text(&[], "Only PDF files are taken."), "a.pdf");
        assert_eq!(text(&["application/pdf"], "must be an image"), "a.png");
    }

    #[test]
    fn a_list_in_a_form_is_written_as_the_document_says() {
        let mut media = Media::new("application/x-www-form-urlencoded", Schema::any());
        let sent = |media: &Media| match as_body(media, json!({"tag": ["a", "b"]})) {
            Body::Form(pairs) => pairs.into_iter().map(|(_, text)| text).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(sent(&media), ["a", "b"]);
        media.joins.insert("tag".into(), Join::Pipe);
        assert_eq!(sent(&media), ["a|b"]);
    }

    #[test]
    fn a_file_is_sent_as_one() {
        let node = json!({"type": "object", "properties": {
            "title": {"type": "string"}, "scan": {"type": "string", "contentMediaType": "application/pdf"},
            "pages": {"type": "array", "items": {"type": "string", "format": "binary"}}}});
        let schema = Schema::new(node, Arc::new(Value::Null));
        let media = form(schema, &[]);
        let body = as_body(&media, json!({"title": "a", "scan": "b", "pages": ["c"], "upload": "d"}));
        let Body::Multipart(parts) = body else { panic!("{body:?}") };
        let files: Vec<_> = parts.iter().filter(|part| part.file).map(|part| part.text.as_str()).collect();
        assert_eq!((parts.len(), files), (4, vec!["c", "b.pdf", "d"]));
    }
}
