//! What hangs in somebody's home, and what one branch of the code lets through: colleagues of too low a rank, lists of keys
//! in a body, parameters that nobody needs.

use plimsoll::verdict::Verdict;

use crate::service::homes::{self, ADD, LIST, SEARCH, SHOW, TAKE_DOWN};
use crate::service::{Service, office, rows, text};
use crate::story::{self, Story};

async fn told(service: Service) -> Story {
    story::office(service).matrix(&format!("{}{}", office::MATRIX, homes::MATRIX)).told().await
}

#[tokio::test]
async fn a_sound_service_of_homes() {
    let story = told(homes::service()).await;
    story.is_sound();
    story.holds(&[&format!("AZ05 {ADD}"), &format!("AZ05 {TAKE_DOWN}")]);
}

/// Colleagues are at home where their owner is, and in no other place that he founds.
#[tokio::test]
async fn a_low_rank_adds_to_the_home() {
    let story =
        told(homes::service().replace(ADD, rows::create_below("org", "notice", vec![text("text")], homes::inside)))
            .await;
    assert_eq!(story.verdict("AZ05", ADD), Some(Verdict::Gap), "{}", story.told());
}

#[tokio::test]
async fn keys_in_a_list_are_not_looked_at() {
    let story = told(homes::service().replace(TAKE_DOWN, homes::taken_down(false))).await;
    assert!(story.gaps().iter().any(|gap| gap.ends_with(TAKE_DOWN)), "{}", story.told());
}

#[tokio::test]
async fn a_search_word_drops_the_home() {
    let story = told(homes::service().replace(LIST, homes::listed(|asked| asked.q && asked.status.is_empty()))).await;
    assert!(story.gaps().iter().any(|gap| gap.ends_with(LIST)), "{}", story.told());
}

#[tokio::test]
async fn all_is_more_than_ones_own() {
    let story = told(homes::service().replace(LIST, homes::listed(|asked| asked.status == "all"))).await;
    assert!(story.gaps().iter().any(|gap| gap.ends_with(LIST)), "{}", story.told());
}

#[tokio::test]
async fn what_is_included_opens_the_rest() {
    let story = told(homes::service().replace(SHOW, homes::shown(|include| include.contains("replies")))).await;
    assert_eq!(story.verdict("AZ02", SHOW), Some(Verdict::Gap), "{}", story.told());
}

#[tokio::test]
async fn a_scope_drops_the_home() {
    let story = told(homes::service().replace(SEARCH, homes::searched(|scope| scope == "all"))).await;
    assert!(story.gaps().iter().any(|gap| gap.ends_with(SEARCH)), "{}", story.told());
}
