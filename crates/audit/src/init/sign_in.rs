//! Finding how people sign in: an action of the document that takes a name and a password, a form on a page, or a credential
//! that is carried as it is.

use super::fields::{self, Is};
use super::forms::Form;
use super::sign_up::SignUp;
use crate::catalogue::openapi::{Carried, Scheme};
use crate::catalogue::{Action, Kind, Place, Protection, Schema};
use crate::plan::slots::words;

/// How people sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// For people: `POST /session (name, password)`.
    pub what: String,
    /// By what.
    pub way: Way,
    /// Where the token stands in the answer, where the document says.
    pub token: Option<String>,
    /// How requests carry the credential: `Authorization: Bearer {token}`.
    pub carried: Option<String>,
    /// What somebody must know to sign in: `password`, `key`, `token`.
    pub knows: &'static str,
    /// The service showed it; else it is only what most services do.
    pub is_seen: bool,
}

/// What is done to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A request line.
    Send(String),
    /// A page with a form, and the fields that are filled.
    Form(String, Vec<(String, String)>),
    /// Nothing: the credential is given to people beforehand.
    Carried,
}

/// Last words of paths by which people sign in.
const LAST: &[&str] = &[
    "login",
    "signin",
    "logon",
    "session",
    "sessions",
    "token",
    "tokens",
    "accesstoken",
    "authenticate",
    "auth",
    "authentication",
    "jwt",
];
/// Words of an operation's name that say the same.
const NAMES: &[&str] = &["login", "signin", "authenticate", "logon"];
/// Words of actions that take a password for something else.
const OTHERWISE: &[&str] = &[
    "reset",
    "forgot",
    "forgotten",
    "change",
    "confirm",
    "verify",
    "refresh",
    "revoke",
    "logout",
    "signout",
    "signup",
    "register",
    "registration",
    "invite",
    "invitation",
    "recover",
    "recovery",
    "delete",
];
/// Names of fields that hold a token.
const TOKENS: &[&str] =
    &["accesstoken", "token", "jwt", "idtoken", "authtoken", "sessiontoken", "sessionkey", "apikey"];
/// How deep a token may lie in an answer.
const DEPTH_MAX: usize = 4;

/// The likeliest way in, of everything that was seen; what most services do, where nothing was.
pub(super) fn find(actions: &[Action], schemes: &[Scheme], forms: &[Form]) -> SignIn {
    let scheme = used(actions, schemes);
    by_action(actions, schemes, scheme)
        .or_else(|| forms.iter().find(|form| !form.signs_up()).and_then(by_form))
        .or_else(|| scheme.and_then(by_credential))
        .unwrap_or_else(guess)
}

/// The scheme that most actions ask for; where none of them says, the first that this version knows.
fn used<'a>(actions: &[Action], schemes: &'a [Scheme]) -> Option<&'a Scheme> {
    let asked = |scheme: &Scheme| {
        let asks = |action: &&Action| matches!(&action.protection, Protection::Protected(names) if names.contains(&scheme.name));
        actions.iter().filter(asks).count()
    };
    let known = schemes.iter().filter(|scheme| !matches!(scheme.carried, Carried::Unknown(_)));
    // Of two that are asked for equally often, the first that stands there.
    known.enumerate().max_by_key(|(at, scheme)| (asked(scheme), std::cmp::Reverse(*at))).map(|(_, scheme)| scheme)
}

fn by_action(actions: &[Action], schemes: &[Scheme], scheme: Option<&Scheme>) -> Option<SignIn> {
    let mut likely: Vec<(u8, &Action)> =
        actions.iter().filter_map(|one| Some((likeness(one, schemes)?, one))).collect();
    likely.sort_by_key(|(likeness, action)| (std::cmp::Reverse(*likeness), action.path.len(), action.path.clone()));
    likely.into_iter().find_map(|(_, action)| {
        let schema = &action.body.as_ref()?.best()?.schema;
        let (line, filled) = fields::line(action, &also(schema))?;
        let token = token(action);
        // A document that shows a token and no scheme leaves the usual way.
        let usual = || token.as_ref().filter(|_| scheme.is_none()).map(|_| "Authorization: Bearer {token}".to_owned());
        let carried = scheme.and_then(|scheme| carried(scheme, "{token}")).or_else(usual);
        let cookie = scheme.is_some_and(|scheme| matches!(scheme.carried, Carried::Key(Place::Cookie, _)));
        let gives = match (&carried, cookie) {
            (_, true) => " → session cookie",
            (Some(_), _) => " → token",
            (None, _) => "",
        };
        Some(SignIn {
            what: format!("{} ({}){gives}", action.name(), filled.join(", ")),
            way: Way::Send(line),
            token: token.filter(|_| carried.is_some()),
            carried,
            knows: "password",
            is_seen: true,
        })
    })
}

