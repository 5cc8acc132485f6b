//! Secrets that travel with answers, and what only looks like one.

use plimsoll::verdict::Verdict;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::service::rows::{self, own};
use crate::service::{Answer, Call, Row, Service, World, field, notes, text};
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

/// What nobody of a role was shown is not proved to be hidden from it.
#[tokio::test]
async fn what_was_shown_to_nobody_is_not_proved_hidden() {
    let matrix = |hide: &str| format!("{}{hide}", crate::service::office::MATRIX);
    let service = crate::service::office::service;
    let story = story::office(service()).matrix(&matrix("hide salary from viewer\n")).told().await;
    story.is_sound();
    let said = story.verdict("AZ09", "salary, hidden from viewer");
    assert_eq!(said, Some(Verdict::Unproven), "{}", story.told());
}

/// Only whoever was brought into a project is shown it, and what is hidden in it from him.
#[tokio::test]
async fn what_the_matrix_hides_is_looked_for_inside() {
    use crate::service::team;
    const BECOME: &str = r#"
[become]
viewer = 'olga: POST /projects/{project.id}/members {"member":{actor.id},"role":"viewer"}'
"#;
    let with_fee = |shows: bool| {
        team::service().replace("GET /projects/{project}", move |world, call| {
            match rows::reach(world, call, "project", rows::member) {
                Ok(project) => {
                    let mut shown = world.show(&project);
                    if shows || world.role(call) != "viewer" {
                        shown["fee"] = json!("4,200 a month");
                    }
                    Answer::ok(shown)
                }
                Err(refusal) => refusal,
            }
        })
    };
    let told = |shows: bool| {
        let matrix = format!("{}hide fee from viewer\n", team::matrix());
        story::office(with_fee(shows)).matrix(&matrix).also(BECOME).told()
    };
    let sound = told(false).await;
    sound.is_sound();
    sound.holds(&["AZ09 the service"]);
    assert_eq!(sound.verdict("AZ09", "fee, hidden from viewer"), None, "{}", sound.told());
    told(true).await.has_only(&["AZ09 GET /projects/{project}"]);
}

/// A key of a program is told when it is made, and never again.
#[tokio::test]
async fn a_secret_that_is_told_twice() {
    let keys = |again: bool| {
        let show = move |world: &World, row: &Row, tells: bool| {
            let mut shown = world.show(row);
            shown["secret"] = if tells { json!(format!("sk-{}-of-a-program", row.id)) } else { json!("****") };
            shown
        };
        let make = move |world: &mut World, call: &Call| match rows::take(&[text("label")], call) {
            Ok(taken) => {
                let row = rows::insert(world, call, "key", taken);
                Answer::json(201, show(world, &row, true))
            }
            Err(refusal) => refusal,
        };
        let list = move |world: &mut World, call: &Call| {
            let own = world.rows.iter().filter(|row| row.noun == "key" && row.owner == call.me());
            Answer::ok(json!({ "items": own.map(|row| show(world, row, again)).collect::<Vec<_>>() }))
        };
        notes::service()
            .with(notes::action("POST /keys", make).takes(vec![text("label")]))
            .with(notes::action("GET /keys", list))
    };
    let sound = story::notes(keys(false)).told().await;
    sound.is_sound();
    sound.holds(&["AZ09 the service"]);
    let story = story::notes(keys(true)).told().await;
    assert_eq!(story.verdict("AZ09", "GET /keys"), Some(Verdict::Suspected), "{}", story.told());
}
