//! Answers held side by side: scalars by path, what changed, and what an answer is like once values are folded.

use crate::evidence::Observation;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most leaves that are looked at in one document.
const LEAVES_MAX: usize = 20_000;

/// A scalar as text; nothing for `null`, lists and objects.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// All scalars in order of appearance: `data.items[].id` and the text. Elements of a list share one path.
pub fn leaves(value: &Value) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut open = vec![(String::new(), value)];
    while let Some((path, value)) = open.pop() {
        if LEAVES_MAX <= out.len() {
            break;
        }
        match value {
            Value::Array(items) => {
                open.extend(items.iter().rev().map(|item| (format!("{path}[]"), item)));
            }
            Value::Object(fields) => {
                let dot = if path.is_empty() { "" } else { "." };
                open.extend(fields.iter().rev().map(|(name, item)| (format!("{path}{dot}{name}"), item)));
            }
            other => out.extend(scalar(other).map(|text| (path, text))),
        }
    }
    out
}

/// The same by path, with the values of one path sorted: order is not a change.
pub fn fields(value: &Value) -> BTreeMap<String, Vec<String>> {
    let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in leaves(value) {
        fields.entry(path).or_default().push(text);
    }
    fields.values_mut().for_each(|values| values.sort());
    fields
}

/// The objects in a document that hold this exact scalar themselves (not only in something nested), outermost first.
pub fn rows_with<'a>(value: &'a Value, text: &str) -> Vec<&'a Value> {
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items.iter().rev()),
            Value::Object(fields) => {
                if fields.values().any(|v| scalar(v).as_deref() == Some(text)) {
                    found.push(value);
                }
                open.extend(fields.values().rev());
            }
            _ => {}
        }
    }
    found
}

/// Fields that differ between two looks, noise left out. A look at what is not there differs in nothing but
/// existence, which is compared apart.
pub fn changed(before: &Observation, after: &Observation, noise: &BTreeSet<String>) -> BTreeSet<String> {
    if !before.exists || !after.exists {
        return BTreeSet::new();
    }
    let paths = before.fields.keys().chain(after.fields.keys());
    paths
        .filter(|path| !noise.contains(*path) && before.fields.get(*path) != after.fields.get(*path))
        .cloned()
        .collect()
}

/// Whether a JSON answer says no although its code says yes.
pub fn says_no(value: &Value) -> bool {
    let Some(fields) = value.as_object() else { return false };
    let filled = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Number(number) => number.as_i64() != Some(0),
        Value::Bool(true) => true,
    };
    let mut explained = false;
    let mut failed = false;
    for (name, value) in fields {
        match name.to_lowercase().as_str() {
            "error" | "errors" | "error_message" | "error_code" if filled(value) => return true,
            "success" | "ok" | "succeeded" if value == &Value::Bool(false) => return true,
            "message" | "reason" | "detail" | "msg" | "description" => explained = true,
            "status" | "result" | "code" | "statuscode" | "status_code" => {
                let text = scalar(value).unwrap_or_default().to_lowercase();
                const WORDS: &[&str] = &["error", "fail", "failed", "failure", "denied", "forbidden", "unauthorized"];
                failed |= WORDS.contains(&text.as_str());
                failed |= text.parse().is_ok_and(|code: u32| (400..600).contains(&code));
            }
            _ => {}
        }
    }
    failed && explained
}

/// What an answer is like: code, kind, and its text with everything folded that differs from case to case (numbers,
/// ids, quoted values, times). Two refusals of one service are alike.
pub fn likeness(status: u16, kind: &str, body: &str) -> String {
    let text = match serde_json::from_str::<Value>(body) {
        Ok(value) => {
            leaves(&value).iter().map(|(path, text)| format!("{path}={}", folded(text))).collect::<Vec<_>>().join("\n")
        }
        Err(_) => folded(body),
    };
    let kind = kind.split(';').next().unwrap_or_default().trim();
    format!("{status} {kind} {}", text.chars().take(2_000).collect::<String>())
}

/// Text with words that hold a digit, or are long, or are quoted, replaced: they name the case, not its kind.
fn folded(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || "'\"`<>()/:=,;".contains(c))
        .filter(|word| !word.is_empty())
        .map(|word| if word.contains(|c: char| c.is_ascii_digit()) || 20 < word.len() { "#" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn errors_inside_a_success_are_seen_and_plain_objects_are_not() {
        assert!(says_no(&json!({"error": "no such note"})));
        assert!(says_no(&json!({"success": false})));
        assert!(says_no(&json!({"status": "fail", "message": "not yours"})));
        assert!(says_no(&json!({"code": 403, "message": "not yours"})));
        assert!(!says_no(&json!({"id": 1, "status": "failed", "errors": []})));
        assert!(!says_no(&json!({"data": {"error": "in the data"}, "error": null})));
    }

    #[test]
    fn refusals_of_one_service_are_alike() {
        let of = |text: &str| likeness(404, "application/json; charset=utf-8", text);
        assert_eq!(of(r#"{"detail":"note 17 not found"}"#), of(r#"{"detail":"note 9 not found"}"#));
        assert_ne!(of(r#"{"detail":"note 17 not found"}"#), of(r#"{"detail":"note 9 is locked"}"#));
    }

    #[test]
    fn a_row_is_found_by_its_key() {
        let list = json!({"items": [{"id": 1, "a": {"id": 2}}, {"id": 2, "t": "x"}]});
        assert_eq!(rows_with(&list, "2"), [&json!({"id": 2}), &json!({"id": 2, "t": "x"})]);
    }

    proptest! {
        #[test]
        fn order_is_no_change(mut values in proptest::collection::vec(".{0,5}", 0..6)) {
            let look = |values: &[String]| Observation { exists: true, fields: fields(&json!({"x": values})) };
            let before = look(&values);
            values.reverse();
            prop_assert!(changed(&before, &look(&values), &BTreeSet::new()).is_empty());
        }

        #[test]
        fn likeness_takes_anything(body in ".*", status in 0u16..999) {
            likeness(status, "text/html", &body);
        }
    }
}
