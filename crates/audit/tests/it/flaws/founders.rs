//! The company that comes with a sign-up: nothing else makes one, so that the walk signs somebody up for each trial.

use crate::service::founders::{self, CHANGE, REMOVE, REMOVE_MEMBER};
use crate::story;

#[tokio::test]
async fn a_company_that_comes_with_its_founder_is_his_alone() {
    let story = story::notes(founders::service()).told().await;
    story.is_sound();
    story.holds(&[CHANGE, REMOVE, REMOVE_MEMBER].map(|name| format!("AZ03 {name}")).each_ref().map(String::as_str));
}

#[tokio::test]
async fn another_founder_gets_at_it() {
    for name in [CHANGE, REMOVE, REMOVE_MEMBER] {
        story::notes(founders::open(name)).told().await.has_only(&[&format!("AZ03 {name}")]);
    }
}
