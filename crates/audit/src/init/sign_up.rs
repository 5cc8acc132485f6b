//! Finding how somebody makes an account for himself: then the walk makes its people, and no password has to be told.

use super::fields::{self, Is};
use super::forms::Form;
use super::sign_in::{SignIn, Way};
use crate::catalogue::{Action, Protection};
use crate::manifest::RequestLine;
use crate::plan::slots::words;

/// How somebody makes an account for himself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUp {
    /// For people: `POST /accounts (name, password)`.
    pub what: String,
    /// The line of the manifest; nothing where this version has none for it.
    pub send: Option<String>,
}

/// Last words of paths that say so.
const SAYS: &[&str] = &["signup", "register", "registration", "registrations", "createaccount", "createuser"];
/// Last words of paths that say so where anybody may.
const COLLECTIONS: &[&str] = &["accounts", "account", "users", "user", "people", "members", "customers", "profiles"];

/// The likeliest way, of everything that was seen. It makes people whom the sign-in knows.
pub(super) fn find(actions: &[Action], forms: &[Form], sign_in: &SignIn) -> Option<SignUp> {
    if sign_in.way == Way::Carried {
        return None;
    }
    by_action(actions, sign_in).or_else(|| forms.iter().filter(|form| form.signs_up()).find_map(by_form))
}

fn by_action(actions: &[Action], sign_in: &SignIn) -> Option<SignUp> {
    let mut likely: Vec<(u8, &Action)> = actions.iter().filter_map(|one| Some((likeness(one)?, one))).collect();
    likely.sort_by_key(|(likeness, action)| (std::cmp::Reverse(*likeness), action.path.len(), action.path.clone()));
    likely.into_iter().find_map(|(_, action)| {
        let (send, filled) = fields::line(action, &also(action, sign_in)?)?;
        Some(SignUp { what: format!("{} ({})", action.name(), filled.join(", ")), send: Some(send) })
    })
}

fn likeness(action: &Action) -> Option<u8> {
    if action.verb != "POST" || action.path.contains('{') {
        return None;
    }
    let last = action.path.split('/').rfind(|part| !part.is_empty()).map(|part| words(part).concat())?;
    let operation = words(action.operation_id.as_deref().unwrap_or_default()).concat();
    let anybody = !matches!(action.protection, Protection::Protected(_));
    match () {
        () if SAYS.contains(&last.as_str()) => Some(3),
        () if SAYS.iter().any(|word| operation.contains(word)) && anybody => Some(2),
        () if COLLECTIONS.contains(&last.as_str()) && anybody => Some(1),
        () => None,
    }
}

/// The fields that are sent although the document does not ask for them: each password, those by which one signs in later,
/// and the company that one brings along, without which there may be no place to do anything in. Nothing where it cannot be told who is signed up.
fn also(action: &Action, sign_in: &SignIn) -> Option<Vec<String>> {
    let schema = &action.body.as_ref()?.best()?.schema;
    let mut also = fields::named(schema, Is::Password);
    let by_mail = match &sign_in.way {
        Way::Send(line) => line.contains(fields::MAIL),
        Way::Form(_, fill) => fill.iter().any(|(_, hole)| hole == fields::MAIL),
        Way::Carried => false,
    };
    let known_by = fields::named(schema, if by_mail { Is::Mail } else { Is::Name });
    also.extend(known_by.into_iter().next());
    also.extend(fields::named(schema, Is::Company).into_iter().next());
    Some(also)
}

/// A form without anything hidden is sent as it stands. One with an anti-forgery token is not: a line of the manifest does not
/// fetch it.
fn by_form(form: &Form) -> Option<SignUp> {
    let names: Vec<&str> = form.fields.iter().map(|field| field.name.as_str()).collect();
    let what = format!("form at {} ({})", form.page, names.join(", "));
    let wanted = form.fields.iter().filter(|field| field.required || field.is != Is::Other || field.kind == "text");
    let pairs = wanted.map(|field| {
        let typed = match (fields::hole(field.is), field.kind.as_str()) {
            (Some(hole), _) => hole.to_owned(),
            (None, "checkbox") if field.value.is_empty() => "on".to_owned(),
            (None, "checkbox") => field.value.clone(),
            (None, _) => "{name}".to_owned(),
        };
        (field.name.clone(), typed)
    });
    let line = fields::form(&pairs.collect::<Vec<_>>()).map(|fields| format!("POST {} {fields}", form.action));
    let send = line.filter(|line| !form.has_hidden() && RequestLine::parse(line).is_ok());
    Some(SignUp { what, send })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Document, read};
    use crate::init::{forms, sign_in};
    use serde_json::{Value, json};

    fn body(fields: &[&str], required: &[&str]) -> Value {
        let properties: serde_json::Map<_, _> =
            fields.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
        json!({"content": {"application/json": {"schema": {"type": "object", "required": required, "properties": properties}}}})
    }

    fn found(paths: Value) -> Option<SignUp> {
        let document = json!({"openapi": "3.1.0", "security": [{"s": []}], "paths": paths}).to_string();
        let document = Document { place: "x".into(), bytes: document.into_bytes() };
        let actions = read(&[document], "http://127.0.0.1").unwrap().actions;
        find(&actions, &[], &sign_in::find(&actions, &[], &[]))
    }

    #[test]
    fn whoever_signs_in_by_mail_signs_up_with_one() {
        let login =
            json!({"post": {"security": [], "requestBody": body(&["email", "password"], &["email", "password"])}});
        let create = body(&["email", "name", "password", "phone"], &["name"]);
        let open = json!({"/login": login, "/users": {"post": {"security": [], "requestBody": create}}});
        let line = r#"POST /users {"email":"{name}@example.com","name":"{name}","password":"{password}"}"#;
        assert_eq!(found(open).unwrap().send.as_deref(), Some(line));
        let guarded = json!({"/login": login, "/users": {"post": {"requestBody": create}}});
        assert_eq!(found(guarded), None, "only who is signed in may: this is no sign-up");
    }

    #[test]
    fn a_form_is_sent_as_it_stands_where_nothing_is_hidden() {
        let of = |hidden: &str| {
            let page = format!(
                "<form method=post action=/signup>{hidden}<input name=email><input name=company><input type=password \
                 name=pw><input type=checkbox name=terms value=yes></form>"
            );
            let forms = forms::with_password(&page, "/join");
            find(&[], &forms, &sign_in::find(&[], &[], &forms)).unwrap()
        };
        let line = "POST /signup email={name}@example.com&company={name}&pw={password}&terms=yes";
        assert_eq!(of("").send.as_deref(), Some(line));
        let hidden = of("<input type=hidden name=_csrf value=1>");
        assert_eq!((hidden.send, hidden.what.as_str()), (None, "form at /join (_csrf, email, company, pw, terms)"));
    }
}
