//! How keys are made, given and reused must mislead nobody.

use serde_json::{Map, Value, json};

use crate::service::notes::action;
use crate::service::rows::{self, own};
use crate::service::{Answer, Call, Row, Service, Shape, World, notes};
use crate::story;

const GET: &str = "GET /notes/{note}";

/// The next number after the highest in use, so that the last one deleted comes back.
fn reuses_serial_keys() -> Service {
    notes::service().wrap("POST /notes", |world, call, inner| {
        let answer = inner(world, call);
        let numbers = world.rows.iter().filter(|row| row.noun == "note").filter_map(|row| row.id.parse::<u64>().ok());
        let Some(fresh) = numbers.clone().max() else { return answer };
        let before = numbers.filter(|number| *number != fresh && *number < 100_000).max().unwrap_or(0);
        match world.row_mut("note", &fresh.to_string()) {
            Some(row) if answer.status == 201 => {
                row.id = (before % 1_000 + 1).to_string();
                let row = row.clone();
                Answer::json(201, world.show(&row))
            }
            _ => answer,
        }
    })
}

#[tokio::test]
async fn reuses_the_keys_of_what_was_deleted() {
    let story = story::notes(reuses_serial_keys()).told().await;
    story.is_sound();
    story.holds(&["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}", "AZ03 DELETE /notes/{note}"]);
}

/// 403 for what is somebody else's, 404 for what is nobody's: an existence leak, and no breach of content.
#[tokio::test]
async fn differs_between_foreign_and_missing() {
    let telling = |world: &mut World, call: &Call| match world.row("note", call.at("note")) {
        Some(row) if row.owner != call.me() => Answer::refused(403, "this is somebody else's"),
        Some(row) => Answer::ok(world.show(row)),
        None => Answer::missing(),
    };
    let story = story::notes(notes::service().replace(GET, telling)).told().await;
    let breaches: Vec<String> = story.gaps().into_iter().filter(|gap| !gap.contains(GET)).collect();
    assert!(breaches.is_empty(), "{}", story.told());
    assert!(!story.told().contains("canary in the answer"), "{}", story.told());
    let telling = "GET /notes/{note} tells strangers whether a note exists";
    assert!(story.outcome.notes.iter().any(|note| note.contains(telling)), "{}", story.told());
    let sound = story::notes(notes::service()).told().await;
    assert!(sound.outcome.notes.iter().all(|note| !note.contains("tells strangers")), "{}", sound.told());
}

/// `PUT /pages/{page}` makes a page under a name that the client chose, or changes it.
fn pages(may_overwrite: fn(&Call, &Row) -> bool) -> Service {
    notes::service()
        .with(
            action("PUT /pages/{page}", move |world, call| {
                let taken = match rows::take(&notes::note_fields(), call) {
                    Ok(taken) => taken,
                    Err(refusal) => return refusal,
                };
                let name = call.at("page").to_owned();
                match world.row("page", &name).cloned() {
                    Some(row) if may_overwrite(call, &row) => rows::apply(world, call, "page", &name, taken),
                    Some(_) => Answer::missing(),
                    None => {
                        let made = rows::insert(world, call, "page", taken);
                        if let Some(row) = world.row_mut("page", &made.id) {
                            row.id.clone_from(&name);
                        }
                        world.record(call, "page.create", &name, "done");
                        Answer::nothing(201)
                    }
                }
            })
            .takes(notes::note_fields()),
        )
        .with(action("GET /pages/{page}", rows::show("page", own)).gives(Shape::Object(vec!["title", "body"])))
        .with(action("DELETE /pages/{page}", rows::delete("page", own)))
}

#[tokio::test]
async fn creates_by_put_with_a_chosen_key() {
    let story = story::notes(pages(|call, row| row.owner == call.me())).told().await;
    story.is_sound();
    story.holds(&["AZ02 GET /pages/{page}"]);
}

#[tokio::test]
async fn overwrites_by_put_what_somebody_else_made() {
    let story = story::notes(pages(|_, _| true)).told().await;
    story.has_only(&["AZ03 PUT /pages/{page}"]);
}

/// 201 without a body and without a `Location`: the key stands only in the list.
fn answers_nothing() -> Service {
    let mut service = notes::service().wrap("POST /notes", |world, call, inner| {
        let answer = inner(world, call);
        if answer.status == 201 { Answer::nothing(201) } else { answer }
    });
    service.action_mut("POST /notes").answer = Shape::Unsaid;
    service
}

#[tokio::test]
async fn creation_that_answers_nothing() {
    let story = story::notes(answers_nothing()).told().await;
    story.is_sound();
    story.holds(&["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}"]);
}

#[tokio::test]
async fn creation_that_answers_nothing_and_leaks() {
    let story = story::notes(answers_nothing().replace(GET, rows::show("note", |_, _, _| true))).told().await;
    story.has_only(&["AZ02 GET /notes/{note}"]);
}

/// The key stands in `Location` only.
#[tokio::test]
async fn creation_that_answers_a_location() {
    let located = notes::service().wrap("POST /notes", |world, call, inner| {
        let answer = inner(world, call);
        let made = world.rows.iter().rev().find(|row| row.noun == "note").map(|row| row.id.clone());
        match (answer.status, made) {
            (201, Some(id)) => Answer::nothing(201).header("location", format!("/notes/{id}")),
            _ => answer,
        }
    });
    let story = story::notes(located).told().await;
    story.is_sound();
    story.holds(&["AZ02 GET /notes/{note}"]);
}

/// A creation whose answer is named otherwise and nested: `{"result": {"noteId": 7}}`.
#[tokio::test]
async fn creation_that_names_its_key_otherwise() {
    let renamed = notes::service()
        .wrap("POST /notes", |world, call, inner| {
            let answer = inner(world, call);
            match &answer.body {
                crate::service::Body::Json(Value::Object(made)) if answer.status == 201 => {
                    let mut inner = Map::new();
                    inner.insert("noteId".into(), made.get("id").cloned().unwrap_or_default());
                    Answer::json(201, json!({ "result": inner }))
                }
                _ => answer,
            }
        })
        .replace(GET, rows::show("note", |_, _, _| true));
    let story = story::notes(renamed).told().await;
    story.has_only(&["AZ02 GET /notes/{note}"]);
}
