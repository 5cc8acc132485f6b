//! Making objects: who produces the key that a path asks for, and proof that it is the key.
//!
//! Only what was made here may be changed later. A production counts when its owner has read the canary back through
//! the key; how it was done is kept, and the next object of its kind costs one request.

mod accounts;
mod audiences;
mod keys;
mod news;
mod recipes;
mod seen;
mod ways;

pub(super) use keys::last_segment;

use super::world::{Call, World};
use crate::compare::leaves;
use crate::plan::slots::words;
use std::collections::BTreeMap;

/// How deep objects may need others.
const DEPTH_MAX: usize = 5;

/// Something that exists in the service.
#[derive(Debug, Clone)]
pub struct Object {
    /// Which slot asks for its key.
    pub slot: usize,
    /// Whose it is.
    pub owner: usize,
    /// Its key and those of its parents, by slot.
    pub keys: BTreeMap<usize, String>,
    /// Canaries by the field that carries them.
    pub canaries: Vec<(String, String)>,
    /// This walk made it, or was told that it may be changed.
    pub changeable: bool,
    /// The client chose its key.
    pub chosen_key: bool,
    /// Gone, as far as is known.
    pub gone: bool,
}

/// How objects of a slot come to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// By an action; the key stands there.
    Action(usize, KeyPlace),
    /// By a line of the manifest.
    Recipe,
    /// It is there already.
    Fixture,
    /// It is the owner's own account.
    Account,
    /// It is the place that the owner belongs to.
    Home,
    /// Another answer to its owner names it; for reading only.
    Mentioned,
    /// It stands in a list of the owner's; for reading only.
    Listed(usize, String),
}

/// Where a key was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// At a path of the answer.
    Answer(String),
    /// The last segment of `Location`.
    Location,
    /// The client chose it: a field of the body that was sent.
    Sent(String),
    /// The client chose it: in the path.
    Path,
    /// In the row of a list that carries the canary.
    Row(usize, String),
    /// In a list, or in what it belongs to: the one that was not there before.
    New(usize, String),
}

impl Object {
    /// Its own key.
    pub fn key(&self) -> &str {
        self.keys.get(&self.slot).map_or("", String::as_str)
    }
}

