//! From the bytes of a document to one JSON value, whether it is written as JSON or as YAML.

use serde_json::{Map, Value};
use yaml_serde::Value as Yaml;

use crate::error::{Result, Trouble};

/// Reads JSON or YAML. `place` names the document in errors.
pub(super) fn parse(bytes: &[u8], place: &str) -> Result<Value> {
    json_or_yaml(text_of(bytes, place)?, place)
}

/// The bytes as text, without a mark of their order at the beginning.
pub(super) fn text_of<'a>(bytes: &'a [u8], place: &str) -> Result<&'a str> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes)
        .map_err(|_| Trouble::new(place, "the document is not UTF-8 text").hint("save it as UTF-8"))
}

/// The value that a text writes.
pub(super) fn json_or_yaml(text: &str, place: &str) -> Result<Value> {
    match text.trim_start().chars().next() {
        None => Err(Trouble::new(place, "the document is empty").hint("is it written somewhere else?")),
        Some('<') => Err(Trouble::new(place, "this is HTML or XML, not a document")
            .hint("name the address of the JSON or YAML itself, not of the page that shows it")),
        // YAML also reads JSON with commas too many, but says less well what is wrong with it.
        Some('{') => serde_json::from_str(text).or_else(|error| {
            parse_yaml(text).map_err(|_| {
                let (line, column) = (error.line(), error.column());
                Trouble::new(format!("{place}:{line}:{column}"), format!("not JSON: {}", without_place(&error)))
            })
        }),
        Some(_) => parse_yaml(text).map_err(|error| {
            let place = match error.location() {
                Some(location) => format!("{place}:{}:{}", location.line(), location.column()),
                None => place.to_owned(),
            };
            Trouble::new(place, format!("not YAML: {error}"))
        }),
    }
}

fn parse_yaml(text: &str) -> std::result::Result<Value, yaml_serde::Error> {
    let mut value: Yaml = yaml_serde::from_str(text)?;
    // Merge keys (`<<`) are common in hand-written documents. One that cannot be merged stays as it is.
    let _ = value.apply_merge();
    Ok(json(value))
}

/// JSON has only texts as keys; a status code in YAML is often a number.
fn json(value: Yaml) -> Value {
    match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(flag) => Value::Bool(flag),
        Yaml::String(text) => Value::String(text),
        Yaml::Number(number) => {
            let whole = number.as_i64().map(Value::from).or_else(|| number.as_u64().map(Value::from));
            whole.unwrap_or_else(|| number.as_f64().map_or(Value::Null, Value::from))
        }
        Yaml::Sequence(elements) => elements.into_iter().map(json).collect(),
        Yaml::Mapping(members) => {
            let named = members.into_iter().filter_map(|(key, value)| {
                let key = crate::json_path::scalar_text(&json(key))?;
                Some((key, json(value)))
            });
            Value::Object(named.collect::<Map<_, _>>())
        }
        Yaml::Tagged(tagged) => json(tagged.value),
    }
}

fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn yaml_with_numbers_as_keys_and_merges() {
        let text = "base: &b\n  a: 1\nitem:\n  <<: *b\n  200: ok\n";
        let value = parse(text.as_bytes(), "x.yaml").unwrap();
        assert_eq!(value["item"], json!({"a": 1, "200": "ok"}));
    }

    #[test]
    fn what_is_wrong_has_a_place() {
        let shown = |text: &str| parse(text.as_bytes(), "doc").unwrap_err().to_string();
        assert!(shown("{\"a\": 1,\n \"b\": [}").starts_with("doc:2:"));
        assert!(shown("<html>").contains("HTML"));
        assert!(shown(" ").contains("empty"));
        assert!(shown("a: [1\nb: }").starts_with("doc:"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes, "doc");
        }
    }
}
