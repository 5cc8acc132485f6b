//! Actions without an object of anybody's: statistics, settings, creations, commands. What they do is judged by a
//! reviewed row; that they destroy nothing of others' is judged in any case.

use super::reach::Reached;
use super::world::{Who, World};
use crate::checks::authorization::expect::{Rule, expect};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Attempt, Form, Observation, Trial};
use std::collections::BTreeMap;

impl World<'_> {
    /// The trials of an action without an object, one an attacker; a sentinel of the owner's is watched after each.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub async fn try_plain(&mut self, reached: &Reached) -> Result<Vec<Trial>> {
        let keys = BTreeMap::new();
        let again = self.call_for(reached.action, reached.actor, &keys, None, 0).await;
        let base = again.unwrap_or_else(|_| reached.call.clone());
        let changes = !self.action(reached.action).is_safe();
        let mut trials: Vec<Trial> = Vec::new();
        let mut before = self.observe_plain(reached, Purpose::SetUp).await;
        for (who, forbidden) in self.attackers(&Reached { object: None, form: Form::Plain, ..reached.clone() }, false) {
            // Whoever nobody forbids it makes or changes things of his own; he is only watched.
            let judged = forbidden || who.is_none();
            if !judged && !changes {
                continue;
            }
            let (call, canary) = self.varied(&base);
            let objects = self.objects.len();
            let sentinel = self.sentinel(reached.actor).await;
            if objects < self.objects.len() {
                // What was made for it may show where the action is watched.
                before = self.observe_plain(reached, Purpose::SetUp).await;
            }
            let asked = self.ask(who, &call, Purpose::Cell).await;
            let mut exchanges = vec![asked.exchange.clone()];
            if judged && changes && asked.succeeded() && reached.witness.is_none() {
                exchanges.extend(self.read_back_made(reached.action, &asked, who, reached.actor, &keys).await);
            }
            if let Some(sentinel) = sentinel
                && !self.watch(reached.action, who, &call, sentinel).await?
            {
                self.avoided.insert(reached.action, "it destroys what is not the caller's".into());
                return Ok(Vec::new());
            }
            let after = if judged { self.observe_plain(reached, Purpose::Cell).await } else { None };
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
            if judged {
                trials.push(self.plain_trial(reached, attempt, before.clone(), after.clone()));
                before = after;
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

    fn plain_trial(
        &self,
        reached: &Reached,
        attempt: Attempt,
        before: Option<Observation>,
        after: Option<Observation>,
    ) -> Trial {
        Trial {
            action: self.action(reached.action).name(),
            form: Form::Plain,
            noun: String::new(),
            owner: self.fact(Some(reached.actor)),
            public: false,
            carries: Vec::new(),
            before,
            attempts: vec![attempt],
            after,
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
