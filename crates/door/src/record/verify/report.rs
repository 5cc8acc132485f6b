//! What a verification found, in types and in words.

use std::fmt;

use ledger::replay::Mismatch;
use ledger::tree::Node;
use uuid::Uuid;

/// Faults that are named at the most; the rest are counted.
pub const FAULTS_MAX: usize = 1000;

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
}

/// What all of it comes to. The numbers are the exit codes of a verifying command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything holds, and a checkpoint from outside covers all that is signed. The newest leaves may wait for the next
    /// signature: [`Report::covered_outside`] says how far this reaches.
    Verified = 0,
    /// Everything holds, but nothing outside vouches for all of it: whoever has the key could have written it anew.
    SignedOnly = 10,
    /// Everything agrees with itself, but nothing is signed.
    Unsigned = 20,
    /// Rows changed in a way that no event tells, or not as an event tells.
    UnauditedChange = 21,
    /// Two signatures of the log's key contradict each other, or the log was cut.
    Forked = 30,
    /// Something was changed.
    Tampered = 40,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Leaves of the log.
    pub leaves: u64,
    /// Chains in it.
    pub chains: u64,
    /// Events that are committed and wait for their place.
    pub pending: u64,
    /// Checkpoints whose signature and root hold.
    pub checkpoints: u64,
    /// Leaves that the newest such checkpoint covers.
    pub signed: u64,
    /// Leaves that a checkpoint from outside covers.
    pub covered_outside: u64,
    /// Values about people that agree with their commitments.
    pub values: u64,
    /// Commitments whose value is no longer there.
    pub values_erased: u64,
    /// Changes of rows that agree with their events.
    pub changes: u64,
    /// Rows of recorded tables that hold what their last revision's event commits to.
    pub rows: u64,
    /// What does not hold; at most [`FAULTS_MAX`].
    pub faults: Vec<Fault>,
    /// How many faults more there are.
    pub faults_more: u64,
    /// Checkpoints from outside that are not this log's, with the reason: they neither help nor harm.
    pub ignored: Vec<(String, String)>,
}

impl Report {
    /// What it comes to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let fork = |fault: &Fault| matches!(fault, Fault::Fork { .. });
        let unaudited = |fault: &Fault| {
            use Fault::{ChangeMissing, ChangeUnsaid, Row, RowMissing};
            matches!(fault, ChangeUnsaid { .. } | ChangeMissing { .. } | Row { .. } | RowMissing { .. })
        };
        // A fork is a history that holds by itself and contradicts another that was signed, too. Where the database does
        // not even agree with itself, something in it was changed.
        if self.faults_more > 0 || self.faults.iter().any(|fault| !fork(fault) && !unaudited(fault)) {
            Verdict::Tampered
        } else if self.faults.iter().any(fork) {
            Verdict::Forked
        } else if !self.faults.is_empty() {
            Verdict::UnauditedChange
        } else if self.signed == 0 {
            Verdict::Unsigned
        } else if self.covered_outside < self.signed {
            Verdict::SignedOnly
        } else {
            Verdict::Verified
        }
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        } else {
            self.faults_more += 1;
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verified => "VERIFIED",
            Self::SignedOnly => "SIGNED ONLY",
            Self::Unsigned => "UNSIGNED",
            Self::UnauditedChange => "UNAUDITED CHANGE",
            Self::Forked => "FORKED",
            Self::Tampered => "TAMPERED",
        })
    }
}

impl fmt::Display for Report {
    /// First the verdict and how many leaves it is about, then what was not checked, then what does not hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { leaves, chains, checkpoints, signed, covered_outside, pending, .. } = self;
        let verdict = self.verdict();
        let shown = if verdict == Verdict::Verified { covered_outside } else { signed };
        writeln!(f, "{verdict}: {shown} of {leaves} leaves (chains: {chains}, checkpoints: {checkpoints})")?;
        writeln!(
            f,
            "not vouched for from outside: {}; not signed: {}; not sealed: {pending}; values erased: {}",
            leaves.saturating_sub(*covered_outside),
            leaves.saturating_sub(*signed),
            self.values_erased
        )?;
        self.ignored.iter().try_for_each(|(label, why)| writeln!(f, "ignored: {label}: {why}"))?;
        self.faults.iter().try_for_each(|fault| writeln!(f, "{fault}"))?;
        if self.faults_more > 0 { writeln!(f, "and {} more", self.faults_more) } else { Ok(()) }
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
            Self::Row { table, id, wrong } => write!(f, "{table} {id}: {wrong}"),
            Self::RowMissing { table, id } => write!(f, "{table} {id}: is gone, and no event says so"),
            Self::Checkpoint { size, wrong } => write!(f, "checkpoint {size}: {wrong}"),
            Self::Fork { label, size, wrong } => write!(f, "{label} (checkpoint {size}): {wrong}"),
        }
    }
}
