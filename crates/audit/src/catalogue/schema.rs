//! A tolerant view of a JSON schema inside its document. References are followed on demand and never for ever.

use std::sync::Arc;

use serde_json::Value;

use super::infer::is_uuid;

/// How many references are followed in a row, and how deep parts of `allOf` may nest.
const DEPTH_MAX: usize = 24;

/// A schema: a place in a document.
#[derive(Debug, Clone)]
pub struct Schema {
    node: Value,
    document: Arc<Value>,
}

/// What kind of value a schema asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An object.
    Object,
    /// An array.
    Array,
    /// A string.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// Null.
    Null,
    /// The schema does not say.
    Any,
}

impl Schema {
    /// A schema inside a document.
    pub fn new(node: Value, document: Arc<Value>) -> Self {
        let mut schema = Self { node, document };
        schema.follow();
        schema
    }

    /// A schema that says nothing.
    pub fn any() -> Self {
        Self { node: Value::Object(serde_json::Map::new()), document: Arc::new(Value::Null) }
    }

    /// The node itself, its reference followed.
    pub fn node(&self) -> &Value {
        &self.node
    }

    /// What kind of value it asks for; of several types the first that is not null, an object before an array.
    pub fn kind(&self) -> Kind {
        let kinds: Vec<Kind> = match self.field("type") {
            Some(Value::String(name)) => vec![kind_of(&name)],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(kind_of).collect(),
            _ => Vec::new(),
        };
        if let Some(kind) = kinds.iter().filter(|kind| **kind != Kind::Null).min().or(kinds.first()) {
            return *kind;
        }
        if self.field("properties").is_some() || self.field("additionalProperties").is_some() {
            return Kind::Object;
        }
        if self.field("items").is_some() {
            return Kind::Array;
        }
        match self.enumeration().first().or(self.constant().as_ref()) {
            Some(Value::String(_)) => Kind::String,
            Some(Value::Bool(_)) => Kind::Boolean,
            Some(Value::Number(number)) if number.is_f64() => Kind::Number,
            Some(Value::Number(_)) => Kind::Integer,
            _ if self.text("format").is_some() || self.text("pattern").is_some() => Kind::String,
            _ => Kind::Any,
        }
    }

    /// Its properties by name, those of every part of `allOf` included.
    pub fn properties(&self) -> Vec<(String, Self)> {
        let mut properties: Vec<(String, Self)> = Vec::new();
        for part in self.parts() {
            let Some(members) = part.node.get("properties").and_then(Value::as_object) else { continue };
            for (name, node) in members {
                if !properties.iter().any(|(known, _)| known == name) {
                    properties.push((name.clone(), part.inner(node)));
                }
            }
        }
        properties.sort_by(|left, right| left.0.cmp(&right.0));
        properties
    }

    /// The names that it asks for.
    pub fn required(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for part in self.parts() {
            let required = part.node.get("required").and_then(Value::as_array).into_iter().flatten();
            for name in required.filter_map(Value::as_str) {
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
        }
        names
    }

    /// What its elements are.
    pub fn items(&self) -> Option<Self> {
        self.parts().into_iter().find_map(|part| {
            let items = part.node.get("items")?;
            let items = items.as_array().and_then(|tuple| tuple.first()).unwrap_or(items);
            Some(part.inner(items))
        })
    }

    /// Its alternatives (`oneOf`, `anyOf`), null left out, objects first, otherwise in the order of the document.
    pub fn alternatives(&self) -> Vec<Self> {
        let mut alternatives: Vec<Self> = Vec::new();
        for part in self.parts() {
            for word in ["oneOf", "anyOf"] {
                let listed = part.node.get(word).and_then(Value::as_array).into_iter().flatten();
                alternatives.extend(listed.map(|node| part.inner(node)).filter(|one| one.kind() != Kind::Null));
            }
        }
        alternatives.sort_by_key(|one| one.kind() != Kind::Object);
        alternatives
    }

    /// The values it allows, also where each of its alternatives lists its own: `oneOf` of an enumeration and null.
    pub fn enumeration(&self) -> Vec<Value> {
        let listed = |schema: &Self| schema.field("enum").and_then(|values| values.as_array().cloned());
        if let Some(values) = listed(self) {
            return values;
        }
        let of_each = |one: Self| listed(&one).or_else(|| one.constant().map(|value| vec![value]));
        let alternatives: Option<Vec<Vec<Value>>> = self.alternatives().into_iter().map(of_each).collect();
        alternatives.unwrap_or_default().into_iter().flatten().collect()
    }

    /// The only value it allows.
    pub fn constant(&self) -> Option<Value> {
        self.field("const")
    }

    /// Values that the document shows: `example`, `examples`, then `default`.
    pub fn examples(&self) -> Vec<Value> {
        let mut examples: Vec<Value> = self.field("example").into_iter().collect();
        match self.field("examples") {
            Some(Value::Array(values)) => examples.extend(values),
            Some(Value::Object(named)) => {
                examples.extend(named.into_iter().map(|(_, one)| one.get("value").cloned().unwrap_or(one)));
            }
            _ => {}
        }
        examples.extend(self.field("default"));
        examples
    }

    /// `default`.
    pub fn default_value(&self) -> Option<Value> {
        self.field("default")
    }

    /// `format`, in small letters.
    pub fn format(&self) -> Option<String> {
        self.text("format").map(|format| format.to_ascii_lowercase())
    }

    /// Whether a value, as it is written in an address, may be what it asks for.
    pub fn takes(&self, value: &str) -> bool {
        let listed = self.enumeration();
        if !listed.is_empty() {
            return listed.iter().filter_map(crate::compare::scalar).any(|one| one == value);
        }
        // `anyOf` of it and null.
        if let [only] = self.alternatives().as_slice() {
            return only.takes(value);
        }
        match self.kind() {
            Kind::Integer => value.strip_prefix('-').unwrap_or(value).bytes().all(|byte| byte.is_ascii_digit()),
            Kind::Number => value.parse::<f64>().is_ok(),
            _ => self.format().as_deref() != Some("uuid") || is_uuid(value),
        }
    }

    /// A text of the schema's: `pattern`, `title`, `description` …
    pub fn text(&self, word: &str) -> Option<String> {
        self.field(word)?.as_str().map(str::to_owned)
    }

    /// A number of the schema's: `minimum`, `maxLength` …
    pub fn number(&self, word: &str) -> Option<f64> {
        self.field(word)?.as_f64()
    }

    /// A flag of the schema's: `readOnly`, `writeOnly`, `nullable` …
    pub fn flag(&self, word: &str) -> bool {
        self.field(word) == Some(Value::Bool(true))
    }

    /// Whether clients cannot set it.
    pub fn is_read_only(&self) -> bool {
        self.flag("readOnly")
    }

    /// Whether null is allowed.
    pub fn is_nullable(&self) -> bool {
        let null = Value::String("null".into());
        self.flag("nullable")
            || self.flag("x-nullable")
            || self.field("type").is_some_and(|kinds| kinds.as_array().is_some_and(|kinds| kinds.contains(&null)))
    }

    /// The pattern that a text must match, its own or that of its only alternative beside null.
    pub fn pattern(&self) -> Option<String> {
        self.text("pattern").or_else(|| match self.alternatives().as_slice() {
            [only] => only.text("pattern"),
            _ => None,
        })
    }

    /// A word of the schema's, from the first part of `allOf` that has it.
    fn field(&self, word: &str) -> Option<Value> {
        if let Some(value) = self.node.get(word) {
            return Some(value.clone());
        }
        self.node.get("allOf")?;
        self.parts().into_iter().find_map(|part| part.node.get(word).cloned())
    }

    /// The schema and every part of its `allOf`, nearest first.
    fn parts(&self) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut open = vec![(self.clone(), 0)];
        while let Some((part, depth)) = open.pop() {
            if depth < DEPTH_MAX && parts.len() < DEPTH_MAX * DEPTH_MAX {
                let inner = part.node.get("allOf").and_then(Value::as_array).into_iter().flatten();
                open.extend(inner.rev().map(|node| (part.inner(node), depth + 1)));
            }
            parts.push(part);
        }
        parts
    }

