//! Status codes lie: refusals that apply, successes that do nothing, errors inside a 200.

use serde_json::json;

use crate::service::rows::{self, own};
use crate::service::{Answer, Call, World, notes};
use crate::story;

const PUT: &str = "PUT /notes/{note}";

/// Does what was asked, whoever asks; then answers what `to_strangers` says unless the owner asked.
fn apply_then(to_strangers: fn() -> Answer) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| {
        let Some(row) = world.row("note", call.at("note")).cloned() else { return Answer::missing() };
        let taken = match rows::take(&notes::note_fields(), call) {
            Ok(taken) => taken,
            Err(refusal) => return refusal,
        };
        let answer = rows::apply(world, call, "note", &row.id, taken);
        if row.owner == call.me() { answer } else { to_strangers() }
    }
}

/// Does what was asked for the owner; does nothing for others and answers what `to_strangers` says.
fn refuse_with(to_strangers: fn() -> Answer) -> impl Fn(&mut World, &Call) -> Answer {
    let sound = rows::update("note", notes::note_fields(), own);
    move |world, call| match world.row("note", call.at("note")) {
        Some(row) if row.owner != call.me() => {
            world.record(call, "note.update", call.at("note"), "refused");
            to_strangers()
        }
        _ => sound(world, call),
    }
}

fn forbidden() -> Answer {
    Answer::refused(403, "not yours")
}

fn pretended() -> Answer {
    Answer::ok(json!({ "ok": true }))
}

fn error_inside() -> Answer {
    Answer::ok(json!({ "success": false, "error": { "code": 17, "message": "not yours" } }))
}

#[tokio::test]
async fn refuses_and_applies() {
    let story = story::notes(notes::service().replace(PUT, apply_then(forbidden))).told().await;
    story.has_only(&["AZ03 PUT /notes/{note}"]);
    story.holds(&["AZ02 GET /notes/{note}", "AZ03 DELETE /notes/{note}"]);
}

#[tokio::test]
async fn refuses_and_means_it() {
    let story = story::notes(notes::service().replace(PUT, refuse_with(forbidden))).told().await;
    story.is_sound();
    story.holds(&["AZ03 PUT /notes/{note}"]);
}

#[tokio::test]
async fn says_ok_and_does_nothing() {
    let story = story::notes(notes::service().replace(PUT, refuse_with(pretended))).told().await;
    story.is_sound();
    story.holds(&["AZ03 PUT /notes/{note}"]);
}

#[tokio::test]
async fn says_ok_with_an_error_inside() {
    let soft = notes::service().replace(PUT, refuse_with(error_inside)).replace("GET /notes/{note}", |world, call| {
        match rows::reach(world, call, "note", own) {
            Ok(row) => Answer::ok(world.show(&row)),
            Err(_) => error_inside(),
        }
    });
    let story = story::notes(soft).told().await;
    story.is_sound();
    story.holds(&["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}"]);
}

#[tokio::test]
async fn says_error_inside_an_ok_and_applies() {
    let story = story::notes(notes::service().replace(PUT, apply_then(error_inside))).told().await;
    story.has_only(&["AZ03 PUT /notes/{note}"]);
}

/// Bad manners, and no breach: a foreign key is answered by a 500 that says nothing.
#[tokio::test]
async fn refuses_by_failing() {
    let story = story::notes(notes::service().replace("GET /notes/{note}", |world, call| {
        rows::reach(world, call, "note", own)
            .map_or_else(|_| Answer::refused(500, "something went wrong"), |row| Answer::ok(world.show(&row)))
    }))
    .told()
    .await;
    story.is_sound();
}

/// The path names somebody else's note; the service changes the caller's own first one and says 204.
#[tokio::test]
async fn acts_on_the_callers_own() {
    let story = story::notes(notes::service().replace(PUT, |world, call| {
        let taken = match rows::take(&notes::note_fields(), call) {
            Ok(taken) => taken,
            Err(refusal) => return refusal,
        };
        let mine =
            world.rows.iter().find(|row| row.noun == "note" && row.id == call.at("note") && row.owner == call.me());
        let first = || world.rows.iter().find(|row| row.noun == "note" && row.owner == call.me());
        let Some(id) = mine.or_else(first).map(|row| row.id.clone()) else { return Answer::nothing(204) };
        rows::apply(world, call, "note", &id, taken);
        Answer::nothing(204)
    }))
    .told()
    .await;
    story.is_sound();
}

/// Deletes, answers 404 as for what was never there, and only the owner notices.
#[tokio::test]
async fn denies_that_it_deleted() {
    let story = story::notes(notes::service().wrap("DELETE /notes/{note}", |world, call, inner| {
        let answer = inner(world, call);
        let id = call.at("note").to_owned();
        world.remove("note", &id);
        answer
    }))
    .told()
    .await;
    story.has_only(&["AZ03 DELETE /notes/{note}"]);
}

/// The write is applied half a second after it was refused.
#[tokio::test]
async fn applies_later_what_it_refused() {
    let story = story::notes(notes::service().replace(PUT, |world, call| {
        let Some(row) = world.row("note", call.at("note")).cloned() else { return Answer::missing() };
        let taken = match rows::take(&notes::note_fields(), call) {
            Ok(taken) => taken,
            Err(refusal) => return refusal,
        };
        let later = call.clone();
        world.after(std::time::Duration::from_millis(500), move |world| {
            rows::apply(world, &later, "note", &row.id, taken);
        });
        Answer::nothing(202)
    }))
    .told()
    .await;
    story.has_only(&["AZ03 PUT /notes/{note}"]);
}

/// The same delay for the owner, and nothing for anybody else.
#[tokio::test]
async fn applies_later_what_it_accepted() {
    let story = story::notes(notes::service().replace(PUT, |world, call| {
        let row = match rows::reach(world, call, "note", own) {
            Ok(row) => row,
            Err(refusal) => return refusal,
        };
        let taken = match rows::take(&notes::note_fields(), call) {
            Ok(taken) => taken,
            Err(refusal) => return refusal,
        };
        let later = call.clone();
        world.after(std::time::Duration::from_millis(500), move |world| {
            rows::apply(world, &later, "note", &row.id, taken);
        });
        Answer::nothing(202)
    }))
    .told()
    .await;
    story.is_sound();
    story.holds(&["AZ03 PUT /notes/{note}"]);
}
