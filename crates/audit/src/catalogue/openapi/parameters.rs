//! Parameters: those of the path item and of the operation, and what stands in the path.

use serde_json::{Map, Value};

use super::{Reader, examples_of, text_of};
use crate::catalogue::{Join, Parameter, Place, Schema};

impl Reader {
    /// The parameters of the path and of the operation; the operation's win.
    pub(super) fn raw_parameters(
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

    pub(super) fn parameters(&self, raw: &[Map<String, Value>], path: &str) -> Vec<Parameter> {
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
                join: self.join(node, place),
            });
        }
        // What stands in the path is a parameter, declared or not; what does not stand there is none.
        let names = names_in(path);
        parameters.retain(|parameter| parameter.place != Place::Path || names.contains(&parameter.name.as_str()));
        for name in &names {
            if !parameters.iter().any(|parameter| parameter.place == Place::Path && parameter.name == *name) {
                parameters.push(Parameter::in_path(*name, Schema::any()));
            }
        }
        parameters.sort_by_key(|parameter| {
            (parameter.place, names.iter().position(|name| *name == parameter.name), !parameter.required)
        });
        parameters
    }

    /// In Swagger 2 the parameter is its own schema; in OpenAPI 3 it has one, or one a media type.
    pub(super) fn parameter_schema(&self, node: &Map<String, Value>) -> Schema {
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
        self.schema(&super::swagger::with_binary(Value::Object(own)))
    }

    /// How several values of a parameter are written.
    fn join(&self, node: &Map<String, Value>, place: Place) -> Join {
        match (self.swagger, place) {
            (true, _) => super::swagger::collection_format(node),
            (false, Place::Query | Place::Cookie) => styled(node, "form"),
            (false, Place::Path | Place::Header) => Join::Comma,
        }
    }
}

/// `style` and `explode` of OpenAPI 3; a form explodes where nothing is said.
pub(super) fn styled(node: &Map<String, Value>, default: &str) -> Join {
    let style = text_of(node, "style").unwrap_or(default);
    let explodes = node.get("explode").and_then(Value::as_bool).unwrap_or(style == "form");
    match style {
        _ if explodes => Join::Repeated,
        "spaceDelimited" => Join::Space,
        "pipeDelimited" => Join::Pipe,
        _ => Join::Comma,
    }
}

/// The names between braces, in order.
fn names_in(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}
