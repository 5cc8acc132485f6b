//! From values that were seen to a JSON schema that takes the like of them. Secrets never become part of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Schema;
use crate::evidence::{REDACTED, Secrets, is_secret_name};

/// How deep schemas nest; what lies deeper says nothing.
const DEPTH_MAX: usize = 12;
/// Most fields of one object.
const FIELDS_MAX: usize = 200;
/// Most elements of a list that are looked at.
const ELEMENTS_MAX: usize = 50;
/// Most examples of one field.
const EXAMPLES_MAX: usize = 3;
/// Longest example, in bytes.
const EXAMPLE_BYTES_MAX: usize = 200;

/// Stands in a text where something was filled in that is not known.
pub(super) const UNFILLED: char = '\u{1}';

/// What is seen, and what of it may be kept.
pub(super) struct Inference<'a> {
    /// Passwords, tokens and cookies that were met anywhere in the input.
    pub(super) secrets: &'a Secrets,
    /// Values are kept as examples: of what was sent, never of what came back.
    pub(super) examples: bool,
}

impl Inference<'_> {
    /// A schema that takes each of the samples.
    pub(super) fn schema(&self, samples: &[&Value]) -> Schema {
        schema_of(self.node("", samples, 0))
    }

    /// The same for the value of one field or parameter.
    pub(super) fn named(&self, name: &str, samples: &[&Value]) -> Schema {
        schema_of(self.node(name, samples, 0))
    }

    /// The schema's node for samples under a name.
    pub(super) fn node(&self, name: &str, samples: &[&Value], depth: usize) -> Value {
        let present: Vec<&Value> = samples.iter().copied().filter(|value| !value.is_null()).collect();
        if present.is_empty() || DEPTH_MAX < depth {
            return json!({});
        }
        let all = |is: fn(&Value) -> bool| present.iter().all(|value| is(value));
        let mut node = match () {
            () if all(Value::is_object) => self.object(&present, depth),
            () if all(Value::is_array) => {
                let elements = present.iter().filter_map(|value| value.as_array()).flatten().take(ELEMENTS_MAX);
                json!({"type": "array", "items": self.node(name, &elements.collect::<Vec<_>>(), depth + 1)})
            }
            () if all(Value::is_boolean) => json!({"type": "boolean"}),
            () if all(|value| value.is_i64() || value.is_u64()) => json!({"type": "integer"}),
            () if all(Value::is_number) => json!({"type": "number"}),
            () if all(Value::is_string) => text(&present),
            // A number here and a word there: anything.
            () => json!({}),
        };
        let Some(members) = node.as_object_mut() else { return node };
        if present.len() < samples.len() && !members.is_empty() {
            members.insert("nullable".into(), true.into());
        }
        let scalar = !present.iter().any(|value| value.is_object() || value.is_array());
        if scalar && is_secret_name(name) {
            members.insert("format".into(), "password".into());
            members.insert("writeOnly".into(), true.into());
        } else if scalar && self.examples {
            let shown = self.shown(name, &present);
            if !shown.is_empty() {
                members.insert("examples".into(), shown.into());
            }
        }
        node
    }

    fn object(&self, samples: &[&Value], depth: usize) -> Value {
        let mut fields: BTreeMap<&String, Vec<&Value>> = BTreeMap::new();
        for (name, value) in samples.iter().filter_map(|value| value.as_object()).flatten() {
            if fields.len() < FIELDS_MAX || fields.contains_key(name) {
                fields.entry(name).or_default().push(value);
            }
        }
        let required: Vec<&str> =
            fields.iter().filter(|(_, seen)| seen.len() == samples.len()).map(|(name, _)| name.as_str()).collect();
        let properties = fields.iter().map(|(name, seen)| ((*name).clone(), self.node(name, seen, depth + 1)));
        json!({"type": "object", "required": required, "properties": properties.collect::<Map<_, _>>()})
    }

    /// Values that may be sent again: no secrets, no keys of objects that somebody else may own, no addresses of people.
    fn shown(&self, name: &str, values: &[&Value]) -> Vec<Value> {
        let mut shown: Vec<Value> = Vec::new();
        for value in values.iter().copied().filter(|value| self.may_be_shown(name, value)) {
            if shown.len() < EXAMPLES_MAX && !shown.contains(value) {
                shown.push(value.clone());
            }
        }
        shown
    }

    /// Whether a value under a name may be kept.
    pub(super) fn may_be_shown(&self, name: &str, value: &Value) -> bool {
        if is_secret_name(name) || names_a_key(name) || name.to_lowercase().contains("csrf") {
            return false;
        }
        let Some(text) = value.as_str() else { return true };
        text.len() <= EXAMPLE_BYTES_MAX
            && !text.contains('@')
            && !text.contains(UNFILLED)
            && !text.contains(REDACTED)
            && !is_token(text)
            && self.secrets.clean(text) == text
    }
}

/// A schema that stands for itself.
pub(super) fn schema_of(node: Value) -> Schema {
    Schema::new(node, Arc::new(Value::Null))
}

