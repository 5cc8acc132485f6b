//! Attempts of somebody who may not.

use super::super::document::{Kind, Row};
use super::super::learn::holds_key;
use super::{Probe, now};
use crate::client::Purpose;
use crate::compare::leaves;
use crate::evidence::Reading;
use crate::walk::Reached;
use serde_json::Value;

impl Probe<'_, '_> {
    /// A stranger tries it on the object. Whether he was refused; nothing where nobody could try.
    pub(super) async fn refuse(&mut self, reached: &Reached, subject: usize) -> Option<bool> {
        let owner = self.world.objects[subject].owner;
        let forbidden =
            self.world.attackers(reached, true).into_iter().filter(|(_, known)| *known).filter_map(|(who, _)| who);
        let of_scope = |at: &usize| self.trail.scope.contains(&self.world.actors[*at].fact.tenant);
        let stranger = |at: &usize| {
            !self.world.actors[*at].fact.throw_away && self.world.relation(Some(*at), owner) == "other tenant"
        };
        // Somebody of whom the record tells, where it is known that he may not; else a stranger.
        let colleague = forbidden.into_iter().find(of_scope);
        let stranger = colleague.or_else(|| (0..self.world.actors.len()).find(stranger))?;
        let keys = self.world.objects[subject].keys.clone();
        let call = self.world.call_again(reached.action, stranger, &keys, subject).await.ok()?;
        let mut from_ms = now();
        let mut asked = self.world.ask(Some(stranger), &call, Purpose::Other).await;
        if asked.exchange.status == 401 {
            // Somebody whose session ended is refused as nobody, not as himself.
            if !self.world.revive(Some(stranger)).await {
                return None;
            }
            from_ms = now();
            asked = self.world.ask(Some(stranger), &call, Purpose::Other).await;
        }
        match asked.exchange.reading {
            Reading::Refusal | Reading::SoftDenial => {
                let name = self.world.action(reached.action).name();
                let status = asked.exchange.status;
                let before = self.world.refused_before(reached.action, stranger, subject);
                if !before.is_empty() {
                    self.take_standing_rows(subject);
                }
                self.happened(name, Kind::Refused, stranger, &call, (from_ms, status, true), Some(subject));
                self.trail.events.last_mut().into_iter().for_each(|event| event.before.clone_from(&before));
                // His canaries are not in the record of anything that was done.
                Some(true)
            }
            Reading::Success => Some(false),
            _ => None,
        }
    }

    /// Rows about an object that stood in the record before the probe: one of them may tell of the same refusal.
    fn take_standing_rows(&mut self, subject: usize) {
        let key = self.world.objects[subject].key().to_owned();
        let about = |row: &Value| leaves(row).iter().any(|(_, value)| holds_key(value, &key));
        let (about, others) = std::mem::take(&mut self.standing).into_iter().partition(about);
        self.standing = others;
        let seen_ms = now();
        self.trail.rows.extend(about.into_iter().map(|value| Row { value, seen_ms, after_events: 0 }));
    }
}
