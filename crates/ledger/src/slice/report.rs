//! What the verification of a slice found, in types and in words.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Chain, Verdict};

/// Faults that are named at the most; the rest are counted.
const FAULTS_MAX: usize = 1000;

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: a file's name, or a leaf's place in the chain.
    pub place: String,
    /// What is wrong, in words.
    pub wrong: String,
    /// What it makes of the whole: [`Verdict::Incomplete`], [`Verdict::Forked`] or [`Verdict::Tampered`].
    pub verdict: Verdict,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The log, as its checkpoint names it.
    pub origin: String,
    /// The log's size at the checkpoint.
    pub size: u64,
    /// The chain.
    pub chain: Option<Chain>,
    /// How many leaves the chain has, as the statement says.
    pub said: u64,
    /// Leaves whose proof holds.
    pub proved: u64,
    /// Leaves at the chain's beginning that were dropped by policy, as a leaf of the chain itself says.
    pub dropped: u64,
    /// The witnesses that saw the checkpoint, each with the second since 1970 at which it did.
    pub witnesses: BTreeMap<String, u64>,
    /// Things from earlier that were compared and agree.
    pub known: u64,
    /// What was not checked, in words.
    pub unchecked: Vec<String>,
    /// What does not hold.
    pub faults: Vec<Fault>,
    /// How many faults more there are.
    pub faults_more: u64,
    /// Two signed notes that contradict each other: whoever has both can prove it.
    pub evidence: Vec<String>,
}

impl Report {
    /// What it comes to: the worst of what was found.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let worst = self.faults.iter().map(|fault| fault.verdict).max();
        worst.unwrap_or(match self.witnesses.is_empty() && self.known == 0 {
            true => Verdict::SignedOnly,
            false => Verdict::Verified,
        })
    }

    pub(super) fn fault(&mut self, verdict: Verdict, place: impl Into<String>, wrong: impl fmt::Display) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(Fault { place: place.into(), wrong: wrong.to_string(), verdict });
        } else {
            self.faults_more += 1;
        }
    }
}

impl fmt::Display for Report {
    /// First the verdict, then what was not checked, then what does not hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, said, proved, dropped, .. } = self;
        let chain = self.chain.map_or("no chain".to_owned(), |chain| chain.to_string());
        writeln!(f, "{}: {proved} of {said} leaves of {chain} in {origin} (size {size})", self.verdict())?;
        let mut unchecked = vec!["whether what was recorded is true".to_owned()];
        unchecked.extend(self.unchecked.iter().cloned());
        writeln!(f, "not checked: {}", unchecked.join("; "))?;
        if *dropped > 0 {
            writeln!(f, "dropped by policy: the first {dropped}, as the chain itself says")?;
        }
        for (name, at) in &self.witnesses {
            writeln!(f, "seen by: {name}, at second {at} since 1970")?;
        }
        self.faults.iter().try_for_each(|Fault { place, wrong, .. }| writeln!(f, "{place}: {wrong}"))?;
        if self.faults_more > 0 { writeln!(f, "and {} more", self.faults_more) } else { Ok(()) }
    }
}
