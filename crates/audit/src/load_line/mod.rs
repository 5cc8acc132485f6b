//! From findings to the load line: gaps in their phases, the span of each dimension, and the mark that is proved.
//!
//! [`settle`] is pure: the same findings and facts give the same [`Outcome`], wherever and whenever they are settled.
//! Three rules hold throughout and are tested as properties:
//!
//! - only what holds counts as holding: unproven, suspected, waived and not built never raise anything;
//! - a gap more never raises a line, a waiver never moves one;
//! - a check that this version does not have stands in every sum, as unproven.

mod checks;
mod exit;
mod gaps;
mod lines;
#[cfg(test)]
mod properties;
mod sentence;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use exit::Exit;
pub use sentence::{Headline, count, headline, honesty, one, overloaded};

use crate::checks::Check;
use crate::verdict::{Denominator, Dimension, Finding, Mark, Outcome, RunFacts, Verdict};

/// What the settling needs beside the findings. All of it is in the evidence, so that a stranger can settle again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// What was audited.
    pub run: RunFacts,
    /// What the walk counted: actions, requests and objects. Cells are counted from the findings.
    pub denominator: Denominator,
    /// What the walk has to say beside its findings.
    pub notes: Vec<String>,
    /// The load that one wants to carry.
    pub require: Require,
    /// What the manifest silences.
    pub waivers: Vec<Waiver>,
    /// The passes that ran; checks of the others are unproven.
    pub passes: BTreeSet<Dimension>,
}

/// The load that one wants to carry: one mark for all, or one for some dimensions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Require {
    /// For every dimension that is not named.
    pub all: Option<Mark>,
    /// For the dimensions that are named.
    #[serde(with = "pairs")]
    pub named: BTreeMap<Dimension, Mark>,
}

/// The marks of dimensions as pairs: as a field, one of them has the name of a header that is kept out of evidence.
mod pairs {
    use super::{BTreeMap, Dimension, Mark};
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    pub(super) fn serialize<S: Serializer>(named: &BTreeMap<Dimension, Mark>, to: S) -> Result<S::Ok, S::Error> {
        named.iter().collect::<Vec<_>>().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<Dimension, Mark>, D::Error> {
        Ok(Vec::<(Dimension, Mark)>::deserialize(from)?.into_iter().collect())
    }
}

impl Require {
    /// What is wanted of one dimension.
    #[must_use]
    pub fn of(&self, dimension: Dimension) -> Option<Mark> {
        self.named.get(&dimension).copied().or(self.all)
    }

    /// The lowest of what is wanted.
    #[must_use]
    pub fn lowest(&self) -> Option<Mark> {
        Dimension::ALL.iter().filter_map(|dimension| self.of(*dimension)).min()
    }
}

/// A gap that somebody takes responsibility for until a day. It silences the exit code, never the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// A gap's id (`AZ20-5c1e`), or the check and the subject (`AZ20 POST /api/signup`).
    pub gap: String,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day, `2027-01-31`.
    pub until: String,
}

/// Settles findings into the outcome. `declared` are all checks, built or not; findings of other checks are dropped.
#[must_use]
pub fn settle(declared: &[Check], facts: Facts, mut findings: Vec<Finding>) -> Outcome {
    findings.retain(|finding| declared.iter().any(|check| check.id == finding.check));
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    findings.dedup();

    let denominator = denominator(facts.denominator.clone(), &findings);
    let gaps = gaps::gaps(declared, &facts, &findings);
    let checks = checks::results(declared, &facts.passes, &findings, &gaps);
    let dimensions: Vec<_> =
        Dimension::ALL.iter().map(|dimension| lines::line(*dimension, &facts.require, &checks, &gaps)).collect();
    let proved = dimensions.iter().map(|line| line.line).min().unwrap_or(Mark::Demo);
    findings.retain(|finding| finding.verdict != Verdict::Gap);
    Outcome {
        wanted: facts.require.lowest(),
        run: facts.run,
        proved,
        dimensions,
        checks,
        gaps,
        findings,
        denominator,
        notes: facts.notes,
    }
}

/// The order of findings: by check, subject and cell, the strongest expectation first; never by value or time.
fn order(finding: &Finding) -> impl Ord + '_ {
    let Finding { check, subject, cell, verdict, cause, strength, words, answer, evidence, .. } = finding;
    (check, subject, *strength, cell, *verdict, *cause, words, answer, evidence)
}

/// Counts the cells by what became of them, so that the denominator and the findings cannot disagree.
fn denominator(walked: Denominator, findings: &[Finding]) -> Denominator {
    use crate::verdict::Cause::{NotReached, Unreviewed, WaitsForAnswer};
    let cells: Vec<_> = findings.iter().filter(|finding| finding.cell.is_some()).collect();
    let counted = |is: &dyn Fn(&Finding) -> bool| {
        u32::try_from(cells.iter().filter(|finding| is(finding)).count()).unwrap_or(u32::MAX)
    };
    let hold = counted(&|finding| finding.verdict == Verdict::Holds);
    let open = counted(&|finding| finding.verdict == Verdict::Gap);
    let awaiting = counted(&|finding| matches!(finding.cause, Some(WaitsForAnswer | Unreviewed)));
    let not_applicable = counted(&|finding| finding.verdict == Verdict::NotApplicable);
    let not_reached = counted(&|finding| finding.cause == Some(NotReached));
    let possible = counted(&|_| true);
    Denominator {
        cells_possible: possible,
        cells_not_applicable: not_applicable,
        cells_not_reached: not_reached,
        cells_sent: possible - not_applicable - not_reached,
        cells_conclusive: hold + open + awaiting,
        cells_hold: hold,
        cells_open: open,
        cells_awaiting: awaiting,
        ..walked
    }
}
