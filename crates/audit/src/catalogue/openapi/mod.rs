//! OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0, read tolerantly: what is not understood is a note, what cannot be meant is an
//! error with its JSON pointer (RFC 6901).

mod around;
mod bodies;
mod parameters;
mod schemes;
mod swagger;

use std::sync::Arc;

use serde_json::{Map, Value};

use super::schema::resolve;
use super::{Action, Catalogue, Origin, Schema, Source, document};
use crate::error::{Result, Trouble};

pub use schemes::{Carried, Scheme, schemes};

/// The verbs of a path item; `query` is new in 3.2.
const VERBS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// Reads a document, JSON or YAML. `place` (a file or an address) names it in errors.
pub fn read(bytes: &[u8], place: &str) -> Result<Catalogue> {
    of_value(document::parse(bytes, place)?, place)
}

/// The same of a document that was parsed already.
pub(super) fn of_value(document: Value, place: &str) -> Result<Catalogue> {
    let swagger = version(&document, place)?;
    let mut reader = Reader {
        document: Arc::new(document),
        place: place.to_owned(),
        swagger,
        notes: Vec::new(),
        actions: Vec::new(),
    };
    reader.read()?;
    let Reader { document, mut actions, mut notes, .. } = reader;
    actions.sort_by(|left, right| (&left.path, &left.verb).cmp(&(&right.path, &right.verb)));
    notes.dedup();
    if actions.is_empty() {
        return Err(Trouble::new(format!("{place}: /paths"), "the document has no actions")
            .hint("check that `document` names the right one"));
    }
    let title = document.pointer("/info/title").and_then(Value::as_str).unwrap_or_default().to_owned();
    let schemes = schemes::listed(&document);
    Ok(Catalogue { title, actions, schemes, notes })
}

/// Whether it is Swagger 2.0 rather than OpenAPI 3; anything else is refused.
fn version(document: &Value, place: &str) -> Result<bool> {
    let text = |key: &str| document.get(key).and_then(crate::json_path::scalar_text);
    match (text("openapi"), text("swagger")) {
        (Some(version), _) if version.starts_with('3') => Ok(false),
        (None, Some(version)) if version.starts_with('2') => Ok(true),
        (Some(version), _) => {
            Err(Trouble::new(format!("{place}: /openapi"), format!("version {version} is not known"))
                .hint("known are OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0"))
        }
        (None, Some(version)) => {
            Err(Trouble::new(format!("{place}: /swagger"), format!("version {version} is not known"))
                .hint("known are OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0"))
        }
        (None, None) => {
            Err(Trouble::new(place, "not an OpenAPI document: neither `openapi` nor `swagger` stands at its top")
                .hint("give an OpenAPI 3 or Swagger 2 document as `document`"))
        }
    }
}

struct Reader {
    document: Arc<Value>,
    place: String,
    swagger: bool,
    notes: Vec<String>,
    actions: Vec<Action>,
}

impl Reader {
    fn read(&mut self) -> Result<()> {
        let document = Arc::clone(&self.document);
        for (key, what) in [("webhooks", "webhooks"), ("x-webhooks", "webhooks")] {
            if document.get(key).is_some() {
                self.notes.push(format!("{}: {what} are not walked", self.place));
            }
        }
        let paths = match document.get("paths") {
            None | Some(Value::Null) => return Ok(()),
            Some(paths) => self.object(paths, "/paths")?,
        };
        for (path, item) in paths.iter().filter(|(path, _)| !path.starts_with("x-")) {
            self.path_item(path, item)?;
        }
        Ok(())
    }

