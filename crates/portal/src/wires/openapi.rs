//! The OpenAPI 3.1 document of the JSON interface, made from the catalogue.

use std::collections::BTreeMap;

use door::{Catalogue, Effect, Entry, Relation, Relations, Verb, Way};
use serde_json::{Value, json};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::arriving::FILE_FIELD;
use super::json::{MULTIPART, PREFIX};
use super::problem::Problem;
use super::request::params_of;
use super::tus;
use crate::files::Kind;

/// The document.
#[must_use]
pub fn document(catalogue: &Catalogue) -> Value {
    let mut paths: BTreeMap<String, Value> = BTreeMap::new();
    let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
    let mut named = vec![("Problem".to_owned(), Problem::schema())];
    Problem::schemas(&mut named);
    for entry in catalogue.entries() {
        let Way::Http(verb, path) = entry.spec.way else { continue };
        let operation = operation(entry, verb, path, &mut named);
        let at = paths.entry(format!("{PREFIX}{path}")).or_insert_with(|| json!({}));
        at[verb.name().to_lowercase()] = operation;
    }
    for (name, schema) in named {
        schemas.insert(name, json!(schema));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Plimsoll portal",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every action of the portal. Sign in with `POST /api/v1/session` and send the token as `Authorization: Bearer`.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(
    entry: &Entry,
    verb: Verb,
    path: &'static str,
    named: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>,
) -> Value {
    let shapes = (entry.shapes)();
    named.extend(shapes.named);
    let mut parameters: Vec<Value> = params_of(path)
        .into_iter()
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } }))
        .collect();
    let input = json!(shapes.input);
    if verb == Verb::Get {
        parameters.extend(query_parameters(&input));
    }
    let headers = if tus::speaks(entry.spec.name) { tus::in_headers(verb) } else { &[] };
    parameters.extend(headers.iter().map(|(field, header)| {
        json!({ "name": header, "in": "header", "required": true, "schema": input["properties"][*field] })
    }));
    let anyone = entry.spec.may.meet(Relations::of(&[Relation::ANYONE]));
    let mut operation = json!({
        "operationId": entry.spec.name,
        "summary": entry.spec.about,
        "tags": [entry.spec.name.split('.').next().unwrap_or_default()],
        "parameters": parameters,
        "security": if anyone { json!([]) } else { json!([{ "bearer": [] }]) },
        "responses": responses(entry, verb, path, &json!(shapes.output)),
    });
    if verb != Verb::Get && has_fields(&input) && headers.is_empty() {
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": input } } });
    }
    if !entry.spec.takes.is_empty() {
        operation["requestBody"]["required"] = json!(true);
        for media in entry.spec.takes {
            operation["requestBody"]["content"][media] = json!({ "schema": with_file(media, &input) });
            if *media == MULTIPART {
                operation["requestBody"]["content"][media]["encoding"][FILE_FIELD]["contentType"] = json!(file_types());
            }
        }
    }
    if verb == Verb::Post && !anyone {
        let key = json!({ "name": "Idempotency-Key", "in": "header", "required": false,
                          "schema": { "type": "string", "minLength": 1, "maxLength": 200 },
                          "description": "The same key with the same request has the effect of one, for a day." });
        if let Some(list) = operation["parameters"].as_array_mut() {
            list.push(key);
        }
    }
    operation
}

/// The schema of a body that is a file, or holds one beside the fields of the input.
fn with_file(media: &str, input: &Value) -> Value {
    let file = json!({ "type": "string", "format": "binary" });
    if media != MULTIPART {
        return file;
    }
    let mut fields = input["properties"].clone();
    if let Some(fields) = fields.as_object_mut() {
        fields.remove("name");
    }
    fields[FILE_FIELD] = file;
    json!({ "type": "object", "properties": fields, "required": [FILE_FIELD] })
}

/// The media types of the kinds of files that are known, each once.
fn file_types() -> String {
    let mut types: Vec<&str> = Vec::new();
    for kind in Kind::all() {
        if !types.contains(&kind.media_type()) {
            types.push(kind.media_type());
        }
    }
    types.join(", ")
}

fn has_fields(schema: &Value) -> bool {
    schema["properties"].as_object().is_some_and(|fields| !fields.is_empty())
}

fn query_parameters(schema: &Value) -> Vec<Value> {
    let Some(fields) = schema["properties"].as_object() else { return Vec::new() };
    fields
        .iter()
        .map(|(name, schema)| json!({ "name": name, "in": "query", "required": false, "schema": schema }))
        .collect()
}

fn responses(entry: &Entry, verb: Verb, path: &str, output: &Value) -> Value {
    let problem = |words: &str| {
        json!({ "description": words,
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } })
    };
    let content: Value = match entry.spec.media {
        [] => json!({ "application/json": { "schema": output } }),
        media => media.iter().map(|media| ((*media).to_owned(), json!({ "schema": { "type": "string" } }))).collect(),
    };
    let mut responses = json!({
        "200": { "description": "Done.", "content": content },
        "401": problem("Nobody is signed in, or that did not match."),
        "404": problem("There is nothing here that the caller can see."),
        "422": problem("Some fields are not what is asked for."),
        "429": problem("Too often."),
    });
    if path.contains('{') || !entry.spec.may.meet(Relations::of(&[Relation::ANYONE])) {
        responses["403"] = problem("The caller sees it, and may not do this; or the sign-in is too old.");
    }
    if verb != Verb::Get {
        responses["400"] = problem("The body cannot be read.");
        responses["413"] = problem("The body is too large.");
        responses["415"] = problem("The body is not JSON.");
    }
    if entry.effect != Effect::Look {
        responses["409"] = problem("It cannot be done in this state, or collides with what is there.");
    }
    responses
}
