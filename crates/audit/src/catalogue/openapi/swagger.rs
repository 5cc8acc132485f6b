//! What Swagger 2.0 writes otherwise than OpenAPI 3: bodies and forms among the parameters, media types apart from the
//! schemas, lists by `collectionFormat`, files as a type. <https://spec.openapis.org/oas/v2.0>

use serde_json::{Map, Value, json};

use super::bodies::preference;
use super::{Reader, text_of};
use crate::catalogue::{Body, Join, Media, Schema};

/// Statuses of answers that hold nothing (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5).
const EMPTY_ANSWERS: [&str; 3] = ["204", "205", "304"];

impl Reader {
    /// The parameter `in: body`, or all of `in: formData` as one form.
    pub(super) fn swagger_body(&self, raw: &[Map<String, Value>], operation: &Map<String, Value>) -> Option<Body> {
        let consumes = self.media_types(operation, "consumes");
        let of = |place: &str| raw.iter().filter(|node| text_of(node, "in") == Some(place)).collect::<Vec<_>>();
        if let Some(node) = of("body").first() {
            let schema = self.parameter_schema(node);
            let kinds = if consumes.is_empty() { vec!["application/json".to_owned()] } else { consumes };
            let examples = super::examples_of(node);
            let media = |kind| Media { examples: examples.clone(), ..Media::new(kind, schema.clone()) };
            let mut media: Vec<Media> = kinds.into_iter().map(media).collect();
            media.sort_by_key(preference);
            return Some(Body { required: node.get("required") == Some(&Value::Bool(true)), media });
        }
        let fields = of("formData");
        (!fields.is_empty()).then(|| self.form(&fields, &consumes))
    }

    fn form(&self, fields: &[&Map<String, Value>], consumes: &[String]) -> Body {
        let has_file = fields.iter().any(|node| text_of(node, "type") == Some("file"));
        let multipart =
            has_file || (!consumes.is_empty() && consumes.iter().all(|kind| kind.starts_with("multipart/")));
        let must = |node: &&&Map<String, Value>| node.get("required") == Some(&Value::Bool(true));
        let required: Vec<_> = fields.iter().filter(must).filter_map(|node| text_of(node, "name")).collect();
        let named = || fields.iter().filter_map(|node| Some((text_of(node, "name")?.to_owned(), *node)));
        let properties: Map<String, Value> =
            named().map(|(name, node)| (name, self.parameter_schema(node).node().clone())).collect();
        let content_type = if multipart { "multipart/form-data" } else { "application/x-www-form-urlencoded" };
        let schema = self.schema(&json!({"type": "object", "required": required, "properties": properties}));
        let joins = named().filter(|(_, node)| text_of(node, "type") == Some("array"));
        let joins = joins.map(|(name, node)| (name, collection_format(node))).collect();
        Body { required: !required.is_empty(), media: vec![Media { joins, ..Media::new(content_type, schema) }] }
    }

    /// The media types of one answer: those that are produced, each with the answer's schema.
    pub(super) fn swagger_answer(&self, operation: &Map<String, Value>, status: &str, node: &Value) -> Vec<Media> {
        if EMPTY_ANSWERS.contains(&status) && node.get("schema").is_none() {
            return Vec::new();
        }
        let schema = node.get("schema").map(|schema| self.schema(&with_binary(schema.clone())));
        let schema = schema.unwrap_or_else(Schema::any);
        let examples = node.get("examples").and_then(Value::as_object);
        let mut kinds = self.media_types(operation, "produces");
        if kinds.is_empty() {
            kinds.push("application/json".to_owned());
        }
        let with_examples = kinds.into_iter().map(|kind| {
            let examples = examples.and_then(|named| named.get(&kind)).cloned().into_iter().collect();
            Media { examples, ..Media::new(kind, schema.clone()) }
        });
        with_examples.collect()
    }

    /// `consumes` or `produces` of the operation; an empty list there takes back what the document says.
    fn media_types(&self, operation: &Map<String, Value>, word: &str) -> Vec<String> {
        let listed = operation.get(word).or_else(|| self.document.get(word)).and_then(Value::as_array);
        let plain = |kind: &str| kind.split(';').next().unwrap_or_default().trim().to_owned();
        listed.into_iter().flatten().filter_map(Value::as_str).map(plain).collect()
    }
}

/// `csv` where nothing is said.
pub(super) fn collection_format(node: &Map<String, Value>) -> Join {
    match text_of(node, "collectionFormat") {
        Some("ssv") => Join::Space,
        Some("tsv") => Join::Tab,
        Some("pipes") => Join::Pipe,
        Some("multi") => Join::Repeated,
        _ => Join::Comma,
    }
}

/// A file is a type of its own in 2.0, and a text of bytes since.
pub(super) fn with_binary(mut node: Value) -> Value {
    if node.get("type").and_then(Value::as_str) == Some("file")
        && let Some(members) = node.as_object_mut()
    {
        members.insert("type".into(), "string".into());
        members.insert("format".into(), "binary".into());
    }
    node
}