/// A value as a form or a query writes it: numbers and flags are told from words.
pub(super) fn scalar_of(text: &str) -> Value {
    match text {
        "true" => return true.into(),
        "false" => return false.into(),
        _ => {}
    }
    let plain = text.len() < 16 && (text == "0" || !text.starts_with(['0', '+', '-']));
    match text.parse::<i64>() {
        Ok(number) if plain => number.into(),
        _ => text.into(),
    }
}

/// Fields of a form or a query as an object; a name that stands twice has a list.
pub(super) fn fields_of(pairs: impl IntoIterator<Item = (String, Value)>) -> Value {
    let mut fields: Map<String, Value> = Map::new();
    for (name, value) in pairs {
        match fields.get_mut(&name) {
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => drop(fields.insert(name, value)),
        }
    }
    Value::Object(fields)
}

/// The node with these fields as files.
pub(super) fn with_files(mut node: Value, files: &BTreeSet<String>) -> Value {
    if let Some(properties) = node.get_mut("properties").and_then(Value::as_object_mut) {
        for name in files {
            properties.insert(name.clone(), json!({"type": "string", "format": "binary"}));
        }
    }
    node
}

fn text(samples: &[&Value]) -> Value {
    let texts: Vec<&str> = samples.iter().filter_map(|value| value.as_str()).collect();
    let all = |is: fn(&str) -> bool| texts.iter().all(|text| is(text));
    let format = match () {
        () if all(is_uuid) => "uuid",
        () if all(|text| text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10) => "date",
        () if all(|text| text.parse::<jiff::Timestamp>().is_ok()) => "date-time",
        () if all(|text| text.contains('@') && !text.contains(' ') && text.contains('.')) => "email",
        () if all(|text| text.starts_with("https://") || text.starts_with("http://")) => "uri",
        () => return json!({"type": "string"}),
    };
    json!({"type": "string", "format": format})
}

/// Whether a text is a UUID (RFC 9562 section 4).
pub(crate) fn is_uuid(text: &str) -> bool {
    let dashes = [8, 13, 18, 23];
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match dashes.contains(&at) {
            true => byte == b'-',
            false => byte.is_ascii_hexdigit(),
        })
}

/// Whether a name says that its value is the key of an object: a recorded one may be somebody's.
fn names_a_key(name: &str) -> bool {
    let words = crate::plan::slots::words(name);
    const KEYS: &[&str] = &["id", "ids", "uuid", "uuids", "guid", "key", "keys", "slug", "ref"];
    words.last().is_some_and(|word| KEYS.contains(&word.as_str()))
}

/// Whether a text looks like a token: three parts of a self-contained one (RFC 7519), or long and without a space.
fn is_token(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.=+/".contains(&byte));
    let mixed = text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    plain && (text.starts_with("eyJ") || 32 <= text.len() && mixed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Kind;
    use proptest::prelude::*;

    fn infer(samples: &[Value]) -> Schema {
        let secrets = Secrets::default();
        secrets.add("s3cret-of-ann");
        let samples: Vec<&Value> = samples.iter().collect();
        Inference { secrets: &secrets, examples: true }.schema(&samples)
    }

    #[test]
    fn samples_become_one_schema() {
        let schema = infer(&[
            json!({"title": "Soup", "portions": 2, "due": "2026-11-30", "tags": [{"id": 1}], "note": null, "project_id": 7}),
            json!({"title": "Cake", "portions": 2, "due": "2026-12-01", "tags": [], "note": "x"}),
        ]);
        assert_eq!(schema.required(), ["due", "note", "portions", "tags", "title"]);
        let field = |name: &str| schema.properties().into_iter().find(|(known, _)| known == name).unwrap().1;
        assert_eq!(field("portions").kind(), Kind::Integer);
        assert_eq!(field("portions").examples(), [json!(2)]);
        assert_eq!(field("due").format().as_deref(), Some("date"));
        assert_eq!(field("tags").items().unwrap().kind(), Kind::Object);
        assert!(field("note").is_nullable());
        assert!(field("project_id").examples().is_empty(), "a recorded key may be somebody's");
    }

    #[test]
    fn secrets_are_not_kept() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc";
        let schema =
            infer(&[json!({"password": "hunter2", "remark": "with s3cret-of-ann", "code": jwt, "mail": "a@b.de"})]);
        let node = schema.node().to_string();
        for secret in ["hunter2", "s3cret", "eyJ", "a@b.de"] {
            assert!(!node.contains(secret), "{secret} in {node}");
        }
        assert!(node.contains("\"format\":\"password\""));
    }

    #[test]
    fn a_form_knows_numbers_from_words() {
        assert_eq!(scalar_of("12"), json!(12));
        assert_eq!(scalar_of("012"), json!("012"));
        assert_eq!(scalar_of("true"), json!(true));
        let fields = [("tag".to_owned(), json!("a")), ("tag".to_owned(), json!("b"))];
        assert_eq!(fields_of(fields), json!({"tag": ["a", "b"]}));
    }

    proptest! {
        #[test]
        fn depth_is_bounded(depth in 0..80_usize) {
            let deep = (0..depth).fold(json!(1), |inner, _| json!({ "a": [inner] }));
            let shown = infer(&[deep]).node().to_string();
            prop_assert!(shown.matches("properties").count() <= DEPTH_MAX);
        }
    }
}
