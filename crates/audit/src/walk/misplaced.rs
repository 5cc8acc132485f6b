//! Parent and child that do not belong together: the path names what is the attacker's own, and what is foreign stands
//! behind it or in the body.

use super::reach::Reached;
use super::world::{Call, World};
use crate::client::{Body, Purpose};
use crate::evidence::Form;
use serde_json::Value;

/// A key as another one was written: as a number, or in a list.
fn like(written: &Value, key: &str) -> Value {
    match written {
        Value::Number(_) => key.parse::<i64>().map_or_else(|_| key.into(), Value::from),
        Value::Array(items) => Value::Array(vec![items.first().map_or_else(|| key.into(), |first| like(first, key))]),
        _ => key.into(),
    }
}

impl World<'_> {
    /// The same action with parents in its path that are the attacker's own, where it has parents.
    pub(super) async fn misplace(&mut self, reached: &Reached) -> Option<Reached> {
        let object = reached.object?;
        let slots: Vec<usize> = self.slots.of(reached.action).iter().map(|(slot, _)| *slot).collect();
        let (_, parents) = slots.split_last()?;
        if parents.is_empty() || reached.form != Form::Read && reached.witness.is_none() {
            return None;
        }
        let owner = self.objects[object].owner;
        let strangers = (0..self.actors.len()).any(|at| self.relation(Some(at), owner) == "other tenant");
        strangers.then(|| Reached { misplaced: Some(parents.to_vec()), ..reached.clone() })
    }

    /// The same action with the attacker's own things named in the body: whoever looks at these alone lets him change what
    /// the path names. Only where the service takes one of the owner's there.
    pub(super) fn bring(&self, reached: &Reached) -> Option<Reached> {
        let sent = reached.call.sent_json()?;
        let named = self.slots.named(reached.action).iter().filter(|named| !named.in_query);
        let brought: Vec<usize> =
            named.filter(|named| sent.get(&named.name).is_some()).map(|named| named.slot).collect();
        let changes = matches!(reached.form, Form::Change | Form::AddChild | Form::Remove) && reached.witness.is_some();
        let own_is_named = self.slots.of(reached.action).last().map(|(slot, _)| *slot);
        let is_about = reached.object.is_some_and(|object| Some(self.objects[object].slot) == own_is_named);
        (changes && is_about && !brought.is_empty()).then(|| Reached { brought, ..reached.clone() })
    }

    /// The call with what the attacker brings in the place of what the owner sent.
    pub(super) fn brought_call(&self, call: &Call, reached: &Reached, attacker: usize) -> Call {
        let mut brought = call.clone();
        let Body::Json(body) = &mut brought.body else { return brought };
        for named in self.slots.named(reached.action).iter().filter(|named| reached.brought.contains(&named.slot)) {
            let own = self.standing.get(&(named.slot, attacker)).map(|own| self.objects[*own].key());
            if let (Some(value), Some(own)) = (body.get_mut(&named.name), own) {
                *value = like(value, own);
            }
        }
        brought
    }

    /// Makes the objects of strangers that are to stand where the owner's do not belong. Who has none is not tried.
    pub(super) async fn own_places(&mut self, reached: &Reached) {
        let owner = reached.object.map_or(reached.actor, |object| self.objects[object].owner);
        let strangers: Vec<usize> = (0..self.actors.len())
            .filter(|at| self.relation(Some(*at), owner) == "other tenant" && !self.actors[*at].fact.throw_away)
            .collect();
        for stranger in strangers {
            for place in reached.misplaced.iter().flatten().chain(&reached.brought) {
                let _ = self.standing(*place, stranger).await;
            }
        }
    }

    /// The same action with the owner's object named in its body and everything else the attacker's own: whether one
    /// can put one's own things into somebody else's.
    pub(super) async fn reach_foreign(&mut self, reached: &Reached) -> Vec<Reached> {
        let places: Vec<usize> = self.slots.of(reached.action).iter().map(|(slot, _)| *slot).collect();
        let named: Vec<usize> =
            self.slots.named(reached.action).iter().filter(|n| !n.in_query).map(|n| n.slot).collect();
        if places.is_empty() || reached.form == Form::Read || reached.form == Form::Remove {
            return Vec::new();
        }
        let mut found = Vec::new();
        for slot in named {
            let Ok(object) = self.make(slot, reached.maker).await else { continue };
            if !self.objects[object].changeable || self.objects[object].owner != reached.maker {
                continue;
            }
            let all: Vec<usize> =
                self.readers_of(&self.objects[object].keys.clone()).iter().map(|reader| reader.action).collect();
            let Ok(keys) = self.keys_for(reached.action, reached.actor, object).await else { continue };
            let looks = self.look_at_all(&all, &keys, reached.actor).await;
            let Ok((call, asked)) =
                self.succeed(reached.action, reached.actor, &keys, Some(object), Purpose::SetUp, 0).await
            else {
                continue;
            };
            let Some(witness) = self.calibrate(&looks, &[]).await else { continue };
            found.push(Reached {
                form: Form::AddChild,
                object: Some(object),
                call,
                asked,
                witness: Some(witness),
                misplaced: Some(places.clone()),
                ..reached.clone()
            });
        }
        found
    }

    /// The same call with parents in its path that are the attacker's own.
    pub(super) async fn misplaced_call(
        &mut self,
        call: &Call,
        reached: &Reached,
        places: &[usize],
        attacker: usize,
        subject: usize,
    ) -> Call {
        let mut keys = self.objects[subject].keys.clone();
        for slot in places {
            if let Some(own) = self.standing.get(&(*slot, attacker)) {
                let own = self.objects[*own].keys.clone();
                keys.extend(own.into_iter().filter(|(slot, _)| places.contains(slot)));
            }
        }
        let mut misplaced = call.clone();
        if let Ok(path) = self.path_of(reached.action, &keys) {
            let query = call.path.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
            misplaced.path = format!("{path}{query}");
        }
        misplaced
    }
}
