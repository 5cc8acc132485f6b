//! Objects of each kind, made as known events: from them it is learnt how the record tells of things.

use super::super::document::{Event, Kind};
use super::super::matching::{Found, Matched};
use super::events::around;
use super::settle::{ARRIVAL_MAX, LOOK};
use super::{EVENTS_BETWEEN, Probe, now};
use crate::walk::objects::Way;

impl Probe<'_, '_> {
    /// Two objects of each kind that can be made, by two actors where there are two who may.
    pub(super) async fn make_known_events(&mut self) {
        for slot in 0..self.world.slots.all.len() {
            for owner in self.two_owners() {
                // The first making finds out how it is done, and asks more than the making itself.
                let known = matches!(self.world.ways.get(&slot), Some(Ok(_)));
                if !known && self.world.make(slot, owner).await.is_err() {
                    continue;
                }
                self.make(slot, owner).await;
                if self.trail.events.len().is_multiple_of(EVENTS_BETWEEN) {
                    self.look().await;
                }
            }
        }
        let waited = tokio::time::Instant::now();
        while self.look().await && waited.elapsed() < ARRIVAL_MAX {
            let matched = Matched::new(&self.trail);
            let arrived = self.trail.events.iter().filter(|event| matches!(matched.find(event), Found::Row(_))).count();
            // A service that records none of them is waited for a little, one that records all not at all.
            let patience = if arrived == 0 { ARRIVAL_MAX / 3 } else { ARRIVAL_MAX };
            if arrived == self.trail.events.len() || waited.elapsed() > patience {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The first two actors of different tenants, or the only ones twice.
    pub(super) fn two_owners(&self) -> Vec<usize> {
        let scope = self.trail.scope.clone();
        let fact = |at: usize| &self.world.actors[at].fact;
        let named = |at: &usize| !fact(*at).throw_away && fact(*at).tenant != "*";
        let mut all: Vec<usize> = (0..self.world.actors.len()).filter(named).collect();
        if all.iter().any(|at| scope.contains(&fact(*at).tenant)) {
            // Only what those do of whom the record tells can be looked for in it.
            all.retain(|at| scope.contains(&fact(*at).tenant));
        }
        let Some(first) = all.first().copied() else { return Vec::new() };
        let tenant = &self.world.actors[first].fact.tenant;
        let second = all.iter().copied().find(|at| self.world.actors[*at].fact.tenant != *tenant);
        let second = second.or(all.get(1).copied()).unwrap_or(first);
        vec![first, second]
    }

    /// Makes one object by the known way, as an event.
    pub(super) async fn make(&mut self, slot: usize, owner: usize) -> Option<usize> {
        let from_ms = now();
        let object = self.world.make(slot, owner).await.ok()?;
        if let Some(maker) = self.maker_of(slot) {
            let made = self.world.objects[object].clone();
            let canaries = made.canaries.iter().map(|(_, canary)| canary.clone()).collect();
            let request = format!("{maker} → {}", made.key());
            let event = Event {
                action: maker,
                kind: Kind::Made,
                key: made.key().to_owned(),
                around: around(&made),
                shared: self.is_shared(&made),
                canaries,
                made_by: None,
                from_ms,
                until_ms: now(),
                request,
                status: 200,
                effect: true,
                ..self.event_of(made.owner)
            };
            self.trail.events.push(event);
        }
        Some(object)
    }

    /// The action that makes objects of a slot: the catalogue's name.
    pub(super) fn maker_of(&self, slot: usize) -> Option<String> {
        match self.world.ways.get(&slot)?.as_ref().ok()? {
            Way::Action(producer, _) => Some(self.world.action(*producer).name()),
            Way::Account => {
                let sign_up = (0..self.world.catalogue.actions.len()).find(|at| self.world.is_sign_up(*at));
                sign_up.map(|at| self.world.action(at).name())
            }
            Way::Recipe => {
                let line = self.world.manifest.make.get(&self.world.slots.all[slot].noun)?;
                let path = line.path.as_str().split('?').next()?.to_owned();
                let place = crate::plan::slots::place(&path);
                let fits = |action: &&crate::catalogue::Action| {
                    action.verb == line.verb && crate::plan::slots::place(&action.address_path()) == place
                };
                self.world.catalogue.actions.iter().find(fits).map(crate::catalogue::Action::name)
            }
            Way::Fixture | Way::Home | Way::Mentioned | Way::Listed(..) => None,
        }
    }
}
