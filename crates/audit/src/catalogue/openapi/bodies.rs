//! What is sent and what comes back: bodies, answers and their media types.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::parameters::styled;
use super::{Reader, examples_of};
use crate::catalogue::{Answer, Body, Join, Media, Schema};

impl Reader {
    pub(super) fn body(&mut self, operation: &Map<String, Value>, pointer: &str) -> Option<Body> {
        let node = self.follow(operation.get("requestBody")?, &format!("{pointer}/requestBody"));
        let required = node.get("required") == Some(&Value::Bool(true));
        let mut media = self.media(node.get("content"));
        media.sort_by_key(preference);
        (!media.is_empty()).then_some(Body { required, media })
    }

    pub(super) fn answers(&mut self, operation: &Map<String, Value>, pointer: &str) -> Vec<Answer> {
        let Some(responses) = operation.get("responses").and_then(Value::as_object) else { return Vec::new() };
        let mut answers = Vec::new();
        for (status, node) in responses.iter().filter(|(status, _)| !status.starts_with("x-")) {
            let node = self.follow(node, &format!("{pointer}/responses/{status}"));
            let media = match self.swagger {
                true => self.swagger_answer(operation, status, &node),
                false => self.media(node.get("content")),
            };
            let headers = node.get("headers").and_then(Value::as_object);
            answers.push(Answer {
                status: status.to_ascii_uppercase().replace("DEFAULT", "default"),
                description: node.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
                media,
                headers: headers.map(|headers| headers.keys().cloned().collect()).unwrap_or_default(),
            });
        }
        answers.sort_by(|left, right| left.status.cmp(&right.status));
        answers
    }

    pub(super) fn media(&self, content: Option<&Value>) -> Vec<Media> {
        let Some(content) = content.and_then(Value::as_object) else { return Vec::new() };
        let media = content.iter().map(|(content_type, node)| Media {
            content_type: content_type.split(';').next().unwrap_or_default().trim().to_owned(),
            schema: node.get("schema").map_or_else(Schema::any, |schema| self.schema(schema)),
            examples: node.as_object().map(examples_of).unwrap_or_default(),
            file_types: file_types(node),
            joins: joins(node),
            form_token: None,
        });
        media.collect()
    }
}

/// The media types that fields of a form in parts may have (OpenAPI 3.1 section 4.8.15, `contentType`).
fn file_types(media: &Value) -> BTreeMap<String, Vec<String>> {
    let fields = media.get("encoding").and_then(Value::as_object).into_iter().flatten();
    let listed = fields.filter_map(|(field, node)| {
        let types = node.get("contentType").and_then(Value::as_str)?.split(',');
        Some((field.clone(), types.map(|one| one.trim().to_ascii_lowercase()).collect()))
    });
    listed.collect()
}

/// How lists in fields of a form are written (OpenAPI 3.0 section 4.7.15, `style` and `explode`).
fn joins(media: &Value) -> BTreeMap<String, Join> {
    let fields = media.get("encoding").and_then(Value::as_object).into_iter().flatten();
    let says = |node: &Value| node.get("style").is_some() || node.get("explode").is_some();
    let told = fields
        .filter(|(_, node)| says(node))
        .filter_map(|(field, node)| Some((field.clone(), styled(node.as_object()?, "form"))));
    told.collect()
}

/// A form that wants a file comes first: beside it, another way to send the same only names what was sent before.
pub(super) fn preference(media: &Media) -> u8 {
    match () {
        () if media.is_multipart() && wants_a_file(media) => 0,
        () if media.content_type.eq_ignore_ascii_case("application/json") => 1,
        () if media.is_json() => 2,
        () if media.is_form() => 3,
        () if media.is_multipart() => 4,
        () => 5,
    }
}

/// Whether a field that must be there is a file.
fn wants_a_file(media: &Media) -> bool {
    let required = media.schema.required();
    let is_file = |schema: &Schema| schema.format().is_some_and(|format| format == "binary");
    media.schema.properties().iter().any(|(name, schema)| required.iter().any(|must| must == name) && is_file(schema))
}
