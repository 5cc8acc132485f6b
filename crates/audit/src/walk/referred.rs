//! What somebody may name in what is his own: a thing of another tenant's must be as unknown there as one that is nobody's.

use super::body::as_kind;
use super::likeness::{missing_key, replace_key};
use super::reach::Reached;
use super::world::{Call, Who, World};
use crate::checks::authorization::referred::Referred;
use crate::client::{Body, Purpose};
use crate::compare::leaves;
use crate::error::Result;
use crate::evidence::{Form, Reading};
use crate::plan::slots::names_person;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most fields that are tried.
const FIELDS_MAX: usize = 40;

/// What a key in a body stands for.
struct Meant {
    /// `team`, or `person`.
    noun: String,
    /// The same kind of thing of the other tenant's.
    theirs: String,
    /// It is somebody, and not something.
    person: bool,
}

impl World<'_> {
    /// Strangers do what the owners did, to things of their own, and name in it what is the owners'. A key that is taken
    /// where one that is nobody's is refused was looked up over the wall.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub(crate) async fn try_references(&mut self) -> Result<()> {
        let met: Vec<Reached> = self.met.values().cloned().collect();
        let mut tried: BTreeSet<(usize, String)> = BTreeSet::new();
        for reached in met {
            let writes = matches!(reached.form, Form::Plain | Form::Change | Form::AddChild);
            let usable = !self.avoided.contains_key(&reached.action) && self.left_out(reached.action).is_none();
            let Some(stranger) = self.a_stranger(reached.actor).filter(|_| writes && usable) else { continue };
            if self.action(reached.action).is_safe() || matches!(reached.call.body, Body::None) {
                continue;
            }
            let Some(own) = self.own_call(&reached, stranger).await else { continue };
            for (name, key, own) in self.naming(&reached, stranger, &own).await {
                if FIELDS_MAX <= tried.len() || tried.contains(&(reached.action, name.clone())) {
                    continue;
                }
                let Some(meant) = self.meant(&key, &reached, stranger).await else { continue };
                tried.insert((reached.action, name.clone()));
                if let Some(seen) = self.refer(&reached, (stranger, &own), (&name, &key), meant).await {
                    self.store.add(&seen)?;
                }
            }
            self.is_steady().await?;
        }
        Ok(())
    }

    /// A stranger's own call of an action, about something of his own.
    async fn own_call(&mut self, reached: &Reached, stranger: usize) -> Option<Call> {
        let Some(known) = reached.object else { return self.plain_call(reached.action, stranger).await.ok() };
        let own = self.make(self.objects[known].slot, stranger).await.ok()?;
        let keys = self.keys_for(reached.action, stranger, own).await.ok()?;
        self.call_again(reached.action, stranger, &keys, own).await.ok()
    }

    /// The fields of a stranger's call with what stands in each, and those that it leaves out and that name something or
    /// somebody, each with something of his.
    async fn naming(&mut self, reached: &Reached, stranger: usize, own: &Call) -> Vec<(String, String, Call)> {
        let Some(Value::Object(body)) = own.sent_json() else { return Vec::new() };
        let top = |path: &str| path.split(['[', '.']).next().unwrap_or_default().to_owned();
        let sent = leaves(&Value::Object(body.clone())).into_iter();
        let mut naming: Vec<_> = sent.map(|(path, key)| (top(&path), key, own.clone())).collect();
        let media = self.action(reached.action).body.as_ref().and_then(|body| body.best());
        let properties = media.map(|media| media.schema.properties()).unwrap_or_default();
        let named = self.slots.named(reached.action).to_vec();
        for (name, schema) in properties.into_iter().filter(|(name, _)| !body.contains_key(name)) {
            let key = match named.iter().find(|named| !named.in_query && named.name == name) {
                Some(named) => {
                    let standing = self.standing(named.slot, stranger).await;
                    standing.ok().map(|at| self.objects[at].key().to_owned())
                }
                None if names_person(&name) => self.actors[stranger].keys("id").into_iter().next(),
                None => None,
            };
            let value = key.as_ref().filter(|key| schema.takes(key)).and_then(|key| as_kind(key, &schema));
            if let (Some(key), Some(value)) = (key, value) {
                let mut more = own.clone();
                more.body.add(&BTreeMap::from([(name.clone(), value)]));
                naming.push((name, key, more));
            }
        }
        naming
    }

    /// What a value in a stranger's call stands for, where it is something of his, or himself or a colleague; and what
    /// would stand there for the owner, if only the owner's side may see that.
    async fn meant(&mut self, key: &str, reached: &Reached, stranger: usize) -> Option<Meant> {
        let owner = reached.actor;
        let tenant = |who: usize| self.actors[who].fact.tenant.as_str();
        let is_somebody = |who: &usize| {
            tenant(*who) == tenant(stranger) && self.actors[*who].keys("id").first().is_some_and(|own| own == key)
        };
        if (0..self.actors.len()).any(|who| is_somebody(&who)) {
            // Whoever walks is never put where he could be thrown out of the walk.
            if self.harms_people(reached.action) {
                return None;
            }
            let theirs = self.actors[owner].keys("id").into_iter().next().filter(|theirs| theirs != key)?;
            return Some(Meant { noun: "person".into(), theirs, person: true });
        }
        let own = self.objects.iter().find(|object| object.key() == key && tenant(object.owner) == tenant(stranger))?;
        let slot = Some(own.slot).filter(|slot| !self.is_tenant(*slot))?;
        // A fresh one: where it is taken, it may be changed or gone afterwards, and others hang on the standing one.
        let at = self.make(slot, owner).await.ok()?;
        let theirs = self.objects[at].clone();
        let private = theirs.changeable && !theirs.canaries.is_empty() && theirs.key() != key;
        let noun = self.slots.all[slot].noun.clone();
        let meant = Meant { noun, theirs: theirs.key().to_owned(), person: false };
        (private && self.is_hidden(at, stranger, owner).await).then_some(meant)
    }

    /// Whether a stranger is refused an object, or where none reads it by its key, does not find it where its owner does.
    async fn is_hidden(&mut self, object: usize, stranger: usize, owner: usize) -> bool {
        let object = self.objects[object].clone();
        let slot = self.slots.all[object.slot].clone();
        if let Some(call) = slot.item.and_then(|item| self.read_call(item, &object.keys).ok()) {
            let asked = self.ask(Some(stranger), &call, Purpose::Other).await;
            return matches!(asked.exchange.reading, Reading::Refusal | Reading::Invalid);
        }
        for list in slot.lists {
            let Ok(call) = self.read_call(list, &object.keys) else { continue };
            let wanted: Vec<(String, String)> =
                object.canaries.iter().map(|(field, canary)| (canary.to_lowercase(), field.clone())).collect();
            if self.read_pages(Some(owner), &call, &wanted, Purpose::Other).await.found(&wanted) {
                return !self.read_pages(Some(stranger), &call, &wanted, Purpose::Other).await.found(&wanted);
            }
        }
        false
    }

    /// The call as it is, with a key that is nobody's, and with the owner's.
    async fn refer(
        &mut self,
        reached: &Reached,
        (stranger, own): (usize, &Call),
        (field, key): (&str, &str),
        meant: Meant,
    ) -> Option<Referred> {
        let who: Who = Some(stranger);
        let control = self.ask(who, own, Purpose::Check).await;
        let nobodys = self.exchanged(own, key, &missing_key(key));
        let nobodys = self.ask(who, &nobodys, Purpose::Check).await.exchange;
        let refused = matches!(nobodys.reading, Reading::Refusal | Reading::Invalid | Reading::SoftDenial);
        if !control.succeeded() || !refused {
            return None;
        }
        let theirs = self.exchanged(own, key, &meant.theirs);
        let theirs = self.ask(who, &theirs, Purpose::Check).await.exchange;
        Some(Referred {
            action: self.action(reached.action).name(),
            field: field.to_owned(),
            noun: meant.noun,
            person: meant.person,
            who: self.fact(who),
            owner: self.fact(Some(reached.actor)),
            nobodys,
            theirs,
        })
    }

    /// A call with another key in its body, and fresh canaries.
    fn exchanged(&mut self, call: &Call, key: &str, by: &str) -> Call {
        let (mut call, _) = self.varied(call);
        match &mut call.body {
            Body::Json(body) => replace_key(body, key, by),
            Body::Form(pairs) => {
                pairs.iter_mut().filter(|(_, value)| value == key).for_each(|(_, value)| *value = by.into());
            }
            _ => {}
        }
        call
    }
}
