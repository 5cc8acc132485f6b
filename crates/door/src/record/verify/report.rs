//! What a verification found, in numbers and in words.

use std::fmt;

use ledger::Verdict;

use super::Fault;

/// Faults that are named at the most; the rest are counted.
pub const FAULTS_MAX: usize = 1000;

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
    /// Leaves whose bodies were dropped by policy.
    pub dropped: u64,
    /// Changes that only such events told.
    pub changes_dropped: u64,
    /// New epochs: the leaf that began each, how many leaves were lost, and how large the log had been.
    pub epochs: Vec<(u64, u64, Option<u64>)>,
    /// Whether the schema is on the record, so that a change of it shows.
    pub schema_recorded: bool,
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
    /// Where there is a fork: the notes that contradict the log, and the log's own newest one. Together they prove it.
    pub evidence: Vec<String>,
    /// Checkpoints from outside that are not this log's, with the reason: they neither help nor harm.
    pub ignored: Vec<(String, String)>,
}

impl Report {
    /// What it comes to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let worst = self.faults.iter().map(Fault::verdict).max();
        worst.unwrap_or(if self.signed == 0 {
            Verdict::Incomplete
        } else if self.covered_outside < self.signed {
            Verdict::SignedOnly
        } else {
            Verdict::Verified
        })
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        // The worst must be among those that are kept: the verdict is made of them.
        let worse = self.faults.iter().map(Fault::verdict).max() < Some(fault.verdict());
        if self.faults.len() < FAULTS_MAX || worse {
            self.faults.push(fault);
        } else {
            self.faults_more += 1;
        }
    }
}

impl fmt::Display for Report {
    /// First the verdict and how many leaves it is about, then what was not checked, then what does not hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { leaves, chains, checkpoints, signed, covered_outside, pending, .. } = self;
        let verdict = self.verdict();
        let shown = if verdict == Verdict::Verified { covered_outside } else { signed };
        writeln!(f, "{verdict}: {shown} of {leaves} leaves (chains: {chains}, checkpoints: {checkpoints})")?;
        write!(
            f,
            "not checked: whether what was recorded is true; leaves that nobody outside vouches for: {}; not signed: {}; \
             not sealed: {pending}; values erased: {}; bodies dropped: {}",
            leaves.saturating_sub(*covered_outside),
            leaves.saturating_sub(*signed),
            self.values_erased,
            self.dropped
        )?;
        if !self.schema_recorded {
            write!(f, "; the schema, which is not on the record yet")?;
        }
        writeln!(f)?;
        for (leaf, lost, until) in &self.epochs {
            let before = until.map_or("nothing was known outside".to_owned(), |until| format!("it had been {until}"));
            writeln!(f, "epoch: a new one began at leaf {leaf}; leaves lost: {lost} ({before})")?;
        }
        self.ignored.iter().try_for_each(|(label, why)| writeln!(f, "ignored: {label}: {why}"))?;
        self.faults.iter().try_for_each(|fault| writeln!(f, "{fault}"))?;
        if self.faults_more > 0 { writeln!(f, "and {} more", self.faults_more) } else { Ok(()) }
    }
}
