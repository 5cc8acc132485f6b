//! What is kept from strangers while a thing is new, and forgotten once something was done to it.

use plimsoll::verdict::Verdict;
use serde_json::json;

use crate::service::rows::{self, own};
use crate::service::{Call, Row, Service, World, notes};
use crate::story;

const SEND: &str = "POST /notes/{note}/send";
const MATRIX: &str = "plimsoll.matrix 1\n# action anon user\nGET /notes/{note} - own\nPUT /notes/{note} - own\n";

/// Notes that can be sent, and are the owner's all the same.
fn service() -> Service {
    let send = |world: &mut World, call: &Call| match rows::reach(world, call, "note", own) {
        Ok(row) => {
            if let Some(row) = world.row_mut("note", &row.id) {
                row.fields.insert("progress".into(), json!("sent"));
            }
            let row = world.row("note", &row.id).cloned().unwrap_or(row);
            crate::service::Answer::ok(world.show(&row))
        }
        Err(refusal) => refusal,
    };
    notes::service().with(notes::action(SEND, send))
}

/// Its owner; once it was sent, anybody.
fn own_until_sent(_: &World, call: &Call, row: &Row) -> bool {
    row.owner == call.me() || row.fields.contains_key("progress")
}

#[tokio::test]
async fn what_was_sent_is_the_owners_all_the_same() {
    let story = story::notes(service()).told().await;
    story.is_sound();
    story.holds(&["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}", "AZ03 POST /notes/{note}/send"]);
}

#[tokio::test]
async fn what_was_sent_is_changed_by_anybody() {
    let open = service().replace("PUT /notes/{note}", rows::update("note", notes::note_fields(), own_until_sent));
    story::notes(open).told().await.has_only(&["AZ03 PUT /notes/{note}"]);
}

/// It may be meant to be read by then: that is asked, unless somebody said that it is not.
#[tokio::test]
async fn what_was_sent_is_read_by_anybody() {
    let open = || service().replace("GET /notes/{note}", rows::show("note", own_until_sent));
    let story = story::notes(open()).told().await;
    assert_eq!(story.verdict("AZ02", "GET /notes/{note}"), Some(Verdict::Unproven), "{}", story.told());
    story::notes(open()).matrix(MATRIX).told().await.has_only(&["AZ02 GET /notes/{note}"]);
}
