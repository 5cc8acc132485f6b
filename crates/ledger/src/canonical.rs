//! Canonical JSON (RFC 8785) for the subset that a record needs: no floats, integers within ±(2^53 − 1).
//!
//! The stored bytes are what is hashed, so there must be exactly one text for one meaning. Duplicate keys, spaces, other
//! escapes or another order would let two tools show two different events for one leaf.

use serde::Serialize;
use serde_json::Value;

/// The largest integer that every JSON reader keeps exactly (RFC 8785, section 3.2.2.3; RFC 7493, section 2.2).
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Why some bytes or a value have no canonical form here.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// Not JSON at all, or nested too deeply.
    #[error("not JSON: {0}")]
    Json(String),
    /// A fraction, an exponent, or an integer beyond 2^53 − 1.
    #[error("the number {0} is not an integer within ±(2^53 − 1)")]
    Number(String),
    /// Valid JSON, but not the one canonical text.
    #[error("not canonical JSON (RFC 8785): differs at byte {byte}")]
    Form {
        /// Offset of the first byte that differs from the canonical text.
        byte: usize,
    },
}

/// The one canonical text of a value.
///
/// # Errors
/// [`CanonicalError::Number`] for floats and large integers, [`CanonicalError::Json`] for what JSON cannot say.
pub fn to_vec(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(value).map_err(|error| CanonicalError::Json(error.to_string()))?;
    let mut out = Vec::with_capacity(512);
    write(&value, &mut out)?;
    Ok(out)
}

/// Reads JSON that is already in its canonical form, and refuses every other text.
///
/// # Errors
/// See [`CanonicalError`].
pub fn parse_strict(bytes: &[u8]) -> Result<Value, CanonicalError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| CanonicalError::Json(error.to_string()))?;
    let mut canonical = Vec::with_capacity(bytes.len());
    write(&value, &mut canonical)?;
    if canonical == bytes {
        return Ok(value);
    }
    // A repeated key is dropped by the reader, so that the texts differ: duplicates need no rule of their own.
    let byte = canonical.iter().zip(bytes).take_while(|(ours, theirs)| ours == theirs).count();
    Err(CanonicalError::Form { byte })
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => match number.as_i64() {
            Some(integer) if integer.unsigned_abs() <= MAX_INTEGER.unsigned_abs() => {
                out.extend_from_slice(integer.to_string().as_bytes());
            }
            _ => return Err(CanonicalError::Number(number.to_string())),
        },
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            // UTF-16 code units, not bytes: the two orders differ beyond the basic plane (RFC 8785, section 3.2.3).
            members.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
            out.push(b'{');
            for (position, (key, member)) in members.into_iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write_text(key, out);
                out.push(b':');
                write(member, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

/// RFC 8785, section 3.2.2.2: the two-letter escapes where there is one, `\u00xx` for other control characters, and
/// every other character as it is.
fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            control @ 0..=0x1f => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
            other => out.push(other),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn sorts_keys_by_utf_16_code_units() {
        // The published example of RFC 8785, section 3.2.3.
        let value = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control",
            "\u{f6}": "Latin Small Letter O With Diaeresis",
        });
        let text = String::from_utf8(to_vec(&value).unwrap()).unwrap();
        let order = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"];
        let places: Vec<_> = order.iter().map(|word| text.find(word).unwrap()).collect();
        assert!(places.is_sorted(), "{text}");
    }

    #[test]
    fn escapes_as_the_published_example_does() {
        // The string of RFC 8785, section 3.2.2.
        let value = json!("\u{20ac}$\u{f}\nA'B\"\\\\\"/");
        assert_eq!(to_vec(&value).unwrap(), b"\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
    }

    #[test]
    fn refuses_every_other_text_for_the_same_value() {
        assert!(parse_strict(br#"{"a":1,"b":[true,null,"x"]}"#).is_ok());
        for other in [
            r#"{"b":1,"a":1}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a": 1}"#,
            "{\"a\":1}\n",
            "{\"a\":\"\\u0041\"}",
            r#"{"a":"\/"}"#,
            r#"{"a":"\u001F"}"#,
            r#"{"a":-0}"#,
            r#"{"a":1e3}"#,
            r#"{"a":1.0}"#,
            r#"{"a":9007199254740992}"#,
            r#"{"a":18446744073709551615}"#,
            "",
            "{",
            "\u{feff}{}",
        ] {
            assert!(parse_strict(other.as_bytes()).is_err(), "accepted {other:?}");
        }
        assert_eq!(parse_strict(br#"{"b":1,"a":1}"#), Err(CanonicalError::Form { byte: 2 }));
        assert!(parse_strict("[".repeat(100_000).as_bytes()).is_err(), "depth is bounded");
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-MAX_INTEGER..=MAX_INTEGER).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(value in any_value()) {
            let bytes = to_vec(&value).unwrap();
            prop_assert_eq!(parse_strict(&bytes).unwrap(), value);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = parse_strict(&bytes) {
                prop_assert_eq!(to_vec(&value).unwrap(), bytes);
            }
        }
    }
}
