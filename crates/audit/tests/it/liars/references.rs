//! What one names in what is one's own: a thing of somebody else's is as unknown there as one that is nobody's.

use crate::service::notes::action;
use crate::service::rows::{self, own};
use crate::service::{Answer, Call, Row, Service, Shape, World, field, notes, text};
use crate::story;

/// Notes, and tasks that each hang on a note.
fn tasks(may: fn(&World, &Call, &Row) -> bool) -> Service {
    notes::service()
        .with(
            action("POST /tasks", move |world, call| {
                let taken = match rows::take(&[text("title"), field("note_id", "key")], call) {
                    Ok(taken) => taken,
                    Err(refusal) => return refusal,
                };
                let key = call.body["note_id"].as_str().map_or_else(|| call.body["note_id"].to_string(), str::to_owned);
                let known = world.row("note", &key).is_some_and(|row| may(world, call, row));
                if !known {
                    return Answer::refused(422, "there is no such note");
                }
                let row = rows::insert(world, call, "task", taken);
                Answer::json(201, world.show(&row))
            })
            .takes(vec![text("title"), field("note_id", "key")]),
        )
        .with(action("GET /tasks", rows::list("task", own)).gives(Shape::List(vec!["title"])))
        .with(action("GET /tasks/{task}", rows::show("task", own)).gives(Shape::Object(vec!["title"])))
}

#[tokio::test]
async fn a_task_hangs_on_ones_own_note() {
    let story = story::notes(tasks(own)).told().await;
    story.is_sound();
    story.holds(&["AZ03 POST /tasks · note_id"]);
}

/// The note is looked up among everybody's.
#[tokio::test]
async fn a_task_hangs_on_anybodys_note() {
    story::notes(tasks(|_, _, _| true)).told().await.has_only(&["AZ03 POST /tasks · note_id"]);
}

/// It takes whatever is sent: what it names nobody knows.
#[tokio::test]
async fn a_task_hangs_on_nothing_at_all() {
    let service = tasks(own).replace("POST /tasks", |world, call| {
        match rows::take(&[text("title"), field("note_id", "key")], call) {
            Ok(taken) => {
                let row = rows::insert(world, call, "task", taken);
                Answer::json(201, world.show(&row))
            }
            Err(refusal) => refusal,
        }
    });
    story::notes(service).told().await.is_sound();
}
