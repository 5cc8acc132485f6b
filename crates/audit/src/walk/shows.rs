//! What shows a thing: reads of it, lists that it stands in, and what has to lie in it before a read shows anything.

use super::witness::Reader;
use super::world::{Asked, Call, World};
use crate::client::Purpose;
use crate::compare::fields;
use crate::evidence::is_secret_name;
use crate::plan::slots::{nouns, reads};
use std::collections::BTreeMap;

/// Fewest fields of an answer that tells something.
const FIELDS_MIN: usize = 4;

impl World<'_> {
    /// The canaries of a call that a witness must show. Nobody shows a password.
    pub(super) fn to_be_shown(&self, call: &Call) -> Vec<String> {
        let planted = super::objects::planted_in(call, &self.canaries).into_iter();
        let is_secret = |path: &str| is_secret_name(path.rsplit(['.', ']']).next().unwrap_or_default());
        planted.filter(|(path, _)| !is_secret(path)).map(|(_, canary)| canary).collect()
    }

    /// Something below the object, where the action reads what is below it.
    pub(super) async fn populate(&mut self, action: usize, actor: usize) {
        let below = format!("{}/{{}}", crate::plan::slots::place(&self.action(action).path));
        let children: Vec<usize> = (0..self.slots.all.len()).filter(|at| self.slots.all[*at].place == below).collect();
        for child in children {
            // Without a child the list is empty, and the trial says so.
            if let Ok(standing) = self.standing(child, actor).await {
                self.stand_for_each_audience(standing).await;
            }
        }
    }

    /// Reads that show the object of these keys, or what hangs on it.
    pub(super) fn readers_of(&self, keys: &BTreeMap<usize, String>) -> Vec<Reader> {
        let shows = |at: &usize| {
            let about = self.slots.about(*at);
            let reads = reads(self.action(*at), self.slots.named(*at));
            let there = !self.unready.contains_key(at) && !self.after.contains_key(at);
            reads && there && !about.is_empty() && about.iter().all(|slot| keys.contains_key(slot))
        };
        let mut readers: Vec<usize> = (0..self.catalogue.actions.len()).filter(shows).collect();
        let is_item = |at: &usize| self.slots.all.iter().any(|slot| slot.item == Some(*at));
        readers.sort_by_key(|at| (std::cmp::Reverse(self.slots.about(*at).len()), !is_item(at)));
        readers.into_iter().take(3).map(|action| Reader { action, row: None }).collect()
    }

    /// Lists in which an object of this slot stands under its key.
    pub(super) fn lists_of(&self, slot: usize, keys: &BTreeMap<usize, String>, key: &str) -> Vec<Reader> {
        let there = |list: &&usize| self.slots.about(**list).iter().all(|slot| keys.contains_key(slot));
        let lists = self.slots.all[slot].lists.iter().filter(there).take(2);
        lists.map(|list| Reader { action: *list, row: Some(key.to_owned()) }).collect()
    }

    /// Adds something to an object by an action that speaks of the same as the one that is to show it, and says by which
    /// canaries that is known.
    pub(super) async fn add_alike(&mut self, action: usize, object: usize, maker: usize) -> Vec<String> {
        let (own, wanted) = (self.objects[object].slot, nouns(self.action(action)));
        let adds = |at: &usize| {
            let named = self.slots.named(*at);
            let about = named.iter().any(|named| named.required && !named.in_query && named.slot == own);
            let other = self.action(*at);
            *at != action && other.verb == "POST" && about && !reads(other, named) && nouns(other) == wanted
        };
        let Some(adder) = (0..self.catalogue.actions.len()).find(|at| adds(at) && !self.avoided.contains_key(at))
        else {
            return Vec::new();
        };
        let Ok(keys) = self.keys_for(adder, maker, object).await else { return Vec::new() };
        let added = self.succeed(adder, maker, &keys, Some(object), Purpose::SetUp, 0).await;
        let Ok((call, _)) = added else { return Vec::new() };
        let planted = super::objects::planted_in(&call, &self.canaries);
        self.plant(own, maker, &planted);
        planted.into_iter().map(|(_, canary)| canary.to_lowercase()).collect()
    }

    /// Lists in which something shows that an action without an object makes.
    pub(super) fn lists_of_made(&self, action: usize) -> Vec<Reader> {
        let made = self.slots.all.iter().filter(|slot| slot.producers.first() == Some(&action));
        let lists = made.flat_map(|slot| &slot.lists).filter(|list| self.slots.about(**list).is_empty());
        lists.take(2).map(|list| Reader { action: *list, row: None }).collect()
    }
}

/// Whether an answer tells several things, and not only that it went well.
pub(super) fn tells(asked: &Asked) -> bool {
    let told = asked.answer.json().map(|value| fields(&value)).unwrap_or_default();
    FIELDS_MIN <= told.len()
}
