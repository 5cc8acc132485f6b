//! From trials to findings: which check an attempt belongs to, and what the evidence of it proves.

mod absent;
mod change;
mod dry;
mod guarded;
mod judged;
mod leaks;
mod others;
mod plain;
mod read;
#[cfg(test)]
mod tests;

use super::expect::{Expectation, Rule, expect, expect_as_member};
use crate::evidence::{ActorFact, Attempt, Destroyed, Dossier, Dry, Form, Leak, Run, Sighting, Trial, Unreached};
use crate::matrix::{Matrix, Reach};
use crate::verdict::{Cause, Cell, Finding, Verdict};
use dry::dry_findings;
use guarded::{Guarded, public_fields, refusals};
use judged::Judged;
use leaks::{Known, leaked};
use others::{derived, destruction, elsewhere, not_reached};
use std::collections::BTreeMap;

/// The findings of all checks of authorization.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let matrix = run.matrix.as_deref().and_then(|text| Matrix::parse(text, "plimsoll.matrix").ok());
    let trials: Vec<(&str, Trial)> = dossier.all();
    let public = public_fields(&trials, &run, matrix.as_ref());
    let guarded = Guarded::of(&trials);
    let refusals = refusals(&trials);
    let mut findings: BTreeMap<(String, Cell), Finding> = BTreeMap::new();
    for (digest, trial) in &trials {
        for attempt in &trial.attempts {
            let on_object = !matches!(trial.form, Form::Plain);
            let (matrix, role) = (matrix.as_ref(), &attempt.actor.role);
            let expectation = match &attempt.state {
                Some(state) => expect_as_member(&run, matrix, &trial.action, role, state, on_object),
                None => expect(&run, matrix, &trial.action, &attempt.actor, &attempt.relation, on_object),
            };
            let judged = |attempt: &Attempt, expectation: Expectation| {
                let check = check_of(trial.form, attempt, &expectation, &trial.owner)?;
                let judged = Judged {
                    run: &run,
                    trial,
                    attempt,
                    expectation,
                    public: &public,
                    guarded: &guarded,
                    refusals: &refusals,
                };
                Some(judged.finding(check, digest))
            };
            let as_party = || expect_as_member(&run, matrix, &trial.action, role, PARTY, on_object);
            let finding = match of_party(trial, attempt, as_party) {
                Party::No => judged(attempt, expectation),
                Party::May(rest) => rest.and_then(|rest| judged(&rest, expectation)),
                // That he is refused all the same proves the wall.
                Party::Asks(own, asked) => judged(&own, asked)
                    .filter(|finding| finding.cause != Some(Cause::Unreviewed))
                    .or_else(|| judged(attempt, expectation)),
            };
            let Some(finding) = finding else { continue };
            settle(&mut findings, finding, trial.alone);
        }
    }
    for (digest, destroyed) in dossier.all::<Destroyed>() {
        let finding = destruction(&run, digest, &destroyed);
        settle(&mut findings, finding, true);
    }
    let elsewhere = elsewhere(dossier, &run);
    let mut unreached: Vec<(&str, Unreached)> = dossier.all();
    unreached.extend(elsewhere.iter().map(|(digest, unreached)| (digest.as_str(), unreached.clone())));
    for (digest, unreached) in &unreached {
        for finding in not_reached(&run, matrix.as_ref(), digest, unreached) {
            settle(&mut findings, finding, false);
        }
    }
    for (digest, dry) in dossier.all::<Dry>() {
        for finding in dry_findings(&run, matrix.as_ref(), digest, &dry) {
            settle(&mut findings, finding, true);
        }
    }
    let decides = |finding: &&Finding| {
        let asks = matches!(finding.cause, Some(Cause::WaitsForAnswer | Cause::Unreviewed));
        finding.verdict == Verdict::Gap || asks
    };
    let decided = findings.values().filter(decides).map(|finding| finding.subject.clone()).collect();
    let known = Known { run: &run, matrix: matrix.as_ref(), public: &public, decided: &decided };
    for (digest, leak) in dossier.all::<Leak>() {
        leaked(&known, digest, &leak).into_iter().for_each(|finding| settle(&mut findings, finding, false));
    }
    derived(&mut findings);
    let mut findings: Vec<Finding> = findings.into_values().collect();
    if let Some((digest, _)) = dossier.all::<Run>().last() {
        let found = findings.iter().map(|finding| finding.check.as_str()).collect();
        let absent = absent::absent(&run, matrix.as_ref(), digest, &found);
        findings.extend(absent);
    }
    findings
}

