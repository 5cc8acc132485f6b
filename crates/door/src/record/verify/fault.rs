//! What can be wrong, and where.

use std::fmt;

use ledger::Verdict;
use ledger::replay::Mismatch;
use ledger::tree::Node;
use uuid::Uuid;

/// Something that does not hold, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A place in the log is empty.
    LeafMissing {
        /// The first empty place.
        seq: u64,
    },
    /// A stored leaf does not follow from what is stored.
    Leaf {
        /// Its place in the log.
        seq: u64,
        /// Its event.
        n: i64,
        /// How.
        mismatch: Mismatch,
    },
    /// An event's body is gone, or is no event, or belongs elsewhere.
    Body {
        /// The event.
        n: i64,
        /// What is wrong.
        wrong: String,
    },
    /// An event is neither in the log nor waiting for it.
    Unsealed {
        /// The event.
        n: i64,
    },
    /// An event stands there twice.
    Repeated {
        /// The second.
        n: i64,
        /// The first.
        before: i64,
    },
    /// The count of the log's leaves is another one than there are.
    Head {
        /// The count.
        said: Option<u64>,
        /// The leaves.
        leaves: u64,
    },
    /// A key that is not handed over to as it should be, or that nobody knows.
    Key {
        /// The leaf that hands over.
        leaf: u64,
        /// What is wrong.
        wrong: String,
    },
    /// A dropping that the log does not tell as its row does.
    Prune {
        /// Its event.
        n: i64,
    },
    /// The schema was changed, or is told differently.
    Schema {
        /// The event that tells it; none for the schema as it is now.
        n: Option<i64>,
        /// What is wrong.
        wrong: &'static str,
    },
    /// An event's time does not fit those of the witnesses around it.
    Clock {
        /// The event.
        n: i64,
        /// Its own time, in seconds since 1970.
        at: i64,
        /// When a witness last saw the log without it.
        after: Option<i64>,
        /// When a witness first saw the log with it.
        before: Option<i64>,
    },
    /// A value about a person is gone, and no erasure is told.
    ValueGone {
        /// The event.
        n: i64,
        /// The value's name.
        field: String,
    },
    /// A value about a person is there again who was erased.
    Resurrected {
        /// The event.
        n: i64,
        /// The value's name.
        field: String,
        /// The person.
        subject: Uuid,
    },
    /// A value about a person is not the one that was recorded.
    Value {
        /// The event.
        n: i64,
        /// The value's name.
        field: String,
    },
    /// What the trail's pages read says something else than the event.
    Index {
        /// The event.
        n: i64,
    },
    /// The story of an object is another than the events tell.
    Object {
        /// The event.
        n: i64,
        /// The object.
        object: Uuid,
        /// How.
        wrong: &'static str,
    },
    /// A stored node is missing, or is another than follows from the leaves.
    Node {
        /// Which.
        node: Node,
    },
    /// Nodes are stored that no leaf leads to.
    NodesTooMany {
        /// How many.
        count: u64,
    },
    /// A row moved to a revision by an event that does not say so.
    ChangeUnsaid {
        /// The row.
        pk: Uuid,
        /// The revision.
        rev: i64,
        /// The event that is named.
        n: i64,
    },
    /// An event says that a row moved to a revision, and the table of changes does not.
    ChangeMissing {
        /// The row.
        pk: Uuid,
        /// The revision.
        rev: u64,
        /// The event.
        n: i64,
    },
    /// A row is not what its last recorded revision was.
    Row {
        /// Its table.
        table: String,
        /// The row.
        id: Uuid,
        /// How it differs.
        wrong: &'static str,
    },
    /// A row is gone, and nobody recorded its deletion.
    RowMissing {
        /// Its table.
        table: String,
        /// The row.
        id: Uuid,
    },
    /// A checkpoint of the database does not hold.
    Checkpoint {
        /// Its size.
        size: u64,
        /// What is wrong.
        wrong: String,
    },
    /// A checkpoint from outside the database is well signed, and the database contradicts it.
    Fork {
        /// Where it comes from.
        label: String,
        /// Its size.
        size: u64,
        /// What is wrong.
        wrong: String,
    },
    /// A checkpoint from outside covers leaves that were lost when a new epoch began, as the log itself says.
    Lost {
        /// Where it comes from.
        label: String,
        /// Its size.
        size: u64,
        /// The leaf that began the new epoch.
        until: u64,
    },
    /// A key signed after it was retired.
    Retired {
        /// Where the checkpoint comes from.
        label: String,
        /// Its size.
        size: u64,
        /// The leaf that retired the key.
        until: u64,
    },
}

