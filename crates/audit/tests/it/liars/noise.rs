//! What moves by itself is no sign of a breach.

use serde_json::json;

use crate::service::{Service, chance, notes};
use crate::story;

const STILL: [&str; 3] = ["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}", "AZ03 DELETE /notes/{note}"];

/// Every request for a note, refused or not, moves its counter.
#[tokio::test]
async fn a_counter_that_moves() {
    let counted = |service: Service, name: &str| {
        service.wrap(name, |world, call, inner| {
            if let Some(row) = world.row_mut("note", call.at("note")) {
                let views = row.fields.get("views").and_then(serde_json::Value::as_u64).unwrap_or(0);
                row.fields.insert("views".into(), json!(views + 1));
            }
            inner(world, call)
        })
    };
    let service = counted(counted(notes::service(), "GET /notes/{note}"), "PUT /notes/{note}");
    let story = story::notes(service).told().await;
    story.is_sound();
    story.holds(&STILL);
}

/// Whoever asks for anything moves his own `last_seen`; reading a note moves the note's.
#[tokio::test]
async fn last_seen_that_moves_by_reading() {
    let service = notes::service()
        .wrap("GET /whoami", |world, call, inner| {
            if let Some(person) = world.person_mut(call.me()) {
                person.profile.insert("last_seen".into(), json!(chance::now().to_string()));
            }
            inner(world, call)
        })
        .wrap("GET /notes/{note}", |world, call, inner| {
            if let Some(row) = world.row_mut("note", call.at("note")) {
                row.fields.insert("last_seen".into(), json!(chance::now().to_string()));
            }
            inner(world, call)
        });
    let story = story::notes(service).told().await;
    story.is_sound();
    story.holds(&STILL);
}

/// A list in another order each time.
#[tokio::test]
async fn a_list_that_is_shuffled() {
    let service = notes::service().wrap("GET /notes", |world, call, inner| {
        let by = usize::from(world.counters.get("requests").copied().unwrap_or(0) % 2 == 0);
        if by < world.rows.len() {
            world.rows.rotate_left(by);
        }
        inner(world, call)
    });
    let story = story::notes(service).told().await;
    story.is_sound();
    story.holds(&STILL);
}

/// A different request id in every answer and every error, in body and header.
#[tokio::test]
async fn a_nonce_in_every_answer() {
    let mut service = notes::service();
    let names: Vec<&'static str> = service.actions.iter().map(|action| action.name).collect();
    for name in names {
        service = service.wrap(name, |world, call, inner| {
            let mut answer = inner(world, call);
            let nonce = chance::uuid();
            if let crate::service::Body::Json(serde_json::Value::Object(body)) = &mut answer.body {
                body.insert("request_id".into(), json!(nonce));
            }
            answer.header("x-request-id", nonce)
        });
    }
    let story = story::notes(service).told().await;
    story.is_sound();
    story.holds(&STILL);
}
