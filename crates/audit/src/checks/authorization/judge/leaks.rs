//! Answers that held something of another tenant's where no cell had looked for it.

use super::super::exhibits::{exhibit, person};
use super::super::expect::{Rule, expect, expect_as_member};
use super::PARTY;
use crate::evidence::{Form, Leak, Run, Sighting};
use crate::matrix::Matrix;
use crate::verdict::{Cause, Cell, Finding, Strength, Verdict};
use std::collections::BTreeSet;

/// What the leaks are judged by beside themselves.
pub(super) struct Known<'a> {
    pub(super) run: &'a Run,
    pub(super) matrix: Option<&'a Matrix>,
    /// Fields that nobody needs to sign in for.
    pub(super) public: &'a BTreeSet<(String, String)>,
    /// Actions of which cells show it already, or ask whether it is meant.
    pub(super) decided: &'a BTreeSet<String>,
}

/// The finding of one leak; nothing where cells of the same action decide, or where it is allowed or open to everybody.
pub(super) fn leaked(known: &Known<'_>, digest: &str, leak: &Leak) -> Option<Finding> {
    let Known { run, matrix, public, decided } = *known;
    if decided.contains(&leak.action) {
        return None;
    }
    let expectation = expect(run, matrix, &leak.action, &leak.actor, "other tenant", true);
    if expectation.rule == Rule::Allowed {
        return None;
    }
    let private = |sighting: &&Sighting| !public.contains(&(sighting.noun.clone(), sighting.field.clone()));
    let mut sightings: Vec<&Sighting> = leak.exchange.sightings.iter().filter(private).collect();
    sightings.sort_by_key(|sighting| sighting.party.is_some());
    let sighting = sightings.into_iter().next()?;
    let relation = if sighting.party.is_some() { PARTY } else { "other tenant" };
    let expectation = match sighting.party {
        Some(_) => expect_as_member(run, matrix, &leak.action, &leak.actor.role, PARTY, true),
        None => expectation,
    };
    if expectation.rule == Rule::Allowed {
        return None;
    }
    // Seen once, it may have been a chance; what only words forbid is for the owner to say.
    let twice = leak.again.as_ref().is_some_and(|again| again.sightings.iter().any(|one| private(&one)));
    let proved = twice && matches!(expectation.strength, Strength::Matrix | Strength::Wall | Strength::Fact);
    let is_list = run.actions.iter().any(|fact| fact.name == leak.action && fact.form == Form::List);
    let words = format!(
        "{} is answered with something of {}'s that nobody asked for: canary in the answer ({} of {})",
        person(&leak.actor),
        sighting.owner,
        sighting.field,
        crate::load_line::one(&sighting.noun)
    );
    let (words, verdict, cause) = match (&sighting.party, proved) {
        (_, true) => (words, Verdict::Gap, None),
        (Some(field), false) => {
            let words = format!("{words}; it names him ({field}): is it his, too?");
            (words, Verdict::Unproven, Some(Cause::WaitsForAnswer))
        }
        (None, false) => (words, Verdict::Suspected, Some(Cause::Undecided)),
    };
    let answers = std::iter::once(&leak.exchange).chain(&leak.again);
    let note = format!("canary {}", sighting.canary);
    Some(Finding {
        check: if is_list { "AZ10" } else { "AZ02" }.to_owned(),
        subject: leak.action.clone(),
        cell: Some(Cell { action: leak.action.clone(), role: leak.actor.role.clone(), relation: relation.to_owned() }),
        verdict,
        cause,
        strength: expectation.strength,
        words,
        answer: (cause == Some(Cause::WaitsForAnswer)).then(|| "plimsoll matrix review".to_owned()),
        evidence: vec![digest.to_owned()],
        exhibits: answers.map(|exchange| exhibit(run, "other", &leak.actor, exchange, &note)).collect(),
    })
}
