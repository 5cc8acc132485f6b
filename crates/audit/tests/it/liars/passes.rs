//! Keys that a service hands out: what they open, what they were given for, and what becomes of them when they are taken back.

use plimsoll::verdict::Verdict;

use crate::service::rows::own;
use crate::service::{Answer, passes};
use crate::story;

const KEY: &str = "a key of POST /passes";

#[tokio::test]
async fn a_pass_that_keeps_its_word() {
    let story = story::notes(passes::service()).told().await;
    story.is_sound();
    assert_eq!(story.verdict("AZ07", KEY), Some(Verdict::Holds), "{}", story.told());
    assert_eq!(story.verdict("AZ05", KEY), Some(Verdict::Holds), "{}", story.told());
}

/// Its row is gone, and it opens everything as before.
#[tokio::test]
async fn a_pass_that_is_taken_back_in_words_only() {
    let service = passes::service().replace("DELETE /passes/{pass}", |world, call| {
        let own = world.row("pass", call.at("pass")).is_some_and(|row| own(world, call, row));
        if own {
            world.remove("pass", call.at("pass"));
        }
        if own { Answer::nothing(204) } else { Answer::missing() }
    });
    story::notes(service).told().await.has_only(&[&format!("AZ07 {KEY}")]);
}

/// One action does not look at what a pass is for.
#[tokio::test]
async fn a_pass_for_reading_that_removes() {
    let service = passes::service().guard(|world, call| {
        let refused = passes::refuses(world, call) && call.method != "DELETE";
        refused.then(|| Answer::refused(403, "this pass is for reading"))
    });
    story::notes(service).told().await.has_only(&[
        "AZ05 DELETE /notes/{note}",
        "AZ05 DELETE /notes/{note}/comments/{comment}",
        "AZ05 DELETE /passes/{pass}",
    ]);
}

/// Whoever may only read gives himself a pass for more.
#[tokio::test]
async fn a_pass_for_reading_that_gives_another() {
    let service = passes::service().guard(|world, call| {
        let refused = passes::refuses(world, call) && call.target != "/passes";
        refused.then(|| Answer::refused(403, "this pass is for reading"))
    });
    story::notes(service).told().await.has_only(&["AZ05 POST /passes"]);
}
