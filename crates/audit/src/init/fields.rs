//! How the fields of a sign-in or a sign-up are filled: with holes of the manifest where they name somebody, with a value
//! that the schema allows where they do not.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use serde_json::Value;

use crate::catalogue::{Action, Kind, Media, Schema};
use crate::client::Body;
use crate::manifest::RequestLine;
use crate::plan::slots::words;
use crate::plan::values::{Extent, Maker};

/// How somebody's mail address is written until it is known whose addresses there are.
pub(super) const MAIL: &str = "{name}@example.com";
/// The day that days in a body are made from: the line must be the same whenever it is written.
const DAY: Date = date(2030, 1, 1);
/// How deep an object may lie in another: `{"user":{"email":…}}`.
const DEPTH_MAX: usize = 2;

/// What a field is, as far as signing in is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Is {
    /// A password, or the same once more.
    Password,
    /// A mail address.
    Mail,
    /// A name that one signs with.
    Name,
    /// That one agrees to the terms.
    Agreement,
    /// The company that one brings along.
    Company,
    /// Anything else.
    Other,
}

/// What a field is, by its name and the format that is said of it.
pub(super) fn is(name: &str, format: &str) -> Is {
    let words = words(name);
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let joined = words.concat();
    let known = |known: &[&str]| known.contains(&joined.as_str());
    // What a program proves itself with (RFC 6749 section 2.3.1) is nobody's password.
    if known(&["clientid", "clientsecret"]) {
        return Is::Other;
    }
    if format == "password"
        || has(&["password", "passwd", "passphrase"])
        || joined.starts_with("password")
        || known(&["pass", "pw", "pwd"])
    {
        return Is::Password;
    }
    if format == "email" || has(&["email", "mail"]) || joined.ends_with("email") {
        return Is::Mail;
    }
    if known(&[
        "username",
        "user",
        "login",
        "loginname",
        "name",
        "handle",
        "identifier",
        "nickname",
        "userid",
        "account",
    ]) {
        return Is::Name;
    }
    if has(&["organisation", "organization", "org", "company", "workspace"]) && !has(&["id", "type", "size"]) {
        return Is::Company;
    }
    if has(&["terms", "tos", "agree", "agreed", "agreement", "accept", "accepted", "consent", "gdpr"]) {
        return Is::Agreement;
    }
    Is::Other
}

/// What stands in a field of this kind.
pub(super) fn hole(is: Is) -> Option<&'static str> {
    match is {
        Is::Password => Some("{password}"),
        Is::Mail => Some(MAIL),
        // A company that is called as its founder is nobody else's, in the next walk, too.
        Is::Name | Is::Company => Some("{name}"),
        Is::Agreement | Is::Other => None,
    }
}

/// An action's request as a line of the manifest, and the fields that it fills; nothing where it takes no password, or
/// cannot be written on a line. `also` are fields that are sent although the document does not ask for them.
pub(super) fn line(action: &Action, also: &[String]) -> Option<(String, Vec<String>)> {
    let media = action.body.as_ref()?.best()?;
    let schema = &media.schema;
    if !takes_password(schema, 0) {
        return None;
    }
    let value = body(schema, also);
    let fields: Vec<String> = value.as_object()?.keys().cloned().collect();
    let target = action.address_path();
    let text = match encoded(media, value)? {
        Body::Json(value) => format!("{} {target} {value}", action.verb),
        Body::Form(pairs) => format!("{} {target} {}", action.verb, form(&pairs)?),
        _ => return None,
    };
    RequestLine::parse(&text).ok()?;
    Some((text, fields))
}

/// Fields of a form as a line writes them; nothing where one of them would need to be encoded.
pub(super) fn form(pairs: &[(String, String)]) -> Option<String> {
    let plain = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "&=%+#\"'".contains(c));
    let fits = pairs.iter().all(|(name, value)| plain(name) && (value.is_empty() || plain(value)));
    let fields = pairs.iter().map(|(name, value)| format!("{name}={value}"));
    (fits && !pairs.is_empty()).then(|| fields.collect::<Vec<_>>().join("&"))
}

/// The names of the fields of a kind, in an object or one that lies in it.
pub(super) fn named(schema: &Schema, kind: Is) -> Vec<String> {
    let properties = schema.properties();
    let fits = |(name, schema): &&(String, Schema)| !schema.is_read_only() && of(name, schema) == kind;
    properties.iter().filter(fits).map(|(name, _)| name.clone()).collect()
}

/// Whether a password is among the fields.
pub(super) fn takes_password(schema: &Schema, depth: usize) -> bool {
    schema.properties().iter().any(|(name, schema)| {
        of(name, schema) == Is::Password || depth < DEPTH_MAX && takes_password(schema, depth + 1)
    })
}

fn of(name: &str, schema: &Schema) -> Is {
    match schema.kind() {
        Kind::Object | Kind::Array => Is::Other,
        kind => match is(name, &schema.format().unwrap_or_default()) {
            // A number names one that is there.
            Is::Company if kind != Kind::String => Is::Other,
            is => is,
        },
    }
}

