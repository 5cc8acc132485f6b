//! Files behind addresses that an answer names.

use plimsoll::verdict::Verdict;
use serde_json::{Value, json};

use crate::service::{Answer, Body, Call, Service, World, notes};
use crate::story;

/// A note tells its owner where its text lies as a file; `query` stands behind the address.
fn service(query: &'static str, may: fn(&World, &Call) -> bool) -> Service {
    notes::service()
        .wrap("GET /notes/{note}", move |world, call, inner| {
            let mut answer = inner(world, call);
            if let (200, Body::Json(Value::Object(fields))) = (answer.status, &mut answer.body) {
                fields.insert("fileUrl".into(), json!(format!("/files/{}{query}", call.at("note"))));
            }
            answer
        })
        .with(notes::page("GET /files/{note}", move |world, call| match world.row("note", call.at("note")) {
            Some(row) if may(world, call) => Answer::text(row.fields["body"].as_str().unwrap_or_default().to_owned()),
            Some(_) | None => Answer::missing(),
        }))
}

fn is_owner(world: &World, call: &Call) -> bool {
    world.row("note", call.at("note")).is_some_and(|row| row.owner == call.me())
}

#[tokio::test]
async fn a_file_lies_open() {
    story::notes(service("", |_, _| true)).told().await.has_only(&["AZ17 GET /notes/{note}"]);
}

#[tokio::test]
async fn a_file_is_given_to_whoever_is_signed_in() {
    let leaky = service("", |_, call| call.who.is_some());
    story::notes(leaky).told().await.has_only(&["AZ17 GET /notes/{note}"]);
}

#[tokio::test]
async fn a_file_is_given_to_its_owner() {
    let story = story::notes(service("", is_owner)).told().await;
    story.is_sound();
    story.holds(&["AZ17 GET /notes/{note}"]);
}

/// The address is a key for a while: whether for minutes or for ever is not known, so nothing is claimed.
#[tokio::test]
async fn a_signed_address_is_no_proof() {
    let story = story::notes(service("?expires=1795340359&signature=abcdef", |_, _| true)).told().await;
    story.is_sound();
    assert_eq!(story.verdict("AZ17", "GET /notes/{note}"), Some(Verdict::Unproven));
}

/// A picture that everybody gets is nobody's.
#[tokio::test]
async fn a_picture_of_the_pages_is_no_file_of_anybodys() {
    let service = notes::service()
        .wrap("GET /notes/{note}", |world, call, inner| {
            let mut answer = inner(world, call);
            if let (200, Body::Json(Value::Object(fields))) = (answer.status, &mut answer.body) {
                fields.insert("iconUrl".into(), json!("/static/note.svg"));
            }
            answer
        })
        .with(notes::page("GET /static/note.svg", |_, _| Answer::text("a picture of a note".to_owned())));
    let story = story::notes(service).told().await;
    story.is_sound();
    assert_eq!(story.verdict("AZ17", "the service"), Some(Verdict::NotApplicable));
}
