//! What was done, written down with every name that the record may use for it.

use super::super::document::{Event, Kind, NotDone};
use super::{Probe, now};
use crate::walk::actors::Actor;
use crate::walk::objects::{Object, planted_in};
use crate::walk::{Call, World};
use std::collections::BTreeSet;

impl Probe<'_, '_> {
    pub(super) fn happened(
        &mut self,
        action: String,
        kind: Kind,
        actor: usize,
        call: &Call,
        (from_ms, status, effect): (i64, u16, bool),
        subject: Option<usize>,
    ) {
        let mut canaries = if kind == Kind::Refused { Vec::new() } else { canaries_in(self.world, call) };
        let object = subject.map(|at| self.world.objects[at].clone());
        if let Some(object) = &object {
            canaries.extend(object.canaries.iter().map(|(_, canary)| canary.clone()));
        }
        let event = Event {
            action,
            kind,
            key: object.as_ref().map(|object| object.key().to_owned()).unwrap_or_default(),
            around: object.as_ref().map(around).unwrap_or_default(),
            shared: object.as_ref().is_some_and(|object| self.is_shared(object)),
            canaries,
            made_by: object.and_then(|object| self.maker_of(object.slot)),
            from_ms,
            until_ms: now(),
            request: format!("{} {}", call.method, call.path),
            status,
            effect,
            ..self.event_of(actor)
        };
        self.trail.events.push(event);
    }

    /// An event with nothing but its actor. Values that another actor has too do not name him.
    pub(super) fn event_of(&self, actor: usize) -> Event {
        let names = |at: usize| -> BTreeSet<String> {
            let actor = &self.world.actors[at];
            let told = ["name", "mail", "email", "id"].iter().filter_map(|name| actor.values.get(*name));
            let learnt = actor.identity.iter().map(|(_, text)| text);
            told.chain(learnt)
                .chain([&actor.fact.name])
                .filter(|text| !text.is_empty() && text.len() < 200)
                .cloned()
                .collect()
        };
        let mut own = names(actor);
        // A second session of the same person is nobody else.
        let name = |at: usize| self.world.actors[at].values.get("name");
        for other in (0..self.world.actors.len()).filter(|other| name(*other) != name(actor)) {
            let others = names(other);
            own.retain(|text| !others.contains(text));
        }
        Event {
            action: String::new(),
            kind: Kind::Changed,
            actor: self.world.actors[actor].fact.clone(),
            names: own.into_iter().collect(),
            key: String::new(),
            around: Vec::new(),
            canaries: Vec::new(),
            made_by: None,
            from_ms: 0,
            until_ms: 0,
            request: String::new(),
            status: 0,
            effect: false,
            shared: false,
            before: Vec::new(),
        }
    }

    /// Whether the record may tell of this key for reasons that are not this event's: it was there before, it is
    /// somebody's who walks, or it stands in other places, too.
    pub(super) fn is_shared(&self, object: &Object) -> bool {
        let elsewhere = |other: &Object| {
            other.slot == object.slot && other.key() == object.key() && around(other) != around(object)
        };
        let person = |actor: &Actor| !actor.fact.throw_away && actor.is(object.key());
        !object.changeable || self.world.objects.iter().any(elsewhere) || self.world.actors.iter().any(person)
    }

    pub(super) fn not_done(&mut self, action: &str, kind: Kind, why: String, silent: bool) {
        self.trail.not_done.push(NotDone { action: action.to_owned(), kind, why, silent });
    }
}

/// The keys of its parents.
pub(super) fn around(object: &Object) -> Vec<String> {
    object.keys.iter().filter(|(slot, _)| **slot != object.slot).map(|(_, key)| key.clone()).collect()
}

pub(super) fn canaries_in(world: &World<'_>, call: &Call) -> Vec<String> {
    planted_in(call, &world.canaries).into_iter().map(|(_, canary)| canary).collect()
}
