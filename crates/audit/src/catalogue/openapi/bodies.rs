//! What is sent and what comes back: bodies, answers and their media types.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Reader, examples_of, text_of};
use crate::catalogue::{Answer, Body, Media, Schema};

impl Reader {
    pub(super) fn body(&mut self, operation: &Map<String, Value>, pointer: &str) -> Option<Body> {
        let node = self.follow(operation.get("requestBody")?, &format!("{pointer}/requestBody"));
        let required = node.get("required") == Some(&Value::Bool(true));
        let mut media = self.media(node.get("content"));
        media.sort_by_key(preference);
        (!media.is_empty()).then_some(Body { required, media })
    }

    pub(super) fn swagger_body(&self, raw: &[Map<String, Value>], operation: &Map<String, Value>) -> Option<Body> {
        let consumes = self.swagger_types(operation, "consumes");
        let place_is = |node: &&Map<String, Value>, place: &str| text_of(node, "in") == Some(place);
        if let Some(node) = raw.iter().find(|node| place_is(node, "body")) {
            let schema = self.parameter_schema(node);
            let kinds = if consumes.is_empty() { vec!["application/json".to_owned()] } else { consumes };
            let mut media: Vec<Media> = kinds
                .into_iter()
                .map(|content_type| Media {
                    content_type,
                    schema: schema.clone(),
                    examples: Vec::new(),
                    file_types: BTreeMap::new(),
                })
                .collect();
            media.sort_by_key(preference);
            return Some(Body { required: node.get("required") == Some(&Value::Bool(true)), media });
        }
        let fields: Vec<_> = raw.iter().filter(|node| place_is(node, "formData")).collect();
        if fields.is_empty() {
            return None;
        }
        let has_file = fields.iter().any(|node| text_of(node, "type") == Some("file"));
        let multipart =
            has_file || (!consumes.is_empty() && consumes.iter().all(|kind| kind.starts_with("multipart/")));
        let required: Vec<_> = fields
            .iter()
            .filter(|node| node.get("required") == Some(&Value::Bool(true)))
            .filter_map(|node| text_of(node, "name"))
            .collect();
        let properties: Map<String, Value> = fields
            .iter()
            .filter_map(|node| Some((text_of(node, "name")?.to_owned(), self.parameter_schema(node).node().clone())))
            .collect();
        let content_type = if multipart { "multipart/form-data" } else { "application/x-www-form-urlencoded" };
        let schema = self.schema(&json!({"type": "object", "required": required, "properties": properties}));
        let media = vec![Media {
            content_type: content_type.to_owned(),
            schema,
            examples: Vec::new(),
            file_types: BTreeMap::new(),
        }];
        Some(Body { required: !required.is_empty(), media })
    }

    pub(super) fn answers(&mut self, operation: &Map<String, Value>, pointer: &str) -> Vec<Answer> {
        let Some(responses) = operation.get("responses").and_then(Value::as_object) else { return Vec::new() };
        let produces = self.swagger_types(operation, "produces");
        let mut answers = Vec::new();
        for (status, node) in responses.iter().filter(|(status, _)| !status.starts_with("x-")) {
            let node = self.follow(node, &format!("{pointer}/responses/{status}"));
            let media = if self.swagger {
                let schema = node.get("schema").map_or_else(Schema::any, |schema| self.schema(schema));
                let examples = node.get("examples").and_then(Value::as_object);
                let kinds = if produces.is_empty() { vec!["application/json".to_owned()] } else { produces.clone() };
                let with_examples = kinds.into_iter().map(|content_type| {
                    let examples = examples.and_then(|named| named.get(&content_type)).cloned().into_iter().collect();
                    Media { content_type, schema: schema.clone(), examples, file_types: BTreeMap::new() }
                });
                with_examples.collect()
            } else {
                self.media(node.get("content"))
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
        });
        media.collect()
    }

    fn swagger_types(&self, operation: &Map<String, Value>, word: &str) -> Vec<String> {
        let listed = operation.get(word).or_else(|| self.document.get(word)).and_then(Value::as_array);
        listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
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

/// A form that wants a file comes first: beside it, another way to send the same only names what was sent before.
fn preference(media: &Media) -> u8 {
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
