//! The ratchet: what stood open before and who answers for it, what was proved before, and so what got worse.
//!
//! `plimsoll.baseline` is checked in. It tightens by itself: a gap that is closed leaves it, a check that holds enters it.
//! It loosens by hand only, with a name and a reason.

mod text;

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Result, Trouble};
use crate::verdict::{Cause, CheckResult, Finding, Gap, Outcome, Verdict};

/// The file, beside the manifest.
pub const NAME: &str = "plimsoll.baseline";

/// What is known of earlier runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Gaps that may stand, by check and subject, each with who answers for it: `jonas, 2026-11-23: the old client needs it`.
    pub open: BTreeMap<(String, String), String>,
    /// Checks that were proved.
    pub proved: BTreeSet<String>,
}

/// A run beside the baseline.
#[derive(Debug, Default)]
pub struct Compared<'a> {
    /// Gaps that nobody answers for: neither here nor by a waiver.
    pub new: Vec<&'a Gap>,
    /// Checks that were proved and are not any more, although they were asked.
    pub lost: Vec<&'a CheckResult>,
    /// Check and subject of gaps that are closed.
    pub closed: Vec<(String, String)>,
    /// Check and subject of gaps that stand as before, or of which this run says nothing.
    pub standing: Vec<(String, String)>,
    /// Checks that are proved for the first time.
    pub won: Vec<&'a CheckResult>,
}

impl Compared<'_> {
    /// Whether a run is worse than those before.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        !self.new.is_empty() || !self.lost.is_empty()
    }
}

impl Baseline {
    /// A run beside what is known.
    #[must_use]
    pub fn compare<'a>(&self, outcome: &'a Outcome) -> Compared<'a> {
        let mut compared = Compared::default();
        for gap in outcome.gaps.iter().filter(|gap| gap.waived.is_none()) {
            if !self.open.contains_key(&key(gap)) {
                compared.new.push(gap);
            }
        }
        for (check, subject) in self.open.keys() {
            let closed = is_closed(outcome, check, subject);
            let list = if closed { &mut compared.closed } else { &mut compared.standing };
            list.push((check.clone(), subject.clone()));
        }
        for result in &outcome.checks {
            let was_proved = self.proved.contains(&result.id);
            let asked = result.cause != Some(Cause::LeftOut);
            match result.verdict {
                Verdict::Unproven | Verdict::Suspected if was_proved && asked => compared.lost.push(result),
                Verdict::Holds if !was_proved => compared.won.push(result),
                _ => {}
            }
        }
        compared
    }

    /// Tightens: what is closed leaves, what is proved enters. Whether anything changed.
    pub fn tighten(&mut self, compared: &Compared<'_>) -> bool {
        for closed in &compared.closed {
            self.open.remove(closed);
        }
        self.proved.extend(compared.won.iter().map(|result| result.id.clone()));
        !compared.closed.is_empty() || !compared.won.is_empty()
    }

    /// Loosens: takes in the gaps of a run, or the one with this id, and lets go of what is proved no more. Returns how
    /// many were taken in.
    ///
    /// # Errors
    /// When the run has no gap with this id.
    pub fn accept(&mut self, outcome: &Outcome, id: Option<&str>, answer: &str) -> Result<usize> {
        let taken: Vec<&Gap> = outcome.gaps.iter().filter(|gap| id.is_none_or(|id| gap.id == id)).collect();
        if let Some(id) = id.filter(|_| taken.is_empty()) {
            let known: Vec<&str> = outcome.gaps.iter().map(|gap| gap.id.as_str()).collect();
            let hint = if known.is_empty() { "the last run has no gap".to_owned() } else { known.join(", ") };
            return Err(Trouble::new(id, "is no gap of the last run").hint(hint));
        }
        let before = self.open.len();
        for gap in taken.into_iter().filter(|gap| gap.waived.is_none() || id.is_some()) {
            self.open.entry(key(gap)).or_insert_with(|| text::one_line(answer));
        }
        if id.is_none() {
            let compared = self.compare(outcome);
            for result in &compared.lost {
                self.proved.remove(&result.id);
            }
            self.tighten(&compared);
        }
        Ok(self.open.len().saturating_sub(before))
    }
}

fn key(gap: &Gap) -> (String, String) {
    (gap.check.clone(), text::one_line(&gap.subject))
}

/// Whether a gap was seen closed: the check says good of the subject and nothing else, or holds wherever it was asked.
/// Silence closes nothing.
fn is_closed(outcome: &Outcome, check: &str, subject: &str) -> bool {
    if outcome.gaps.iter().any(|gap| key(gap) == (check.to_owned(), subject.to_owned())) {
        return false;
    }
    let good = |verdict: Verdict| matches!(verdict, Verdict::Holds | Verdict::NotApplicable);
    let of_it = |finding: &&Finding| finding.check == check && text::one_line(&finding.subject) == subject;
    let said: Vec<Verdict> = outcome.findings.iter().filter(of_it).map(|finding| finding.verdict).collect();
    if !said.is_empty() {
        return said.contains(&Verdict::Holds) && said.into_iter().all(good);
    }
    outcome.checks.iter().any(|result| result.id == check && good(result.verdict))
}

#[cfg(test)]
mod tests;
