//! A request on one line: `[ACTOR:] VERB PATH [BODY] [-> key]`.
//!
//! The body is JSON, with holes in strings (`"{name}"`) or in the place of a value (`{project.id}`), or fields of a
//! form (`name={name}&password={password}`). What stands behind the arrow is the path of the produced key in the answer.

use std::fmt;

use serde_json::Value;

use super::template::{Lookup, Template, Unfilled};
use crate::json_path::JsonPath;

/// A request as the manifest writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// As it was written.
    pub text: String,
    /// Who sends it, where the line says so.
    pub actor: Option<String>,
    /// `GET`, in capitals.
    pub verb: String,
    /// Path and query, with holes.
    pub path: Template,
    /// What is sent.
    pub body: Option<BodyTemplate>,
    /// Where the produced key, or each row (`items[]`), stands in the answer.
    pub produces: Option<JsonPath>,
}

/// What a request line sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyTemplate {
    /// `application/json`.
    Json(JsonTemplate),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, Template)>),
}

/// JSON with holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonTemplate(Value);

/// A request line with every hole filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledRequest {
    /// `GET`, in capitals.
    pub verb: String,
    /// Path and query; what was filled in is percent-encoded.
    pub path: String,
    /// What is sent.
    pub body: Option<FilledBody>,
}

/// The body of a filled request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilledBody {
    /// `application/json`.
    Json(Value),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, String)>),
}

/// Begins a string of a [`JsonTemplate`] that stood as a hole outside quotes, so its value is not always a string.
const BARE: char = '\u{1}';

impl RequestLine {
    /// Reads a line. Says in one sentence what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let line = text.trim();
        let (actor, line) = match line.split_once(':') {
            Some((actor, rest)) if is_actor(actor) => (Some(actor.to_owned()), rest.trim_start()),
            _ => (None, line),
        };
        let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        if verb.is_empty() || !verb.chars().all(|letter| letter.is_ascii_uppercase()) {
            return Err(format!("`{verb}` is not a verb in capitals, as in `GET /path`"));
        }
        let rest = rest.trim_start();
        let (path, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        if !path.starts_with('/') && !path.starts_with('{') {
            return Err(format!("`{path}` is not a path that begins with a slash"));
        }
        let (body, produces) = arrow(rest.trim());
        Ok(Self {
            text: text.to_owned(),
            actor,
            verb: verb.to_owned(),
            path: Template::parse(path)?,
            body: if body.is_empty() { None } else { Some(BodyTemplate::parse(body)?) },
            produces: produces.map(JsonPath::parse).transpose()?,
        })
    }

    /// Fills every hole; values in the path are percent-encoded, values in JSON become JSON.
    pub fn fill(&self, lookup: Lookup<'_>) -> Result<FilledRequest, Unfilled> {
        Ok(FilledRequest {
            verb: self.verb.clone(),
            path: self.path.fill_with(lookup, &|value| percent_encode(&value))?,
            body: self.body.as_ref().map(|body| body.fill(lookup)).transpose()?,
        })
    }

    /// Every name that is asked for.
    pub fn names(&self) -> std::collections::BTreeSet<String> {
        let mut names: std::collections::BTreeSet<String> = self.path.names().into_iter().map(Into::into).collect();
        match &self.body {
            None => {}
            Some(BodyTemplate::Json(JsonTemplate(value))) => names_in(value, &mut names),
            Some(BodyTemplate::Form(fields)) => {
                names.extend(fields.iter().flat_map(|(_, value)| value.names()).map(str::to_owned));
            }
        }
        names
    }

    /// The noun of the object that the line is about: of the last one in its path, else of one in its body. `{ticket.id}`,
    /// `{ticket.key}`, and the parameter as a document writes it: `{ticketId}`, `{ticket_id}`.
    pub fn noun(&self) -> Option<String> {
        let path = self.path.as_str();
        let mut in_path = self.path.names().into_iter().collect::<Vec<_>>();
        in_path.sort_by_key(|name| path.rfind(&format!("{{{name}}}")));
        let last = in_path.into_iter().rev().find_map(noun_of);
        last.or_else(|| self.names().iter().find_map(|name| noun_of(name)))
    }

