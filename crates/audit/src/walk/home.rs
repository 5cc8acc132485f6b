//! Where people are at home: the tenant, organisation or shop that stands in paths and that nobody makes through the
//! interface. What the service says of an actor tells which one is his.

use super::objects::Object;
use super::world::{Call, World};
use crate::client::Purpose;
use crate::plan::slots::{singular, words};
use std::collections::BTreeMap;

/// Nouns of places that everybody already belongs to: the one that he has is better than a new one, which his
/// colleagues would not belong to.
const TENANTS: &[&str] = &["tenant", "organisation", "organization", "org", "workspace", "company", "account"];
/// What a key is called behind its noun.
const KEYS: &[&str] = &["id", "uuid", "key", "slug", "code", "guid", "handle"];
/// Words of actions that would take the home away from those who live in it.
const ENDINGS: &[&str] = &[
    "delete",
    "remove",
    "close",
    "archive",
    "suspend",
    "disable",
    "deactivate",
    "leave",
    "transfer",
    "lock",
    "terminate",
    "cancel",
    "purge",
    "reset",
    "destroy",
];

/// Whether a name stands for a tenant.
pub(crate) fn names_tenant(name: &str) -> bool {
    words(name).iter().any(|word| TENANTS.contains(&singular(word).as_str()))
}

impl World<'_> {
    /// Whether a slot asks for a place that everybody already belongs to.
    pub(crate) fn is_tenant(&self, slot: usize) -> bool {
        let slot = &self.slots.all[slot];
        slot.parents.is_empty() && TENANTS.contains(&slot.noun.as_str())
    }

    /// The owner's own place, where one of his values opens it. It is there for others to hang things on, and is
    /// never changed itself.
    pub(super) async fn home(&mut self, slot: usize, owner: usize, keys: &BTreeMap<usize, String>) -> Option<usize> {
        let (named, told) = self.home_keys(slot, owner);
        let readers: Vec<usize> = (0..self.catalogue.actions.len())
            .filter(|at| self.action(*at).is_safe() && self.slots.of(*at).last().is_some_and(|(last, _)| *last == slot))
            .take(3)
            .collect();
        for key in named.iter().chain(&told) {
            let mut keys = keys.clone();
            keys.insert(slot, key.clone());
            let mut opens = false;
            for reader in readers.clone() {
                let Ok(path) = self.path_of(reader, &keys) else { continue };
                opens |= self.ask(Some(owner), &Call::get(path), Purpose::SetUp).await.succeeded();
            }
            // Without a read a value that bears the slot's name is believed; the first use will tell.
            if opens || readers.is_empty() && named.contains(key) {
                let object = self.keep_object(slot, owner, keys, key.clone(), &Call::default(), false);
                self.objects[object].changeable = false;
                return Some(object);
            }
        }
        None
    }

    /// The place where somebody is at home, for an action that may be done there.
    pub(super) async fn home_for(&mut self, action: usize, slot: usize, maker: usize) -> Option<usize> {
        let home = self.standing(slot, maker).await.ok()?;
        (self.is_home(home) && self.may_use_home(action, home)).then_some(home)
    }

    /// Whether an object is where somebody was at home before the walk began.
    pub(super) fn is_home(&self, object: usize) -> bool {
        self.is_tenant(self.objects[object].slot) && !self.objects[object].changeable
    }

    /// Whether an object is a place that its owner has made beside his home: his colleagues do not belong to it, so that
    /// they are refused there for no rank of theirs.
    pub(super) fn is_second_home(&self, object: usize) -> bool {
        let Object { slot, owner, changeable, .. } = self.objects[object];
        let home = self.standing.get(&(slot, owner)).copied();
        self.is_tenant(slot) && changeable && home.is_some_and(|home| home != object && self.is_home(home))
    }

    /// What a slot asks for, in the home of an account that is made for it: whoever signs up by himself may bring a home of
    /// his own, and all that stands in that one was made by this walk.
    pub(super) async fn in_home_of_somebody_new(&mut self, slot: usize, like: usize) -> Option<usize> {
        let place = if self.is_tenant(slot) { slot } else { *self.slots.all[slot].parents.first()? };
        if self.manifest.sign_up.is_none() || !self.is_tenant(place) {
            return None;
        }
        let way = self.ways.get(&slot).and_then(|way| way.clone().ok())?;
        let somebody = self.throw_away(like).await.ok()?;
        let home = self.home(place, somebody, &BTreeMap::new()).await?;
        let lived_in = self
            .objects
            .iter()
            .any(|other| other.slot == place && self.objects[home].key() == other.key() && other.owner != somebody);
        if lived_in {
            return None;
        }
        let object = match slot == place {
            true => home,
            false => {
                let keys = self.objects[home].keys.clone();
                self.make_by(&way, slot, somebody, keys, 0).await.ok()?
            }
        };
        self.objects[object].changeable = true;
        Some(object)
    }

    /// Values of the owner's that may open his place: those that bear its name, and the tenant that the manifest says.
    fn home_keys(&self, slot: usize, owner: usize) -> (Vec<String>, Vec<String>) {
        self.keys_of_home(&self.slots.all[slot].noun, &self.parameter_names(slot), owner)
    }

    /// Values of somebody's that may fill a parameter which names a tenant: `company_id`.
    pub(super) fn keys_of_tenant(&self, parameter: &str, owner: usize) -> Vec<String> {
        let mut noun = words(parameter);
        if noun.last().is_some_and(|last| KEYS.contains(&last.as_str())) {
            noun.pop();
        }
        let (named, told) = self.keys_of_home(&noun.join("_"), &[words(parameter).join("_")], owner);
        named.into_iter().chain(told).collect()
    }

    fn keys_of_home(&self, noun: &str, wanted: &[String], owner: usize) -> (Vec<String>, Vec<String>) {
        let actor = &self.actors[owner];
        let mut named: Vec<String> = Vec::new();
        for (path, value) in &actor.identity {
            let parts: Vec<String> =
                path.split(['.', '[', ']']).filter(|part| !part.is_empty()).map(str::to_owned).collect();
            let Some(last) = parts.last().map(|part| words(part).join("_")) else { continue };
            let above = parts.iter().rev().nth(1).map(|part| singular(&words(part).join("_"))).unwrap_or_default();
            let bears = last == noun
                || last != "account" && TENANTS.contains(&noun) && TENANTS.contains(&last.as_str())
                || last != "id" && wanted.contains(&last)
                || last.strip_prefix(&format!("{noun}_")).is_some_and(|rest| KEYS.contains(&rest))
                || above == noun && KEYS.contains(&last.as_str());
            if bears && !named.contains(value) {
                named.push(value.clone());
            }
        }
        let told = Some(actor.fact.tenant.clone()).filter(|tenant| tenant != "*" && !named.contains(tenant));
        (named, told.into_iter().collect())
    }

    /// Whether something may be added to, or done with, a place that this walk did not make.
    pub(super) fn may_use_home(&self, action: usize, object: usize) -> bool {
        let path = self.action(action).path.to_lowercase();
        let last = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default();
        let named = !last.contains('{') && !words(last).iter().any(|word| ENDINGS.contains(&word.as_str()));
        let is_home = matches!(self.ways.get(&self.objects[object].slot), Some(Ok(super::objects::Way::Home)))
            || self.is_tenant(self.objects[object].slot);
        is_home && named && self.action(action).verb == "POST"
    }
}
