//! Tokens that open another session: they end with the session that they came with.

use plimsoll::verdict::Verdict;
use serde_json::json;

use crate::service::{Answer, Call, Row, Service, World, chance, notes, people, text};
use crate::story;

const AFTER: &str = "sign-out · refresh token";
const TWICE: &str = "refresh token · used twice";

/// Opens a session, with a token for the next one.
fn open(world: &mut World, person: &str) -> Answer {
    let (key, refresh) = (world.open_session(person), chance::nonce());
    world.rows.push(Row {
        noun: "refresh",
        id: refresh.clone(),
        owner: person.to_owned(),
        tenant: String::new(),
        parent: Some(key.clone()),
        members: Vec::new(),
        fields: serde_json::Map::new(),
    });
    Answer::json(201, json!({ "session": { "key": key, "refresh_token": refresh } }))
}

fn sign_in(world: &mut World, call: &Call) -> Answer {
    match people::check_password(world, call) {
        Ok(id) => open(world, &id),
        Err(refusal) => refusal,
    }
}

/// Each use gives another, and the used one is dead; `kept` lets it live.
fn renew(world: &mut World, call: &Call, kept: bool) -> Answer {
    let token = call.text("refresh_token").to_owned();
    let Some(person) = world.row("refresh", &token).map(|row| row.owner.clone()) else {
        return Answer::refused(401, "sign in again");
    };
    if !kept {
        world.remove("refresh", &token);
    }
    open(world, &person)
}

fn service() -> Service {
    let refresh = |world: &mut World, call: &Call| renew(world, call, false);
    notes::service()
        .replace("POST /session", sign_in)
        .with(notes::public("POST /session/refresh", refresh).takes(vec![text("refresh_token")]))
        .wrap("DELETE /session", |world, call, inner| {
            let token = call.token.clone();
            world.rows.retain(|row| row.noun != "refresh" || row.parent != token);
            inner(world, call)
        })
}

#[tokio::test]
async fn a_refresh_token_ends_with_its_session() {
    let story = story::notes(service()).told().await;
    story.is_sound();
    story.holds(&["AZ07 sign-out", &format!("AZ07 {AFTER}"), &format!("AZ07 {TWICE}")]);
}

/// The session is over, and whoever has the other token opens the next one.
#[tokio::test]
async fn a_refresh_token_outlives_the_sign_out() {
    let service = service().replace("DELETE /session", people::sign_out);
    story::notes(service).told().await.has_only(&[&format!("AZ07 {AFTER}")]);
}

/// A thief's copy is as good as the owner's, for ever. Some allow that for a moment: a sign.
#[tokio::test]
async fn a_used_refresh_token_is_good_again() {
    let service = service().replace("POST /session/refresh", |world, call| renew(world, call, true));
    let story = story::notes(service).told().await;
    assert_eq!(story.verdict("AZ07", TWICE), Some(Verdict::Suspected), "{}", story.told());
    story.holds(&[&format!("AZ07 {AFTER}")]);
}

/// Nothing in the document takes it: the manifest says what does.
#[tokio::test]
async fn what_takes_the_token_is_told() {
    let undocumented = || {
        let mut service = service().replace("DELETE /session", people::sign_out);
        service.action_mut("POST /session/refresh").is_documented = false;
        service
    };
    let story = story::notes(undocumented()).told().await;
    assert_eq!(story.verdict("AZ07", AFTER), Some(Verdict::Unproven), "{}", story.told());
    let line =
        "\n[sessions]\nrefresh = 'POST /session/refresh {\"refresh_token\":\"{answer.session.refresh_token}\"}'\n";
    story::notes(undocumented()).also(line).told().await.has_only(&[&format!("AZ07 {AFTER}")]);
}
