//! Attributes as directories write them: which one is meant, and what it says. Names count in any case (RFC 7643 section 2.1).

use serde_json::{Map, Value};

use super::filter::Filter;
use super::{group, user};
use crate::fields::Identifier;

/// A text, trimmed; none where it is empty.
pub(super) fn text(value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => Ok(Some(Identifier::try_from(text.clone())?.as_str().to_owned())),
        _ => Err("must be text".to_owned()),
    }
}

/// A member of an object, whatever the case of its name.
pub(super) fn member<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    object.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Which attribute is meant (RFC 7644 section 3.5.2): `name.givenName`, `emails[type eq "work"].value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The attribute in lower case, without the name of its schema.
    pub attribute: String,
    /// Which of its values, where it says so.
    pub filter: Option<Filter>,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// That it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let none = || "is no path such as name.givenName or emails[type eq \"work\"].value".to_owned();
        let text = text.trim();
        // `urn:…:User:userName` and `userName` are one.
        let named = |schema: &str| {
            let start = text.get(..schema.len())?;
            if start.eq_ignore_ascii_case(schema) { text[schema.len()..].strip_prefix(':') } else { None }
        };
        let text = named(user::SCHEMA).or_else(|| named(group::SCHEMA)).unwrap_or(text);
        let (before, filter, after) = match text.split_once('[') {
            None => (text, None, ""),
            Some((before, rest)) => {
                let (inside, after) = rest.rsplit_once(']').ok_or_else(none)?;
                (before, Some(Filter::parse(inside).map_err(|_| none())?), after)
            }
        };
        let attribute = format!("{before}{after}").to_ascii_lowercase();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '$');
        let sound = !before.is_empty() && (after.is_empty() || after.starts_with('.'));
        if sound && attribute.chars().all(is_name) { Ok(Self { attribute, filter }) } else { Err(none()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_says_which_value_is_meant() {
        let path = |text: &str| Path::parse(text).map(|path| path.attribute);
        assert_eq!(path("name.givenName").as_deref(), Ok("name.givenname"));
        assert_eq!(path("urn:ietf:params:scim:schemas:core:2.0:user:active").as_deref(), Ok("active"));
        assert_eq!(path("urn:ietf:params:scim:schemas:core:2.0:Group:members").as_deref(), Ok("members"));
        assert_eq!(path("emails[type eq \"work\"].value").as_deref(), Ok("emails.value"));
        for wrong in
            ["", "[", "emails[type eq \"work\"", "emails[work].value", "a b", "emails[type eq \"x\"]value", "é"]
        {
            assert!(path(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_path_or_refused(text in ".{0,40}") {
            let _ = Path::parse(&text);
        }
    }
}
