//! What `plimsoll plan` prints is what the walk does.

use std::collections::BTreeSet;

use serde_json::json;

use crate::service::{Answer, Call, Shape, World, notes, office};
use crate::story::{self, Story, Telling};

/// Check, action, role and relation of each cell that has evidence.
fn walked(story: &Story) -> BTreeSet<String> {
    let in_gaps = story.outcome.gaps.iter().flat_map(|gap| &gap.findings);
    let cells = in_gaps.chain(&story.outcome.findings).filter_map(|finding| Some((finding, finding.cell.as_ref()?)));
    cells.map(|(finding, cell)| format!("{} {} {} {}", finding.check, cell.action, cell.role, cell.relation)).collect()
}

async fn both(telling: Telling) -> (BTreeSet<String>, BTreeSet<String>) {
    let foreseen = telling.foreseen().await;
    let cells = foreseen.iter().flat_map(|one| {
        one.cells.iter().map(|(check, role, relation)| format!("{check} {} {role} {relation}", one.action))
    });
    let planned = cells.collect();
    (planned, walked(&telling.told().await))
}

#[tokio::test]
async fn the_cells_of_a_sound_service_are_those_of_its_plan() {
    for telling in [story::notes(notes::service()), story::office(office::service())] {
        let (planned, walked) = both(telling).await;
        assert!(10 < planned.len());
        let only_planned: Vec<_> = planned.difference(&walked).collect();
        let only_walked: Vec<_> = walked.difference(&planned).collect();
        assert!(
            only_planned.is_empty() && only_walked.is_empty(),
            "planned {only_planned:#?}, walked {only_walked:#?}"
        );
    }
}

/// What looks like a list and shows nothing of anybody's: only a walk tells, and the lock knows it from then on.
#[tokio::test]
async fn what_a_walk_found_out_is_planned_the_next_time() {
    let service = || {
        let colours = |_: &mut World, _: &Call| Answer::ok(json!({ "items": [{ "id": 1, "title": "green" }] }));
        notes::service().with(notes::action("GET /colours", colours).gives(Shape::List(vec!["title"])))
    };
    let (planned, walked) = both(story::notes(service())).await;
    assert_ne!(planned, walked, "nothing says before the first walk that it is no list");
    let first = story::notes(service()).told().await;
    assert!(first.lock.contains("rows    GET /colours  nothing of its owner's"), "{}", first.lock);
    let (planned, walked) = both(story::notes(service()).lock(&first.lock)).await;
    let differ: Vec<_> = planned.symmetric_difference(&walked).collect();
    assert!(differ.is_empty(), "{differ:#?}");
}
