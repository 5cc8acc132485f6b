//! Only looking: nothing is sent that may change something, and what is unproven for it is said.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll::verdict::Verdict;
use serde_json::json;

use crate::service::{Row, Service, World, notes, rows};
use crate::story::{self, Story};

const CHANGES: [&str; 6] = [
    "PUT /whoami",
    "POST /notes",
    "PUT /notes/{note}",
    "DELETE /notes/{note}",
    "POST /notes/{note}/comments",
    "DELETE /session",
];

fn with_a_note_each(world: &mut World) {
    for name in ["ann", "bob"] {
        let owner = world.people.iter().find(|person| person.name == name).unwrap().id.clone();
        let fields =
            json!({"title": format!("Secret 4711 of {name}"), "body": format!("what only {name} knew in 1987")});
        let id = world.new_key(name);
        world.rows.push(Row {
            noun: "note",
            id,
            tenant: owner.clone(),
            owner,
            parent: None,
            members: Vec::new(),
            fields: fields.as_object().unwrap().clone(),
        });
    }
}

/// Walks it, and counts what may have changed something.
async fn looked(mut service: Service) -> (Story, u32) {
    let changes = Arc::new(AtomicU32::new(0));
    for name in CHANGES {
        let changes = Arc::clone(&changes);
        service = service.wrap(name, move |world, call, inner| {
            changes.fetch_add(1, Ordering::Relaxed);
            inner(world, call)
        });
    }
    let story = story::web(service.seed(with_a_note_each)).only_looking().told().await;
    (story, changes.load(Ordering::Relaxed))
}

#[tokio::test]
async fn nothing_that_may_change_something_is_sent() {
    let (story, changes) = looked(notes::web()).await;
    assert_eq!(changes, 0);
    story.is_sound();
    story.holds(&["AZ01 GET /notes/{note}", "AZ02 GET /notes/{note}"]);
    assert_ne!(story.verdict("AZ03", "PUT /notes/{note}"), Some(Verdict::Holds));
    // What is about doing something twice, at once or too late was not tried, and that is not the same as not applicable.
    for (check, subject) in
        [("AZ13", "states"), ("AZ21", "single uses"), ("AZ22", "double submit"), ("AZ22", "stale writes")]
    {
        assert_eq!(story.verdict(check, subject), Some(Verdict::Unproven), "{check} {subject}");
    }
    let note = "--safe-verbs: ";
    assert!(story.outcome.notes.iter().any(|one| one.starts_with(note)), "{:?}", story.outcome.notes);
}

#[tokio::test]
async fn what_leaks_is_seen_all_the_same() {
    let leaky = notes::web().replace("GET /notes/{note}", rows::show("note", |_, _, _| true));
    let (story, changes) = looked(leaky).await;
    assert_eq!(changes, 0);
    assert!(story.gaps().contains(&"AZ02 GET /notes/{note}".to_owned()), "{}", story.told());
}

#[tokio::test]
async fn a_service_that_only_shows_has_nothing_to_do_twice() {
    let changes = CHANGES.into_iter().filter(|name| *name != "DELETE /session");
    let shows = changes.fold(notes::web(), Service::without).without("DELETE /notes/{note}/comments/{comment}");
    let story = story::web(shows.seed(with_a_note_each)).told().await;
    for subject in ["double submit", "stale writes"] {
        assert_eq!(story.verdict("AZ22", subject), Some(Verdict::NotApplicable), "{subject}");
    }
    for (check, subject) in [("AZ13", "states"), ("AZ21", "single uses")] {
        assert_eq!(story.verdict(check, subject), Some(Verdict::NotApplicable), "{check} {subject}");
    }
}
