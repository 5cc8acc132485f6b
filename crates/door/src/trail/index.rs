//! What the pages of the trail are found by: derived from the bodies when events get their place in the log, in the same
//! transaction, and made again from them at any time.

use std::collections::BTreeSet;

use ledger::event::{Body, Event};
use uuid::Uuid;

use crate::store::{Result, Tx, Value};
use crate::values;

/// Rows that are to be written.
#[derive(Default)]
pub(crate) struct Index {
    events: Vec<Value>,
    objects: Vec<Value>,
}

impl Index {
    /// Takes the next event.
    pub(crate) fn take(&mut self, n: i64, event: &Event) {
        let body = event.body();
        let (chain, at) = (body.chain.to_string(), body.at.as_microsecond());
        let target = body.tgt.first().map(|target| target.id);
        self.events.extend(values![n, chain.as_str(), at, body.act.as_str(), body.actor.id, target, body.out.word()]);
        for object in objects(body) {
            self.objects.extend(values![object, chain.as_str(), at, n]);
        }
    }

    /// Writes what was taken.
    pub(crate) async fn write(self, tx: &mut Tx) -> Result<()> {
        tx.insert_rows("INSERT INTO event_index (n, chain, at, act, actor, target, outcome)", 7, &self.events).await?;
        tx.insert_rows("INSERT INTO event_object (object, chain, at, n)", 4, &self.objects).await
    }
}

/// Every object of whose story an event is a part: what it was done to or with, and each row that it moved.
pub(crate) fn objects(body: &Body) -> BTreeSet<Uuid> {
    let targets = body.tgt.iter().map(|target| target.id);
    targets.chain(body.chg.iter().map(|change| change.pk)).collect()
}
