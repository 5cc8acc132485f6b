//! What a browser sends when a form is sent: `application/x-www-form-urlencoded` (WHATWG URL Standard, section 5),
//! read strictly and put into the shape that the action asks for.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use door::Entry;
use serde_json::{Map, Value, json};

/// Fields with this first letter are the wire's own and never reach an action.
const OWN_PREFIX: char = '_';

/// Name and value, in the order in which they were sent.
pub(super) type Pairs = Vec<(String, String)>;

/// Why something sent is not a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoForm {
    /// Another media type.
    MediaType,
    /// Text that is not UTF-8.
    NotUtf8,
}

/// Whether the body claims to be a form. One without a body needs no type.
pub(super) fn is_form(headers: &HeaderMap, body: &[u8]) -> Result<(), NoForm> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if body.is_empty() || kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(())
    } else {
        Err(NoForm::MediaType)
    }
}

/// Reads pairs. Unlike the standard's parser it refuses what is not UTF-8 instead of replacing it: nobody shall find
/// other letters in the portal than he typed.
pub(super) fn decode(text: &[u8]) -> Result<Pairs, NoForm> {
    text.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &[][..]),
            };
            Ok((unescape(name)?, unescape(value)?))
        })
        .collect()
}

/// A plus is a space, `%xx` a byte; a percent sign without two hexadecimal digits is itself. Browsers end a line with
/// CR LF, everybody else with LF.
fn unescape(text: &[u8]) -> Result<String, NoForm> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(digit(*high) << 4 | digit(*low));
                rest = after;
            }
            _ => bytes.push(*first),
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| NoForm::NotUtf8)?;
    Ok(text.replace("\r\n", "\n"))
}

const fn digit(letter: u8) -> u8 {
    match letter {
        b'0'..=b'9' => letter - b'0',
        b'a'..=b'f' => letter - b'a' + 10,
        _ => letter.wrapping_sub(b'A').wrapping_add(10),
    }
}

/// The value of one of the wire's own fields: `_key`, `next`.
pub(super) fn own<'pairs>(pairs: &'pairs Pairs, name: &str) -> Option<&'pairs str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

/// What was typed, to be shown again when it is refused: several values of one field with spaces between.
pub(super) fn typed(pairs: &Pairs) -> BTreeMap<String, String> {
    let mut typed: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in pairs {
        typed
            .entry(name.clone())
            .and_modify(|before| {
                before.push(' ');
                before.push_str(value);
            })
            .or_insert_with(|| value.clone());
    }
    typed
}

