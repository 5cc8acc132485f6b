//! What an attempt made, read back through the key in its answer: the only proof where nothing else shows it.

use super::objects::{KeyPlace, Way};
use super::world::{Asked, Who, World};
use crate::client::Purpose;
use crate::compare::leaves;
use crate::evidence::Exchange;
use std::collections::BTreeMap;

impl World<'_> {
    /// Reads what an attempt made through the key in its answer: as the attacker, then as the permitted actor. `keys`
    /// are those of what it lies below.
    pub(super) async fn read_back_made(
        &mut self,
        action: usize,
        asked: &Asked,
        who: Who,
        owner: usize,
        keys: &BTreeMap<usize, String>,
    ) -> Vec<Exchange> {
        let makes = |slot: &usize| {
            let slot = &self.slots.all[*slot];
            slot.producers.first() == Some(&action) && slot.parents.iter().all(|parent| keys.contains_key(parent))
        };
        let Some(slot) = (0..self.slots.all.len()).find(makes) else { return Vec::new() };
        let Some(item) = self.slots.all[slot].item else { return Vec::new() };
        let shown = asked.answer.value().map(|value| leaves(&value)).unwrap_or_default();
        let key = match self.ways.get(&slot) {
            Some(Ok(Way::Action(_, KeyPlace::Answer(at)))) => shown.into_iter().find(|(path, _)| path == at),
            Some(Ok(Way::Action(_, KeyPlace::Location))) => None,
            // Made by a line of the manifest, so far: then the likeliest value of the answer is its key.
            _ => self.ranked(slot, shown).into_iter().next(),
        };
        let key = key.map(|(_, key)| key).or_else(|| self.key_led_to(slot, asked));
        let Some(key) = key else { return Vec::new() };
        let mut keys = keys.clone();
        keys.insert(slot, key);
        let Ok(call) = self.read_call(item, &keys) else { return Vec::new() };
        let mut exchanges = Vec::new();
        for reader in [who, Some(owner)] {
            let read = self.ask(reader, &call, Purpose::Cell).await;
            let done = read.succeeded();
            exchanges.push(read.exchange);
            if done {
                break;
            }
        }
        exchanges
    }

    /// The same of something that was added to an object of the owner's: what was made must say that it belongs to it.
    pub(super) async fn read_back_added(
        &mut self,
        action: usize,
        asked: &Asked,
        who: Who,
        subject: usize,
    ) -> Vec<Exchange> {
        let (owner, keys) = (self.objects[subject].owner, self.objects[subject].keys.clone());
        let in_path = self.slots.of(action).iter().any(|(slot, _)| *slot == self.objects[subject].slot);
        let key = self.objects[subject].key().to_owned();
        let mut read = self.read_back_made(action, asked, who, owner, &keys).await;
        let names_it = |exchange: &Exchange| {
            let value: Option<serde_json::Value> = serde_json::from_str(&exchange.answer).ok();
            value.is_some_and(|value| leaves(&value).iter().any(|(_, text)| *text == key))
        };
        read.retain(|exchange| in_path || names_it(exchange));
        read
    }
}