impl SignIn {
    /// The same, of people whom a sign-up makes: where that takes no field of the sign-in's and a mail address, one signs in
    /// by that. The `username` of OAuth 2.0 (RFC 6749 section 4.3.2) is whatever a service calls people by.
    pub(super) fn knowing(mut self, sign_up: Option<&SignUp>) -> Self {
        let made = sign_up.and_then(|sign_up| sign_up.send.as_deref()).filter(|line| line.contains(fields::MAIL));
        if let (Some(made), Way::Send(line)) = (made, &mut self.way) {
            let is_made = |field: &str| made.contains(&format!("\"{field}\":")) || made.contains(&format!("{field}="));
            if holding(line, "{name}").is_some_and(|field| !is_made(field)) {
                *line = line.replace("{name}", fields::MAIL);
            }
        }
        self
    }
}

/// The field of a line that holds just this.
fn holding<'a>(line: &'a str, hole: &str) -> Option<&'a str> {
    let before = line.split_once(hole)?.0.trim_end_matches(['"', ':', '=', ' ']);
    before.rsplit(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').next().filter(|field| !field.is_empty())
}

/// How much an action looks like a sign-in; nothing where it does not.
fn likeness(action: &Action, schemes: &[Scheme]) -> Option<u8> {
    if !matches!(action.verb.as_str(), "POST" | "PUT") || action.path.contains('{') {
        return None;
    }
    let address = action.address_path();
    let named = |scheme: &Scheme| {
        let told = scheme.token_address.as_deref().unwrap_or_default();
        let path = told.split_once("://").map_or(told, |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
        !path.is_empty() && address.trim_matches('/').ends_with(path.trim_matches('/'))
    };
    let segments = || action.path.split('/').filter(|part| !part.is_empty());
    let last = segments().next_back().map(|part| words(part).concat()).unwrap_or_default();
    let operation = words(action.operation_id.as_deref().unwrap_or_default());
    let joined = operation.concat();
    let parts = segments().map(|part| words(part).concat()).chain([joined.clone()]);
    let mut said = segments().flat_map(words).chain(operation).chain(parts);
    if said.any(|word| OTHERWISE.contains(&word.as_str())) {
        return None;
    }
    match () {
        () if LAST[..3].contains(&last.as_str()) => Some(4),
        () if schemes.iter().any(named) => Some(3),
        () if LAST.contains(&last.as_str())
            || segments().any(|part| LAST[..3].contains(&words(part).concat().as_str())) =>
        {
            Some(2)
        }
        () if NAMES.iter().any(|name| joined.contains(name)) => Some(1),
        () => None,
    }
}

/// What is sent although the document does not ask for it: the password, who it is where nothing that is asked for says, and
/// what kind of grant it is.
fn also(schema: &Schema) -> Vec<String> {
    let mut also = fields::named(schema, Is::Password);
    also.truncate(1);
    let required = schema.required();
    let people = || [Is::Mail, Is::Name].into_iter().flat_map(|kind| fields::named(schema, kind));
    if !people().any(|name| required.contains(&name)) {
        also.extend(people().next());
    }
    also.extend(schema.properties().into_iter().map(|(name, _)| name).filter(|name| name == "grant_type"));
    also
}

/// Where the documented success has a token.
fn token(action: &Action) -> Option<String> {
    let media = action.successes().flat_map(|answer| &answer.media).find(|media| media.is_json())?;
    in_schema(&media.schema, "", 0)
}

fn in_schema(schema: &Schema, path: &str, depth: usize) -> Option<String> {
    let properties = schema.properties();
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    let leaf = |wanted: &&'static str| {
        let fits = |(name, schema): &&(String, Schema)| {
            plain(name) && words(name).concat() == **wanted && !matches!(schema.kind(), Kind::Object | Kind::Array)
        };
        properties.iter().find(fits).map(|(name, _)| at(name))
    };
    TOKENS.iter().find_map(leaf).or_else(|| {
        let mut inner = properties.iter().filter(|(name, _)| plain(name) && depth < DEPTH_MAX);
        inner.find_map(|(name, schema)| in_schema(schema, &at(name), depth + 1))
    })
}

