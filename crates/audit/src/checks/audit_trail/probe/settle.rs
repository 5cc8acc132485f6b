//! The end: something that is known to be recorded is caused, and what has not arrived with it is missing.

use super::super::document::{Event, Kind};
use super::super::matching::{Found, Matched};
use super::{Probe, now};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a row of a known event is waited for.
pub(super) const ARRIVAL_MAX: Duration = Duration::from_secs(10);
/// How often the record is looked at meanwhile.
pub(super) const LOOK: Duration = Duration::from_millis(150);
/// Shortest and longest wait after the last known row.
const QUIET: (i64, i64) = (1_000, 15_000);

impl Probe<'_, '_> {
    /// Makes one thing more that is known to be recorded, and waits for it; then a while longer, if anything is missing.
    pub(super) async fn settle(&mut self) {
        if !self.look().await {
            return;
        }
        let matched = Matched::new(&self.trail);
        let recorded = |event: &&Event| event.kind == Kind::Made && matches!(matched.find(event), Found::Row(_));
        let recorded: BTreeSet<String> =
            self.trail.events.iter().filter(recorded).map(|event| event.action.clone()).collect();
        let slots = 0..self.world.slots.all.len();
        let slot = slots.into_iter().find(|slot| self.maker_of(*slot).is_some_and(|maker| recorded.contains(&maker)));
        let Some(slot) = slot else { return };
        let mut made = false;
        for owner in self.two_owners() {
            made = made || self.world.revive(Some(owner)).await && self.make(slot, owner).await.is_some();
        }
        if !made {
            return;
        }
        let waited = tokio::time::Instant::now();
        loop {
            if !self.look().await {
                return;
            }
            let matched = Matched::new(&self.trail);
            let Some(last) = self.trail.events.last() else { return };
            if matches!(matched.find(last), Found::Row(_)) {
                break;
            }
            if waited.elapsed() > ARRIVAL_MAX {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
        self.trail.settled = true;
        self.wait_for_the_late().await;
    }

    /// Waits three times the longest delay that was seen, as long as anything is missing.
    async fn wait_for_the_late(&mut self) {
        let started = now();
        loop {
            let matched = Matched::new(&self.trail);
            let missing = self.trail.events.iter().any(|event| matched.find(event) == Found::Absent);
            let wait = self.patience();
            if !missing || now() - started > wait {
                return;
            }
            tokio::time::sleep(LOOK).await;
            if !self.look().await {
                return;
            }
        }
    }

    /// Three times the longest delay that was seen of what is known, in milliseconds.
    fn patience(&self) -> i64 {
        let matched = Matched::new(&self.trail);
        let delays = self.trail.events.iter().filter_map(|event| match matched.find(event) {
            Found::Row(row) => Some(self.trail.rows[row].seen_ms - event.until_ms),
            _ => None,
        });
        // A row that was seen long after its event was looked for late; delays of known events are looked for at once.
        let first = self.trail.events.iter().filter(|event| event.kind == Kind::Made).count();
        (3 * delays.take(first).max().unwrap_or(0)).clamp(QUIET.0, QUIET.1)
    }

    /// Reads until the row of the last event is there, or must have arrived.
    pub(super) async fn look_for_the_last(&mut self) {
        let (started, wait) = (now(), self.patience());
        while self.look().await {
            let Some(last) = self.trail.events.last() else { return };
            if matches!(Matched::new(&self.trail).find(last), Found::Row(_)) || now() - started > wait {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Reads until whatever was caused before must have arrived.
    pub(super) async fn look_for_a_while(&mut self) {
        let (started, wait) = (now(), self.patience());
        while self.look().await && now() - started < wait {
            tokio::time::sleep(LOOK).await;
        }
    }
}
