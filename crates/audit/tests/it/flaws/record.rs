//! Gaps in the record.

use crate::service::{Service, notes};
use crate::story::{self, Story};

fn of_the_record(story: &Story) -> Vec<String> {
    story.gaps().into_iter().filter(|gap| gap.starts_with("AT")).collect()
}

/// Does the action and takes back what it wrote into the record.
fn forgets(service: Service, name: &str, result: &'static str) -> Service {
    service.wrap(name, move |world, call, inner| {
        let before = world.events.len();
        let answer = inner(world, call);
        let kept: Vec<_> = world.events.split_off(before).into_iter().filter(|event| !event.has(result)).collect();
        world.events.extend(kept);
        answer
    })
}

#[tokio::test]
async fn everything_is_recorded() {
    let story = story::notes(notes::service()).also(notes::RECORD).told().await;
    story.is_sound();
    story.holds(&["AT01 POST /notes", "AT01 PUT /notes/{note}", "AT01 DELETE /notes/{note}"]);
}

#[tokio::test]
async fn a_deletion_is_not_recorded() {
    let story =
        story::notes(forgets(notes::service(), "DELETE /notes/{note}", "done")).also(notes::RECORD).told().await;
    assert_eq!(of_the_record(&story), ["AT01 DELETE /notes/{note}"], "{}", story.told());
}

#[tokio::test]
async fn refusals_are_not_recorded() {
    let mut service = notes::service();
    for name in ["GET /notes/{note}", "PUT /notes/{note}", "DELETE /notes/{note}"] {
        service = forgets(service, name, "refused");
    }
    let story = story::notes(service).also(notes::RECORD).told().await;
    let gaps = of_the_record(&story);
    assert!(!gaps.is_empty() && gaps.iter().all(|gap| gap.starts_with("AT03")), "{gaps:?}\n{}", story.told());
}

/// Told that there is no record: a gap at once, without probing.
#[tokio::test]
async fn no_record_at_all() {
    let story = story::notes(notes::service()).also("[record]\nread = \"none\"\n").told().await;
    let gaps = of_the_record(&story);
    assert!(gaps.iter().any(|gap| gap.starts_with("AT01")), "{gaps:?}\n{}", story.told());
    assert_eq!(gaps.len(), story.gaps().len(), "{}", story.told());
}

/// Not told anything: unproven, and no gap.
#[tokio::test]
async fn a_record_that_nobody_told_of() {
    let story = story::notes(notes::service()).told().await;
    assert!(of_the_record(&story).is_empty(), "{}", story.told());
}
