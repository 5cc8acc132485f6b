//! What a service shows to everybody, and what it keeps: its own answers say so.

use super::super::expect::{Rule, expect};
use crate::evidence::{ANONYMOUS, Form, Reading, Run, Trial};
use crate::matrix::Matrix;
use crate::verdict::Strength;
use std::collections::{BTreeMap, BTreeSet};

/// Fields that nobody needs to sign in for: known routes showed them to anonymous, and no reviewed row says that he
/// may not.
pub(super) fn public_fields(
    trials: &[(&str, Trial)],
    run: &Run,
    matrix: Option<&Matrix>,
) -> BTreeSet<(String, String)> {
    let mut public = BTreeSet::new();
    for (_, trial) in trials {
        for attempt in trial.attempts.iter().filter(|attempt| attempt.actor.name == ANONYMOUS) {
            let expectation = expect(run, matrix, &trial.action, &attempt.actor, "anonymous", true);
            if expectation.strength == Strength::Matrix && expectation.rule == Rule::Forbidden {
                continue;
            }
            let seen = attempt.exchanges.iter().flat_map(|exchange| &exchange.sightings);
            public.extend(seen.map(|sighting| (sighting.noun.clone(), sighting.field.clone())));
        }
    }
    public
}

/// The answers by which this service was seen to refuse somebody.
pub(super) fn refusals(trials: &[(&str, Trial)]) -> BTreeSet<String> {
    let attempts = trials.iter().flat_map(|(_, trial)| &trial.attempts);
    let refused = attempts.flat_map(|attempt| &attempt.exchanges);
    let refused = refused.filter(|exchange| matches!(exchange.reading, Reading::Refusal | Reading::SoftDenial));
    refused.map(|exchange| format!("{} {}", exchange.status, exchange.answer)).collect()
}

/// What the service itself keeps from strangers who are signed in. Where it does, and lets anonymous in, it contradicts
/// itself, and no policy is needed to say so.
pub(super) struct Guarded {
    /// Reads that refuse the owner's object to another tenant.
    actions: BTreeSet<String>,
    /// Nouns that lists or the object's own read hide from other tenants, and that no other action shows them.
    nouns: BTreeSet<String>,
    /// Actions that refuse somebody who is signed in, with the roles of those who may.
    ranks: BTreeSet<(String, String)>,
}

impl Guarded {
    pub(super) fn of(trials: &[(&str, Trial)]) -> Self {
        let (mut actions, mut hidden, mut shown) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
        let mut ranks = BTreeSet::new();
        for (_, trial) in trials {
            let worked = trial.control.as_ref().is_some_and(|control| control.reading == Reading::Success);
            for attempt in &trial.attempts {
                let answers = || attempt.exchanges.iter();
                for noun in answers().flat_map(|exchange| &exchange.sightings).map(|sighting| &sighting.noun) {
                    let by: &mut BTreeSet<&str> = shown.entry(noun.clone()).or_default();
                    by.insert(&trial.action);
                }
                let stranger = attempt.relation == "other tenant" && attempt.alive && worked;
                let nothing = answers().all(|exchange| exchange.sightings.is_empty());
                let refused =
                    answers().all(|exchange| matches!(exchange.reading, Reading::Refusal | Reading::SoftDenial));
                let other_role = attempt.actor.role != trial.owner.role && attempt.relation != "anonymous";
                if other_role && attempt.alive && worked && refused {
                    ranks.insert((trial.action.clone(), trial.owner.role.clone()));
                }
                let answered = answers().all(|exchange| exchange.reading == Reading::Success);
                match trial.form {
                    Form::Read if stranger && nothing && refused => {
                        actions.insert(trial.action.clone());
                        // The object itself is kept: so is whatever else shows it by its key.
                        if trial.action.ends_with('}') {
                            hidden.insert(trial.noun.clone());
                        }
                    }
                    Form::List if stranger && nothing && answered && attempt.list_complete => {
                        hidden.insert(trial.noun.clone());
                    }
                    _ => {}
                }
            }
        }
        let shown_once = |noun: &String| shown.get(noun).is_none_or(|by| by.len() < 2);
        Self { actions, nouns: hidden.into_iter().filter(shown_once).collect(), ranks }
    }

    /// Whether the service keeps an action for a role: it refuses others who are signed in.
    pub(super) fn is_kept_for(&self, action: &str, role: &str) -> bool {
        self.ranks.contains(&(action.to_owned(), role.to_owned()))
    }

    /// Whether anonymous is given by this action what the service otherwise keeps: the same action refuses strangers
    /// who are signed in, or the document says protected and such objects are kept to their owners elsewhere.
    pub(super) fn against_itself(&self, trial: &Trial, protected: bool) -> bool {
        self.actions.contains(&trial.action) || protected && self.nouns.contains(&trial.noun)
    }
}
