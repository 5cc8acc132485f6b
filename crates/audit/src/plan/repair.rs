//! Repairs a body by what its refusal names: a field that is asked for is added, one that is objected to is dropped, a
//! value that is listed is used.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::complaint::{About, Complaint, complaints};
use super::shape::snake_case;
use super::values::{Made, Maker, renewed};
use crate::catalogue::Schema;
use crate::json_path::{JsonPath, Step};

/// Words of a refusal that says that somebody else has this value.
const TAKEN: &[&str] = &["already", "taken", "unique", "duplicate", "exists"];

/// How often a body is repaired before it is given up.
pub const REPAIRS_MAX: usize = 3;

/// The body changed by what the refusal names; `None` where it names nothing that can be changed.
pub fn repair(sent: &Made, schema: &Schema, refusal: &str, maker: &mut Maker<'_>) -> Option<Made> {
    let mut known: Vec<String> = schema.properties().into_iter().map(|(name, _)| name).collect();
    known.extend(sent.value.as_object().into_iter().flat_map(|members| members.keys().cloned()));
    let mut body = sent.clone();
    for complaint in complaints(refusal, &known) {
        apply(&complaint, &mut body, schema, maker);
    }
    (body.value != sent.value).then_some(body)
}

/// The body with words that were seen in place of invented ones, for a refusal that names nothing: first where the seen word is
/// plainly one of a set (`read:invoices`, `monthly`), then everywhere. `None` where nothing was seen, or it is sent already.
pub fn as_seen(sent: &Made, schema: &Schema) -> Option<Made> {
    let seen: Vec<(&JsonPath, Value)> = (sent.canaries.iter())
        .filter_map(|(path, _)| Some((path, schema_at(schema, path)?.examples().into_iter().find(Value::is_string)?)))
        .collect();
    let listed: Vec<_> = seen.iter().filter(|(_, value)| value.as_str().is_some_and(is_of_a_set)).cloned().collect();
    let chosen = if listed.is_empty() { seen } else { listed };
    let mut body = sent.clone();
    for (path, value) in chosen {
        *path.first_mut(&mut body.value)? = value;
        body.canaries.retain(|(known, _)| known != path);
    }
    (body.value != sent.value).then_some(body)
}

/// Whether a text looks like a word of a set that the service knows: short, small letters, at most joined by signs.
fn is_of_a_set(text: &str) -> bool {
    text.len() <= 40 && text.chars().all(|letter| letter.is_ascii_lowercase() || ":._-/".contains(letter))
}

/// The fields of a body that a refusal objects to, with what it says of each in small letters.
pub fn objections(sent: &Value, schema: &Schema, refusal: &str) -> Vec<(JsonPath, String)> {
    let mut known: Vec<String> = schema.properties().into_iter().map(|(name, _)| name).collect();
    known.extend(sent.as_object().into_iter().flat_map(|members| members.keys().cloned()));
    let heard = complaints(refusal, &known).into_iter();
    let spelt = heard.map(|complaint| (as_spelt(&complaint.path, schema), complaint.message));
    spelt.filter(|(path, _)| !path.steps.is_empty() && path.first(sent).is_some()).collect()
}

fn apply(complaint: &Complaint, body: &mut Made, schema: &Schema, maker: &mut Maker<'_>) {
    let path = as_spelt(&complaint.path, schema);
    let Some(Step::Name(name)) = path.steps.last() else { return };
    let field = schema_at(schema, &path);
    let present = path.first(&body.value).is_some();
    match &complaint.about {
        About::Missing => {
            // Said of a field that is there, it means: empty, or of a kind that counts as empty.
            let empty = path
                .first(&body.value)
                .is_some_and(|value| value.is_null() || *value == json!("") || *value == json!([]));
            if !present || empty {
                let made = maker.field(name, field.as_ref().unwrap_or(&Schema::any()));
                if let Some(made) = made {
                    set(body, &path, made);
                }
            } else if let Some(value) = path.first(&body.value).and_then(|value| liked(value, complaint, maker)) {
                set(body, &path, value);
            }
        }
        About::Unknown => remove(body, &path),
        About::Listed(values) => {
            let current = path.first(&body.value).and_then(Value::as_str).map(str::to_lowercase);
            if let Some(value) = values.iter().find(|value| Some(value.to_lowercase()) != current) {
                let number = path.first(&body.value).is_some_and(Value::is_number);
                let value =
                    if number { value.parse().map_or(json!(value), |number: i64| json!(number)) } else { json!(value) };
                set(body, &path, Made { value, canaries: Vec::new() });
            }
        }
        About::Wrong if present => {
            let taken = TAKEN.iter().any(|word| complaint.message.contains(word));
            let other = field.as_ref().filter(|_| taken).and_then(|field| renewed(field, &(maker.mint)()));
            let other = other.map(|value| Made { value, canaries: Vec::new() });
            let liked = other.or_else(|| path.first(&body.value).and_then(|value| liked(value, complaint, maker)));
            let required = schema.required().contains(name);
            match liked {
                Some(value) => set(body, &path, value),
                None if !required => remove(body, &path),
                None => {
                    let shown = field.into_iter().flat_map(|field| field.examples()).find(|shown| !shown.is_null());
                    if let Some(value) = shown {
                        set(body, &path, Made { value, canaries: Vec::new() });
                    }
                }
            }
        }
        About::Wrong => {}
    }
}

