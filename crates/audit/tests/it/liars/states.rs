//! States that look as if they closed nothing, and do.

use plimsoll::verdict::Verdict;

use crate::service::desk::{self, ARCHIVE, CHANGE, COMMENT};
use crate::service::{Answer, Service, notes, rows};
use crate::story::{self, Story};

async fn told(service: Service) -> Story {
    story::notes(service).also(desk::BECOME).matrix(desk::WHEN_ARCHIVED).told().await
}

fn is_archived(world: &crate::service::World, call: &crate::service::Call) -> bool {
    world.row("note", call.at("note")).is_some_and(|row| row.fields.contains_key("archived"))
}

/// 200 each time, and nothing changes.
#[tokio::test]
async fn an_archive_that_says_yes_and_does_nothing() {
    let service = desk::archive(&["DELETE /notes/{note}", COMMENT]).wrap(CHANGE, |world, call, inner| {
        if is_archived(world, call) { Answer::ok(serde_json::json!({ "ok": true })) } else { inner(world, call) }
    });
    let story = told(service).await;
    story.is_sound();
    story.holds(&[&format!("AZ13 {CHANGE}")]);
}

/// What is archived is not there any more: nobody sees whether it was changed.
#[tokio::test]
async fn an_archive_that_nobody_reads() {
    let service = desk::archive(&["DELETE /notes/{note}", COMMENT, CHANGE]);
    let hidden = ["GET /notes/{note}", "GET /notes/{note}/comments"];
    let service = hidden.into_iter().fold(service, |service, name| {
        service.wrap(
            name,
            |world, call, inner| {
                if is_archived(world, call) { Answer::missing() } else { inner(world, call) }
            },
        )
    });
    let service = service.replace(
        "GET /notes",
        rows::list("note", |world, call, row| rows::own(world, call, row) && !row.fields.contains_key("archived")),
    );
    let story = told(service).await;
    story.is_sound();
    assert_eq!(story.verdict("AZ13", CHANGE), Some(Verdict::Unproven), "{}", story.told());
}

/// Publishing is called like an end, and everything can still be done: that is for its owner to say.
#[tokio::test]
async fn publishing_ends_nothing() {
    let mut service = desk::archive(&[]);
    service.action_mut(ARCHIVE).name = "POST /notes/{note}/publish";
    let story = story::notes(service).told().await;
    story.is_sound();
    let verdict = story.verdict("AZ13", "POST /notes/{note}/publish");
    assert_eq!(verdict, Some(Verdict::Unproven), "{}", story.told());
    let none = story::notes(notes::service()).told().await;
    assert_eq!(none.verdict("AZ13", "states"), Some(Verdict::NotApplicable), "{}", none.told());
}
