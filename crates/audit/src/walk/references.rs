//! Keys for fields that name objects: one that is at hand, a standing object's, or a colleague's.

use super::world::World;
use crate::catalogue::{Kind, Schema};
use crate::evidence::is_secret_name;
use crate::plan::slots::{Named, names_person, words};
use std::collections::{BTreeMap, BTreeSet};

/// Fields that say for whom something is.
const ADDRESSEES: &[&str] = &["to", "receiver", "addressee", "cc"];

/// Words of actions after which whoever they are about may be out, or somebody else.
const HARMS: &[&str] = &[
    "remove",
    "delete",
    "revoke",
    "suspend",
    "disable",
    "deactivate",
    "block",
    "ban",
    "kick",
    "lock",
    "demote",
    "promote",
    "role",
    "roles",
    "rank",
    "transfer",
    "erase",
    "expel",
];

impl World<'_> {
    /// Keys for the fields of a schema that name objects of known kinds.
    pub(super) async fn references(
        &mut self,
        action: usize,
        schema: &Schema,
        actor: usize,
        keys: &BTreeMap<usize, String>,
        depth: usize,
    ) -> BTreeMap<String, String> {
        let mut references = BTreeMap::new();
        for (name, field) in schema.properties() {
            let listed =
                !field.enumeration().is_empty() || field.kind() == Kind::Boolean || field.kind() == Kind::Object;
            if listed || field.is_read_only() {
                continue;
            }
            let known = self.reference(action, &name, actor, keys, depth).await;
            let is_key = field.kind() == Kind::Integer || field.format().as_deref() == Some("uuid");
            // Whom a letter is for is a person, where it is a key at all.
            let addressed = is_key && ADDRESSEES.contains(&name.to_lowercase().as_str());
            let key = match known {
                None if addressed => self.companion(&name, actor).await,
                known => known,
            };
            references.extend(key.map(|key| (name, key)));
        }
        references
    }

    /// The key that a field of this name asks for: one that is at hand, or a standing object's; for people, a
    /// colleague's.
    pub(super) async fn reference(
        &mut self,
        action: usize,
        name: &str,
        actor: usize,
        keys: &BTreeMap<usize, String>,
        depth: usize,
    ) -> Option<String> {
        if names_person(name) && self.harms_people(action) {
            return self.somebody_to_harm(name, actor).await;
        }
        let named = self.slots.named(action).iter().find(|named| named.name == name).cloned();
        if let Some(Named { slot, many, .. }) = named {
            if let Some(key) = keys.get(&slot) {
                return Some(key.clone());
            }
            // What the manifest says of somebody by this very name is what he has to do with.
            let told = self.manifest.actor(&self.actors[actor].fact.name).filter(|told| told.values.contains_key(name));
            if let Some(key) = told.and_then(|_| self.actors[actor].values.get(name)).filter(|_| !is_secret_name(name))
            {
                return Some(key.clone());
            }
            // What is done to many at once is done to those that it has not been done to yet.
            let fresh = many && !self.action(action).is_safe() && !self.makes_something(action);
            if fresh && let Ok(object) = Box::pin(self.make_at(slot, actor, depth + 1)).await {
                return Some(self.objects[object].key().to_owned());
            }
            if depth < 4
                && let Ok(object) = Box::pin(self.standing_at(slot, actor, depth + 1)).await
            {
                // Somebody whom the walk only found in a list may be anybody's: a colleague is known to be one.
                let found = names_person(name) && !self.objects[object].changeable;
                let companion = if found { self.companion(name, actor).await } else { None };
                return Some(companion.unwrap_or_else(|| self.objects[object].key().to_owned()));
            }
        }
        if names_person(name) { self.companion(name, actor).await } else { None }
    }

    /// Whether an action does to a person what would take a walking one out of the walk.
    pub(super) fn harms_people(&self, action: usize) -> bool {
        let action = self.action(action);
        let named = format!("{} {}", action.path, action.operation_id.as_deref().unwrap_or_default());
        action.verb == "DELETE" || !action.is_safe() && words(&named).iter().any(|word| HARMS.contains(&word.as_str()))
    }

    /// A value that stands for somebody who was made to be harmed: like a colleague of the actor's.
    async fn somebody_to_harm(&mut self, name: &str, actor: usize) -> Option<String> {
        let own = self.actors[actor].fact.tenant.clone();
        let like = (0..self.actors.len())
            .find(|at| *at != actor && self.actors[*at].fact.tenant == own && !self.actors[*at].fact.throw_away);
        let made = Box::pin(self.throw_away(like.unwrap_or(actor))).await.ok()?;
        (self.actors[made].fact.tenant == own).then(|| self.actors[made].keys(name).into_iter().next())?
    }

    /// A value that stands for somebody whom the actor may name: a colleague, and where nobody has one, somebody who was
    /// made for it. Whoever walks as a stranger must stay one.
    async fn companion(&mut self, name: &str, actor: usize) -> Option<String> {
        if let Some(key) = self.colleague(name, actor) {
            return Some(key);
        }
        if self.bystander.is_none() && self.everybody_is_alone() {
            self.bystander = Some(Box::pin(self.throw_away(actor)).await.ok());
        }
        let bystander = self.bystander.flatten().filter(|at| *at != actor)?;
        self.actors[bystander].keys(name).into_iter().next()
    }

    /// A value that stands for a colleague of the actor's: for one that is no attacker, where there is one.
    fn colleague(&self, name: &str, actor: usize) -> Option<String> {
        let own = &self.actors[actor].fact;
        let mut roles = BTreeSet::new();
        let mut colleagues: Vec<usize> = (0..self.actors.len())
            .filter(|at| {
                *at != actor && self.actors[*at].fact.tenant == own.tenant && !self.actors[*at].fact.throw_away
            })
            .collect();
        colleagues.sort_by_key(|at| (roles.insert(self.actors[*at].fact.role.clone()), *at));
        colleagues.into_iter().find_map(|at| self.actors[at].keys(name).into_iter().next())
    }
}