/// A value of the kind that a message asks for.
fn liked(value: &Value, complaint: &Complaint, maker: &mut Maker<'_>) -> Option<Made> {
    let message = complaint.message.as_str();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    let plain = |value: Value| Some(Made { value, canaries: Vec::new() });
    let named = |maker: &mut Maker<'_>, name: &str| {
        let mut made = maker.field(name, &Schema::any())?;
        // It is kept under the field's own path.
        made.canaries.iter_mut().for_each(|(path, _)| *path = complaint.path.clone());
        Some(made)
    };
    let number = message.split(|letter: char| !letter.is_ascii_digit()).find_map(|digits| digits.parse::<usize>().ok());
    if let (Some(text), Some(length)) = (value.as_str(), number)
        && says(&["character", "length", "long", "short", "symbols", "letters"])
    {
        let shortens = says(&["at most", "maximum", "max", "too long", "no longer", "exceed", "or fewer", "less than"]);
        let length = length.min(10_000);
        let fitted: String = if shortens {
            text.chars().take(length).collect()
        } else {
            text.chars().chain(std::iter::repeat('x')).take(length.max(text.chars().count()) + 1).collect()
        };
        return (fitted != text)
            .then_some(Made { canaries: vec![(complaint.path.clone(), fitted.clone())], value: json!(fitted) });
    }
    if value.is_string() || value.is_null() {
        if says(TAKEN) {
            return named(maker, &last_name(&complaint.path));
        }
        for (words, name) in [
            (&["email", "e-mail"][..], "email"),
            (&["url", "uri"], "url"),
            (&["uuid"], "uuid"),
            (&["date-time", "datetime", "timestamp", "iso 8601", "iso8601", "rfc 3339", "rfc3339"], "made_at"),
            (&["date"], "date"),
            (&["phone"], "phone"),
        ] {
            if says(words) {
                let made = named(maker, name)?;
                return (made.value != *value).then_some(made);
            }
        }
    }
    if says(&["integer", "int_", "whole number", "i32", "i64", "u32", "u64", "numeric", "number", "float", "decimal"])
        && !value.is_number()
    {
        return plain(value.as_str().and_then(|text| text.parse::<i64>().ok()).map_or(json!(1), Value::from));
    }
    if let (Some(current), Some(bound)) = (value.as_f64(), number) {
        let bound = i64::try_from(bound).ok()?;
        let above = says(&["at least", "greater", "more than", "minimum", "min", "above", ">"]);
        let liked = if above { bound + 1 } else { (bound - 1).max(0) };
        return ((liked as f64 - current).abs() > f64::EPSILON)
            .then_some(Made { value: json!(liked), canaries: Vec::new() });
    }
    if says(&["positive", "greater than zero"]) && value.as_f64().is_some_and(|number| number <= 0.0) {
        return plain(json!(1));
    }
    if says(&["boolean", "bool"]) && !value.is_boolean() {
        return plain(json!(false));
    }
    if says(&["array", "list", "sequence"]) && !value.is_array() {
        return plain(json!([value]));
    }
    if says(&["object", "dictionary", "mapping", "a map"]) && !value.is_object() {
        return plain(json!({}));
    }
    if says(&["string", "text"]) && !value.is_string() {
        return named(maker, &last_name(&complaint.path));
    }
    None
}

/// The path with each name as the schema spells it.
fn as_spelt(path: &JsonPath, schema: &Schema) -> JsonPath {
    let mut at = Some(schema.clone());
    let steps = path.steps.iter().map(|step| match (step, at.take()) {
        (Step::Name(name), Some(schema)) => {
            let properties = schema.properties();
            let found = properties.iter().find(|(known, _)| known == name);
            let found = found.or_else(|| properties.iter().find(|(known, _)| snake_case(known) == snake_case(name)));
            at = found.map(|(_, schema)| schema.clone());
            Step::Name(found.map_or(name, |(known, _)| known).clone())
        }
        (step, Some(schema)) => {
            at = schema.items();
            step.clone()
        }
        (step, None) => step.clone(),
    });
    JsonPath { steps: steps.collect() }
}

