//! Refusals that look at a path's letters, and handlers that do not look at all.

use plimsoll::verdict::Verdict;

use crate::service::{desk, notes};
use crate::story;

const READ: &str = "GET /notes/{note}";
const CHANGE: &str = "PUT /notes/{note}";

#[tokio::test]
async fn a_slash_at_the_end_slips_past() {
    story::notes(desk::slashed(|_, _, _| true)).told().await.has_only(&[&format!("AZ12 {READ}")]);
}

#[tokio::test]
async fn a_header_about_the_address_slips_past() {
    story::notes(desk::readdressed(|_, _, _| true)).told().await.has_only(&[&format!("AZ12 {READ}")]);
}

#[tokio::test]
async fn a_header_about_the_verb_slips_past() {
    story::notes(desk::overridden(|_, _, _| true)).told().await.has_only(&[&format!("AZ12 {CHANGE}")]);
}

/// A router that reads one spelling is all there is.
#[tokio::test]
async fn one_spelling_is_all_there_is() {
    let story = story::notes(notes::service()).told().await;
    story.is_sound();
    assert_eq!(story.verdict("AZ12", "spellings"), Some(Verdict::Holds), "{}", story.told());
}