impl Fault {
    /// What it makes of the whole.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            // What is there holds, and something is not.
            Self::Lost { .. } | Self::Clock { .. } => Verdict::Incomplete,
            Self::ChangeUnsaid { .. }
            | Self::ChangeMissing { .. }
            | Self::Row { .. }
            | Self::RowMissing { .. }
            | Self::Schema { .. }
            | Self::Resurrected { .. } => Verdict::UnauditedChange,
            // A fork is a history that holds by itself and contradicts another that was signed, too. Where the database
            // does not even agree with itself, something in it was changed.
            Self::Fork { .. } => Verdict::Forked,
            _ => Verdict::Tampered,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeafMissing { seq } => write!(f, "leaf {seq}: is missing"),
            Self::Leaf { seq, n, mismatch } => write!(f, "leaf {seq} (event {n}): {mismatch}"),
            Self::Body { n, wrong } => write!(f, "event {n}: {wrong}"),
            Self::Unsealed { n } => write!(f, "event {n}: is neither in the log nor waiting for it"),
            Self::Value { n, field } => write!(f, "event {n}: the value {field} is not the one that was recorded"),
            Self::Index { n } => write!(f, "event {n}: the trail's index says something else"),
            Self::Node { node } => {
                write!(f, "node {} of level {}: missing, or another than follows", node.index, node.level)
            }
            Self::NodesTooMany { count } => write!(f, "nodes: {count} are stored that no leaf leads to"),
            Self::ChangeUnsaid { pk, rev, n } => {
                write!(f, "row {pk}, revision {rev}: event {n} does not say so")
            }
            Self::ChangeMissing { pk, rev, n } => {
                write!(f, "event {n}: says that row {pk} moved to revision {rev}, which it did not")
            }
            Self::Object { n, object, wrong } => write!(f, "event {n}: object {object}: {wrong}"),
            Self::Row { table, id, wrong } => write!(f, "{table} {id}: {wrong}"),
            Self::RowMissing { table, id } => write!(f, "{table} {id}: is gone, and no event says so"),
            Self::Checkpoint { size, wrong } => write!(f, "checkpoint {size}: {wrong}"),
            Self::Repeated { n, before } => write!(f, "event {n}: is the same as event {before}"),
            Self::Head { said, leaves } => match said {
                Some(said) => write!(f, "head: says {said} leaves, there are {leaves}"),
                None => write!(f, "head: is missing, there are {leaves} leaves"),
            },
            Self::Key { leaf, wrong } => write!(f, "key at leaf {leaf}: {wrong}"),
            Self::Prune { n } => write!(f, "event {n}: a beginning was dropped, and event and row do not say the same"),
            Self::Schema { n: Some(n), wrong } => write!(f, "schema at event {n}: {wrong}"),
            Self::Schema { n: None, wrong } => write!(f, "schema: {wrong}"),
            Self::Clock { n, at, after, before } => {
                let side = |seen: &Option<i64>| seen.map_or("never".to_owned(), second);
                let (after, before) = (side(after), side(before));
                write!(f, "event {n}: says {}; witnesses saw the log without it {after}, with it {before}", second(*at))
            }
            Self::ValueGone { n, field } => write!(f, "event {n}: the value {field} is gone, and no erasure is told"),
            Self::Resurrected { n, field, subject } => {
                write!(f, "event {n}: the value {field} is there again, {subject} was erased")
            }
            Self::Lost { label, size, until } => {
                write!(
                    f,
                    "{label} (checkpoint {size}): a new epoch began at leaf {until}; what it covers beyond is lost"
                )
            }
            Self::Retired { label, size, until } => {
                write!(f, "{label} (checkpoint {size}): its key was retired at leaf {until}")
            }
            Self::Fork { label, size, wrong } => write!(f, "{label} (checkpoint {size}): {wrong}"),
        }
    }
}

fn second(second: i64) -> String {
    jiff::Timestamp::from_second(second).map_or_else(|_| second.to_string(), |at| at.to_string())
}
