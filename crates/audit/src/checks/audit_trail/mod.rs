//! Audit trail: who did what, when, to what, with proof?
//!
//! The probe does each action once more on an object of its own and reads the record before and after; it decides
//! nothing. The judges learn from what is known which field holds what, and look for each event. A row is missing only
//! when a later known event has arrived and nothing more comes.

pub mod at01;
pub mod at02;
pub mod at03;
pub mod at04;
mod document;
mod learn;
mod matching;
mod probe;
mod reader;

pub use document::{Event, Kind, NotDone, Row, Trail, TrailTold};
pub use probe::probe;

use std::collections::BTreeMap;

use crate::evidence::Dossier;
use crate::verdict::{Cause, Exhibit, Finding, Strength, Verdict};
use matching::{Found, Matched};

/// The manifest line that would answer what is not told.
const ANSWER: &str = "[record] read = 'ACTOR: GET /audit?after={cursor} -> items[]'";

/// What stands for the whole record where no action is meant.
const SUBJECT: &str = "the record";

/// The findings of all four checks.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    [at01::judge(dossier), at02::judge(dossier), at03::judge(dossier), at04::judge(dossier)].concat()
}

/// The findings of one check about events of some kinds: one an action.
fn judge_events(dossier: &Dossier, check: &str, kinds: &[Kind], missing: &str) -> Vec<Finding> {
    let all: Vec<(&str, Trail)> = dossier.all();
    let Some((digest, trail)) = all.last() else { return Vec::new() };
    if let Some(finding) = not_readable(check, digest, trail) {
        return vec![finding];
    }
    let matched = Matched::new(trail);
    let mut by_action: BTreeMap<&str, Vec<(&Event, Found)>> = BTreeMap::new();
    for event in trail.events.iter().filter(|event| kinds.contains(&event.kind)) {
        by_action.entry(&event.action).or_default().push((event, matched.find(event)));
    }
    let mut findings: Vec<Finding> =
        by_action.into_iter().map(|(action, found)| event_finding(check, digest, action, &found, missing)).collect();
    for left in trail.not_done.iter().filter(|left| kinds.contains(&left.kind)) {
        let known = findings.iter().any(|finding| finding.subject == left.action);
        if !known {
            let verdict = if left.silent { Verdict::NotApplicable } else { Verdict::Unproven };
            let cause = (!left.silent).then_some(Cause::NotReached);
            findings.push(Finding { cause, ..finding(check, digest, &left.action, verdict, left.why.clone()) });
        }
    }
    findings
}

fn event_finding(check: &str, digest: &str, action: &str, found: &[(&Event, Found)], missing: &str) -> Finding {
    let rows = found.iter().filter(|(_, found)| matches!(found, Found::Row(_))).count();
    let absent = found.iter().filter(|(_, found)| *found == Found::Absent).count();
    let unknown = found.iter().find_map(|(_, found)| if let Found::Unknown(why) = found { Some(*why) } else { None });
    let (verdict, words) = match (rows, absent, unknown) {
        (0, 1.., _) => (Verdict::Gap, missing.to_owned()),
        (1.., 0, _) => (Verdict::Holds, "the record has it".to_owned()),
        (1.., 1.., _) => (Verdict::Unproven, format!("unstable: recorded {rows} times of {}", found.len())),
        (_, _, Some(why)) => (Verdict::Unproven, why.to_owned()),
        (0, 0, None) => (Verdict::Unproven, "it was not done".to_owned()),
    };
    let exhibits = found.iter().map(|(event, found)| exhibit(event, *found)).collect();
    let cause = (verdict == Verdict::Unproven).then_some(Cause::Undecided);
    Finding { cause, exhibits, ..finding(check, digest, action, verdict, words) }
}

/// The finding where there is nothing to read: told `none` is a gap at once, silence is unproven.
fn not_readable(check: &str, digest: &str, trail: &Trail) -> Option<Finding> {
    let unproven = |cause, words: String| {
        let answer = Some(ANSWER.to_owned());
        Some(Finding { cause: Some(cause), answer, ..finding(check, digest, SUBJECT, Verdict::Unproven, words) })
    };
    match (&trail.told, &trail.unreadable) {
        (TrailTold::Silent, _) => unproven(Cause::NotTold, "the manifest does not say where the record is".into()),
        (TrailTold::Unused, _) => {
            unproven(Cause::NotTold, format!("{}: this version cannot read a record by sql or receiver", trail.place))
        }
        (TrailTold::None, _) if check == at01::CHECK.id => Some(finding(
            check,
            digest,
            SUBJECT,
            Verdict::Gap,
            format!("{}: there is no record, the manifest says", trail.place),
        )),
        (TrailTold::None, _) => unproven(Cause::WaitsForGap, "there is no record at all (AT01)".into()),
        (TrailTold::Read, Some(why)) => unproven(Cause::Undecided, format!("{}: {why}", trail.place)),
        (TrailTold::Read, None) => None,
    }
}

fn finding(check: &str, digest: &str, subject: &str, verdict: Verdict, words: String) -> Finding {
    Finding {
        check: check.to_owned(),
        subject: subject.to_owned(),
        cell: None,
        verdict,
        cause: None,
        strength: Strength::Fact,
        words,
        answer: None,
        evidence: vec![digest.to_owned()],
        exhibits: Vec::new(),
    }
}

fn exhibit(event: &Event, found: Found) -> Exhibit {
    let note = match found {
        Found::Row(row) => format!("row {} of the record", row + 1),
        Found::Absent => "nothing in the record".to_owned(),
        Found::Unknown(_) => "not known".to_owned(),
    };
    let who = if event.actor.tenant.is_empty() {
        event.actor.name.clone()
    } else {
        format!("{} ({})", event.actor.name, event.actor.tenant)
    };
    Exhibit {
        label: if event.kind == Kind::Refused { "refused" } else { "done" }.to_owned(),
        actor: who,
        request: event.request.clone(),
        status: event.status,
        bytes: 0,
        note,
        curl: String::new(),
    }
}

#[cfg(test)]
mod tests;