fn schema_at(schema: &Schema, path: &JsonPath) -> Option<Schema> {
    path.steps.iter().try_fold(schema.clone(), |schema, step| match step {
        Step::Name(name) => schema.properties().into_iter().find(|(known, _)| known == name).map(|(_, schema)| schema),
        Step::Index(_) | Step::Each => schema.items(),
    })
}

fn set(body: &mut Made, path: &JsonPath, made: Made) {
    let Some((Step::Name(name), above)) = path.steps.split_last() else { return };
    let above = JsonPath { steps: above.to_vec() };
    if body.value.is_null() {
        body.value = json!({});
    }
    let Some(members) = above.first_mut(&mut body.value).and_then(Value::as_object_mut) else { return };
    members.insert(name.clone(), made.value);
    body.canaries.retain(|(known, _)| known != path);
    body.canaries.extend(made.canaries.into_iter().map(|(_, canary)| (path.clone(), canary)));
}

fn remove(body: &mut Made, path: &JsonPath) {
    let Some((Step::Name(name), above)) = path.steps.split_last() else { return };
    let above = JsonPath { steps: above.to_vec() };
    if let Some(members) = above.first_mut(&mut body.value).and_then(Value::as_object_mut) {
        members.remove(name);
    }
    body.canaries.retain(|(known, _)| !known.steps.starts_with(&path.steps));
}

fn last_name(path: &JsonPath) -> String {
    let names =
        path.steps.iter().rev().find_map(|step| if let Step::Name(name) = step { Some(name.clone()) } else { None });
    names.unwrap_or_default()
}