impl World<'_> {
    /// A fresh object for a slot, made as this owner, or as somebody of his tenant who may.
    ///
    /// # Errors
    /// One sentence: what was tried.
    pub async fn make(&mut self, slot: usize, owner: usize) -> Result<usize, String> {
        Box::pin(self.make_at(slot, owner, 0)).await
    }

    /// A standing object: made once for each slot and owner, for others to hang on.
    ///
    /// # Errors
    /// As [`World::make`].
    pub async fn standing(&mut self, slot: usize, owner: usize) -> Result<usize, String> {
        Box::pin(self.standing_at(slot, owner, 0)).await
    }

    pub(in crate::walk) async fn standing_at(
        &mut self,
        slot: usize,
        owner: usize,
        depth: usize,
    ) -> Result<usize, String> {
        if let Some(object) = self.standing.get(&(slot, owner))
            && !self.objects[*object].gone
        {
            return Ok(*object);
        }
        let object = match self.ways.get(&slot) {
            // A named actor's own account stands already.
            Some(Ok(Way::Account)) => self.own_account(slot, owner)?,
            _ if self.is_tenant(slot) => match self.home(slot, owner, &BTreeMap::new()).await {
                Some(home) => home,
                None => Box::pin(self.make_at(slot, owner, depth)).await?,
            },
            _ => Box::pin(self.make_at(slot, owner, depth)).await?,
        };
        self.standing.insert((slot, owner), object);
        Ok(object)
    }

    pub(in crate::walk) async fn make_at(&mut self, slot: usize, owner: usize, depth: usize) -> Result<usize, String> {
        if DEPTH_MAX <= depth {
            return Err("its parents need more parents than this walk makes".into());
        }
        let mut makers = vec![owner];
        let tenant = self.actors[owner].fact.tenant.clone();
        makers.extend(
            (0..self.actors.len()).filter(|at| {
                *at != owner && self.actors[*at].fact.tenant == tenant && !self.actors[*at].fact.throw_away
            }),
        );
        let made = self.make_as_one_of(slot, &makers, depth).await;
        if made.is_err() && self.forget_way(slot) {
            return self.make_as_one_of(slot, &makers, depth).await;
        }
        made
    }

    async fn make_as_one_of(&mut self, slot: usize, makers: &[usize], depth: usize) -> Result<usize, String> {
        let mut last = String::new();
        for maker in makers {
            match self.make_as(slot, *maker, depth).await {
                Ok(object) => return Ok(object),
                Err(why) if last.is_empty() => last = why,
                Err(_) => {}
            }
        }
        Err(last)
    }

    async fn make_as(&mut self, slot: usize, owner: usize, depth: usize) -> Result<usize, String> {
        if let Some(why) = self.failed.get(&(slot, owner)) {
            return Err(why.clone());
        }
        // What refers to its own kind is made without that reference.
        if !self.making.insert(slot) {
            return Err(format!("a {} needs another one first", self.slots.all[slot].noun));
        }
        let made = self.make_once(slot, owner, depth).await;
        self.making.remove(&slot);
        if let Err(why) = &made {
            self.failed.insert((slot, owner), why.clone());
        }
        made
    }

    async fn make_once(&mut self, slot: usize, owner: usize, depth: usize) -> Result<usize, String> {
        let mut keys = BTreeMap::new();
        for parent in self.slots.all[slot].parents.clone() {
            let object = self.standing_at(parent, owner, depth + 1).await?;
            keys.extend(self.objects[object].keys.clone());
        }
        match self.ways.get(&slot).cloned() {
            Some(Ok(way)) => {
                let made = self.make_by(&way, slot, owner, keys, depth).await;
                self.confirm_way(slot, made).await
            }
            // What one actor could not do another may.
            Some(Err(_)) | None => {
                let learnt = self.learn_way(slot, owner, keys, depth).await;
                match learnt {
                    Ok((way, object)) => {
                        self.ways.insert(slot, Ok(way));
                        Ok(object)
                    }
                    Err(why) => {
                        self.ways.insert(slot, Err(why.clone()));
                        Err(why)
                    }
                }
            }
        }
    }

    /// Plants the canaries of what was just made, whether or not it is kept as an object: other answers may show it.
    pub(in crate::walk) fn plant_made(&mut self, action: usize, actor: usize, made: &Call) {
        let makes = self.slots.all.iter().position(|slot| slot.producers.first() == Some(&action));
        let Some(slot) = makes else { return };
        // What becomes its key stands in paths and lists by right.
        let names = self.parameter_names(slot);
        let is_key = |field: &str| {
            let name = words(field.rsplit(['.', ']']).next().unwrap_or_default()).join("_");
            names.contains(&name) || ["id", "key", "slug", "code", "handle"].contains(&name.as_str())
        };
        let mut canaries = planted_in(made, &self.canaries);
        canaries.retain(|(field, _)| !is_key(field));
        self.plant(slot, actor, &canaries);
    }

    pub(in crate::walk) fn plant(&mut self, slot: usize, owner: usize, canaries: &[(String, String)]) {
        let noun = self.slots.all[slot].noun.clone();
        let fact = self.actors[owner].fact.clone();
        for (field, canary) in canaries {
            self.canaries.plant(canary, &noun, field, &fact.name, &fact.tenant);
        }
    }

    /// Remembers an object and plants its canaries.
    pub(in crate::walk) fn keep_object(
        &mut self,
        slot: usize,
        owner: usize,
        mut keys: BTreeMap<usize, String>,
        key: String,
        made: &Call,
        chosen_key: bool,
    ) -> usize {
        keys.insert(slot, key.clone());
        let canaries: Vec<_> = (planted_in(made, &self.canaries).into_iter())
            .filter(|(_, canary)| !key.contains(canary.as_str()))
            .collect();
        self.plant(slot, owner, &canaries);
        self.objects.push(Object { slot, owner, keys, canaries, changeable: true, chosen_key, gone: false });
        self.objects.len() - 1
    }
}

/// Canaries in what was sent, with the field that carries each.
pub fn planted_in(call: &Call, canaries: &crate::canary::Canaries) -> Vec<(String, String)> {
    let sent = call.sent_json().map(|value| leaves(&value)).unwrap_or_default();
    sent.into_iter().filter_map(|(path, text)| Some((path, canaries.find_minted(&text)?))).collect()
}
