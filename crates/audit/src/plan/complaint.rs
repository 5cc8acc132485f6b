//! What a refusal says about the fields of a body: which one is missing, unknown, or has a wrong value.
//!
//! Read are RFC 9457 problems, lists of objects with a field and a message in the many spellings of frameworks, maps
//! from field to messages, and sentences that name a field.

use serde_json::{Map, Value};

use super::shape::snake_case;
use crate::json_path::{JsonPath, Step};

/// How many complaints of one refusal are heard.
const COMPLAINTS_MAX: usize = 40;

/// One complaint about one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    /// The field; a single name where the refusal does not say where it stands.
    pub(super) path: JsonPath,
    /// What is said about it.
    pub(super) about: About,
    /// In small letters.
    pub(super) message: String,
}

/// What is said about a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum About {
    /// It is asked for and not there.
    Missing,
    /// It is there and not wanted.
    Unknown,
    /// One of these values is wanted.
    Listed(Vec<String>),
    /// Its value is not liked.
    Wrong,
}

const FIELD_KEYS: &[&str] = &[
    "loc",
    "pointer",
    "instancePath",
    "dataPath",
    "path",
    "field",
    "fieldName",
    "param",
    "parameter",
    "property",
    "propertyPath",
    "attribute",
    "attr",
    "key",
    "name",
    "location",
    "source",
    "target",
];
const MESSAGE_KEYS: &[&str] = &[
    "msg",
    "message",
    "detail",
    "reason",
    "description",
    "defaultMessage",
    "title",
    "error",
    "type",
    "code",
    "kind",
    "keyword",
    "rule",
    "constraint",
];

/// The complaints of a refusal's body. `known` are the names that the schema or the sent body has.
pub(super) fn complaints(refusal: &str, known: &[String]) -> Vec<Complaint> {
    let mut found = Vec::new();
    match serde_json::from_str::<Value>(refusal) {
        Ok(value) => hear(&value, known, &mut found, 0),
        Err(_) => sentence(refusal, known, &mut found),
    }
    let mut once: Vec<Complaint> = Vec::new();
    for complaint in found {
        if !once.iter().any(|heard| heard.path == complaint.path) && once.len() < COMPLAINTS_MAX {
            once.push(complaint);
        }
    }
    once
}

fn hear(value: &Value, known: &[String], found: &mut Vec<Complaint>, depth: usize) {
    if depth > 8 || found.len() > COMPLAINTS_MAX {
        return;
    }
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| hear(element, known, found, depth + 1)),
        Value::Object(members) => {
            if let Some(complaint) = entry(members) {
                found.push(complaint);
                return;
            }
            for (name, inner) in members {
                match known_name(name, known) {
                    Some(field) if is_messages(inner) => {
                        let message = messages(inner);
                        found.push(Complaint {
                            path: JsonPath::parse(&field).unwrap_or_default(),
                            about: about(&message, ""),
                            message,
                        });
                    }
                    _ => hear(inner, known, found, depth + 1),
                }
            }
        }
        Value::String(text) => sentence(text, known, found),
        _ => {}
    }
}

/// An object that names a field and says something about it.
fn entry(members: &Map<String, Value>) -> Option<Complaint> {
    let message: Vec<String> = MESSAGE_KEYS.iter().filter_map(|key| members.get(*key)).filter_map(text_of).collect();
    let message = message.join(" ");
    let mut path = FIELD_KEYS.iter().find_map(|key| field_path(members.get(*key)?))?;
    let params = members.get("params").or_else(|| members.get("ctx"));
    // The pointer of a JSON Schema validator shows the object, its parameters the field.
    let inside = params
        .and_then(|params| ["missingProperty", "additionalProperty"].iter().find_map(|key| params.get(*key)?.as_str()));
    if let Some(name) = inside {
        path = path.name(name);
    }
    if message.is_empty() || path.steps.is_empty() {
        return None;
    }
    let message = message.to_lowercase();
    let mut about = about(&message, &path.to_string());
    let allowed = ["allowedValues", "enum", "values", "options", "expected"];
    let listed = allowed.iter().find_map(|key| members.get(*key).or_else(|| params?.get(*key)));
    if let Some(values) = listed.and_then(Value::as_array) {
        about = About::Listed(values.iter().filter_map(crate::json_path::scalar_text).collect());
    }
    Some(Complaint { path, about, message })
}

/// `["body","items",0,"name"]`, `/items/0/name`, `#/name`, `items[0].name`, `body.name`, `{"pointer": …}`.
fn field_path(value: &Value) -> Option<JsonPath> {
    let mut path = match value {
        Value::Array(steps) => {
            let steps = steps.iter().filter_map(|step| match step {
                Value::String(name) => Some(Step::Name(name.clone())),
                Value::Number(index) => Some(Step::Index(usize::try_from(index.as_u64()?).ok()?)),
                _ => None,
            });
            JsonPath { steps: steps.collect() }
        }
        Value::Object(inner) => {
            return ["pointer", "parameter", "field"].iter().find_map(|key| field_path(inner.get(*key)?));
        }
        Value::String(text) if text.contains(char::is_whitespace) => return None,
        Value::String(text) if text.starts_with('/') || text.starts_with("#/") => {
            let steps = text.trim_start_matches('#').split('/').skip(1).filter(|step| !step.is_empty());
            JsonPath {
                steps: steps
                    .map(|step| match step.parse() {
                        Ok(index) => Step::Index(index),
                        Err(_) => Step::Name(step.replace("~1", "/").replace("~0", "~")),
                    })
                    .collect(),
            }
        }
        Value::String(text) => JsonPath::parse(text).ok()?,
        _ => return None,
    };
    // Where the value was sent is not part of its path.
    while path.steps.len() > 1
        && let Some(Step::Name(first)) = path.steps.first()
        && ["body", "data", "attributes", "request", "requestBody", "payload", "$"].contains(&first.as_str())
    {
        path.steps.remove(0);
    }
    if let [Step::Name(only)] = path.steps.as_slice()
        && matches!(only.as_str(), "body" | "request" | "query" | "header" | "path")
    {
        return None;
    }
    Some(path)
}