fn by_form(form: &Form) -> Option<SignIn> {
    let password = form.of(Is::Password).next()?;
    let person = form.person().filter(|person| person.name != password.name)?;
    let who = fields::hole(person.is).unwrap_or("{name}").to_owned();
    let fill = vec![(person.name.clone(), who), (password.name.clone(), "{password}".to_owned())];
    let names: Vec<&str> = form.fields.iter().map(|field| field.name.as_str()).collect();
    Some(SignIn {
        what: format!("form at {} ({})", form.page, names.join(", ")),
        way: Way::Form(form.page.clone(), fill),
        token: None,
        carried: None,
        knows: "password",
        is_seen: true,
    })
}

/// What people were given beforehand.
fn by_credential(scheme: &Scheme) -> Option<SignIn> {
    let (hole, knows) = match scheme.carried {
        Carried::Bearer => ("{token}", "token"),
        Carried::Basic => ("", "password"),
        _ => ("{key}", "key"),
    };
    let carried = match &scheme.carried {
        // A cookie comes from a sign-in that the document does not show, and each sign-in gives another.
        Carried::Key(Place::Cookie, name) => Some(format!("Cookie: {name}={hole}")),
        _ => carried(scheme, hole),
    };
    Some(SignIn {
        what: format!("{} in the document, and no action that gives it", carried.as_deref()?),
        way: Way::Carried,
        token: None,
        carried,
        knows,
        is_seen: true,
    })
}

/// How a request carries what is in the hole. A cookie is carried by itself.
fn carried(scheme: &Scheme, hole: &str) -> Option<String> {
    // RFC 9110 section 5.6.2: what is no token is no name of a header.
    let token = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if matches!(&scheme.carried, Carried::Key(_, name) if !token(name)) {
        return None;
    }
    match &scheme.carried {
        Carried::Bearer => Some(format!("Authorization: Bearer {hole}")),
        Carried::Basic => Some("Authorization: Basic {base64(name:password)}".to_owned()),
        Carried::Key(Place::Header, name) => Some(format!("{name}: {hole}")),
        Carried::Key(Place::Query, name) => Some(format!("?{name}={hole}")),
        Carried::Key(..) | Carried::Unknown(_) => None,
    }
}