/// Puts pairs into the shape of the action's input. A field that is a list becomes one however often it was sent; a
/// field that may be left out and is empty is left out; a field that comes twice and is no list stays a list, which
/// the action then refuses by name. Fields of the wire and of the path do not belong to the input.
pub(super) fn input(entry: &Entry, pairs: &Pairs, apart: &[&str]) -> Value {
    let shape = Shape::of(entry);
    let mut fields: Map<String, Value> = Map::new();
    for (name, value) in pairs {
        if name.starts_with(OWN_PREFIX) || apart.contains(&name.as_str()) {
            continue;
        }
        if value.trim().is_empty() && !shape.requires(name) {
            continue;
        }
        let value = Value::String(value.clone());
        match fields.get_mut(name) {
            None if shape.is_list(name) => {
                fields.insert(name.clone(), json!([value]));
            }
            None => {
                fields.insert(name.clone(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(before) => *before = json!([before.take(), value]),
        }
    }
    Value::Object(fields)
}

/// Only the fields of a query that the look asks for: an address may carry more, such as what a mail program adds.
pub(super) fn query(entry: &Entry, pairs: &Pairs) -> Value {
    let shape = Shape::of(entry);
    let known: Pairs = pairs.iter().filter(|(name, _)| shape.knows(name)).cloned().collect();
    input(entry, &known, &[])
}

/// Whether the action's input has a field of this name.
pub(super) fn knows(entry: &Entry, name: &str) -> bool {
    Shape::of(entry).knows(name)
}

/// The schema of an input as far as forms need it.
struct Shape(Value);

impl Shape {
    /// The input's own schema; where it is only named, the one of that name.
    fn of(entry: &Entry) -> Self {
        let shapes = (entry.shapes)();
        let schema = json!(shapes.input);
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        let named = name.and_then(|name| shapes.named.iter().find(|(known, _)| known == name));
        Self(named.map_or(schema, |(_, schema)| json!(schema)))
    }

    fn knows(&self, name: &str) -> bool {
        self.0.pointer("/properties").is_some_and(|properties| properties.get(name).is_some())
    }

    fn is_list(&self, name: &str) -> bool {
        let kind = self.0.pointer("/properties").and_then(|properties| properties.get(name)?.get("type"));
        match kind {
            Some(Value::String(kind)) => kind == "array",
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "array"),
            _ => false,
        }
    }

    fn requires(&self, name: &str) -> bool {
        self.0.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|known| known == name))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::catalogue;

    fn entry(name: &str) -> Entry {
        catalogue().find(name).unwrap().clone()
    }

    fn pairs(text: &str) -> Pairs {
        decode(text.as_bytes()).unwrap()
    }

    #[test]
    fn pairs_are_read_as_browsers_write_them() {
        assert_eq!(
            pairs("a=1+2&b=%C3%9F&c&=d&&e=100%"),
            [
                ("a".into(), "1 2".into()),
                ("b".into(), "ß".into()),
                ("c".into(), String::new()),
                (String::new(), "d".into()),
                ("e".into(), "100%".into())
            ]
        );
        assert_eq!(pairs("t=a%0D%0Ab"), [("t".into(), "a\nb".into())]);
        assert_eq!(decode(b"a=%FF"), Err(NoForm::NotUtf8));
        assert_eq!(decode(b"a=\xff"), Err(NoForm::NotUtf8));
    }

    #[test]
    fn a_list_is_a_list_with_one_value_too() {
        let entry = entry("token.create");
        assert_eq!(
            input(&entry, &pairs("_key=x&name=n&scopes=project:look&days=30"), &[]),
            json!({ "name": "n", "scopes": ["project:look"], "days": "30" })
        );
        assert_eq!(input(&entry, &pairs("scopes=a&scopes=b"), &[]), json!({ "scopes": ["a", "b"] }));
    }

    #[test]
    fn what_may_be_left_out_is_left_out_when_empty() {
        let entry = entry("credential.store");
        assert_eq!(
            input(&entry, &pairs("title=&username=&secret=s"), &[]),
            json!({ "title": "", "secret": "s" }),
            "a field that must be there is refused by its own name"
        );
    }

    #[test]
    fn a_query_keeps_what_the_look_knows() {
        let entry = entry("project.list");
        assert_eq!(query(&entry, &pairs("search=shop&status=&utm_source=mail")), json!({ "search": "shop" }));
    }

    #[test]
    fn only_forms_are_forms() {
        let headers = |kind: &'static str| HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]);
        assert!(is_form(&headers("application/x-www-form-urlencoded;charset=UTF-8"), b"a=b").is_ok());
        assert!(is_form(&HeaderMap::new(), b"").is_ok());
        assert_eq!(is_form(&headers("text/plain"), b"a=b"), Err(NoForm::MediaType));
        assert_eq!(is_form(&HeaderMap::new(), b"a=b"), Err(NoForm::MediaType));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(pairs) = decode(&bytes) {
                let _ = input(&entry("message.post"), &pairs, &[]);
                let _ = typed(&pairs);
            }
        }

        #[test]
        fn what_was_typed_arrives(values in prop::collection::vec("[^\r]{0,20}", 0..6)) {
            let text: String = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(values.iter().map(|value| ("v", value)))
                .finish();
            let read: Vec<String> = decode(text.as_bytes()).unwrap().into_iter().map(|(_, value)| value).collect();
            prop_assert_eq!(read, values);
        }
    }
}
