//! What is over, and is written to all the same.

use plimsoll::verdict::Verdict;

use crate::service::desk::{self, ARCHIVE, CHANGE, COMMENT};
use crate::service::{Answer, Service};
use crate::story::{self, Story};

const DELETE: &str = "DELETE /notes/{note}";

async fn told(service: Service) -> Story {
    story::notes(service).also(desk::BECOME).matrix(desk::WHEN_ARCHIVED).told().await
}

#[tokio::test]
async fn what_is_archived_is_left_alone() {
    let story = told(desk::archive(&[CHANGE, COMMENT, DELETE])).await;
    story.is_sound();
    story.holds(&[&format!("AZ13 {CHANGE}"), &format!("AZ13 {COMMENT}"), &format!("AZ13 {DELETE}")]);
}

#[tokio::test]
async fn what_is_archived_is_written_to() {
    for open in [CHANGE, COMMENT, DELETE] {
        let refused: Vec<&'static str> = [CHANGE, COMMENT, DELETE].into_iter().filter(|name| *name != open).collect();
        told(desk::archive(&refused)).await.has_only(&[&format!("AZ13 {open}")]);
    }
}

/// 409, and changed all the same.
#[tokio::test]
async fn a_refusal_comes_too_late() {
    let service = desk::archive(&[COMMENT, DELETE]).wrap(CHANGE, |world, call, inner| {
        let archived = world.row("note", call.at("note")).is_some_and(|row| row.fields.contains_key("archived"));
        let answer = inner(world, call);
        if archived { Answer::refused(409, "it is archived") } else { answer }
    });
    told(service).await.has_only(&[&format!("AZ13 {CHANGE}")]);
}

/// The matrix alone: the name of the action says how a note is archived.
#[tokio::test]
async fn the_matrix_forbids_what_an_action_is_called_after() {
    let story = story::notes(desk::archive(&[COMMENT, DELETE])).matrix(desk::WHEN_ARCHIVED).told().await;
    story.has_only(&[&format!("AZ13 {CHANGE}")]);
}

/// Nobody said anything: a comment is refused, and the note itself can be changed.
#[tokio::test]
async fn nobody_said_what_is_forbidden() {
    let story = story::notes(desk::archive(&[COMMENT])).told().await;
    story.is_sound();
    assert_eq!(story.verdict("AZ13", CHANGE), Some(Verdict::Suspected), "{}", story.told());
    let story = story::notes(desk::archive(&[CHANGE])).told().await;
    story.is_sound();
    assert_eq!(story.verdict("AZ13", ARCHIVE), Some(Verdict::Unproven), "{}", story.told());
}
