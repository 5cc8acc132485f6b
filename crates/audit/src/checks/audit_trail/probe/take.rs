//! Each action once more: refused to a stranger, then done by one who may.

use std::time::Duration;

use super::super::document::Kind;
use super::super::learn::learn;
use super::events::canaries_in;
use super::{EVENTS_BETWEEN, Probe, now};
use crate::client::Purpose;
use crate::evidence::{Form, Reading};
use crate::plan::shape;
use crate::walk::{Call, Reached};

/// Actions that need not be recorded unless the owner says so: telemetry, preferences of the view, token refresh.
const SILENT: &[&str] = &[
    "telemetry",
    "metric",
    "metrics",
    "analytics",
    "track",
    "tracking",
    "heartbeat",
    "ping",
    "typing",
    "presence",
    "seen",
    "view",
    "views",
    "refresh",
    "preference",
    "preferences",
    "search",
    "query",
    "preview",
    "validate",
    "autosave",
];

impl Probe<'_, '_> {
    /// One action: refused to a stranger, then done by one who may.
    pub(super) async fn take(&mut self, action: usize) {
        let spec = self.world.action(action).clone();
        let sensitive = super::super::at02::is_sensitive(&spec);
        let kind = if sensitive { Kind::Read } else { Kind::Changed };
        let keys = self.world.slots.of(action).len();
        if self.world.left_out(action).is_some() || (spec.is_safe() && !sensitive && keys == 0) {
            return;
        }
        let address = spec.address_path();
        let told = self.world.manifest.record.silent.iter();
        let told = told
            .filter(|(pattern, _)| pattern.matches(&spec.verb, &spec.path) || pattern.matches(&spec.verb, &address));
        if let Some((_, reason)) = told.clone().next() {
            return self.not_done(&spec.name(), kind, format!("silent by design: {reason}"), true);
        }
        let path_words: Vec<String> = address.split(['/', '-', '_', '.']).map(str::to_lowercase).collect();
        if !spec.is_safe() && path_words.iter().any(|word| SILENT.contains(&word.as_str())) {
            let why = "telemetry, searches, preferences and token refresh need not be recorded".to_owned();
            return self.not_done(&spec.name(), kind, why, true);
        }
        let reached = match self.reach(action).await {
            Ok(reached) => reached,
            Err(why) if spec.is_safe() && !sensitive => return drop(why),
            Err(why) => return self.not_done(&spec.name(), kind, why, false),
        };
        match reached.object {
            Some(object) => self.take_on_object(&reached, object, kind, spec.is_safe() && !sensitive).await,
            None => self.take_without_object(&reached, kind).await,
        }
        if self.trail.events.len().is_multiple_of(EVENTS_BETWEEN) {
            self.look().await;
        }
    }

    /// Actions on the caller's own account are done by somebody who is made for it.
    async fn reach(&mut self, action: usize) -> Result<Reached, String> {
        let personal = shape(self.world.action(action), self.world.slots.of(action).len()).personal;
        if !personal {
            return self.world.reach(action).await.map_err(|tried| tried.join("; "));
        }
        let model = self.world.owners(action).first().copied().ok_or("there is no actor")?;
        let actor = self.world.stand_in(action, model).await?;
        self.world.reach_as(action, actor).await
    }

    async fn take_on_object(&mut self, reached: &Reached, object: usize, kind: Kind, only_refusal: bool) {
        let slot = self.world.objects[object].slot;
        let name = self.world.action(reached.action).name();
        let is_own = self.world.objects[object].changeable;
        let Some(mut subject) = self.fresh(slot, reached, object, is_own).await else {
            return self.not_done(&name, kind, "no fresh object could be made for it".into(), false);
        };
        if self.refuse(reached, subject).await == Some(false) {
            // The stranger was let in: what he left is no object for the owner's own event.
            match self.fresh(slot, reached, object, is_own).await {
                Some(fresh) => subject = fresh,
                None => return,
            }
        }
        if only_refusal {
            return;
        }
        let (owner, keys) = (self.world.objects[subject].owner, self.world.objects[subject].keys.clone());
        let actor = if self.world.actors[owner].fact.throw_away { owner } else { reached.actor };
        let Ok(call) = self.world.call_again(reached.action, actor, &keys, subject).await else { return };
        let is_shared = self.is_shared(&self.world.objects[subject]);
        if is_shared {
            self.keep_apart().await;
        }
        let from_ms = now();
        let asked = self.world.ask(Some(actor), &call, Purpose::Other).await;
        if !asked.succeeded() {
            let why = format!("{} {} answered {} the second time", call.method, call.path, asked.exchange.status);
            return self.not_done(&name, kind, why, false);
        }
        if reached.form == Form::Remove {
            self.world.objects[subject].gone = true;
        }
        let effect = kind == Kind::Read || reached.witness.is_some();
        let status = asked.exchange.status;
        self.happened(name, kind, actor, &call, (from_ms, status, effect), Some(subject));
        if is_shared {
            self.keep_apart().await;
        }
    }

    /// Waits until no row of what comes next can be taken for one of what was: where many things are done to one object,
    /// only the time tells their rows apart.
    async fn keep_apart(&self) {
        let apart = learn(&self.trail).slack_ms().unsigned_abs() * 2;
        tokio::time::sleep(Duration::from_millis(apart)).await;
    }

    async fn take_without_object(&mut self, reached: &Reached, kind: Kind) {
        let name = self.world.action(reached.action).name();
        let was_alive = self.world.is_alive(Some(reached.actor)).await;
        if !self.world.revive(Some(reached.actor)).await {
            return self.not_done(&name, kind, "who reached it cannot sign in any more".into(), false);
        }
        // What came late of earlier events is not taken for this one.
        if was_alive {
            self.look().await;
        } else {
            self.look_for_a_while().await;
        }
        let keys = std::collections::BTreeMap::new();
        let from_ms = now();
        let done = self.world.succeed(reached.action, reached.actor, &keys, None, Purpose::Other, 0).await;
        let Ok((call, asked)) = done else {
            return self.not_done(&name, kind, "it did not succeed a second time".into(), false);
        };
        let until_ms = now();
        let effect = kind == Kind::Read || self.is_seen_in_proof(reached, &call, was_alive).await;
        let status = asked.exchange.status;
        self.happened(name, kind, reached.actor, &call, (from_ms, status, effect), None);
        if let Some(event) = self.trail.events.last_mut() {
            event.until_ms = until_ms;
        }
        self.look_for_the_last().await;
    }

    /// Whether the proof request shows what an action on the caller's own account did: what he sent stands in it, or,
    /// for the second time now, he is not signed in any more.
    async fn is_seen_in_proof(&mut self, reached: &Reached, call: &Call, was_alive: bool) -> bool {
        let sent: Vec<String> = canaries_in(self.world, call);
        if was_alive && sent.is_empty() {
            return false;
        }
        let Some(proof) = self.world.proof_call(reached.actor) else { return false };
        let look = self.world.ask(Some(reached.actor), &proof, Purpose::Other).await;
        let ended = !was_alive && matches!(look.exchange.reading, Reading::Refusal | Reading::SoftDenial);
        ended || sent.iter().any(|canary| look.answer.text().contains(canary.as_str()))
    }

    /// A fresh object; the reached one itself where none can be made and it is only read.
    async fn fresh(&mut self, slot: usize, reached: &Reached, object: usize, is_own: bool) -> Option<usize> {
        match self.world.fresh(reached.action, slot, reached.by()).await {
            Ok(object) => Some(object),
            Err(_) if !is_own => Some(object),
            Err(_) => None,
        }
    }
}
