//! The outcome for programs: `.plimsoll/report.json`. Its JSON Schema is published as `schema/report.schema.json`.

use serde::{Deserialize, Serialize};

use crate::error::{Result, Trouble};
use crate::verdict::Outcome;

/// Names the format in the document itself.
pub const FORMAT: &str = "plimsoll-report";

/// Grows when a field is renamed or removed or changes its meaning; not when one is added.
pub const VERSION: u32 = 1;

/// The document: what it is, then the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Always [`FORMAT`].
    pub format: String,
    /// Always [`VERSION`].
    pub version: u32,
    /// What the audit found.
    pub outcome: Outcome,
}

/// Writes the document, indented, with a line end.
///
/// # Errors
/// Never in practice: every part of an outcome can be written as JSON.
pub fn write(outcome: &Outcome) -> Result<String> {
    let document = Document { format: FORMAT.to_owned(), version: VERSION, outcome: outcome.clone() };
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| Trouble::new("report.json", format!("cannot be written: {error}")))?;
    Ok(text + "\n")
}

/// Reads a document of this version.
///
/// # Errors
/// When the text is not such a document; `place` is named.
pub fn read(text: &str, place: &str) -> Result<Outcome> {
    let again = "run `plimsoll audit` again with this version";
    let document: Document = serde_json::from_str(text)
        .map_err(|error| Trouble::new(place, format!("is not a report of this version: {error}")).hint(again))?;
    if document.format != FORMAT || document.version != VERSION {
        let wrong = format!("is {} {}, not {FORMAT} {VERSION}", document.format, document.version);
        return Err(Trouble::new(place, wrong).hint(again));
    }
    Ok(document.outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;
    use serde_json::Value;

    #[test]
    fn what_was_written_is_read() {
        for outcome in [samples::many_gaps(), samples::clean(), samples::fog()] {
            assert_eq!(read(&write(&outcome).unwrap(), "report.json").unwrap(), outcome);
        }
    }

    #[test]
    fn another_version_is_refused() {
        let text = write(&samples::fog()).unwrap().replacen("\"version\": 1", "\"version\": 2", 1);
        let trouble = read(&text, "report.json").unwrap_err();
        assert_eq!(trouble.wrong, "is plimsoll-report 2, not plimsoll-report 1");
    }

    /// The published schema names every field that is written, and nothing else.
    #[test]
    fn the_schema_describes_what_is_written() {
        let schema: Value = serde_json::from_str(include_str!("../../schema/report.schema.json")).unwrap();
        for outcome in [samples::many_gaps(), samples::clean(), samples::fog()] {
            let document: Value = serde_json::from_str(&write(&outcome).unwrap()).unwrap();
            let mut wrong = Vec::new();
            check(&schema, &schema, &document, "$", &mut wrong);
            assert_eq!(wrong, Vec::<String>::new());
        }
        let mut wrong = Vec::new();
        check(&schema, &schema, &serde_json::json!({"format": "other", "version": 1}), "$", &mut wrong);
        assert_eq!(wrong.len(), 2, "a wrong format and a missing outcome: {wrong:?}");
    }

    /// As much of JSON Schema 2020-12 as the published schema uses.
    fn check(root: &Value, schema: &Value, value: &Value, place: &str, wrong: &mut Vec<String>) {
        for (word, rule) in schema.as_object().unwrap() {
            let good = match word.as_str() {
                "$ref" => {
                    let pointer = rule.as_str().unwrap().strip_prefix('#').unwrap();
                    check(root, root.pointer(pointer).unwrap(), value, place, wrong);
                    true
                }
                "type" => {
                    let is = |name: &Value| match name.as_str().unwrap() {
                        "object" => value.is_object(),
                        "array" => value.is_array(),
                        "string" => value.is_string(),
                        "integer" => value.is_u64(),
                        "boolean" => value.is_boolean(),
                        "null" => value.is_null(),
                        other => panic!("type {other}"),
                    };
                    rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is))
                }
                "const" => rule == value,
                "enum" => rule.as_array().unwrap().contains(value),
                "maximum" => value.as_u64() <= rule.as_u64(),
                "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
                "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= rule.as_u64().unwrap()),
                "items" => {
                    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                        check(root, rule, item, &format!("{place}[{number}]"), wrong);
                    }
                    true
                }
                "anyOf" => rule.as_array().unwrap().iter().any(|one| {
                    let mut tried = Vec::new();
                    check(root, one, value, place, &mut tried);
                    tried.is_empty()
                }),
                "properties" => {
                    for (name, one) in rule.as_object().unwrap() {
                        if let Some(field) = value.get(name) {
                            check(root, one, field, &format!("{place}.{name}"), wrong);
                        }
                    }
                    true
                }
                "required" => rule.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
                "additionalProperties" => {
                    assert_eq!(rule, false);
                    let known = schema["properties"].as_object().unwrap();
                    value.as_object().is_none_or(|fields| fields.keys().all(|name| known.contains_key(name)))
                }
                "$schema" | "$id" | "$defs" | "title" | "description" => true,
                other => panic!("the test does not know the word {other}"),
            };
            if !good {
                wrong.push(format!("{place}: {word}"));
            }
        }
    }
}
