//! Objects that nobody here made and that answers to their owner show. They may be read, never changed.

use super::super::world::{Call, World};
use crate::client::Purpose;
use crate::compare::leaves;
use serde_json::Value;
use std::collections::BTreeMap;

impl World<'_> {
    /// An object that some earlier answer to the owner named: `invoice_id` in the answer that made an order. It may be
    /// read, never changed.
    pub(super) async fn mentioned(
        &mut self,
        slot: usize,
        owner: usize,
        keys: &BTreeMap<usize, String>,
    ) -> Option<usize> {
        let noun = self.slots.all[slot].noun.clone();
        let names = self.parameter_names(slot);
        let bears = |name: &str| {
            let keyed = name
                .strip_prefix(&format!("{noun}_"))
                .is_some_and(|rest| ["id", "uuid", "key", "number", "slug"].contains(&rest));
            keyed || name == noun || name != "id" && names.iter().any(|wanted| wanted == name)
        };
        let said = self.actors[owner].said.iter().rev().filter(|(name, _)| bears(name));
        let mut candidates: Vec<String> = said.map(|(_, value)| value.clone()).collect();
        candidates.dedup();
        let item = self.slots.all[slot].item?;
        for key in candidates.into_iter().take(3) {
            if let Some(object) = self.opened(slot, item, owner, keys, key).await {
                return Some(object);
            }
        }
        None
    }

    /// An object that stands in a list of the owner's. It may be read, never changed.
    pub(super) async fn listed_row(
        &mut self,
        slot: usize,
        owner: usize,
        keys: &BTreeMap<usize, String>,
    ) -> Option<(usize, String, usize)> {
        for list in self.slots.all[slot].lists.clone() {
            let Ok(call) = self.read_call(list, keys) else { continue };
            let asked = self.ask(Some(owner), &call, Purpose::SetUp).await;
            let Some(value) = asked.answer.value().filter(|_| asked.succeeded()) else { continue };
            let Some(row) = first_row(&value) else { continue };
            for (path, key) in self.ranked(slot, leaves(row)).into_iter().take(2) {
                if self.proves(slot, owner, keys, &key, &Call::default()).await != Some(false) {
                    let object = self.keep_object(slot, owner, keys.clone(), key, &Call::default(), false);
                    self.objects[object].changeable = false;
                    return Some((list, path, object));
                }
            }
        }
        self.shown_in_parent(slot, owner, keys).await
    }

    /// One that its parent shows under its name, where no list does: the versions of a document.
    async fn shown_in_parent(
        &mut self,
        slot: usize,
        owner: usize,
        keys: &BTreeMap<usize, String>,
    ) -> Option<(usize, String, usize)> {
        let parent = self.slots.all[slot].parents.last().and_then(|parent| self.slots.all[*parent].item)?;
        let item = self.slots.all[slot].item.filter(|_| self.slots.all[slot].lists.is_empty())?;
        let call = self.read_call(parent, keys).ok()?;
        let asked = self.ask(Some(owner), &call, Purpose::SetUp).await;
        let value = asked.answer.value().filter(|_| asked.succeeded())?;
        let names = self.parameter_names(slot);
        let named = |path: &str| names.iter().any(|name| name != "id" && path.ends_with(name.as_str()));
        let shown = self.named_keys(slot, leaves(&value)).into_iter().filter(|(path, _)| named(path));
        for (path, key) in shown.take(2).collect::<Vec<_>>() {
            if let Some(object) = self.opened(slot, item, owner, keys, key).await {
                return Some((parent, path, object));
            }
        }
        None
    }

    /// Something that nobody here made, where its owner reads it by this key.
    async fn opened(
        &mut self,
        slot: usize,
        item: usize,
        owner: usize,
        keys: &BTreeMap<usize, String>,
        key: String,
    ) -> Option<usize> {
        let mut all = keys.clone();
        all.insert(slot, key.clone());
        let call = self.read_call(item, &all).ok()?;
        let asked = self.ask(Some(owner), &call, Purpose::SetUp).await;
        if !asked.succeeded() {
            return None;
        }
        let object = self.keep_object(slot, owner, keys.clone(), key, &Call::default(), false);
        self.objects[object].changeable = false;
        // It carries what its owner planted elsewhere, if that shows in it.
        let text = asked.answer.text().to_lowercase();
        let own = self.objects.iter().filter(|other| other.owner == owner).flat_map(|other| other.canaries.clone());
        let shown: Vec<_> = own.filter(|(_, canary)| text.contains(&canary.to_lowercase())).collect();
        self.objects[object].canaries = shown;
        Some(object)
    }
}

/// The first object in the first list of a document.
fn first_row(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(items) => items.iter().find(|item| item.is_object()),
        Value::Object(fields) => fields.values().find_map(|value| match value {
            Value::Array(_) | Value::Object(_) => first_row(value),
            _ => None,
        }),
        _ => None,
    }
}