/// Names that a refusal asks for, for callers that make a new body instead of changing the old one.
pub fn asked_for(refusal: &str, schema: &Schema) -> BTreeSet<String> {
    let known: Vec<String> = schema.properties().into_iter().map(|(name, _)| name).collect();
    let missing = complaints(refusal, &known).into_iter().filter(|complaint| complaint.about == About::Missing);
    missing.filter(|complaint| complaint.path.steps.len() == 1).map(|complaint| last_name(&complaint.path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::Date;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn schema() -> Schema {
        let node = json!({"type": "object", "required": ["title"], "properties": {
            "title": {"type": "string"}, "due_date": {"type": "string"}, "kind": {"type": "string"},
            "count": {"type": "integer"}, "secret_level": {"type": "integer"}, "address": {"type": "object", "properties": {"city": {"type": "string"}}}}});
        Schema::new(node, Arc::new(Value::Null))
    }

    fn repaired(sent: Value, refusal: &str) -> Option<Value> {
        let mut count = 0;
        let mut mint = || {
            count += 1;
            format!("plimzzzzz{count:04}")
        };
        let mut maker = Maker { mint: &mut mint, reference: &|_, _| None, today: Date::constant(2026, 11, 22) };
        repair(&Made { value: sent, canaries: Vec::new() }, &schema(), refusal, &mut maker).map(|made| made.value)
    }

    /// Each framework says in its own way that `due_date` is missing.
    #[test]
    fn a_missing_field_is_added() {
        for refusal in [
            r##"{"type":"about:blank","status":422,"errors":[{"pointer":"#/due_date","detail":"is required"}]}"##,
            r#"{"invalid-params":[{"name":"due_date","reason":"must be present"}]}"#,
            r#"{"detail":[{"loc":["body","due_date"],"msg":"Field required","type":"missing"}]}"#,
            r#"{"errors":{"due_date":["can't be blank"]}}"#,
            r#"{"due_date":["This field is required."]}"#,
            r#"{"errors":[{"field":"dueDate","defaultMessage":"must not be null"}]}"#,
            r#"{"errors":[{"type":"field","msg":"Required","path":"due_date","location":"body"}]}"#,
            r#"{"error":{"issues":[{"code":"invalid_type","path":["due_date"],"message":"Required"}]}}"#,
            r#"{"message":["due_date should not be empty"],"error":"Bad Request","statusCode":400}"#,
            r#"{"errors":[{"instancePath":"","message":"must have required property","params":{"missingProperty":"due_date"},"path":"due_date"}]}"#,
            r#"{"error":"Key: 'Task.DueDate' Error:Field validation for 'DueDate' failed on the 'required' tag"}"#,
            "Failed to deserialize the JSON body into the target type: missing field `due_date` at line 1 column 12",
            r#"{"error":"'due_date' is a required property"}"#,
            r#"{"errors":[{"status":"422","source":{"pointer":"/data/attributes/due_date"},"detail":"due_date can't be blank"}]}"#,
        ] {
            let value = repaired(json!({"title": "x"}), refusal);
            assert_eq!(value, Some(json!({"title": "x", "due_date": "2027-01-21"})), "{refusal}");
        }
    }

    #[test]
    fn an_unwanted_field_is_dropped() {
        for refusal in [
            r#"{"detail":[{"loc":["body","kind"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"}]}"#,
            r#"{"message":["property kind should not exist"]}"#,
            "unknown field `kind`, expected one of `title`, `due_date`",
            r#"{"errors":{"kind":["is read-only"]}}"#,
            r#"{"error":"Additional properties are not allowed ('kind' was unexpected)"}"#,
        ] {
            assert_eq!(repaired(json!({"title": "x", "kind": "y"}), refusal), Some(json!({"title": "x"})), "{refusal}");
        }
    }

    #[test]
    fn a_listed_value_is_used() {
        for refusal in [
            r#"{"detail":[{"loc":["body","kind"],"msg":"Input should be one of 'bug', 'task'","type":"literal_error"}]}"#,
            r#"{"errors":{"kind":["must be one of: bug, task"]}}"#,
            r#"{"errors":[{"path":"kind","message":"Invalid enum value","options":["bug","task"]}]}"#,
            "kind must be one of bug|task",
        ] {
            assert_eq!(repaired(json!({"kind": "y"}), refusal), Some(json!({"kind": "bug"})), "{refusal}");
        }
    }

    #[test]
    fn a_wrong_value_is_changed() {
        let wrong = |sent: Value, refusal: &str| repaired(sent, refusal);
        assert_eq!(
            wrong(json!({"count": "x"}), r#"{"errors":{"count":["must be an integer"]}}"#),
            Some(json!({"count": 1}))
        );
        assert_eq!(
            wrong(json!({"count": 1}), r#"{"errors":{"count":["must be at least 10"]}}"#),
            Some(json!({"count": 11}))
        );
        assert_eq!(
            wrong(json!({"title": "abc"}), r#"{"errors":{"title":["must be at least 5 characters"]}}"#),
            Some(json!({"title": "abcxxx"}))
        );
        assert_eq!(
            wrong(json!({"title": "abcdef"}), r#"{"title":"is too long (maximum is 4 characters)"}"#),
            Some(json!({"title": "abcd"}))
        );
        assert_eq!(wrong(json!({"kind": "a"}), r#"{"errors":{"kind":["is strange"]}}"#), Some(json!({})));
        let nested = r#"{"detail":[{"loc":["body","address","city"],"msg":"Field required","type":"missing"}]}"#;
        assert!(wrong(json!({"address": {}}), nested).unwrap()["address"]["city"].is_string());
    }

    #[test]
    fn a_refusal_that_names_nothing_changes_nothing() {
        assert_eq!(repaired(json!({"title": "x"}), r#"{"error":"forbidden"}"#), None);
        assert_eq!(repaired(json!({"title": "x"}), "<html>500</html>"), None);
    }

    #[test]
    fn what_names_nothing_is_met_with_words_that_were_seen() {
        let node = json!({"type": "object", "properties": {
            "name": {"type": "string", "examples": ["For the Till"]},
            "scopes": {"type": "array", "items": {"type": "string", "examples": ["read:invoices"]}}}});
        let schema = Schema::new(node, Arc::new(Value::Null));
        let path = |path: &str| JsonPath::parse(path).unwrap();
        let canaries = vec![(path("name"), "plima".to_owned()), (path("scopes[0]"), "plimb".to_owned())];
        let sent = Made { value: json!({"name": "plima", "scopes": ["plimb"]}), canaries };
        let first = as_seen(&sent, &schema).unwrap();
        assert_eq!(first.value, json!({"name": "plima", "scopes": ["read:invoices"]}));
        let second = as_seen(&first, &schema).unwrap();
        assert_eq!(second.value, json!({"name": "For the Till", "scopes": ["read:invoices"]}));
        assert_eq!((second.canaries.len(), as_seen(&second, &schema)), (0, None));
    }

    proptest! {
        #[test]
        fn any_refusal_is_survived(refusal in ".*", words in proptest::collection::vec("[a-z_]{1,8}", 0..6)) {
            let _ = repaired(json!({"title": "x", "kind": 1}), &refusal);
            let _ = repaired(json!({"title": "x"}), &format!("{} 'kind' must be one of {} [{}", refusal, words.join(","), words.join(" or ")));
        }
    }
}