    /// Whether the line names somebody: `{actor.id}`.
    pub fn names_somebody(&self) -> bool {
        self.names().iter().any(|name| name.starts_with("actor."))
    }
}

/// The noun of a name that stands for an object's key.
fn noun_of(name: &str) -> Option<String> {
    if let Some((noun, _)) = name.split_once('.') {
        return (!["actor", "prepare"].contains(&noun)).then(|| noun.to_owned());
    }
    let words = crate::plan::slots::words(name);
    let (last, noun) = words.split_last()?;
    (["id", "key", "uuid", "slug"].contains(&last.as_str()) && !noun.is_empty()).then(|| noun.join("_"))
}

impl fmt::Display for RequestLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl BodyTemplate {
    fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with(['{', '[', '"']) {
            return JsonTemplate::parse(text).map(Self::Json);
        }
        if !text.contains('=') || text.contains(char::is_whitespace) {
            return Err(format!("`{text}` is neither JSON nor fields of a form (a=1&b=2)"));
        }
        let fields = text.split('&').map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            Ok((name.to_owned(), Template::parse(value)?))
        });
        fields.collect::<Result<_, String>>().map(Self::Form)
    }

    /// Fills every hole.
    pub fn fill(&self, lookup: Lookup<'_>) -> Result<FilledBody, Unfilled> {
        match self {
            Self::Json(json) => json.fill(lookup).map(FilledBody::Json),
            Self::Form(fields) => {
                let filled = fields.iter().map(|(name, value)| Ok((name.clone(), value.fill(lookup)?)));
                filled.collect::<Result<_, _>>().map(FilledBody::Form)
            }
        }
    }
}

impl JsonTemplate {
    /// Reads JSON in which holes may stand inside strings or in the place of a value.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(&quote_bare_holes(text)).map_err(|error| {
            format!("the body is not JSON ({}), in `{text}`", error.to_string().split(" at line").next().unwrap_or(""))
        })?;
        check_templates(&value)?;
        Ok(Self(value))
    }

    fn fill(&self, lookup: Lookup<'_>) -> Result<Value, Unfilled> {
        fill_value(&self.0, lookup)
    }
}

fn fill_value(value: &Value, lookup: Lookup<'_>) -> Result<Value, Unfilled> {
    Ok(match value {
        Value::String(text) => {
            let (bare, text) = text.strip_prefix(BARE).map_or((false, text.as_str()), |hole| (true, hole));
            let template = Template::parse(text).map_err(|_| Unfilled::Unknown(text.to_owned()))?;
            let filled = template.fill(lookup)?;
            if bare { serde_json::from_str(&filled).unwrap_or(Value::String(filled)) } else { Value::String(filled) }
        }
        Value::Array(elements) => elements.iter().map(|value| fill_value(value, lookup)).collect::<Result<_, _>>()?,
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| Ok((name.clone(), fill_value(value, lookup)?)))
            .collect::<Result<serde_json::Map<_, _>, _>>()?
            .into(),
        scalar => scalar.clone(),
    })
}

fn check_templates(value: &Value) -> Result<(), String> {
    match value {
        Value::String(text) => Template::parse(text).map(drop),
        Value::Array(elements) => elements.iter().try_for_each(check_templates),
        Value::Object(members) => members.values().try_for_each(check_templates),
        _ => Ok(()),
    }
}

fn names_in(value: &Value, names: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::String(text) => {
            if let Ok(template) = Template::parse(text) {
                names.extend(template.names().into_iter().map(str::to_owned));
            }
        }
        Value::Array(elements) => elements.iter().for_each(|value| names_in(value, names)),
        Value::Object(members) => members.values().for_each(|value| names_in(value, names)),
        _ => {}
    }
}

/// `{"id":{project.id}}` becomes `{"id":"\u0001{project.id}"}`, which is JSON.
fn quote_bare_holes(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 8);
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let end = if !in_string && letter == '{' { bare_hole_end(rest) } else { None };
        if let Some(end) = end {
            quoted.push_str("\"\\u0001");
            quoted.push_str(&rest[..end]);
            quoted.push('"');
            rest = &rest[end..];
            continue;
        }
        (in_string, escaped) = match letter {
            '"' if !escaped => (!in_string, false),
            '\\' if in_string && !escaped => (true, true),
            _ => (in_string, false),
        };
        quoted.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    quoted
}

