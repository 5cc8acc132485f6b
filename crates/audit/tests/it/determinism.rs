//! The same ten times out of ten: verdicts are keyed by action, role, relation and check, and by nothing that moves.

use std::collections::BTreeSet;

use crate::service::rows;
use crate::service::{Service, notes, office};
use crate::story::{self, Story};

const RUNS: usize = 10;

/// Every verdict with its key; words, times and values are left out.
fn verdicts(story: &Story) -> BTreeSet<String> {
    let in_gaps = story.outcome.gaps.iter().flat_map(|gap| &gap.findings);
    in_gaps
        .chain(&story.outcome.findings)
        .map(|finding| {
            let cell = finding.cell.as_ref().map(|cell| format!("{} {}", cell.role, cell.relation));
            format!("{} {} {} {:?}", finding.check, finding.subject, cell.unwrap_or_default(), finding.verdict)
        })
        .collect()
}

/// A bit of everything: a leak, a write across the wall, a counter, and a list that is not filtered.
fn mixed() -> Service {
    notes::service()
        .replace("GET /notes/{note}/comments", rows::list_below("note", "comment", |_, _, _| true))
        .replace("DELETE /notes/{note}", rows::delete("note", |_, _, _| true))
        .replace("GET /search", rows::list("note", |_, _, _| true))
}

#[tokio::test]
async fn ten_walks_of_a_leaky_service() {
    let first = verdicts(&story::notes(mixed()).told().await);
    assert!(first.iter().any(|verdict| verdict.ends_with("Gap")), "{first:#?}");
    for run in 1..RUNS {
        let again = verdicts(&story::notes(mixed()).told().await);
        let differ: Vec<&String> = first.symmetric_difference(&again).collect();
        assert!(differ.is_empty(), "walk {run} differs: {differ:#?}");
    }
}

#[tokio::test]
async fn ten_walks_of_a_sound_company() {
    let first = verdicts(&story::office(office::service()).told().await);
    assert!(first.iter().any(|verdict| verdict.ends_with("Holds")), "{first:#?}");
    for run in 1..RUNS {
        let again = verdicts(&story::office(office::service()).told().await);
        let differ: Vec<&String> = first.symmetric_difference(&again).collect();
        assert!(differ.is_empty(), "walk {run} differs: {differ:#?}");
    }
}
