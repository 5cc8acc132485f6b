//! Findings beside the trials: what was destroyed, what was never reached, and what follows from something else.

use super::super::exhibits::{exhibit, person};
use super::super::expect::{Rule, expect};
use super::check_of_relation;
use crate::evidence::{ANONYMOUS, ActionFact, ActorFact, Destroyed, Dossier, LeftOut, Run, Share, Unreached};
use crate::matrix::Matrix;
use crate::verdict::{Cause, Cell, Finding, Strength, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Somebody else's private object was destroyed: wrong under any policy.
pub(super) fn destruction(run: &Run, digest: &str, destroyed: &Destroyed) -> Finding {
    let anonymous = destroyed.by.name == ANONYMOUS;
    let same = destroyed.by.tenant == destroyed.victim.tenant;
    let relation = if anonymous {
        "anonymous"
    } else if same {
        "same tenant"
    } else {
        "other tenant"
    };
    let words =
        format!("{} calls it, and {}'s {} is gone", person(&destroyed.by), person(&destroyed.victim), destroyed.noun);
    let mut shown = vec![exhibit(run, "other", &destroyed.by, &destroyed.exchange, "the call")];
    shown.extend(
        destroyed
            .looks
            .iter()
            .map(|look| exhibit(run, "read back", &destroyed.victim, look, "the victim's own object")),
    );
    let verdict = if destroyed.repeated { Verdict::Gap } else { Verdict::Unproven };
    Finding {
        check: if anonymous { "AZ01" } else { "AZ03" }.to_owned(),
        subject: destroyed.action.clone(),
        cell: Some(Cell {
            action: destroyed.action.clone(),
            role: destroyed.by.role.clone(),
            relation: relation.to_owned(),
        }),
        verdict,
        cause: (verdict == Verdict::Unproven).then_some(Cause::Undecided),
        strength: Strength::Fact,
        words,
        answer: None,
        evidence: vec![digest.to_owned()],
        exhibits: shown,
    }
}

/// Actions that no part of the walk in this evidence is through with: another shard has them, or the walk was broken off
/// before. With the digest of the last that says so.
pub(super) fn elsewhere(dossier: &Dossier, run: &Run) -> Vec<(String, Unreached)> {
    let shares: Vec<(&str, Share)> = dossier.all();
    let Some((digest, last)) = shares.last() else { return Vec::new() };
    let why = match last.of {
        1 => "the walk was broken off before it: `plimsoll audit --resume` goes on".to_owned(),
        of => format!("it is in another shard of {of}: `plimsoll merge` joins them"),
    };
    let left_out: Vec<(&str, LeftOut)> = dossier.all();
    let left_out = left_out.iter().map(|(_, left)| left.action.as_str());
    let walked: BTreeSet<&str> = shares.iter().flat_map(|(_, share)| &share.actions).map(String::as_str).collect();
    let walked: BTreeSet<&str> = walked.into_iter().chain(left_out).collect();
    let others = run.actions.iter().filter(|action| !walked.contains(action.name.as_str()));
    let unreached = |action: &ActionFact| Unreached {
        action: action.name.clone(),
        why: why.clone(),
        answer: String::new(),
        tried: Vec::new(),
    };
    others.map(|action| ((*digest).to_owned(), unreached(action))).collect()
}

/// The cells of an action that never succeeded for its owner.
pub(super) fn not_reached(run: &Run, matrix: Option<&Matrix>, digest: &str, unreached: &Unreached) -> Vec<Finding> {
    let Some(fact) = run.actions.iter().find(|fact| fact.name == unreached.action) else { return Vec::new() };
    let Some(owner) = run.actors.iter().find(|actor| actor.tenant != "*") else { return Vec::new() };
    let nobody = ActorFact { name: ANONYMOUS.into(), role: ANONYMOUS.into(), tenant: String::new(), throw_away: false };
    let mut findings = Vec::new();
    for actor in std::iter::once(&nobody).chain(&run.actors).filter(|actor| actor.name != owner.name) {
        let relation = match actor.tenant.as_str() {
            "" => "anonymous",
            "*" => continue,
            tenant if tenant == owner.tenant => "same tenant",
            _ => "other tenant",
        };
        let on_object = 0 < fact.keys;
        if !on_object && relation != "anonymous" {
            continue;
        }
        let expectation = expect(run, matrix, &fact.name, actor, relation, on_object);
        if expectation.rule == Rule::Allowed {
            continue;
        }
        let Some(check) = check_of_relation(fact.form, relation, &expectation, actor, owner) else { continue };
        findings.push(Finding {
            check: check.to_owned(),
            subject: fact.name.clone(),
            cell: Some(Cell { action: fact.name.clone(), role: actor.role.clone(), relation: relation.to_owned() }),
            verdict: Verdict::Unproven,
            cause: Some(Cause::NotReached),
            strength: expectation.strength,
            words: unreached.why.clone(),
            answer: Some(unreached.answer.clone()).filter(|answer| !answer.is_empty()),
            evidence: vec![digest.to_owned()],
            exhibits: Vec::new(),
        });
    }
    findings
}

/// A child under a wrong parent is its own fault only where the child under its right parent is refused.
pub(super) fn derived(findings: &mut BTreeMap<(String, Cell), Finding>) {
    let open: BTreeSet<(String, String)> = (findings.values())
        .filter(|finding| {
            finding.verdict == Verdict::Gap && ["AZ02", "AZ03", "AZ04", "AZ05"].contains(&finding.check.as_str())
        })
        .filter_map(|finding| finding.cell.as_ref().map(|cell| (cell.action.clone(), cell.role.clone())))
        .collect();
    for finding in findings.values_mut().filter(|finding| finding.check == "AZ11" && finding.verdict == Verdict::Gap) {
        let Some(cell) = &finding.cell else { continue };
        if open.contains(&(cell.action.clone(), cell.role.clone())) {
            finding.verdict = Verdict::Unproven;
            finding.cause = Some(Cause::WaitsForGap);
            finding.words =
                "the object itself is open; its place in the path shows only when that is closed".to_owned();
        }
    }
}
