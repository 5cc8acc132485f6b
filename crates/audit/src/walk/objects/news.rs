//! Things that nobody knows again by what was sent: a link that is shared, a version, a copy. The one that was not there
//! before they were made is the one.

use super::super::world::World;
use super::KeyPlace;
use crate::client::Purpose;
use crate::compare::leaves;
use std::collections::{BTreeMap, BTreeSet};

impl World<'_> {
    /// Makes one more, and looks for its key among what is there now and was not before.
    pub(super) async fn find_new(
        &mut self,
        producer: usize,
        slot: usize,
        owner: usize,
        keys: BTreeMap<usize, String>,
        depth: usize,
    ) -> Option<(KeyPlace, usize)> {
        for list in self.shown_in(slot, producer) {
            let before = self.named_values(slot, list, owner, &keys).await?;
            let (_, call, keys) = self.produce(producer, slot, owner, &keys, depth).await.ok()?;
            let after = self.named_values(slot, list, owner, &keys).await?;
            let known: BTreeSet<&String> = before.iter().map(|(_, key)| key).collect();
            // Where another value moves, too, the likeliest name counts, if it says one thing.
            let mut new = after.iter().filter(|(_, key)| !known.contains(key));
            let Some((path, key)) = new.next() else { continue };
            if new.any(|(other, value)| other == path && value != key) {
                continue;
            }
            let place = KeyPlace::New(list, path.clone());
            return Some((place, self.keep_object(slot, owner, keys, key.clone(), &call, false)));
        }
        None
    }

    /// Makes one by a known way of this kind.
    pub(super) async fn make_and_compare(
        &mut self,
        producer: usize,
        (list, path): (usize, &str),
        slot: usize,
        owner: usize,
        keys: BTreeMap<usize, String>,
        depth: usize,
    ) -> Result<usize, String> {
        let keys = self.keys_around(producer, slot, owner, &keys, depth).await?;
        let before = self.named_values(slot, list, owner, &keys).await.unwrap_or_default();
        let (_, call, keys) = self.produce(producer, slot, owner, &keys, depth).await?;
        let after = self.named_values(slot, list, owner, &keys).await.unwrap_or_default();
        let known: BTreeSet<&String> = before.iter().map(|(_, key)| key).collect();
        let mut new = after.iter().filter(|(at, key)| at == path && !known.contains(key));
        match (new.next(), new.next()) {
            (Some((_, key)), None) => Ok(self.keep_object(slot, owner, keys, key.clone(), &call, false)),
            _ => Err(format!("{} made something, and its key is nowhere", self.action(producer).name())),
        }
    }

    /// What a read shows under names of keys, likeliest first.
    async fn named_values(
        &mut self,
        slot: usize,
        list: usize,
        owner: usize,
        keys: &BTreeMap<usize, String>,
    ) -> Option<Vec<(String, String)>> {
        let call = self.read_call(list, keys).ok()?;
        let asked = self.ask(Some(owner), &call, Purpose::SetUp).await;
        let value = asked.answer.value().filter(|_| asked.succeeded())?;
        Some(self.named_keys(slot, leaves(&value)))
    }
}
