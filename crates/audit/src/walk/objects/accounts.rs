//! Accounts as objects: the owner's own.

use super::super::world::{Call, World};
use super::Object;
use crate::canary::LENGTH_MIN;
use crate::client::Purpose;
use crate::compare::leaves;
use serde_json::Value;
use std::collections::BTreeMap;

/// Display identity is no private content; mail, telephone and the like are.
const PRIVATE: &[&str] =
    &["mail", "email", "phone", "telephone", "mobile", "address", "street", "birth", "iban", "ssn", "card"];

/// What of somebody's identity is private.
fn private(identity: &[(String, String)]) -> impl Iterator<Item = &(String, String)> {
    identity.iter().filter(|(path, text)| {
        let name = path.to_lowercase();
        LENGTH_MIN <= text.len() && PRIVATE.iter().any(|word| name.contains(word))
    })
}

impl World<'_> {
    /// What the service says of each of a company's people in private, so that it is known where another company reads
    /// it. People who are alone may be meant to be found by each other.
    pub(in crate::walk) fn plant_identities(&mut self) {
        for at in 0..self.actors.len() {
            let fact = self.actors[at].fact.clone();
            let others = || self.actors.iter().filter(|other| other.fact.name != fact.name);
            if fact.tenant == "*" || !others().any(|other| other.fact.tenant == fact.tenant) {
                continue;
            }
            let his = |text: &String| !others().any(|other| other.identity.iter().any(|(_, known)| known == text));
            let own: Vec<_> = private(&self.actors[at].identity).filter(|(_, text)| his(text)).cloned().collect();
            for (field, value) in own {
                self.canaries.plant(&value, "account", &field, &fact.name, &fact.tenant);
            }
        }
    }

    /// Whether an action is the manifest's sign-up.
    pub fn is_sign_up(&self, at: usize) -> bool {
        let action = self.action(at);
        self.manifest
            .sign_up
            .as_ref()
            .is_some_and(|line| line.verb == action.verb && line.path.as_str() == action.address_path())
    }

    /// The owner's own account as an object.
    pub(super) fn own_account(&mut self, slot: usize, owner: usize) -> Result<usize, String> {
        let names = self.parameter_names(slot);
        let actor = &self.actors[owner];
        let key = names.iter().find_map(|name| actor.keys(name).into_iter().next());
        let key =
            key.ok_or_else(|| format!("nothing tells which {} is {}", self.slots.all[slot].noun, actor.fact.name))?;
        Ok(self.keep_account(slot, owner, key))
    }

    fn keep_account(&mut self, slot: usize, owner: usize, key: String) -> usize {
        let actor = &self.actors[owner];
        let fact = actor.fact.clone();
        let private: Vec<_> = private(&actor.identity).filter(|(_, text)| *text != key).cloned().collect();
        let noun = self.slots.all[slot].noun.clone();
        for (field, value) in &private {
            self.canaries.plant(value, &noun, field, &fact.name, &fact.tenant);
        }
        let keys = BTreeMap::from([(slot, key)]);
        self.objects.push(Object {
            slot,
            owner,
            keys,
            canaries: private,
            changeable: fact.throw_away,
            chosen_key: false,
            gone: false,
        });
        self.objects.len() - 1
    }

    /// The owner's own account, where the slot answers to one of his identity's values.
    pub(super) async fn account_that_answers(
        &mut self,
        slot: usize,
        owner: usize,
        keys: &BTreeMap<usize, String>,
    ) -> Option<usize> {
        let item = self.slots.all[slot].item?;
        let names = self.parameter_names(slot);
        let mut candidates: Vec<String> = names.iter().flat_map(|name| self.actors[owner].keys(name)).collect();
        candidates.dedup();
        candidates.truncate(3);
        for key in candidates {
            let mut keys = keys.clone();
            keys.insert(slot, key.clone());
            let path = self.path_of(item, &keys).ok()?;
            let asked = self.ask(Some(owner), &Call::get(path.clone()), Purpose::SetUp).await;
            let value = asked.answer.value().filter(|_| asked.succeeded());
            let about =
                |value: &Value| leaves(value).iter().any(|(_, text)| *text != key && self.actors[owner].is(text));
            if value.as_ref().is_some_and(about) {
                return Some(self.keep_account(slot, owner, key));
            }
        }
        None
    }
}