/// A sentence that names fields: quoted, or known.
fn sentence(text: &str, known: &[String], found: &mut Vec<Complaint>) {
    if text.len() > 4000 {
        return;
    }
    // Some frameworks put several sentences into one text.
    for text in text.split([';', '\n']).flat_map(|text| text.split(", '")) {
        let lower = text.to_lowercase();
        let quoted = quoted(text);
        let named = quoted.iter().find_map(|word| known_name(word, known)).or_else(|| {
            let words = text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.')));
            words.map(|word| word.trim_matches('.')).find_map(|word| known_name(word.rsplit('.').next()?, known))
        });
        let about = about(&lower, named.as_deref().unwrap_or_default());
        let field = named.or_else(|| match about {
            // A field that nobody knows yet: believed only in quotes.
            About::Missing | About::Unknown => quoted.into_iter().find(|word| is_identifier(word)),
            _ => None,
        });
        if let Some(path) = field.and_then(|field| JsonPath::parse(&field).ok()) {
            found.push(Complaint { path, about, message: lower });
        }
    }
}

fn about(message: &str, field: &str) -> About {
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&[
        "one of",
        "allowed values",
        "valid values",
        "must be in",
        "valid choice",
        "permitted: ",
        "expected values",
        "possible values",
        "enum",
    ]) {
        let listed: Vec<String> = listed(message).into_iter().filter(|value| value != field).collect();
        if !listed.is_empty() && !says(&["unknown field"]) {
            return About::Listed(listed);
        }
    }
    if says(&[
        "unknown",
        "not allowed",
        "unexpected",
        "additional propert",
        "extra_forbidden",
        "extra fields",
        "extra inputs",
        "should not exist",
        "unrecognized",
        "not permitted",
        "read-only",
        "read only",
        "readonly",
        "cannot be set",
        "can't be set",
        "may not be set",
        "must not be present",
    ]) {
        return About::Unknown;
    }
    if says(&[
        "required",
        "missing",
        "blank",
        "not be empty",
        "is empty",
        "not be null",
        "be null",
        "null value",
        "must be present",
        "must be provided",
        "not provided",
        "please provide",
        "non-null",
        "notnull",
        "notblank",
        "should not be empty",
        "must have",
    ]) {
        return About::Missing;
    }
    About::Wrong
}

/// The values that a message lists after "one of", "must be" …: quoted ones, else those between commas.
fn listed(message: &str) -> Vec<String> {
    let marks = [
        "one of",
        "allowed values",
        "valid values",
        "must be in",
        "permitted: ",
        "expected values",
        "possible values",
        "choices are",
        "enum",
    ];
    let Some(start) = marks.iter().filter_map(|mark| Some(message.find(mark)? + mark.len())).min() else {
        return Vec::new();
    };
    let rest = &message[start..];
    let in_quotes = quoted(rest);
    if !in_quotes.is_empty() {
        return in_quotes;
    }
    let rest = rest.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let rest =
        rest.strip_prefix("are").or(rest.strip_prefix("is")).or(rest.strip_prefix("the following")).unwrap_or(rest);
    let words = rest.split([',', '|', '[', ']', '(', ')']).flat_map(|part| part.split(" or "));
    words
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned())
        .filter(|word| is_identifier(word))
        .collect()
}

/// What stands between quotes of any kind.
fn quoted(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (open, close) in [('`', '`'), ('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’')] {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once(open) {
            let Some((inside, behind)) = after.split_once(close) else { break };
            if (1..=60).contains(&inside.len()) {
                found.push(inside.to_owned());
            }
            rest = behind;
        }
        if !found.is_empty() {
            break;
        }
    }
    found
}

fn is_messages(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Array(elements) => !elements.is_empty() && elements.iter().all(|element| text_of(element).is_some()),
        Value::Object(members) => MESSAGE_KEYS.iter().any(|key| members.get(*key).is_some_and(Value::is_string)),
        _ => false,
    }
}

fn messages(value: &Value) -> String {
    match value {
        Value::Array(elements) => elements.iter().filter_map(text_of).collect::<Vec<_>>().join(" ").to_lowercase(),
        other => text_of(other).unwrap_or_default().to_lowercase(),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(members) => {
            let texts: Vec<&str> = MESSAGE_KEYS.iter().filter_map(|key| members.get(*key)?.as_str()).collect();
            (!texts.is_empty()).then(|| texts.join(" "))
        }
        _ => None,
    }
}

/// The known name that is meant, whatever its spelling: `DueDate` means `due_date`.
fn known_name(word: &str, known: &[String]) -> Option<String> {
    let last = word.rsplit(['.', '/']).next().unwrap_or(word);
    let wanted = snake_case(last);
    known.iter().find(|name| **name == last).or_else(|| known.iter().find(|name| snake_case(name) == wanted)).cloned()
}

fn is_identifier(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 60
        && word.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'))
}
