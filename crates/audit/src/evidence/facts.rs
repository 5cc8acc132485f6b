//! What the settling needs beside the findings, put together from the documents of a run.

use super::{Dossier, LeftOut, Lost, Note, Run, Tally, Unreached};
use crate::load_line::Facts;
use crate::proof::tree::evidence_root;
use crate::verdict::Denominator;
use std::collections::{BTreeMap, BTreeSet};

/// The facts of a run, as its evidence tells them.
#[must_use]
pub fn facts(dossier: &Dossier) -> Facts {
    let run: Run = dossier.one().unwrap_or_default();
    let tallies: Vec<(&str, Tally)> = dossier.all();
    let tally = Tally::sum(tallies.into_iter().map(|(_, tally)| tally));
    let mut facts = run.facts;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    facts.run.duration_ms = tally.duration_ms;
    facts.run.evidence_root = evidence_root(dossier.digests()).unwrap_or_default();
    // Parts of one walk name the same.
    let left_out: BTreeMap<String, String> =
        dossier.all::<LeftOut>().into_iter().map(|(_, left)| (left.action, left.why)).collect();
    facts.denominator = Denominator {
        actions: count(run.actions.len()),
        reached: tally.reached,
        left_out: count(left_out.len()),
        lost: !dossier.all::<Lost>().is_empty(),
        requests: tally.counts.total(),
        requests_cells: tally.counts.cell,
        requests_set_up: tally.counts.set_up,
        requests_clean_up: tally.counts.clean_up,
        requests_waiting: tally.counts.waiting,
        objects_made: tally.objects_made,
        objects_left: count(tally.objects_left.len()),
        ..Denominator::default()
    };
    facts.notes.extend(dossier.all::<Note>().into_iter().map(|(_, note)| note.words));
    for (_, unreached) in dossier.all::<Unreached>() {
        facts.notes.push(format!("not reached: {}: {}", unreached.action, unreached.why));
    }
    facts.notes.extend(left_out.iter().map(|(action, why)| format!("left out: {action}: {why}")));
    // Parts of one walk may have met the same.
    let mut said = BTreeSet::new();
    facts.notes.retain(|note| said.insert(note.clone()));
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for object in &tally.objects_left {
        *left.entry(object.split(' ').next().unwrap_or_default()).or_default() += 1;
    }
    if !left.is_empty() {
        let counted: Vec<String> = left.iter().map(|(noun, count)| format!("{count} × {noun}")).collect();
        facts.notes.push(format!("left behind, because nothing removes them: {}", counted.join(", ")));
    }
    facts
}