/// What most services do.
fn guess() -> SignIn {
    SignIn {
        what: "none was seen".to_owned(),
        way: Way::Send(format!(r#"POST /login {{"email":"{}","password":"{{password}}"}}"#, fields::MAIL)),
        token: None,
        carried: None,
        knows: "password",
        is_seen: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Document, openapi, read};
    use serde_json::{Value, json};

    fn found(document: &Value) -> SignIn {
        let bytes = document.to_string().into_bytes();
        let schemes = openapi::schemes(&bytes, "x").unwrap();
        let Catalogue { actions, .. } = read(&[Document { place: "x".into(), bytes }], "http://127.0.0.1").unwrap();
        find(&actions, &schemes, &[])
    }

    fn takes(kind: &str, fields: &[&str]) -> Value {
        let properties: serde_json::Map<_, _> =
            fields.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
        json!({"content": {kind: {"schema": {"type": "object", "required": fields, "properties": properties}}}})
    }

    const JSON: &str = "application/json";

    #[test]
    fn the_action_that_signs_in_is_told_from_its_neighbours() {
        let answer = json!({"type": "object", "properties": {"data": {"type": "object", "properties": {"accessToken": {"type": "string"}}}}});
        let answers = json!({"200": {"description": "", "content": {JSON: {"schema": answer}}}});
        let document = json!({"openapi": "3.1.0", "servers": [{"url": "/v1"}],
            "components": {"securitySchemes": {"b": {"type": "http", "scheme": "bearer"}}},
            "paths": {
                "/auth/register": {"post": {"requestBody": takes(JSON, &["email", "password"])}},
                "/auth/password-reset": {"post": {"requestBody": takes(JSON, &["token", "password"])}},
                "/auth/login": {"post": {"requestBody": takes(JSON, &["email", "password"]), "responses": answers}},
                "/users": {"post": {"requestBody": takes(JSON, &["email", "password"])}}}});
        let sign_in = found(&document);
        let line = r#"POST /v1/auth/login {"email":"{name}@example.com","password":"{password}"}"#;
        assert_eq!(sign_in.way, Way::Send(line.into()));
        assert_eq!(sign_in.token.as_deref(), Some("data.accessToken"));
        assert_eq!(sign_in.carried.as_deref(), Some("Authorization: Bearer {token}"));
    }

    #[test]
    fn the_password_flow_names_its_form() {
        let document = json!({"openapi": "3.1.0",
            "components": {"securitySchemes": {"o": {"type": "oauth2", "flows": {"password": {"tokenUrl": "token"}}}}},
            "paths": {"/token": {"post": {"requestBody": takes("application/x-www-form-urlencoded", &["username", "password"])}}}});
        assert_eq!(found(&document).way, Way::Send("POST /token password={password}&username={name}".into()));
    }

    #[test]
    fn without_an_action_the_credential_is_given() {
        let document = |scheme: Value| json!({"openapi": "3.1.0", "components": {"securitySchemes": {"s": scheme}}, "paths": {"/a": {"get": {}}}});
        let of = |scheme: Value| {
            let sign_in = found(&document(scheme));
            (sign_in.way, sign_in.carried.unwrap_or_default(), sign_in.knows)
        };
        let key = of(json!({"type": "apiKey", "in": "query", "name": "api_key"}));
        assert_eq!(key, (Way::Carried, "?api_key={key}".into(), "key"));
        let basic = of(json!({"type": "http", "scheme": "basic"}));
        assert_eq!(basic, (Way::Carried, "Authorization: Basic {base64(name:password)}".into(), "password"));
        assert!(!found(&document(json!({"type": "mutualTLS"}))).is_seen);
    }

    #[test]
    fn a_form_is_filled_by_its_own_names() {
        let page = r#"<form method=post action=/login><input type=hidden name=seal value=1><input name=name><input type=password name=password></form>"#;
        let forms = super::super::forms::with_password(page, "/login");
        let fill = vec![("name".to_owned(), "{name}".to_owned()), ("password".to_owned(), "{password}".to_owned())];
        let sign_in = find(&[], &[], &forms);
        assert_eq!(sign_in.way, Way::Form("/login".into(), fill));
        assert_eq!(sign_in.what, "form at /login (seal, name, password)");
    }

    /// The sign-in of OAuth 2.0 calls `username` what the sign-up calls `email`.
    #[test]
    fn one_signs_in_by_what_one_signed_up_with() {
        let line = "POST /token grant_type=password&password={password}&username={name}";
        let sign_in = SignIn { way: Way::Send(line.into()), ..guess() };
        let known = |send: &str| {
            let sign_up = SignUp { what: String::new(), send: Some(send.into()) };
            match sign_in.clone().knowing(Some(&sign_up)).way {
                Way::Send(line) => line.rsplit('=').next().unwrap_or_default().to_owned(),
                _ => String::new(),
            }
        };
        assert_eq!(known(r#"POST /register {"email":"{name}@example.com","full_name":"{name}"}"#), fields::MAIL);
        assert_eq!(known(r#"POST /register {"email":"{name}@example.com","username":"{name}"}"#), "{name}");
        assert_eq!(known(r#"POST /register {"username":"{name}"}"#), "{name}");
    }
}