fn bare_hole_end(text: &str) -> Option<usize> {
    let end = text.find('}')?;
    let inside = text.get(1..end)?;
    let begins = inside.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    (begins && !inside.contains(['"', '{', ',', ' '])).then_some(end + 1)
}

/// Body and produced key of what follows the path.
fn arrow(text: &str) -> (&str, Option<&str>) {
    let Some(position) = text.rfind("->") else { return (text, None) };
    let (body, key) = (text[..position].trim_end(), text[position + 2..].trim());
    // An arrow inside the body is followed by quotes or braces; a key never holds them.
    if key.contains(['"', '{', '}', ' ']) { (text, None) } else { (body, Some(key)) }
}

fn is_actor(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
}

/// Percent-encodes everything but the unreserved characters of RFC 3986 section 2.3.
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn known(name: &str) -> Option<String> {
        match name {
            "name" => Some("an\"n".into()),
            "project.id" => Some("7".into()),
            "slug" => Some("a/b".into()),
            _ => None,
        }
    }

    #[test]
    fn a_line_is_about_the_last_object_that_it_names() {
        let noun = |line: &str| RequestLine::parse(line).unwrap().noun();
        assert_eq!(noun("POST /orgs/{org.id}/tickets/{ticketId}/close").as_deref(), Some("ticket"));
        assert_eq!(noun("POST /tickets/{ticket.key}/close").as_deref(), Some("ticket"));
        assert_eq!(noun("DELETE /line-items/{line_item_id}").as_deref(), Some("line_item"));
        assert_eq!(noun(r#"POST /close {"bill":"{bill.id}"}"#).as_deref(), Some("bill"));
        assert_eq!(noun("PATCH /people/{actor.id}/{slug}"), None);
    }

    #[test]
    fn a_line_has_actor_verb_path_body_and_key() {
        let line = r#"olga: POST /api/p/{slug} {"name":"{name}","parent":{project.id},"label":{name}} -> data.id"#;
        let line = RequestLine::parse(line).unwrap();
        assert_eq!(line.actor.as_deref(), Some("olga"));
        assert_eq!(line.produces.as_ref().unwrap().to_string(), "data.id");
        assert_eq!(line.names().into_iter().collect::<Vec<_>>(), ["name", "project.id", "slug"]);
        let filled = line.fill(&known).unwrap();
        assert_eq!(filled.path, "/api/p/a%2Fb");
        let body = json!({"name": "an\"n", "parent": 7, "label": "an\"n"});
        assert_eq!(filled.body, Some(FilledBody::Json(body)));
    }

    #[test]
    fn a_body_may_be_a_form_and_an_arrow_may_stand_in_a_string() {
        let line = RequestLine::parse("POST /login name={name}&password=x").unwrap();
        let form = vec![("name".into(), "an\"n".into()), ("password".into(), "x".into())];
        assert_eq!(line.fill(&known).unwrap().body, Some(FilledBody::Form(form)));
        let line = RequestLine::parse(r#"POST /x {"a":"b -> c"}"#).unwrap();
        assert_eq!(line.produces, None);
        let line = RequestLine::parse("olga: GET /api/audit?after={cursor}&limit=200 -> items[]").unwrap();
        assert_eq!(line.path.as_str(), "/api/audit?after={cursor}&limit=200");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |text| RequestLine::parse(text).unwrap_err();
        assert!(wrong("get /x").contains("not a verb"));
        assert!(wrong("GET x").contains("slash"));
        assert!(wrong(r#"POST /x {"a":}"#).contains("not JSON"));
        assert!(wrong("POST /x hello").contains("neither JSON nor"));
    }

    proptest! {
        #[test]
        fn any_line_is_read_or_refused(text in ".*") {
            let _ = RequestLine::parse(&text);
        }

        #[test]
        fn any_json_body_is_kept(name in "[a-z]{1,8}", text in "[^{}\u{1}]*", number in any::<i32>()) {
            let body = json!({ name: [text, number] });
            let line = RequestLine::parse(&format!("POST /x {body}")).unwrap();
            prop_assert_eq!(line.fill(&|_| None).unwrap().body, Some(FilledBody::Json(body)));
        }
    }
}
