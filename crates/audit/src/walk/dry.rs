//! The dry control: what nobody could bring to succeed is tried without an effect. Who may is told that his request is
//! invalid; who may not, sending the same, is refused: then the service asks who it is before it asks what.

use super::world::{Call, Who, World};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Attempt, Dry, Form, Reading};
use crate::plan::shape;
use std::collections::BTreeMap;

impl World<'_> {
    /// Tries an action that never succeeded with the very request that the service calls invalid.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub(super) async fn try_dry(&mut self, action: usize) -> Result<()> {
        let takes_body = self.action(action).body.is_some() && !self.action(action).is_safe();
        let Some(owner) = self.owners(action).first().copied().filter(|_| takes_body) else { return Ok(()) };
        if self.avoided.contains_key(&action) || self.fell_silent || !self.revive(Some(owner)).await {
            return Ok(());
        }
        let about = self.slots.about(action);
        let form = shape(self.action(action), about.len()).form;
        let Some(call) = self.dry_call(action, owner, about.last().copied()).await else { return Ok(()) };
        // What the service takes after all has an effect, and is nobody's to try dry.
        let first = self.ask(Some(owner), &call, Purpose::Cell).await;
        if first.exchange.reading != Reading::Invalid {
            return Ok(());
        }
        let owner_fact = self.fact(Some(owner));
        let on_object = form != Form::Plain;
        let attackers = self.attackers_of(action, &owner_fact, on_object, &|who| who != Some(owner));
        let mut attempts = Vec::new();
        for (who, _) in attackers.into_iter().filter(|(who, forbidden)| *forbidden || who.is_none()) {
            attempts.push(self.dry_attempt(who, owner, &call).await);
        }
        let control = self.ask(Some(owner), &call, Purpose::Cell).await.exchange;
        let action = self.action(action).name();
        self.store.add(&Dry { action, form, owner: owner_fact, attempts, control }).map(drop)
    }

    /// The owner's request, about a fresh object of his own where it is about one.
    async fn dry_call(&mut self, action: usize, owner: usize, slot: Option<usize>) -> Option<Call> {
        let (object, keys) = match slot {
            None => (None, BTreeMap::new()),
            Some(slot) => {
                let object = self.make(slot, owner).await.ok()?;
                let is_his = self.objects[object].changeable && self.objects[object].owner == owner;
                (Some(object).filter(|_| is_his), self.keys_for(action, owner, object).await.ok()?)
            }
        };
        if slot.is_some() && object.is_none() {
            return None;
        }
        self.call_for(action, owner, &keys, object, 0).await.ok()
    }

    async fn dry_attempt(&mut self, who: Who, owner: usize, call: &Call) -> Attempt {
        let asked = self.ask(who, call, Purpose::Cell).await;
        // A dead session is refused, too.
        let alive = self.is_alive(who).await;
        Attempt {
            actor: self.fact(who),
            relation: self.relation(who, owner).to_owned(),
            exchanges: vec![asked.exchange],
            fingerprint: Vec::new(),
            alive,
            like_missing: None,
            list_complete: true,
            canary: None,
            outside: false,
            party: None,
            state: None,
        }
    }
}
