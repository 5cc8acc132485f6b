//! What `plimsoll plan` prints is what the walk does.

use std::collections::BTreeSet;

use crate::service::{notes, office};
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