    fn inner(&self, node: &Value) -> Self {
        Self::new(node.clone(), Arc::clone(&self.document))
    }

    /// Replaces a reference by what it points to. What stands beside it (3.1) stays, and wins.
    fn follow(&mut self) {
        for _ in 0..DEPTH_MAX {
            let Some(reference) = self.node.get("$ref").and_then(Value::as_str) else { return };
            let Some(target) = resolve(&self.document, reference) else { break };
            let mut beside = self.node.as_object().cloned().unwrap_or_default();
            beside.remove("$ref");
            self.node = match target {
                Value::Object(members) => {
                    let mut merged = members.clone();
                    merged.extend(beside);
                    Value::Object(merged)
                }
                other => other.clone(),
            };
        }
        // A reference into nowhere, or in a circle, says nothing.
        if let Some(members) = self.node.as_object_mut() {
            members.remove("$ref");
        }
    }
}

/// What a reference inside the same document points to (`#/components/schemas/X`, RFC 6901).
pub(super) fn resolve<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = reference.strip_prefix('#')?;
    document.pointer(pointer).or_else(|| document.pointer(&percent_decode(pointer)))
}

pub(crate) fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        let hex = (*byte == b'%').then(|| text.get(position + 1..position + 3)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                decoded.push(value);
                position += 3;
            }
            None => {
                decoded.push(*byte);
                position += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn kind_of(name: &str) -> Kind {
    match name {
        "object" => Kind::Object,
        "array" => Kind::Array,
        "string" | "file" => Kind::String,
        "integer" => Kind::Integer,
        "number" => Kind::Number,
        "boolean" => Kind::Boolean,
        "null" => Kind::Null,
        _ => Kind::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema(node: Value, document: Value) -> Schema {
        Schema::new(node, Arc::new(document))
    }

    #[test]
    fn references_and_all_of_are_followed() {
        let document = json!({"components": {"schemas": {
            "Base": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
            "Note": {"allOf": [{"$ref": "#/components/schemas/Base"},
                               {"required": ["text"], "properties": {"text": {"type": "string"}}}]},
        }}});
        let note = schema(json!({"$ref": "#/components/schemas/Note"}), document);
        assert_eq!(note.kind(), Kind::Object);
        assert_eq!(note.required(), ["id", "text"]);
        let names: Vec<_> = note.properties().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["id", "text"]);
    }

    #[test]
    fn circles_end() {
        let document = json!({"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"},
            "tree": {"allOf": [{"$ref": "#/tree"}, {"$ref": "#/tree"}], "properties": {"x": {"type": "string"}}}});
        assert_eq!(schema(json!({"$ref": "#/a"}), document.clone()).kind(), Kind::Any);
        let tree = schema(json!({"$ref": "#/tree"}), document);
        assert_eq!(tree.properties().len(), 1);
    }

    #[test]
    fn an_object_comes_before_an_array_and_null_is_no_alternative() {
        let one = schema(json!({"oneOf": [{"type": "null"}, {"type": "array"}, {"type": "object"}]}), json!({}));
        let kinds: Vec<_> = one.alternatives().iter().map(Schema::kind).collect();
        assert_eq!(kinds, [Kind::Object, Kind::Array]);
        assert_eq!(schema(json!({"type": ["null", "string"]}), json!({})).kind(), Kind::String);
    }
}
