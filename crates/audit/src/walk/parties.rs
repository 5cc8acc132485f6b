//! Objects that have two sides. An order names its buyer and its seller, a transfer its recipient: whom the owner's own
//! answer names beside what is in it may be meant to see it. Whether he is, the matrix says (`member`); a wall does not.

use super::world::{Who, World};
use crate::client::Answer;
use crate::compare::scalar;
use crate::plan::slots::{names_person, reference_base, words};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Shorter values, such as a serial number, stand for somebody only under a name that can be nothing else's.
const TELLING_MIN: usize = 6;
/// Keys that can be told from other kinds of objects' keys.
const KEY_MIN: usize = 8;
/// Words of fields that name whoever last looked or wrote: that makes nobody a party.
const PASSING: &[&str] = &[
    "updated",
    "modified",
    "edited",
    "changed",
    "viewed",
    "seen",
    "read",
    "last",
    "viewer",
    "current",
    "me",
    "requested",
];
/// Last words of what an account is known by.
const IDENTITY: &[&str] = &["id", "uuid", "key", "slug", "sub", "handle", "login", "username", "mail", "email", "name"];

/// Whom objects name beside their owners.
#[derive(Debug, Clone, Default)]
pub(super) struct Parties {
    /// By a canary, or a key, that stands in the object, and by the actor: the field that names him.
    named: BTreeMap<(String, usize), String>,
}

impl World<'_> {
    /// Remembers whom an answer to somebody names beside what he made himself.
    pub(super) fn note_parties(&mut self, who: Who, answer: &Answer) {
        let Some(at) = who.filter(|_| (200..300).contains(&answer.status)) else { return };
        if !answer.text().contains(&self.canaries.beginning()) {
            return;
        }
        let Some(value) = answer.json() else { return };
        let mut open = vec![&value];
        while let Some(value) = open.pop() {
            match value {
                Value::Array(elements) => open.extend(elements),
                Value::Object(fields) => {
                    open.extend(fields.values());
                    let texts = fields.values().filter_map(Value::as_str);
                    let mut marks: Vec<String> = texts.filter_map(|text| self.canaries.find_minted(text)).collect();
                    if marks.is_empty() {
                        continue;
                    }
                    let key = fields.iter().find(|(name, _)| ["id", "uuid", "key"].contains(&name.as_str()));
                    marks.extend(key.and_then(|(_, key)| scalar(key)).filter(|key| KEY_MIN <= key.len()));
                    for (other, field) in self.named_in(fields, at) {
                        for mark in &marks {
                            self.parties.named.entry((mark.clone(), other)).or_insert_with(|| field.clone());
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The others whom the fields of one object name, and by which field.
    fn named_in(&self, fields: &serde_json::Map<String, Value>, own: usize) -> Vec<(usize, String)> {
        let mut flat: Vec<(String, String)> = Vec::new();
        for (name, value) in fields {
            flat.extend(scalar(value).map(|text| (name.clone(), text)));
            // `"seller": {"id": 7, "name": "sam"}`
            let inner = value.as_object().into_iter().flatten().filter(|(inner, _)| is_identity(inner));
            flat.extend(inner.filter_map(|(inner, value)| Some((format!("{name}.{inner}"), scalar(value)?))));
        }
        let mut found = Vec::new();
        for (other, actor) in self.actors.iter().enumerate().filter(|(other, _)| *other != own) {
            let of_owner = |value: &str| self.actors[own].identity.iter().any(|(_, text)| text == value);
            let values = actor.identity.iter().filter(|(path, _)| is_identity(path)).map(|(_, text)| text.as_str());
            let values: Vec<&str> = values.filter(|value| !of_owner(value)).collect();
            let by = flat.iter().find(|(name, text)| values.contains(&text.as_str()) && self.may_name(name, text));
            found.extend(by.map(|(name, _)| (other, name.clone())));
        }
        found
    }

    /// Whether a field of this name can name somebody by this value.
    fn may_name(&self, name: &str, value: &str) -> bool {
        let all = words(name);
        let field = name.split('.').next().unwrap_or_default();
        let passing = all.iter().any(|word| PASSING.contains(&word.as_str()));
        let Some(base) = reference_base(field).filter(|_| !passing) else { return false };
        let is_noun = self.slots.all.iter().any(|slot| slot.noun == base);
        let refers = name.contains('.') || 1 < all.len() || names_person(name);
        TELLING_MIN <= value.len() || refers && (!is_noun || names_person(name))
    }

    /// The actors whom an object names beside its owner; without one, whom anything of the owner's does.
    pub(super) fn parties_of(&self, object: Option<usize>, owner: usize) -> BTreeSet<usize> {
        let is_meant = |at: usize| match object {
            Some(object) => at == object,
            None => self.objects[at].owner == owner,
        };
        let marks: BTreeSet<&str> =
            (0..self.objects.len()).filter(|at| is_meant(*at)).flat_map(|at| self.marks(at)).collect();
        let named = self.parties.named.keys();
        named.filter(|(mark, _)| marks.contains(mark.as_str())).map(|(_, actor)| *actor).collect()
    }

    /// What an object is known by in answers: its canaries, and its key.
    fn marks(&self, object: usize) -> impl Iterator<Item = &str> {
        let object = &self.objects[object];
        object.canaries.iter().map(|(_, canary)| canary.as_str()).chain([object.key()])
    }

    /// The field by which an object names somebody who is not its owner.
    pub(super) fn party_to(&self, who: Who, object: usize) -> Option<String> {
        self.marks(object).find_map(|mark| self.party(who, mark))
    }

    /// The same of what carries a canary, or has a key.
    pub(super) fn party(&self, who: Who, mark: &str) -> Option<String> {
        self.parties.named.get(&(mark.to_owned(), who?)).cloned()
    }
}

/// Whether a field holds what an account is known by.
fn is_identity(path: &str) -> bool {
    let name = path.rsplit(['.', ']']).next().unwrap_or_default();
    words(name).last().is_some_and(|last| IDENTITY.contains(&last.as_str()))
}
