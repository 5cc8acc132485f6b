//! What events say and other tables must repeat: which rows moved, and of which objects' stories they are a part.

use ledger::Hash;
use ledger::event::Event;
use uuid::Uuid;

use super::sums::{Keys, Sum};
use crate::trail::index::objects;

/// What events have said so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    /// Rows that moved to a revision.
    pub(super) changes: Sum,
    /// Objects of whose stories they are a part.
    pub(super) objects: Sum,
}

impl Said {
    /// What an event says that waits for its place: nobody finds it by its objects yet.
    pub(super) fn waiting(n: i64, event: &Event, keys: &Keys) -> Self {
        let mut said = Self::default();
        for change in &event.body().chg {
            let op = change.op.letter();
            said.changes.add(of_change(keys, &change.ent, change.pk, change.rev, op, change.after, n));
        }
        said
    }

    /// What an event says that has its place.
    pub(super) fn sealed(n: i64, event: &Event, keys: &Keys) -> Self {
        let (mut said, body) = (Self::waiting(n, event, keys), event.body());
        let at = body.at.as_microsecond();
        for object in objects(body) {
            said.objects.add(of_object(keys, object, &body.chain.to_string(), at, n));
        }
        said
    }

    pub(super) fn add(&mut self, other: Self) {
        self.changes.add(other.changes);
        self.objects.add(other.objects);
    }
}

/// That a row moved to a revision, as an event or a row of the table of changes says it.
pub(super) fn of_change(keys: &Keys, table: &str, pk: Uuid, rev: u64, op: &str, after: Option<Hash>, n: i64) -> Sum {
    keys.one(&(table, pk, rev, op, after, n))
}

/// That an event is a part of an object's story.
pub(super) fn of_object(keys: &Keys, object: Uuid, chain: &str, at: i64, n: i64) -> Sum {
    keys.one(&(object, chain, at, n))
}
