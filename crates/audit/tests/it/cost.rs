//! What a walk costs is bounded and counted honestly. Counts only; times are measured by the bench.

use crate::service::rows;
use crate::service::{Service, notes, office};
use crate::story::{self, Story};

/// The bar: requests of cells (attempts, controls, read-backs, liveness) for each cell that was sent.
const PER_CELL_MAX: f64 = 4.0;

fn per_cell(story: &Story) -> f64 {
    let counted = &story.outcome.denominator;
    assert!(0 < counted.cells_sent, "nothing was sent\n{}", story.told());
    f64::from(counted.requests_cells) / f64::from(counted.cells_sent)
}

fn all_open() -> Service {
    notes::service()
        .replace("GET /notes", rows::list("note", |_, _, _| true))
        .replace("GET /notes/{note}", rows::show("note", |_, _, _| true))
        .replace("PUT /notes/{note}", rows::update("note", notes::note_fields(), |_, _, _| true))
        .replace("DELETE /notes/{note}", rows::delete("note", |_, _, _| true))
}

#[tokio::test]
async fn a_cell_takes_four_requests_at_most() {
    let users = story::notes(notes::service()).told().await;
    let companies = story::office(office::service()).told().await;
    let open = story::notes(all_open()).told().await;
    for (name, story) in [("users", users), ("companies", companies), ("all open", open)] {
        let found = per_cell(&story);
        assert!(found <= PER_CELL_MAX, "{name}: {found:.2} requests a cell");
    }
}

/// What the service saw is what the audit says it sent, and how often it looked whether the service was up.
#[tokio::test]
async fn every_request_is_counted() {
    let story = story::notes(notes::service()).told().await;
    let counted = &story.outcome.denominator;
    assert_eq!(u64::from(counted.requests + counted.requests_waiting), story.requests);
    assert_eq!(counted.requests_waiting, 1, "it was up from the beginning");
}
