//! Findings of the checks that are not judged by cells: one subject, one verdict, one sentence.

use super::Check;
use crate::verdict::{Cause, Exhibit, Finding, Strength, Verdict};
use serde::{Deserialize, Serialize};

/// Why something was not tried, in the evidence: the judge only repeats it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Untried {
    /// The cause.
    pub cause: Cause,
    /// One sentence.
    pub words: String,
    /// The manifest line that would answer it; empty where none would.
    pub answer: String,
}

impl Untried {
    /// The manifest does not say.
    pub(super) fn not_told(words: impl Into<String>, answer: impl Into<String>) -> Self {
        Self { cause: Cause::NotTold, words: words.into(), answer: answer.into() }
    }

    /// It was tried, and nothing follows.
    pub(super) fn undecided(words: impl Into<String>) -> Self {
        Self { cause: Cause::Undecided, words: words.into(), answer: String::new() }
    }
}

/// A finding about to be said.
pub(super) struct Say<'a> {
    check: &'a Check,
    subject: String,
    evidence: &'a str,
    exhibits: Vec<Exhibit>,
}

/// Begins a finding of a check about a subject, shown by a document.
pub(super) fn say<'a>(check: &'a Check, subject: impl Into<String>, evidence: &'a str) -> Say<'a> {
    Say { check, subject: subject.into(), evidence, exhibits: Vec::new() }
}

impl Say<'_> {
    /// With something to look at.
    pub(super) fn showing(mut self, exhibits: Vec<Exhibit>) -> Self {
        self.exhibits = exhibits;
        self
    }

    pub(super) fn holds(self, words: impl Into<String>) -> Finding {
        self.finding(Verdict::Holds, words.into(), None, None)
    }

    pub(super) fn gap(self, words: impl Into<String>) -> Finding {
        self.finding(Verdict::Gap, words.into(), None, None)
    }

    pub(super) fn suspected(self, words: impl Into<String>) -> Finding {
        self.finding(Verdict::Suspected, words.into(), None, None)
    }

    pub(super) fn undecided(self, words: impl Into<String>) -> Finding {
        self.finding(Verdict::Unproven, words.into(), Some(Cause::Undecided), None)
    }

    pub(super) fn not_told(self, words: impl Into<String>, answer: impl Into<String>) -> Finding {
        self.finding(Verdict::Unproven, words.into(), Some(Cause::NotTold), Some(answer.into()))
    }

    pub(super) fn waits_for_answer(self, words: impl Into<String>, answer: impl Into<String>) -> Finding {
        self.finding(Verdict::Unproven, words.into(), Some(Cause::WaitsForAnswer), Some(answer.into()))
    }

    pub(super) fn not_applicable(self, words: impl Into<String>) -> Finding {
        self.finding(Verdict::NotApplicable, words.into(), None, None)
    }

    pub(super) fn waits_for_gap(self, words: impl Into<String>) -> Finding {
        self.finding(Verdict::Unproven, words.into(), Some(Cause::WaitsForGap), None)
    }

    pub(super) fn untried(self, why: &Untried) -> Finding {
        let answer = Some(why.answer.clone()).filter(|answer| !answer.is_empty());
        self.finding(Verdict::Unproven, why.words.clone(), Some(why.cause), answer)
    }

    fn finding(self, verdict: Verdict, words: String, cause: Option<Cause>, answer: Option<String>) -> Finding {
        Finding {
            check: self.check.id.into(),
            subject: self.subject,
            cell: None,
            verdict,
            cause,
            strength: Strength::Fact,
            words,
            answer,
            evidence: vec![self.evidence.to_owned()],
            exhibits: self.exhibits,
        }
    }
}