/// What somebody is to an object that names him beside its owner.
pub(crate) const PARTY: &str = "party";

/// Whether the object may be the attacker's, too, for it names him. Then a row of the matrix says whether he may, and no
/// wall does.
enum Party {
    /// It does not name him.
    No,
    /// He may; of a list there remains what does not name him.
    May(Option<Attempt>),
    /// Nobody said that he may: the attempt as his who is named, and what is expected of him.
    Asks(Attempt, Expectation),
}

fn of_party(trial: &Trial, attempt: &Attempt, as_party: impl Fn() -> Expectation) -> Party {
    let foreign = |one: &&Sighting| one.owner == trial.owner.name;
    let mut sightings = attempt.exchanges.iter().flat_map(|exchange| &exchange.sightings).filter(foreign).peekable();
    let in_list = trial.form == Form::List && sightings.peek().is_some() && sightings.all(|one| one.party.is_some());
    // Of members the row of their state says what they may.
    let is_stranger = attempt.relation == "other tenant" && attempt.state.is_none();
    if !is_stranger || !in_list && attempt.party.is_none() {
        return Party::No;
    }
    let (mut own, expected) = (attempt.clone(), as_party());
    if expected.rule != Rule::Allowed {
        own.relation = PARTY.into();
        return Party::Asks(own, expected);
    }
    own.exchanges.iter_mut().for_each(|exchange| exchange.sightings.retain(|one| one.party.is_none()));
    Party::May(in_list.then_some(own))
}

/// Keeps the finding that says more about a cell: a trial with one attacker over a joint one, and of equal ones the
/// worse. Two that disagree are both kept in the evidence.
fn settle(findings: &mut BTreeMap<(String, Cell), Finding>, finding: Finding, alone: bool) {
    let Some(cell) = finding.cell.clone() else { return };
    let rank = |finding: &Finding| match finding.verdict {
        Verdict::Gap => 0,
        Verdict::Suspected => 1,
        Verdict::Unproven => 2,
        _ => 3,
    };
    let key = (finding.check.clone(), cell);
    match findings.get_mut(&key) {
        Some(known) if alone || rank(&finding) < rank(known) => {
            let mut evidence = known.evidence.clone();
            let kept_gap = known.verdict == Verdict::Gap && finding.verdict != Verdict::Gap;
            evidence.extend(finding.evidence.clone());
            evidence.dedup();
            if !kept_gap {
                *known = finding;
            }
            known.evidence = evidence;
        }
        Some(known) => known.evidence.extend(finding.evidence),
        None => {
            findings.insert(key, finding);
        }
    }
}

/// The check that an attempt belongs to.
fn check_of(form: Form, attempt: &Attempt, expectation: &Expectation, owner: &ActorFact) -> Option<&'static str> {
    if attempt.state.is_some() {
        // Whoever takes part is kept from it by nothing but his role.
        return Some("AZ05");
    }
    check_of_relation(form, &attempt.relation, expectation, &attempt.actor, owner)
}

/// The check of a form and a relation.
pub(crate) fn check_of_relation(
    form: Form,
    relation: &str,
    expectation: &Expectation,
    actor: &ActorFact,
    owner: &ActorFact,
) -> Option<&'static str> {
    Some(match (relation, form) {
        ("anonymous", _) => "AZ01",
        (_, Form::Misplaced) => "AZ11",
        // A list that a role may not read at all is kept from it by rank, and not by whose its rows are.
        ("same tenant", Form::List) if expectation.reach == Some(Reach::None) => "AZ05",
        (_, Form::List) => "AZ10",
        (_, Form::Plain) => "AZ05",
        ("other tenant" | PARTY, Form::Read) => "AZ02",
        ("other tenant" | PARTY, _) => "AZ03",
        ("staff", _) => "AZ05",
        ("same tenant", _) if expectation.reach == Some(Reach::None) => "AZ05",
        ("same tenant", _) if expectation.reach.is_none() && actor.role != owner.role => "AZ05",
        ("same tenant", _) => "AZ04",
        _ => return None,
    })
}
