//! OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0, read tolerantly: what is not understood is a note, what cannot be meant is an
//! error with its JSON pointer (RFC 6901).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::schema::resolve;
use super::{Action, Answer, Body, Catalogue, Link, Media, Parameter, Place, Protection, Schema, document};
use crate::error::{Result, Trouble};

/// The verbs of a path item; `query` is new in 3.2.
const VERBS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// Reads a document, JSON or YAML. `place` (a file or an address) names it in errors.
pub fn read(bytes: &[u8], place: &str) -> Result<Catalogue> {
    let document = document::parse(bytes, place)?;
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
    Ok(Catalogue { title, actions, notes })
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
            let wrong = if document.pointer("/log/entries").is_some() {
                "this is a HAR recording, which this version does not read"
            } else if document.pointer("/info/_postman_id").is_some() || document.pointer("/item").is_some() {
                "this is a Postman collection, which this version does not read"
            } else {
                "not an OpenAPI document: neither `openapi` nor `swagger` stands at its top"
            };
            Err(Trouble::new(place, wrong).hint("give an OpenAPI 3 or Swagger 2 document as `document`"))
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
            pointer,
            document: self.place.clone(),
            path,
        };
        if self.actions.iter().any(|known| known.verb == action.verb && known.path == action.path) {
            self.notes.push(format!("{}: {} stands twice; the first counts", self.place, action.name()));
        } else {
            self.actions.push(action);
        }
        Ok(())
    }

    /// The parameters of the path and of the operation; the operation's win.
    fn raw_parameters(
        &mut self,
        item: &Map<String, Value>,
        operation: &Map<String, Value>,
        pointer: &str,
    ) -> Vec<Map<String, Value>> {
        let mut found: Vec<Map<String, Value>> = Vec::new();
        for owner in [item, operation] {
            let listed = owner.get("parameters").and_then(Value::as_array).into_iter().flatten();
            for node in listed {
                let node = self.follow(node, pointer);
                let Some(parameter) = node.as_object() else {
                    self.notes.push(format!("{}: {pointer}/parameters: one is not an object", self.place));
                    continue;
                };
                let key =
                    |parameter: &Map<String, Value>| (parameter.get("name").cloned(), parameter.get("in").cloned());
                found.retain(|known| key(known) != key(parameter));
                found.push(parameter.clone());
            }
        }
        found
    }

    fn parameters(&self, raw: &[Map<String, Value>], path: &str) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for node in raw {
            let (Some(name), Some(place)) = (text_of(node, "name"), text_of(node, "in")) else { continue };
            let place = match place {
                "path" => Place::Path,
                "query" => Place::Query,
                "header" => Place::Header,
                "cookie" => Place::Cookie,
                _ => continue,
            };
            parameters.push(Parameter {
                name: name.to_owned(),
                place,
                required: place == Place::Path || node.get("required") == Some(&Value::Bool(true)),
                schema: self.parameter_schema(node),
                examples: examples_of(node),
            });
        }
        // What stands in the path is a parameter, declared or not; what does not stand there is none.
        let names = names_in(path);
        parameters.retain(|parameter| parameter.place != Place::Path || names.contains(&parameter.name.as_str()));
        for name in &names {
            if !parameters.iter().any(|parameter| parameter.place == Place::Path && parameter.name == *name) {
                parameters.push(Parameter {
                    name: (*name).to_owned(),
                    place: Place::Path,
                    required: true,
                    schema: Schema::any(),
                    examples: Vec::new(),
                });
            }
        }
        parameters.sort_by_key(|parameter| {
            (parameter.place, names.iter().position(|name| *name == parameter.name), !parameter.required)
        });
        parameters
    }

    /// In Swagger 2 the parameter is its own schema; in OpenAPI 3 it has one, or one a media type.
    fn parameter_schema(&self, node: &Map<String, Value>) -> Schema {
        if let Some(schema) = node.get("schema") {
            return self.schema(schema);
        }
        let content = node.get("content").and_then(Value::as_object).and_then(|content| content.values().next());
        if let Some(schema) = content.and_then(|media| media.get("schema")) {
            return self.schema(schema);
        }
        let mut own = node.clone();
        for word in ["name", "in", "required", "description"] {
            own.remove(word);
        }
        self.schema(&Value::Object(own))
    }

    fn body(&mut self, operation: &Map<String, Value>, pointer: &str) -> Option<Body> {
        let node = self.follow(operation.get("requestBody")?, &format!("{pointer}/requestBody"));
        let required = node.get("required") == Some(&Value::Bool(true));
        let mut media = self.media(node.get("content"));
        media.sort_by_key(preference);
        (!media.is_empty()).then_some(Body { required, media })
    }

    fn swagger_body(&self, raw: &[Map<String, Value>], operation: &Map<String, Value>) -> Option<Body> {
        let consumes = self.swagger_types(operation, "consumes");
        let place_is = |node: &&Map<String, Value>, place: &str| text_of(node, "in") == Some(place);
        if let Some(node) = raw.iter().find(|node| place_is(node, "body")) {
            let schema = self.parameter_schema(node);
            let kinds = if consumes.is_empty() { vec!["application/json".to_owned()] } else { consumes };
            let mut media: Vec<Media> = kinds
                .into_iter()
                .map(|content_type| Media { content_type, schema: schema.clone(), examples: Vec::new() })
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
        let media = vec![Media { content_type: content_type.to_owned(), schema, examples: Vec::new() }];
        Some(Body { required: !required.is_empty(), media })
    }

    fn answers(&mut self, operation: &Map<String, Value>, pointer: &str) -> Vec<Answer> {
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
                    Media { content_type, schema: schema.clone(), examples }
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

    fn media(&self, content: Option<&Value>) -> Vec<Media> {
        let Some(content) = content.and_then(Value::as_object) else { return Vec::new() };
        let media = content.iter().map(|(content_type, node)| Media {
            content_type: content_type.split(';').next().unwrap_or_default().trim().to_owned(),
            schema: node.get("schema").map_or_else(Schema::any, |schema| self.schema(schema)),
            examples: node.as_object().map(examples_of).unwrap_or_default(),
        });
        media.collect()
    }

    fn links(&self, operation: &Map<String, Value>) -> Vec<Link> {
        let mut links = Vec::new();
        let responses = operation.get("responses").and_then(Value::as_object);
        for response in responses.into_iter().flat_map(Map::values) {
            let response = resolved(&self.document, response);
            for link in response.get("links").and_then(Value::as_object).into_iter().flat_map(Map::values) {
                let link = resolved(&self.document, link);
                let Some(link) = link.as_object() else { continue };
                let parameters = link.get("parameters").and_then(Value::as_object).into_iter().flatten();
                links.push(Link {
                    operation_id: text_of(link, "operationId").map(str::to_owned),
                    operation_ref: text_of(link, "operationRef").map(str::to_owned),
                    parameters: parameters
                        .filter_map(|(name, value)| Some((name.clone(), crate::json_path::scalar_text(value)?)))
                        .collect(),
                });
            }
        }
        links
    }

    fn protection(&self, operation: &Map<String, Value>) -> Protection {
        let Some(security) = operation.get("security").or_else(|| self.document.get("security")) else {
            return Protection::Silent;
        };
        let Some(alternatives) = security.as_array() else { return Protection::Silent };
        let mut schemes: Vec<String> = Vec::new();
        for alternative in alternatives.iter().filter_map(Value::as_object) {
            if alternative.is_empty() {
                return Protection::Open;
            }
            schemes.extend(alternative.keys().cloned());
        }
        schemes.sort();
        schemes.dedup();
        if schemes.is_empty() { Protection::Open } else { Protection::Protected(schemes) }
    }

    /// The path of the server that fits best: a relative one, one on this machine, or the first. The host is always
    /// the target's.
    fn base(&self, item: &Map<String, Value>, operation: &Map<String, Value>) -> String {
        if self.swagger {
            return clean_base(self.document.get("basePath").and_then(Value::as_str).unwrap_or_default());
        }
        let of = |owner: Option<&Value>| owner.and_then(Value::as_array).filter(|servers| !servers.is_empty()).cloned();
        let servers = of(operation.get("servers"))
            .or_else(|| of(item.get("servers")))
            .or_else(|| of(self.document.get("servers")));
        let addresses: Vec<String> = servers.unwrap_or_default().iter().filter_map(server_address).collect();
        let relative = addresses.iter().find(|address| !address.contains("://") && !address.starts_with("//"));
        let local = addresses
            .iter()
            .find(|address| ["//localhost", "//127.", "//[::1]"].iter().any(|host| address.contains(host)));
        clean_base(relative.or(local).or(addresses.first()).map_or("", String::as_str))
    }

    fn swagger_types(&self, operation: &Map<String, Value>, word: &str) -> Vec<String> {
        let listed = operation.get(word).or_else(|| self.document.get(word)).and_then(Value::as_array);
        listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
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

fn preference(media: &Media) -> u8 {
    match () {
        () if media.content_type.eq_ignore_ascii_case("application/json") => 0,
        () if media.is_json() => 1,
        () if media.is_form() => 2,
        () if media.is_multipart() => 3,
        () => 4,
    }
}

fn server_address(server: &Value) -> Option<String> {
    let mut address = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        let default = variable.get("default").and_then(crate::json_path::scalar_text).unwrap_or_default();
        address = address.replace(&format!("{{{name}}}"), &default);
    }
    Some(address)
}

/// Only the path of an address, with a slash before it and none behind.
fn clean_base(address: &str) -> String {
    let after_host = match address.split_once("//") {
        Some((scheme, rest)) if scheme.is_empty() || scheme.ends_with(':') => {
            rest.find('/').map_or("", |slash| &rest[slash..])
        }
        _ => address,
    };
    let path = after_host.split(['?', '#']).next().unwrap_or_default().trim_start_matches('.');
    let path = path.trim_matches('/');
    if path.is_empty() { String::new() } else { format!("/{path}") }
}

/// The names between braces, in order.
fn names_in(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

fn examples_of(node: &Map<String, Value>) -> Vec<Value> {
    let mut examples: Vec<Value> = node.get("example").cloned().into_iter().collect();
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