/// What is asked for, and what is said to go with it.
fn body(schema: &Schema, also: &[String]) -> Value {
    let also: BTreeSet<String> = also.iter().cloned().collect();
    let mut mint = || "{name}".to_owned();
    let mut maker = Maker { mint: &mut mint, reference: &|_, _| None, today: DAY };
    let mut value = maker.body(schema, Extent::Lean, &also).value;
    fill(&mut value, schema, 0);
    value
}

/// Puts the holes where somebody is named.
fn fill(value: &mut Value, schema: &Schema, depth: usize) {
    let Some(members) = value.as_object_mut() else { return };
    for (name, schema) in schema.properties() {
        let Some(member) = members.get_mut(&name) else { continue };
        match (of(&name, &schema), hole(of(&name, &schema))) {
            (_, Some(hole)) => *member = Value::from(hole),
            (Is::Agreement, None) if schema.kind() == Kind::Boolean => *member = Value::Bool(true),
            _ if depth < DEPTH_MAX => fill(member, &schema, depth + 1),
            _ => {}
        }
    }
}

fn encoded(media: &Media, value: Value) -> Option<Body> {
    if media.is_json() {
        return Some(Body::Json(value));
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = value.as_object()?.iter().map(|(name, value)| (name.clone(), text(value)));
    media.is_form().then(|| Body::Form(pairs.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Document, read};
    use proptest::prelude::*;
    use serde_json::json;

    fn action(content: Value) -> Action {
        let document = json!({"openapi": "3.1.0", "paths": {"/x": {"post": {"requestBody": {"content": content}}}}});
        let document = Document { place: "x".into(), bytes: document.to_string().into_bytes() };
        read(&[document], "http://127.0.0.1").unwrap().actions.remove(0)
    }

    fn json_body(schema: Value) -> Action {
        action(json!({"application/json": {"schema": schema}}))
    }

    #[test]
    fn fields_are_known_by_name_and_format() {
        for (name, format, expected) in [
            ("password_confirmation", "", Is::Password),
            ("newPassword", "", Is::Password),
            ("pin", "password", Is::Password),
            ("client_secret", "password", Is::Other),
            ("userEmail", "", Is::Mail),
            ("contact", "email", Is::Mail),
            ("username", "", Is::Name),
            ("user_name", "", Is::Name),
            ("acceptTerms", "", Is::Agreement),
            ("company_name", "", Is::Company),
            ("organization_id", "", Is::Other),
        ] {
            assert_eq!(is(name, format), expected, "{name}");
        }
    }

    #[test]
    fn what_is_asked_for_is_sent_with_holes() {
        let text = json!({"type": "string"});
        let flag = json!({"type": "boolean"});
        let schema = json!({"type": "object", "required": ["email", "password", "company", "terms", "seats"], "properties":
            {"email": text, "password": text, "company": text, "terms": flag, "seats": {"type": "integer"}, "phone": text}});
        let (line, _) = line(&json_body(schema), &[]).unwrap();
        let expected = r#"POST /x {"company":"{name}","email":"{name}@example.com","password":"{password}","seats":1,"terms":true}"#;
        assert_eq!(line, expected);
    }

    #[test]
    fn people_inside_an_object_and_in_a_form() {
        let person = json!({"type": "object", "required": ["email", "password"],
            "properties": {"email": {"type": "string"}, "password": {"type": "string"}}});
        let nested = json_body(json!({"type": "object", "required": ["user"], "properties": {"user": person}}));
        let (nested, _) = line(&nested, &[]).unwrap();
        assert_eq!(nested, r#"POST /x {"user":{"email":"{name}@example.com","password":"{password}"}}"#);
        let grant = json!({"anyOf": [{"type": "string", "pattern": "^password$"}, {"type": "null"}]});
        let schema = json!({"type": "object", "required": ["username", "password"], "properties":
            {"grant_type": grant, "username": {"type": "string"}, "password": {"type": "string"}}});
        let form = action(json!({"application/x-www-form-urlencoded": {"schema": schema}}));
        assert_eq!(line(&form, &[]).unwrap().0, "POST /x password={password}&username={name}");
        let with = line(&form, &["grant_type".to_owned()]).unwrap().0;
        assert_eq!(with, "POST /x grant_type=password&password={password}&username={name}");
        assert_eq!(line(&json_body(json!({"type": "object", "properties": {"title": {"type": "string"}}})), &[]), None);
    }

    proptest! {
        #[test]
        fn any_field_is_something(name in ".{0,20}", format in "[a-z]{0,9}") {
            is(&name, &format);
        }

        #[test]
        fn what_is_written_is_a_line(names in proptest::collection::vec("[ -~]{1,12}", 1..5)) {
            let mut properties: serde_json::Map<_, _> = names.iter().map(|name| (name.clone(), json!({"type": "string"}))).collect();
            properties.insert("password".into(), json!({"type": "string"}));
            let required: Vec<_> = properties.keys().cloned().collect();
            let schema = json!({"type": "object", "required": required, "properties": properties});
            if let Some((line, _)) = line(&json_body(schema), &[]) {
                prop_assert!(RequestLine::parse(&line).is_ok());
            }
        }
    }
}
