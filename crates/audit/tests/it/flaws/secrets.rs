//! Secrets that travel with answers, and what only looks like one.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::service::rows::{self, own};
use crate::service::{Answer, Call, Service, World, field, notes, text};
use crate::story;

/// The caller's own page with more in it than it shows.
fn with(extra: fn(&World, &Call) -> Value) -> Service {
    with_at("GET /whoami", extra)
}

fn with_at(action: &str, extra: fn(&World, &Call) -> Value) -> Service {
    notes::service().wrap(action, move |world, call, inner| {
        let mut answer = inner(world, call);
        let more = extra(world, call);
        if let (crate::service::Body::Json(Value::Object(fields)), Value::Object(more)) = (&mut answer.body, more) {
            fields.extend(more);
        }
        answer
    })
}

fn digest_of(world: &World, call: &Call) -> String {
    let password = world.person(call.me()).map(|person| person.password.clone()).unwrap_or_default();
    hex::encode(Sha256::digest(password))
}

#[tokio::test]
async fn the_digest_of_ones_own_password() {
    let leaky = with(|world, call| json!({ "check": digest_of(world, call) }));
    let story = story::notes(leaky).told().await;
    story.has_only(&["AZ09 GET /whoami"]);
    assert!(story.told_of("AZ09", "GET /whoami")[0].contains("SHA-256"), "{}", story.told());
}

/// An action with a key in its path is searched like any other.
#[tokio::test]
async fn the_digest_of_ones_own_password_in_something_with_a_key() {
    let leaky = with_at("GET /notes/{note}", |world, call| json!({ "check": digest_of(world, call) }));
    story::notes(leaky).told().await.has_only(&["AZ09 GET /notes/{note}"]);
}

/// Salted, so that it cannot be computed: its form tells, or the name of its field.
#[tokio::test]
async fn a_salted_digest() {
    let bcrypt = with(|_, _| json!({ "pw": "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW" }));
    story::notes(bcrypt).told().await.has_only(&["AZ09 GET /whoami"]);
    let salted = with(|world, call| json!({ "account": { "passwordHash": digest_of(world, call).replace('a', "b") } }));
    story::notes(salted).told().await.has_only(&["AZ09 GET /whoami"]);
}

#[tokio::test]
async fn the_password_itself() {
    let leaky = with(|world, call| json!({ "motto": world.person(call.me()).map(|person| person.password.clone()) }));
    story::notes(leaky).told().await.has_only(&["AZ09 GET /whoami"]);
}

/// Masked, told that there is one, when it was changed, a tag of the answer; and a vault whose trade it is to give
/// passwords back to their owners.
#[tokio::test]
async fn what_only_looks_like_a_secret() {
    let sound = with(|_, _| {
        json!({ "passwordHash": "********", "has_password": true, "password_changed_at": "2026-11-22T10:00:00Z",
                "etag": "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8" })
    });
    let fields = || vec![text("title"), field("password", "password")];
    let vault = sound
        .with(notes::action("POST /logins", rows::create("login", fields())).takes(fields()))
        .with(notes::action("GET /logins/{login}", rows::show("login", own)));
    let story = story::notes(vault).told().await;
    story.is_sound();
    story.holds(&["AZ09 the service"]);
}

/// A refusal that repeats what was sent is an echo.
#[tokio::test]
async fn an_echo_is_no_secret() {
    let echoing = notes::service().wrap("POST /session", |world, call, inner| match inner(world, call) {
        answer if answer.status == 401 => Answer::json(422, json!({ "input": call.body })),
        answer => answer,
    });
    story::notes(echoing).told().await.is_sound();
}

/// The matrix hides a field from a role.
#[tokio::test]
async fn what_the_matrix_hides() {
    let matrix = |hide: &str| format!("{}{hide}", crate::service::office::MATRIX);
    let service = crate::service::office::service;
    story::office(service()).matrix(&matrix("hide summary from viewer\n")).told().await.is_sound();
    let story = story::office(service()).matrix(&matrix("hide title from admin\n")).told().await;
    let gaps = story.gaps();
    assert!(gaps.iter().all(|gap| gap.starts_with("AZ09 ")), "{}", story.told());
    assert!(gaps.contains(&"AZ09 GET /projects".to_owned()), "{}", story.told());
}
