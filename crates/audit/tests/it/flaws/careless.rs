//! Forms that are sent twice, and pages that are saved too late.

use crate::service::desk::{self, CHANGE};
use crate::service::notes;
use crate::story;

#[tokio::test]
async fn a_key_makes_one() {
    let story = story::notes(desk::keyed(|_, _, before| before)).told().await;
    story.is_sound();
    story.holds(&["AZ22 POST /notes"]);
}

#[tokio::test]
async fn a_key_that_nobody_looks_at() {
    let story = story::notes(desk::takes_a_key(notes::service())).told().await;
    story.has_only(&["AZ22 POST /notes"]);
}

#[tokio::test]
async fn an_old_version_is_refused() {
    let refused = crate::service::Answer::refused(412, "it was changed meanwhile");
    for service in [desk::tagged(move |_, _| Some(refused.clone())), desk::versioned(true)] {
        let story = story::notes(service).told().await;
        story.is_sound();
        story.holds(&[&format!("AZ22 {CHANGE}")]);
    }
}

#[tokio::test]
async fn an_old_version_wins() {
    for service in [desk::tagged(|_, _| None), desk::versioned(false)] {
        story::notes(service).told().await.has_only(&[&format!("AZ22 {CHANGE}")]);
    }
}
