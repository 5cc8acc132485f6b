//! The filters that directories ask with: `userName eq "petra@example.com"` (RFC 7644 section 3.4.2.2). Entra ID and Okta look
//! one thing up at a time, by what it is called; whatever else the language has is refused as such.

use serde_json::Value;

/// The longest filter, in characters.
const CHARACTERS_MAX: usize = 1_000;

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The attribute, in lower case: `username`.
    pub attribute: String,
    /// What it is equal to, as text.
    pub value: String,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// What is wrong with it, as a fragment of a sentence.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if CHARACTERS_MAX < text.chars().count() {
            return Err("has more than 1000 characters");
        }
        let mut parts = text.trim().splitn(3, char::is_whitespace);
        let (Some(attribute), Some(operator), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            return Err("must be a comparison such as userName eq \"petra@example.com\"");
        };
        if !attribute.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '$')) {
            return Err("must begin with the name of an attribute");
        }
        if !operator.eq_ignore_ascii_case("eq") {
            return Err("knows the operator eq, and no other");
        }
        let value = match serde_json::from_str(value.trim()) {
            Ok(Value::String(text)) => text,
            Ok(Value::Bool(flag)) => flag.to_string(),
            Ok(Value::Number(number)) => number.to_string(),
            _ => return Err("must end with one value, in quotation marks where it is text"),
        };
        Ok(Self { attribute: attribute.to_ascii_lowercase(), value })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_thing_is_looked_up_at_a_time() {
        let filter = |attribute: &str, value: &str| Ok(Filter { attribute: attribute.into(), value: value.into() });
        assert_eq!(Filter::parse("userName eq \"Petra@example.com\""), filter("username", "Petra@example.com"));
        assert_eq!(Filter::parse("  externalId EQ \"a \\\" b\" "), filter("externalid", "a \" b"));
        assert_eq!(Filter::parse("primary eq true"), filter("primary", "true"));
        for wrong in [
            "",
            "userName",
            "userName eq",
            "userName pr",
            "userName co \"a\"",
            "userName eq petra",
            "userName eq \"a\" and active eq true",
            "not (userName eq \"a\")",
            "userName eq \"a",
            "emails[type eq \"work\"]",
        ] {
            assert!(Filter::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_filter_or_refused(text in ".{0,60}") {
            let _ = Filter::parse(&text);
        }

        #[test]
        fn whatever_is_looked_up_is_looked_for(value in any::<String>()) {
            let text = format!("userName eq {}", Value::from(value.as_str()));
            if text.chars().count() <= CHARACTERS_MAX {
                prop_assert_eq!(Filter::parse(&text).unwrap().value, value);
            }
        }
    }
}
