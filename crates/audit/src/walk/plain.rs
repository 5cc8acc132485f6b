//! Actions without an object of anybody's: statistics, settings, creations, commands. What they do is judged by a
//! reviewed row; that they destroy nothing of others' is judged in any case.

use super::reach::Reached;
use super::world::World;
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Attempt, Form, Trial};

impl World<'_> {
    /// The trial of an action without an object, a sentinel of the owner's watched after each attempt.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub async fn try_plain(&mut self, reached: &Reached) -> Result<Option<Trial>> {
        let mut attempts = Vec::new();
        let base = self
            .call_for(reached.action, reached.actor, &Default::default(), None, 0)
            .await
            .unwrap_or_else(|_| reached.call.clone());
        let changes = !self.action(reached.action).is_safe();
        for (who, _) in self.attackers(&Reached { object: None, form: Form::Plain, ..reached.clone() }) {
            let relation = self.relation(who, reached.actor).to_owned();
            let (call, canary) = self.varied(&base);
            let sentinel = self.sentinel(reached.actor).await;
            let asked = self.ask(who, &call, Purpose::Cell).await;
            let mut exchanges = vec![asked.exchange.clone()];
            if changes && asked.succeeded() {
                exchanges.extend(self.read_back_made(reached.action, &asked, who, reached.actor).await);
            }
            if let Some(sentinel) = sentinel {
                self.watch(reached.action, who, &call, sentinel).await?;
            }
            // Only who is forbidden, or nobody at all, has a cell of his own here.
            attempts.push(Attempt {
                actor: self.fact(who),
                relation,
                exchanges,
                fingerprint: Vec::new(),
                alive: who.is_none_or(|at| self.actors[at].alive),
                like_missing: None,
                list_complete: true,
                canary,
            });
        }
        let (call, _) = self.varied(&base);
        let control = self.ask(Some(reached.actor), &call, Purpose::Cell).await;
        let expected = |attempt: &Attempt| {
            let name = self.action(reached.action).name();
            let expectation = crate::checks::authorization::expect::expect(
                &self.run,
                self.matrix.as_ref(),
                &name,
                &attempt.actor,
                &attempt.relation,
                false,
            );
            attempt.relation == "anonymous" || expectation.rule == crate::checks::authorization::expect::Rule::Forbidden
        };
        attempts.retain(expected);
        if attempts.is_empty() {
            return Ok(None);
        }
        Ok(Some(Trial {
            action: self.action(reached.action).name(),
            form: Form::Plain,
            noun: String::new(),
            owner: self.fact(Some(reached.actor)),
            public: false,
            carries: Vec::new(),
            before: None,
            attempts,
            after: None,
            control: Some(control.exchange),
            settled: None,
            witness: None,
            alone: false,
        }))
    }

    /// Reads what an attempt made through the key in its answer: as the attacker, then as the permitted actor.
    async fn read_back_made(
        &mut self,
        action: usize,
        asked: &super::world::Asked,
        who: super::world::Who,
        owner: usize,
    ) -> Vec<crate::evidence::Exchange> {
        let slot = (0..self.slots.all.len()).find(|slot| {
            self.slots.all[*slot].producers.first() == Some(&action) && self.slots.all[*slot].parents.is_empty()
        });
        let (Some(slot), Some(value)) = (slot, asked.answer.json()) else { return Vec::new() };
        let Some(item) = self.slots.all[slot].item else { return Vec::new() };
        let Some(Ok(super::objects::Way::Action(_, super::objects::KeyPlace::Answer(at)))) =
            self.ways.get(&slot).cloned()
        else {
            return Vec::new();
        };
        let key = crate::compare::leaves(&value).into_iter().find(|(path, _)| *path == at).map(|(_, key)| key);
        let Some(key) = key else { return Vec::new() };
        let Ok(path) = self.path_of(item, &[(slot, key)].into()) else { return Vec::new() };
        let mut exchanges = Vec::new();
        for reader in [who, Some(owner)] {
            let read = self.ask(reader, &super::world::Call::get(path.clone()), Purpose::Cell).await;
            let done = read.succeeded();
            exchanges.push(read.exchange);
            if done {
                break;
            }
        }
        exchanges
    }
}