    fn path_item(&mut self, path: &str, item: &Value) -> Result<()> {
        let pointer = format!("/paths/{}", escape(path));
        if item.is_null() {
            return Ok(());
        }
        let item = self.follow(item, &pointer);
        let item = self.object(&item, &pointer)?.clone();
        for verb in VERBS {
            if let Some(operation) = item.get(verb).filter(|operation| !operation.is_null()) {
                self.operation(path, verb, &item, operation, format!("{pointer}/{verb}"))?;
            }
        }
        if let Some(further) = item.get("additionalOperations").and_then(Value::as_object) {
            for (verb, operation) in further {
                self.operation(
                    path,
                    verb,
                    &item,
                    operation,
                    format!("{pointer}/additionalOperations/{}", escape(verb)),
                )?;
            }
        }
        Ok(())
    }

    fn operation(
        &mut self,
        path: &str,
        verb: &str,
        item: &Map<String, Value>,
        operation: &Value,
        pointer: String,
    ) -> Result<()> {
        let operation = self.object(operation, &pointer)?.clone();
        let text = |key: &str| operation.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut path = path.split(['?', '#']).next().unwrap_or(path).to_owned();
        if !path.starts_with('/') {
            path.insert(0, '/');
        }
        let raw = self.raw_parameters(item, &operation, &pointer);
        let tags = operation.get("tags").and_then(Value::as_array).into_iter().flatten();
        let answers = self.answers(&operation, &pointer);
        let action = Action {
            verb: verb.to_ascii_uppercase(),
            base: self.base(item, &operation),
            operation_id: operation.get("operationId").and_then(Value::as_str).map(str::to_owned),
            tags: tags.filter_map(Value::as_str).map(str::to_owned).collect(),
            summary: text("summary"),
            description: text("description"),
            deprecated: operation.get("deprecated") == Some(&Value::Bool(true)),
            parameters: self.parameters(&raw, &path),
            body: if self.swagger { self.swagger_body(&raw, &operation) } else { self.body(&operation, &pointer) },
            links: self.links(&operation),
            answers,
            protection: self.protection(&operation),
            origins: vec![Origin::new(Source::Document, &self.place, pointer)],
            path,
        };
        if self.actions.iter().any(|known| known.verb == action.verb && known.path == action.path) {
            self.notes.push(format!("{}: {} stands twice; the first counts", self.place, action.name()));
        } else {
            self.actions.push(action);
        }
        Ok(())
    }

    fn schema(&self, node: &Value) -> Schema {
        Schema::new(node.clone(), Arc::clone(&self.document))
    }

    fn follow(&mut self, node: &Value, pointer: &str) -> Value {
        if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
            if !reference.starts_with('#') {
                self.notes.push(format!("{}: {pointer}: {reference} is outside the document and not read", self.place));
            } else if resolve(&self.document, reference).is_none() {
                self.notes.push(format!("{}: {pointer}: {reference} points nowhere", self.place));
            }
        }
        resolved(&self.document, node)
    }

    fn object<'a>(&self, value: &'a Value, pointer: &str) -> Result<&'a Map<String, Value>> {
        value.as_object().ok_or_else(|| {
            let kind = match value {
                Value::Array(_) => "a list",
                Value::String(_) => "a text",
                Value::Null => "empty",
                _ => "a number or a flag",
            };
            Trouble::new(format!("{}: {pointer}", self.place), format!("an object is expected, this is {kind}"))
                .hint("check the document with any OpenAPI linter")
        })
    }
}

/// A node with its references followed, at most sixteen in a row.
fn resolved(document: &Value, node: &Value) -> Value {
    let mut node = node;
    for _ in 0..16 {
        let Some(reference) = node.get("$ref").and_then(Value::as_str) else { break };
        let Some(target) = resolve(document, reference) else { break };
        node = target;
    }
    node.clone()
}

fn examples_of(node: &Map<String, Value>) -> Vec<Value> {
    let mut examples: Vec<Value> = ["example", "x-example"].iter().filter_map(|key| node.get(*key)).cloned().collect();
    let named = node.get("examples").and_then(Value::as_object).into_iter().flat_map(Map::values);
    examples.extend(named.filter_map(|one| one.get("value").cloned()));
    examples
}

fn text_of<'a>(node: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Value::as_str)
}

/// One step of a JSON pointer.
fn escape(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}
