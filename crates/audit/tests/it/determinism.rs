//! The same ten times out of ten: verdicts are keyed by action, role, relation and check, and by nothing that moves.

use crate::service::rows;
use crate::service::{Service, notes, office};
use crate::story;

const RUNS: usize = 10;

/// A bit of everything: a leak, a write across the wall, a counter, and a list that is not filtered.
fn mixed() -> Service {
    notes::service()
        .replace("GET /notes/{note}/comments", rows::list_below("note", "comment", |_, _, _| true))
        .replace("DELETE /notes/{note}", rows::delete("note", |_, _, _| true))
        .replace("GET /search", rows::list("note", |_, _, _| true))
}

#[tokio::test]
async fn ten_walks_of_a_leaky_service() {
    let first = story::notes(mixed()).told().await;
    assert!(first.verdicts().iter().any(|verdict| verdict.ends_with("Gap")), "{}", first.told());
    for _ in 1..RUNS {
        story::notes(mixed()).told().await.says_the_same_as(&first);
    }
}

#[tokio::test]
async fn ten_walks_of_a_sound_company() {
    let first = story::office(office::service()).told().await;
    assert!(first.verdicts().iter().any(|verdict| verdict.ends_with("Holds")), "{}", first.told());
    for _ in 1..RUNS {
        story::office(office::service()).told().await.says_the_same_as(&first);
    }
}
