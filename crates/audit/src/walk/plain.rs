//! Actions without an object of anybody's: statistics, settings, creations, commands. What they do is judged by a
//! reviewed row; that they destroy nothing of others' is judged in any case.

use super::cell::was_refused;
use super::reach::Reached;
use super::world::{Call, Who, World};
use crate::checks::authorization::effect::changed_something;
use crate::checks::authorization::expect::{Rule, expect};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Attempt, Form, Observation, Trial};
use std::collections::BTreeMap;

/// Who tries, and whether what comes of it is judged.
#[derive(Clone, Copy)]
struct Attacker {
    who: Who,
    judged: bool,
}

/// What came of some attempts between two looks.
struct Round {
    sentinel: Option<usize>,
    /// The sentinel stands still.
    intact: bool,
    /// What was sent last.
    call: Call,
    trials: Vec<Trial>,
}

fn nobody_succeeded(trial: &Trial) -> bool {
    trial.attempts.iter().all(was_refused)
}

impl World<'_> {
    /// The trials of an action without an object, one an attacker; a sentinel of the owner's is watched. All try first, with
    /// one look before and one after them: where something changed, each tries alone, so that who did it is named.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub async fn try_plain(&mut self, reached: &Reached) -> Result<Vec<Trial>> {
        let keys = BTreeMap::new();
        let again = self.call_for(reached.action, reached.actor, &keys, None, 0).await;
        let base = again.unwrap_or_else(|_| reached.call.clone());
        let changes = !self.action(reached.action).is_safe();
        let attackers = self.attackers(&Reached { object: None, form: Form::Plain, ..reached.clone() }, false);
        // Whoever nobody forbids it makes or changes things of his own; he is only watched.
        let attackers: Vec<Attacker> = (attackers.into_iter())
            .map(|(who, forbidden)| Attacker { who, judged: forbidden || who.is_none() })
            .filter(|attacker| attacker.judged || changes)
            .collect();
        let all = self.plain_round(reached, &base, &attackers).await;
        let mut trials = all.trials;
        if !all.intact || 1 < trials.len() && trials.iter().any(changed_something) {
            if !all.intact {
                self.forget_standing();
            }
            let mut alone = Vec::new();
            for attacker in &attackers {
                let round = self.plain_round(reached, &base, std::slice::from_ref(attacker)).await;
                if let Some(sentinel) = round.sentinel
                    && !round.intact
                    && !self.watch(reached.action, attacker.who, &round.call, sentinel).await?
                {
                    self.avoided.insert(reached.action, "it destroys what is not the caller's".into());
                    return Ok(Vec::new());
                }
                alone.extend(round.trials);
            }
            // What can be done once only was done when all tried: then it was one of those who were not refused.
            let is_settled = alone.iter().any(changed_something) || !trials.iter().any(changed_something);
            if is_settled {
                trials = alone;
            } else if !trials.iter().all(nobody_succeeded) {
                for trial in trials.iter_mut().filter(|trial| nobody_succeeded(trial)) {
                    trial.before.clone_from(&trial.after);
                }
            }
        }
        if trials.is_empty() {
            return Ok(trials);
        }
        let (call, _) = self.varied(&base);
        let control = self.ask(Some(reached.actor), &call, Purpose::Cell).await;
        for trial in &mut trials {
            trial.control = Some(control.exchange.clone());
        }
        Ok(trials)
    }

    /// Some attackers one after the other, with one look before and one after them.
    async fn plain_round(&mut self, reached: &Reached, base: &Call, attackers: &[Attacker]) -> Round {
        let changes = !self.action(reached.action).is_safe();
        let sentinel = self.sentinel(reached.actor).await;
        // Not before the sentinel stands: what is made for it may show where the action is watched.
        let before = self.observe_plain(reached, Purpose::SetUp).await;
        let mut round = Round { sentinel, intact: true, call: base.clone(), trials: Vec::new() };
        for Attacker { who, judged } in attackers.iter().copied() {
            let (call, canary) = self.varied(base);
            let asked = self.ask(who, &call, Purpose::Cell).await;
            let mut exchanges = vec![asked.exchange.clone()];
            if judged && changes && asked.succeeded() && reached.witness.is_none() {
                let made = self.read_back_made(reached.action, &asked, who, reached.actor, &BTreeMap::new()).await;
                exchanges.extend(made);
            }
            round.call = call;
            if !judged {
                continue;
            }
            let attempt = Attempt {
                actor: self.fact(who),
                relation: self.relation(who, reached.actor).to_owned(),
                state: self.state_of(who, None),
                exchanges,
                fingerprint: Vec::new(),
                alive: who.is_none_or(|at| self.actors[at].alive),
                like_missing: None,
                list_complete: true,
                canary,
                outside: false,
                party: None,
            };
            round.trials.push(self.plain_trial(reached, attempt, before.clone()));
        }
        if let Some(sentinel) = sentinel {
            let mut intact = self.stands(sentinel).await;
            if !intact {
                // A session that ended looks the same.
                self.revive(Some(reached.actor)).await;
                intact = self.stands(sentinel).await;
            }
            round.intact = intact;
        }
        if !round.trials.is_empty() {
            let after = self.observe_plain(reached, Purpose::Cell).await;
            for trial in &mut round.trials {
                trial.after.clone_from(&after);
            }
        }
        round
    }

    fn plain_trial(&self, reached: &Reached, attempt: Attempt, before: Option<Observation>) -> Trial {
        Trial {
            action: self.action(reached.action).name(),
            form: Form::Plain,
            noun: String::new(),
            owner: self.fact(Some(reached.actor)),
            public: false,
            carries: Vec::new(),
            before,
            attempts: vec![attempt],
            after: None,
            control: None,
            settled: None,
            witness: reached.witness.as_ref().map(|calibrated| calibrated.witness.clone()),
            alone: false,
            deed: None,
        }
    }

    async fn observe_plain(&mut self, reached: &Reached, purpose: Purpose) -> Option<Observation> {
        let calibrated = reached.witness.as_ref()?;
        Some(self.observe_settled(&calibrated.reader, &BTreeMap::new(), reached.actor, purpose).await)
    }

    /// Whether somebody is forbidden an action without an object.
    pub fn is_forbidden(&self, action: usize, who: Who, owner: usize) -> bool {
        let name = self.action(action).name();
        let relation = self.relation(who, owner);
        expect(&self.run, self.matrix.as_ref(), &name, &self.fact(who), relation, false).rule == Rule::Forbidden
    }
}
