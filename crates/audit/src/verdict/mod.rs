//! The words of the audit: dimensions, severities, verdicts, findings, gaps, and the whole outcome.
//!
//! Everything here is plain data. Judges make [`Finding`]s from evidence; [`crate::load_line`] settles findings
//! into an [`Outcome`]; reports and proofs only read it.

mod finding;
mod outcome;

pub use finding::{Cell, CheckResult, Exhibit, Finding, Gap};
pub use outcome::{Denominator, DimensionLine, Outcome, RunFacts};

use serde::{Deserialize, Serialize};

/// One of the five questions that the audit asks, in the order of its passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Once signed in, may this actor do this to this object?
    Authorization,
    /// Who did what, when, to what, with proof?
    AuditTrail,
    /// Does the product do what the policy says?
    Promises,
    /// Do you know before your customers do?
    Detection,
    /// The eighty per cent that is not features.
    Operations,
}

/// How much a gap matters, and so the phase in which it is closed (1, 2, 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Phase 1: blocks onboarding a client.
    Blocks,
    /// Phase 2: prevents incidents.
    Prevents,
    /// Phase 3: builds trust.
    Trust,
}

/// What is known about one cell, or about one check. Only `Holds` counts as holding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Proved good.
    Holds,
    /// Proved bad.
    Gap,
    /// A sign, such as a status code or a word, but no proof.
    Suspected,
    /// Could not be determined; the cause says why.
    Unproven,
    /// The question does not arise here; the words say why.
    NotApplicable,
    /// Silenced by the manifest until a day, with an owner and a reason. Never raises the line.
    Waived,
}

/// Why something is unproven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The manifest does not say where to look.
    NotTold,
    /// The action never succeeded for the one who may.
    NotReached,
    /// This run did not ask: its pass was left out.
    LeftOut,
    /// The effect is proved, the rule is not known: the matrix waits for an answer.
    WaitsForAnswer,
    /// It is kept from him, and nobody reviewed whether it should be: the matrix waits to be accepted.
    Unreviewed,
    /// Another gap must be closed first.
    WaitsForGap,
    /// Tried, and the evidence does not decide.
    Undecided,
    /// Older than the manifest allows.
    OutOfDate,
    /// This version of the audit does not have the check.
    NotBuilt,
}

/// How strong the expectation is that a finding was judged by. Lower is stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// A reviewed row of the matrix.
    Matrix,
    /// A wall around an object that this walk made as private.
    Wall,
    /// A fact that needs no policy.
    Fact,
    /// The document says protected.
    Document,
    /// Words in path, tag or description.
    Words,
    /// Nothing is expected.
    None,
}

/// The load that something may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// You, clicking. Needs no proof.
    Demo,
    /// A first client, with you watching. Phase 1 holds.
    Pilot,
    /// Clients, while you sleep. Phases 1 and 2 hold. Shown as "paying client".
    Client,
    /// A client's security team, with questions. Everything holds.
    Enterprise,
}

impl Dimension {
    /// All five in order.
    pub const ALL: [Self; 5] =
        [Self::Authorization, Self::AuditTrail, Self::Promises, Self::Detection, Self::Operations];

    /// Its place in the order of the passes, from 1.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// As it is written within a sentence: `audit trail`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::AuditTrail => "audit trail",
            Self::Promises => "promises",
            Self::Detection => "detection",
            Self::Operations => "operations",
        }
    }

    /// The question that it asks.
    #[must_use]
    pub const fn question(self) -> &'static str {
        match self {
            Self::Authorization => "may this actor do this to this object?",
            Self::AuditTrail => "who did what, when, with proof?",
            Self::Promises => "does the product do what the policy says?",
            Self::Detection => "do you know before your customers do?",
            Self::Operations => "the 80 % that isn’t features",
        }
    }
}

impl Verdict {
    /// As it is written in a table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Gap => "gap",
            Self::Suspected => "suspected",
            Self::Unproven => "unproven",
            Self::NotApplicable => "not applicable",
            Self::Waived => "waived",
        }
    }

    /// A sign that can be told from the others without colour.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Holds => "✔",
            Self::Gap => "✘",
            Self::Suspected => "?",
            Self::Unproven => "◌",
            Self::NotApplicable => "–",
            Self::Waived => "~",
        }
    }
}

impl Severity {
    /// All three in order.
    pub const ALL: [Self; 3] = [Self::Blocks, Self::Prevents, Self::Trust];

    /// The phase in which its gaps are closed: 1, 2, 3.
    #[must_use]
    pub const fn phase(self) -> u8 {
        self as u8 + 1
    }

    /// What closing the phase is good for.
    #[must_use]
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Blocks => "blocks onboarding",
            Self::Prevents => "prevents incidents",
            Self::Trust => "builds trust",
        }
    }

    /// What a check of this severity weighs in the span of its dimension.
    #[must_use]
    pub const fn weight(self) -> u32 {
        match self {
            Self::Blocks => 10,
            Self::Prevents => 3,
            Self::Trust => 1,
        }
    }
}

impl Mark {
    /// All four, lowest first.
    pub const ALL: [Self; 4] = [Self::Demo, Self::Pilot, Self::Client, Self::Enterprise];

    /// The highest severity of which every check must hold for this mark; `demo` needs none.
    #[must_use]
    pub const fn needs(self) -> Option<Severity> {
        match self {
            Self::Demo => None,
            Self::Pilot => Some(Severity::Blocks),
            Self::Client => Some(Severity::Prevents),
            Self::Enterprise => Some(Severity::Trust),
        }
    }

    /// Whether a gap of this severity stands before this mark.
    #[must_use]
    pub fn stopped_by(self, severity: Severity) -> bool {
        self.needs().is_some_and(|highest| severity <= highest)
    }

    /// As it is shown: `paying client`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Pilot => "pilot",
            Self::Client => "paying client",
            Self::Enterprise => "enterprise",
        }
    }

    /// As it is written in the manifest and on the command line: `client`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            other => other.name(),
        }
    }

    /// Whom it lets aboard.
    #[must_use]
    pub const fn lets_aboard(self) -> &'static str {
        match self {
            Self::Demo => "you, clicking",
            Self::Pilot => "a first client, with you watching",
            Self::Client => "clients, while you sleep",
            Self::Enterprise => "a client’s security team, with questions",
        }
    }
}
