//! Objects with two sides: whom they name beside their owner may be meant to see them. That is asked, and is no alarm.

use plimsoll::verdict::{Cause, Verdict};
use serde_json::{Value, json};

use crate::service::{Answer, Call, Row, Service, World, notes, rows};
use crate::story;

const GET: &str = "GET /notes/{note}";

/// The owner, and the one who is to check what he wrote.
fn side(world: &World, call: &Call, row: &Row) -> bool {
    row.owner == call.me() || row.fields.get("reviewer_id") == Some(&world.key(call.me()))
}

fn anybody(_: &World, _: &Call, _: &Row) -> bool {
    true
}

/// Each note of Ann's is for Bob to check, and the other way round; whoever else walks has none of it.
fn service() -> Service {
    let create = |world: &mut World, call: &Call| {
        let mut fields = match rows::take(&notes::note_fields(), call) {
            Ok(fields) => fields,
            Err(refusal) => return refusal,
        };
        let reviewer = match world.person(call.me()).map(|person| person.name.as_str()) {
            Some(name) if name.starts_with("ann") => "bob",
            Some(name) if name.starts_with("bob") => "ann",
            _ => "nobody",
        };
        let reviewer = world.people.iter().find(|person| person.name.starts_with(reviewer)).map(|one| one.id.clone());
        fields.insert("reviewer_id".into(), reviewer.map_or(Value::Null, |id| world.key(&id)));
        fields.insert("stars".into(), json!(3));
        let row = rows::insert(world, call, "note", fields);
        Answer::json(201, world.show(&row))
    };
    notes::service()
        .replace("POST /notes", create)
        .replace(GET, rows::show("note", side))
        .replace("GET /notes", rows::list("note", side))
        .replace("GET /search", rows::list("note", side))
}

const CID: &str = "cid = { role = \"user\", tenant = \"cid\" }\n";

fn matrix(reach: &str) -> String {
    format!(
        "plimsoll.matrix 1\n# action anon user\nGET /notes - {reach}\nGET /search - {reach}\nGET /notes/{{note}} - {reach}\n"
    )
}

/// Two people, each named by what the other makes: nobody else is there to show a wall. That is asked.
#[tokio::test]
async fn whoever_is_named_may_be_meant() {
    let story = story::notes(service()).told().await;
    story.is_sound();
    let asked = story.outcome.findings.iter().any(|finding| {
        finding.subject == GET && finding.cause == Some(Cause::WaitsForAnswer) && finding.words.contains("reviewer_id")
    });
    assert!(asked, "{}", story.told());
    // Bob may read Ann's note, and not change it: that he is refused shows the wall.
    story.holds(&["AZ03 PUT /notes/{note}", "AZ03 DELETE /notes/{note}"]);
}

/// A third person stands for everybody who is not named.
#[tokio::test]
async fn whoever_is_not_named_shows_the_wall() {
    let story = story::notes(service()).also(CID).told().await;
    story.is_sound();
    story.holds(&["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}"]);
    let open = service().replace(GET, rows::show("note", anybody));
    story::notes(open).also(CID).told().await.has_only(&["AZ02 GET /notes/{note}"]);
}

/// The row says that he may, or that he may not.
#[tokio::test]
async fn the_matrix_says_whether_whoever_is_named_may() {
    let story = story::notes(service()).matrix(&matrix("member")).told().await;
    story.is_sound();
    assert!(story.told_of("AZ02", GET).is_empty(), "{}", story.told());
    let story = story::notes(service()).matrix(&matrix("own")).told().await;
    assert_eq!(story.verdict("AZ02", GET), Some(Verdict::Gap), "{}", story.told());
}
