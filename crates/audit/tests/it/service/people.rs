//! Sound handlers for accounts and sessions, and the pages that every service has.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call};
use super::chance;
use super::world::World;

/// Wrong passwords that a name may give, and accounts that may be made, before a second of rest.
const WRONG_MAX: usize = 5;
const SIGN_UPS_MAX: usize = 40;

/// `POST /accounts`: anybody; each is his own tenant.
pub(crate) fn sign_up(world: &mut World, call: &Call) -> Answer {
    let (name, password) = (call.text("name"), call.text("password"));
    if name.is_empty() || password.is_empty() {
        return Answer::refused(400, "name and password are required");
    }
    if world.is_limited("sign-up", SIGN_UPS_MAX) {
        return Answer::refused(429, "too many new accounts").header("retry-after", "1");
    }
    if world.people.iter().any(|person| person.name == name) {
        return Answer::refused(409, "that name is taken");
    }
    world.count("sign-up");
    let id = world.add_person(name, password, "", "user");
    let as_himself = Call { who: Some(id.clone()), ..call.clone() };
    world.record(&as_himself, "account.create", &id, "done");
    Answer::json(201, json!({ "id": world.key(&id), "name": name }))
}

/// Who has this name and password; a refusal otherwise.
pub(crate) fn check_password(world: &mut World, call: &Call) -> Result<String, Answer> {
    let (name, password) = (call.text("name").to_owned(), call.text("password"));
    let limit = format!("sign-in {name}");
    if world.is_limited(&limit, WRONG_MAX) {
        return Err(Answer::refused(429, "too many tries").header("retry-after", "2"));
    }
    let found = world.people.iter().find(|person| person.name == name && person.password == password);
    let Some(id) = found.map(|person| person.id.clone()) else {
        world.count(&limit);
        world.record(call, "session.open", &name, "refused");
        return Err(Answer::refused(401, "name or password is wrong"));
    };
    let as_himself = Call { who: Some(id.clone()), ..call.clone() };
    world.record(&as_himself, "session.open", &id, "done");
    Ok(id)
}

/// `POST /session`.
pub(crate) fn sign_in(world: &mut World, call: &Call) -> Answer {
    match check_password(world, call) {
        Ok(id) => Answer::json(201, json!({ "session": { "key": world.open_session(&id) } })),
        Err(refusal) => refusal,
    }
}

/// `DELETE /session`.
pub(crate) fn sign_out(world: &mut World, call: &Call) -> Answer {
    world.record(call, "session.close", call.me(), "done");
    world.sessions.retain(|(token, _)| Some(token) != call.token.as_ref());
    Answer::nothing(204)
}

/// `GET /whoami`.
pub(crate) fn who_am_i(world: &mut World, call: &Call) -> Answer {
    let Some(person) = world.person(call.me()) else { return Answer::missing() };
    let mut shown: Map<String, Value> = person.profile.clone();
    shown.insert("id".into(), world.key(&person.id));
    shown.insert("name".into(), json!(person.name));
    shown.insert("role".into(), json!(person.role));
    Answer::ok(Value::Object(shown))
}

/// `PUT /whoami`: what one says about oneself.
pub(crate) fn describe_myself(world: &mut World, call: &Call) -> Answer {
    let motto = call.text("motto").to_owned();
    if motto.is_empty() {
        return Answer::refused(400, "motto is required");
    }
    if let Some(person) = world.person_mut(call.me()) {
        person.profile.insert("motto".into(), json!(motto));
    }
    world.record(call, "account.update", call.me(), "done");
    who_am_i(world, call)
}

/// `GET /login`: a form with an anti-forgery field that belongs to a cookie.
pub(crate) fn login_form(_: &mut World, _: &Call) -> Answer {
    let seal = chance::nonce();
    form(200, &seal, "").header("set-cookie", format!("seal={seal}; Path=/; HttpOnly; SameSite=Lax"))
}

/// `POST /login`: a wrong password is answered by 200 and the form with a sentence in it, as many services do.
pub(crate) fn login(world: &mut World, call: &Call) -> Answer {
    let sealed = call.headers.get("cookie").is_some_and(|cookies| {
        cookies.split("; ").any(|cookie| cookie.strip_prefix("seal=").is_some_and(|seal| seal == call.text("seal")))
    });
    if !sealed || call.text("seal").is_empty() {
        return Answer::refused(403, "the form is too old");
    }
    match check_password(world, call) {
        Ok(id) => {
            let token = world.open_session(&id);
            let cookie = format!("sid={token}; Path=/; HttpOnly; SameSite=Lax");
            Answer::nothing(303).header("location", "/").header("set-cookie", cookie)
        }
        Err(refusal) if refusal.status == 429 => refusal,
        Err(_) => form(200, call.text("seal"), "Name or password is wrong."),
    }
}

fn form(status: u16, seal: &str, sentence: &str) -> Answer {
    Answer::html(
        status,
        format!(
            "<!doctype html><title>Sign in</title><p>{sentence}</p><form method=post action=/login>\
             <input type=hidden name=seal value=\"{seal}\"><input name=name><input type=password name=password>\
             <button>Sign in</button></form>"
        ),
    )
}

/// `GET /events`: the whole record, for the administrator of a service without companies.
pub(crate) fn all_events(world: &mut World, call: &Call) -> Answer {
    if world.role(call) != "admin" {
        return Answer::refused(403, "for administrators");
    }
    Answer::ok(json!({ "items": world.arrived(None) }))
}

/// `GET /events`: one's own company's part of the record, for those who run it.
pub(crate) fn company_events(world: &mut World, call: &Call) -> Answer {
    if !matches!(world.role(call), "admin" | "owner") {
        return Answer::refused(403, "for administrators");
    }
    let tenant = world.tenant(call).to_owned();
    Answer::ok(json!({ "items": world.arrived(Some(&tenant)) }))
}

pub(crate) fn health(_: &mut World, _: &Call) -> Answer {
    Answer::ok(json!({ "status": "ok" }))
}

pub(crate) fn home(_: &mut World, _: &Call) -> Answer {
    Answer::html(
        200,
        "<!doctype html><html lang=en><head><title>A small service</title><link rel=stylesheet href=/style.css></head>\
         <body><h1>A small service</h1><a href=/privacy>Privacy</a></body></html>",
    )
}

pub(crate) fn privacy(_: &mut World, _: &Call) -> Answer {
    Answer::html(
        200,
        "<!doctype html><html lang=en><head><title>Privacy</title></head><body><h1>Privacy</h1>\
         <p>No third parties. One cookie, for the session.</p></body></html>",
    )
}

/// Valid by RFC 9116, for a month from now.
pub(crate) fn security_txt(_: &mut World, _: &Call) -> Answer {
    let ahead = chance::now() + jiff::SignedDuration::from_hours(24 * 30);
    Answer::text(format!(
        "Contact: mailto:security@tallyhouse.dev\nExpires: {}\n",
        ahead.strftime("%Y-%m-%dT%H:%M:%SZ")
    ))
}
