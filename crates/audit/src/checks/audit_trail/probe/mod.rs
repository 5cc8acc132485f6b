//! Causes events and reads what the record shows of them. Decides nothing.
//!
//! First objects of each kind are made by two actors and nothing else is done to them, so that it can be learnt which
//! rows a making leaves. Then each action is done on a fresh object, after a stranger was refused it. In the end
//! something is made once more: when that has arrived, and nothing more comes for a while, what is not there is missing.

mod events;
mod make;
mod refuse;
mod settle;
mod take;

use super::document::{Row, Trail, TrailTold};
use super::reader::Reader;
use crate::error::Result;
use crate::manifest::RecordSource;
use crate::verdict::Dimension;
use crate::walk::World;
use serde_json::Value;
use std::collections::BTreeSet;

/// Events between two readings: a record that shows only its last page must not run away.
const EVENTS_BETWEEN: usize = 8;
/// Most rows that are kept.
const ROWS_MAX: usize = 5_000;

/// Does everything once more with an eye on the record, and writes down what it showed.
///
/// # Errors
/// When the evidence cannot be written.
pub async fn probe(world: &mut World<'_>) -> Result<()> {
    let record = &world.manifest.record;
    let (told, key) = match &record.source {
        RecordSource::Silent => (TrailTold::Silent, "record"),
        RecordSource::None => (TrailTold::None, "record.read"),
        RecordSource::Unused(_) => (TrailTold::Unused, "record"),
        RecordSource::Http(_) => (TrailTold::Read, "record.read"),
        RecordSource::File(_) => (TrailTold::Read, "record.file"),
        RecordSource::Command(_) => (TrailTold::Read, "record.command"),
    };
    let fields = record.fields.iter().map(|(name, path)| (name.clone(), path.to_string())).collect();
    let mut trail = Trail { told, place: world.manifest.place(key), fields, ..Trail::default() };
    if trail.told == TrailTold::Read {
        match Reader::open(world).await {
            Ok((reader, standing)) => {
                trail.scope = reader.tenants(world);
                trail = Probe { world: &mut *world, reader, standing, trail, looked_after: 0 }.run().await;
            }
            Err(why) => trail.unreadable = Some(why),
        }
    }
    world.store.add(&trail).map(drop)
}

struct Probe<'w, 'a> {
    world: &'w mut World<'a>,
    reader: Reader,
    /// Rows that were there before the probe began.
    standing: Vec<Value>,
    trail: Trail,
    /// How many events had been done at the last look.
    looked_after: usize,
}

impl Probe<'_, '_> {
    async fn run(mut self) -> Trail {
        let actions = self.world.catalogue.actions.len();
        self.world.progress.total(Dimension::AuditTrail, actions as u64 + 1);
        self.make_known_events().await;
        self.world.progress.step(Dimension::AuditTrail, 1);
        let made: BTreeSet<String> = self.trail.events.iter().map(|event| event.action.clone()).collect();
        for action in 0..actions {
            if !made.contains(&self.world.action(action).name()) {
                self.take(action).await;
            }
            self.world.progress.step(Dimension::AuditTrail, action as u64 + 2);
            if self.world.fell_silent || self.trail.unreadable.is_some() {
                break;
            }
        }
        self.settle().await;
        self.trail
    }

    /// Reads what is new. Whether the record could be read.
    async fn look(&mut self) -> bool {
        match self.reader.read(self.world).await {
            Ok(rows) => {
                let (seen_ms, after_events) = (now(), self.trail.events.len());
                if self.reader.missed_some() {
                    self.trail.holes.push((self.looked_after, after_events));
                }
                self.looked_after = after_events;
                let room = ROWS_MAX.saturating_sub(self.trail.rows.len());
                self.trail.rows.extend(rows.into_iter().take(room).map(|value| Row { value, seen_ms, after_events }));
                true
            }
            Err(why) => {
                self.trail.unreadable = Some(why);
                false
            }
        }
    }
}

fn now() -> i64 {
    crate::walk::now().as_millisecond()
}
