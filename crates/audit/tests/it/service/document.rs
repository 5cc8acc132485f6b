//! The OpenAPI 3.1 document of a service, made from its table of actions.

use serde_json::{Map, Value, json};

use super::{Action, Credential, Keys, Service};

/// One input field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// `string`, `integer`, `boolean`, or a format of string: `email`, `password`, `date`; `key` is a row's key.
    pub(crate) kind: &'static str,
    pub(crate) is_required: bool,
}

/// What success answers.
#[derive(Debug, Clone, Default)]
pub(crate) enum Shape {
    /// The document does not say.
    #[default]
    Unsaid,
    /// An object with these fields and its key.
    Object(Vec<&'static str>),
    /// `{"items": […]}` of such objects.
    List(Vec<&'static str>),
}

/// A required text.
pub(crate) const fn text(name: &'static str) -> Field {
    Field { name, kind: "string", is_required: true }
}

/// An optional text.
pub(crate) const fn maybe(name: &'static str) -> Field {
    Field { name, kind: "string", is_required: false }
}

/// A required field of some kind.
pub(crate) const fn field(name: &'static str, kind: &'static str) -> Field {
    Field { name, kind, is_required: true }
}

/// The whole document.
pub(super) fn openapi(service: &Service, keys: Keys) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for action in service.actions.iter().filter(|action| action.is_documented) {
        let (method, path) = action.name.split_once(' ').unwrap_or_default();
        let entry = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
        entry[method.to_lowercase()] = operation(service, action, keys);
    }
    let scheme = match service.credential {
        Credential::Bearer => json!({ "type": "http", "scheme": "bearer" }),
        Credential::Cookie => json!({ "type": "apiKey", "in": "cookie", "name": "sid" }),
    };
    json!({
        "openapi": "3.1.0",
        "info": { "title": "A small service", "version": "1" },
        "paths": paths,
        "components": { "securitySchemes": { "session": scheme } },
        "security": [{ "session": [] }],
    })
}

fn operation(service: &Service, action: &Action, keys: Keys) -> Value {
    let (_, path) = action.name.split_once(' ').unwrap_or_default();
    let in_path = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let mut parameters: Vec<Value> = in_path
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": schema("key", keys) }))
        .collect();
    parameters.extend(action.query.iter().map(|field| {
        json!({ "name": field.name, "in": "query", "required": field.is_required, "schema": schema(field.kind, keys) })
    }));
    parameters.extend(action.headers.iter().map(|field| {
        json!({ "name": field.name, "in": "header", "required": field.is_required, "schema": schema(field.kind, keys) })
    }));
    let mut operation = json!({ "parameters": parameters, "responses": { "200": answer(service, action, keys) } });
    if !action.input.is_empty() {
        let required: Vec<&str> = action.input.iter().filter(|f| f.is_required).map(|f| f.name).collect();
        let schema = json!({ "type": "object", "properties": properties(&action.input, keys), "required": required });
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    }
    if let Some(media) = action.media {
        let file = json!({ "type": "string", "format": "binary" });
        let mut content = match media.starts_with("multipart/") {
            true => {
                json!({ "schema": { "type": "object", "properties": { "file": file }, "required": ["file"] } })
            }
            false => json!({ "schema": file }),
        };
        if let Some(types) = action.file_types {
            content["encoding"] = json!({ "file": { "contentType": types } });
        }
        operation["requestBody"] = json!({ "required": true, "content": { media: content } });
    }
    if action.is_public {
        operation["security"] = json!([]);
    }
    operation
}

fn answer(service: &Service, action: &Action, keys: Keys) -> Value {
    let object = |fields: &[&'static str]| {
        let fields: Vec<Field> = fields.iter().map(|name| text(name)).collect();
        let mut properties = properties(&fields, keys);
        properties.insert("id".into(), schema("key", keys));
        json!({ "type": "object", "properties": properties })
    };
    let schema = match &action.answer {
        Shape::Unsaid => return json!({ "description": "done" }),
        Shape::Object(fields) => object(fields),
        Shape::List(fields) => {
            json!({ "type": "object", "properties": { "items": { "type": "array", "items": object(fields) } } })
        }
    };
    let schema = match service.is_enveloped {
        true => json!({ "type": "object", "properties": { "data": schema } }),
        false => schema,
    };
    json!({ "description": "done", "content": { "application/json": { "schema": schema } } })
}

fn properties(fields: &[Field], keys: Keys) -> Map<String, Value> {
    fields.iter().map(|field| (field.name.to_owned(), schema(field.kind, keys))).collect()
}

fn schema(kind: &str, keys: Keys) -> Value {
    match (kind, keys) {
        ("keys", _) => json!({ "type": "array", "items": schema("key", keys) }),
        ("key", Keys::Serial) => json!({ "type": "integer" }),
        ("key", Keys::Uuid) => json!({ "type": "string", "format": "uuid" }),
        ("key", Keys::Slug) => json!({ "type": "string" }),
        ("audience", _) => json!({ "type": "string", "enum": ["internal", "guests", "public"] }),
        ("scope", _) => json!({ "type": "string", "enum": ["write", "read"] }),
        ("string" | "integer" | "boolean" | "number", _) => json!({ "type": kind }),
        (format, _) => json!({ "type": "string", "format": format }),
    }
}
