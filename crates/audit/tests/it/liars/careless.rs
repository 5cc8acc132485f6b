//! Services that answer a second submission as if it were a first, or promise nothing.

use plimsoll::verdict::Verdict;
use serde_json::json;

use crate::service::desk::{self, CHANGE};
use crate::service::{Answer, notes};
use crate::story;

/// Whoever asks again is given the number of something that is not there, or is refused: there is one all the same.
#[tokio::test]
async fn a_key_makes_one_whatever_is_answered() {
    let another = desk::keyed(|world, _, _| Answer::json(201, json!({ "id": world.new_key("x") })));
    let refused = desk::keyed(|_, _, _| Answer::refused(409, "that was asked for already"));
    for service in [another, refused] {
        let story = story::notes(service).told().await;
        story.is_sound();
        story.holds(&["AZ22 POST /notes"]);
    }
}

/// 200 with what was sent, and what stands there is left alone.
#[tokio::test]
async fn an_old_version_is_answered_kindly() {
    let story = story::notes(desk::tagged(|_, call| Some(Answer::ok(call.body.clone())))).told().await;
    story.is_sound();
    story.holds(&[&format!("AZ22 {CHANGE}")]);
}

/// Two without a key are two, and the last one who saves wins: nobody promised anything else.
#[tokio::test]
async fn nothing_was_promised() {
    let story = story::notes(notes::service()).told().await;
    story.is_sound();
    for subject in ["double submit", "stale writes"] {
        assert_eq!(story.verdict("AZ22", subject), Some(Verdict::NotApplicable), "{}", story.told());
    }
}
