//! Actions that take away what others need: the walk names them and goes on.

use std::sync::{Arc, Mutex};

use crate::service::notes::{action, public};
use crate::service::{Answer, Call, Service, World, notes};
use crate::story;

/// What stays provable whatever else happens.
const STILL: [&str; 2] = ["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}"];

/// The action that is meant has a gap, in whichever authorization check, and no other action has one.
#[track_caller]
fn only_names(story: &story::Story, name: &str) {
    let gaps = story.gaps();
    assert!(!gaps.is_empty(), "nothing was found\n{}", story.told());
    assert!(gaps.iter().all(|gap| gap.starts_with("AZ") && gap.ends_with(name)), "{gaps:?}\n{}", story.told());
}

fn empties(whose: fn(&Call, &str) -> bool) -> impl Fn(&mut World, &Call) -> Answer {
    move |world, call| {
        world.rows.retain(|row| !whose(call, &row.owner));
        world.record(call, "note.empty", "", "done");
        Answer::nothing(204)
    }
}

fn with_bulk_delete(whose: fn(&Call, &str) -> bool) -> Service {
    notes::service().with(action("DELETE /notes", empties(whose)))
}

#[tokio::test]
async fn empties_everybodys_notes() {
    let story = story::notes(with_bulk_delete(|_, _| true)).told().await;
    only_names(&story, " DELETE /notes");
    story.holds(&STILL);
}

#[tokio::test]
async fn empties_ones_own_notes() {
    let story = story::notes(with_bulk_delete(|call, owner| call.me() == owner)).told().await;
    story.is_sound();
    story.holds(&STILL);
}

/// An operator's convenience that was left open: every account, session and note is gone.
#[tokio::test]
async fn resets_everything_for_anybody() {
    let story = story::notes(notes::service().with(public("POST /maintenance/reset", |world, _| {
        world.rows.clear();
        world.sessions.clear();
        world.people.retain(|person| person.role == "admin");
        Answer::nothing(204)
    })))
    .told()
    .await;
    only_names(&story, " POST /maintenance/reset");
}

/// A bulk delete of accounts that takes its caller along: everything of his own, nothing of anybody else's.
#[tokio::test]
async fn removes_its_caller() {
    let story = story::notes(notes::service().with(action("DELETE /accounts", |world, call| {
        let me = call.me().to_owned();
        world.record(call, "account.delete", &me, "done");
        world.rows.retain(|row| row.owner != me);
        world.sessions.retain(|(_, person)| *person != me);
        world.people.retain(|person| person.id != me);
        Answer::nothing(204)
    })))
    .told()
    .await;
    story.is_sound();
    story.holds(&STILL);
}

/// A GET that deletes: the caller's own things only.
#[tokio::test]
async fn empties_by_get() {
    let story = story::notes(notes::service().with(action("GET /clear", empties(|call, owner| call.me() == owner))))
        .told()
        .await;
    story.is_sound();
    story.holds(&STILL);
}

/// What the manifest says is never sent is not sent to clean up either, nor to make what another action needs.
#[tokio::test]
async fn never_is_never() {
    let sent: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&sent);
    let service = notes::service().guard(move |_, call| {
        let parts = call.target.trim_matches('/').split('/').count();
        let forbidden = call.method == "DELETE" && parts == 2 || call.method == "POST" && parts == 3;
        if forbidden {
            seen.lock().unwrap().push(format!("{} {}", call.method, call.target));
        }
        None
    });
    let never = r#"never = ["DELETE /notes/{note}", "POST /notes/{note}/comments"]"#;
    let story = story::notes(service).replace_in_manifest("\n[sign_up]", &format!("{never}\n[sign_up]")).told().await;
    assert!(sent.lock().unwrap().is_empty(), "{:?}", sent.lock().unwrap());
    story.is_sound();
    story.holds(&["AZ03 PUT /notes/{note}"]);
}
