//! How often: which of an action's limits count whom, and when.

use super::Passage;
use crate::caller::Actor;
use crate::limits::{self, Key, network};
use crate::refusal::Result;
use crate::spec::{Limit, Per};
use crate::store::Tx;

impl Passage<'_> {
    /// Who is it, where does it come from, how often: and then a snapshot to decide in. Counted once a request.
    pub(crate) async fn arrive(&mut self) -> Result<Tx> {
        let mut tx = self.door.parts.store.read().await?;
        self.identify(&mut tx).await?;
        let limits = self.entry.spec.limits;
        for limit in limits.iter().filter(|limit| limit.per == Per::Caller) {
            self.key(limit).map_or(Ok(()), |key| self.door.memory.count(key, limit, self.now))?;
        }
        let shared: Vec<_> = limits.iter().filter_map(|limit| Some((limit, self.shared_key(limit)?))).collect();
        if shared.is_empty() {
            return Ok(tx);
        }
        // Counting for all instances takes a connection of its own. Nobody holds one while he waits for another, or
        // all of them would.
        drop(tx);
        for (limit, key) in shared {
            limits::count_shared(&self.door.parts.store, key, limit, self.now).await?;
        }
        let mut tx = self.door.parts.store.read().await?;
        self.identify(&mut tx).await?;
        Ok(tx)
    }

    /// Before anything is asked of the database.
    pub(super) fn limit_by_address(&self) -> Result<()> {
        let Some(address) = self.request.origin.address else { return Ok(()) };
        for limit in self.entry.spec.limits.iter().filter(|limit| limit.per == Per::Address) {
            let key = limits::key(self.entry.spec.name, limit, &network(address));
            self.door.memory.count(key, limit, self.now)?;
        }
        Ok(())
    }

    /// The key of a limit that counts in the database; `None` for one that does not, or that counts nobody here.
    fn shared_key(&self, limit: &Limit) -> Option<Key> {
        match limit.per {
            Per::CallerShared => self.key(limit),
            Per::Field(field) => {
                let value = self.field(field)?.trim().to_lowercase();
                let origin = &self.request.origin;
                // Where it comes from is part of the key: who guesses elsewhere, or beside the owner's own device, does not
                // lock the owner out.
                let from = match &origin.device {
                    Some(device) => format!("device {device}"),
                    None => origin.address.map(network).unwrap_or_default(),
                };
                Some(limits::key(self.entry.spec.name, limit, &format!("{value}\n{from}")))
            }
            Per::FieldOfStrangers(_) if self.request.origin.device.is_some() => None,
            Per::FieldOfKnown(_) if self.request.origin.device.is_none() => None,
            Per::FieldOfStrangers(field) | Per::FieldOfKnown(field) => {
                Some(limits::key(self.entry.spec.name, limit, &self.field(field)?.trim().to_lowercase()))
            }
            Per::Address | Per::Caller => None,
        }
    }

    /// The key of a limit that counts the caller: the person, else the address. Operator and schedule are not counted.
    fn key(&self, limit: &Limit) -> Option<Key> {
        let caller = self.doer();
        let who = match caller.actor {
            // What an organisation says of somebody does not use up what he may do anywhere else.
            Actor::Person(person) if caller.bound => {
                format!("{person} in {}", caller.organisation.unwrap_or_default())
            }
            // Who has the password alone does not use up what somebody who is wholly signed in may do.
            Actor::Person(person) if caller.half => format!("{person} half"),
            Actor::Person(person) | Actor::Token { person, .. } => person.to_string(),
            Actor::Anyone => network(self.request.origin.address?),
            Actor::Console | Actor::Job(_) => return None,
        };
        Some(limits::key(self.entry.spec.name, limit, &who))
    }
}
