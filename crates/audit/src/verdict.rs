//! The words of the audit: dimensions, severities, verdicts, findings, gaps, and the whole outcome.
//!
//! Everything here is plain data. Judges make [`Finding`]s from evidence; [`crate::load_line`] settles findings
//! into an [`Outcome`]; reports and proofs only read it.

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

/// Action × role × relation: with a check, the key of a cell. Never a value or a time, so that ten runs agree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// `GET /projects/{project}`.
    pub action: String,
    /// The attacker's role as the manifest says, or `anonymous`.
    pub role: String,
    /// What the attacker is to the object: `other tenant`, `same tenant`, `anonymous`, `owner` …
    pub relation: String,
}

/// What a judge says of one cell (or promise, alert, setting, class of data), with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The check's id: `AZ02`.
    pub check: String,
    /// What the finding is about; gaps are counted by it: `GET /projects/{project}`.
    pub subject: String,
    /// The cell, where the check is judged by cells.
    pub cell: Option<Cell>,
    /// What is known.
    pub verdict: Verdict,
    /// Why it is unproven, where it is.
    pub cause: Option<Cause>,
    /// What it was judged by.
    pub strength: Strength,
    /// One sentence in plain words: `otto (birch) reads amber's export: canary in the answer`.
    pub words: String,
    /// What would answer it, where it is unproven: the manifest line, or the command.
    pub answer: Option<String>,
    /// Digests (hex SHA-256) of the evidence documents that show it.
    pub evidence: Vec<String>,
    /// What to show a person, side by side.
    pub exhibits: Vec<Exhibit>,
}

/// One line of proof for people: who asked what, and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exhibit {
    /// `owner`, `other`, `nobody`, `absent id`, `read back`, `control` …
    pub label: String,
    /// `olga (amber)`.
    pub actor: String,
    /// `GET /api/exports/7f3a/file`.
    pub request: String,
    /// The status code; 0 where no answer came.
    pub status: u16,
    /// Bytes of the answer's body.
    pub bytes: u64,
    /// `canary plim-7k2q-amber-olga`, `→ /login`, `unchanged` …
    pub note: String,
    /// The same by hand, secrets as variables.
    pub curl: String,
}

/// One check failing on one action, promise, alert, setting or class of data, however many cells show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Stable over runs: the check and four hex digits of the subject's hash: `AZ02-5c1e`.
    pub id: String,
    /// The check's id.
    pub check: String,
    /// The action, promise, alert …
    pub subject: String,
    /// The phase in which it is closed.
    pub severity: Severity,
    /// One sentence.
    pub words: String,
    /// The gap that must be closed first; then this one is not counted.
    pub waits_for: Option<String>,
    /// Owner and last day of a waiver, where there is one.
    pub waived: Option<String>,
    /// The findings that show it.
    pub findings: Vec<Finding>,
}

/// How one check ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// `AZ02`.
    pub id: String,
    /// `another tenant reads an object`.
    pub title: String,
    /// Its dimension.
    pub dimension: Dimension,
    /// Its severity.
    pub severity: Severity,
    /// Gap if anything is a gap; else suspected; else unproven; else holds; not applicable if nothing applies.
    pub verdict: Verdict,
    /// Why it is unproven, where it is.
    pub cause: Option<Cause>,
    /// One sentence: what was shown, or why it was not.
    pub words: String,
    /// What would answer it, where it is unproven: the manifest line, or the command.
    pub answer: Option<String>,
    /// Cells of this check: conclusive and good.
    pub held: u32,
    /// Cells of this check in all.
    pub cells: u32,
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

/// The line of one dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DimensionLine {
    /// Which.
    pub dimension: Dimension,
    /// What is proved.
    pub line: Mark,
    /// What the manifest requires of this dimension.
    pub wanted: Option<Mark>,
    /// Weight that holds ÷ weight that applies, in per cent. 0 when capped.
    pub proved: u8,
    /// The same with every unproven check counted as holding. 0 when capped.
    pub possible: u8,
    /// The span without the cap, where a proved breach between tenants makes it 0.
    pub uncapped: Option<(u8, u8)>,
    /// Checks that hold.
    pub holds: u32,
    /// Checks with a gap.
    pub open: u32,
    /// Checks that are suspected or unproven, built ones only.
    pub unproven: u32,
    /// Checks that do not apply.
    pub not_applicable: u32,
    /// Checks that this version does not have.
    pub not_built: u32,
    /// Gaps counted.
    pub gaps: u32,
    /// The worst, in words.
    pub worst: String,
}

/// The denominator: what was possible, planned, sent, conclusive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denominator {
    /// Actions in the catalogue.
    pub actions: u32,
    /// Actions that succeeded for the one who may.
    pub reached: u32,
    /// Cells that could exist.
    pub cells_possible: u32,
    /// … that do not apply.
    pub cells_not_applicable: u32,
    /// … that were not reached.
    pub cells_not_reached: u32,
    /// … that were sent.
    pub cells_sent: u32,
    /// … that are conclusive.
    pub cells_conclusive: u32,
    /// … that hold.
    pub cells_hold: u32,
    /// … that are open.
    pub cells_open: u32,
    /// … whose effect is proved and whose rule waits for the matrix.
    pub cells_awaiting: u32,
    /// Requests in all.
    pub requests: u32,
    /// … that belong to cells.
    pub requests_cells: u32,
    /// … to make objects.
    pub requests_set_up: u32,
    /// … to remove them.
    pub requests_clean_up: u32,
    /// Looks whether the service was up yet, which are not of them.
    #[serde(default)]
    pub requests_waiting: u32,
    /// Objects that were made.
    pub objects_made: u32,
    /// Objects left behind.
    pub objects_left: u32,
}

/// What was audited, when, by what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFacts {
    /// The service's name.
    pub service: String,
    /// The environment's name.
    pub environment: String,
    /// Whether everything in it may be lost.
    pub disposable: bool,
    /// The address that was walked.
    pub url: String,
    /// The commit of the checkout, where there is one.
    pub commit: Option<String>,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// Milliseconds from start to the last answer.
    pub duration_ms: u64,
    /// Version of the audit.
    pub version: String,
    /// SHA-256 of the manifest's bytes, hex.
    pub manifest_digest: String,
    /// Merkle root of the evidence, hex.
    pub evidence_root: String,
    /// Where the evidence lies, relative to the manifest.
    pub evidence_dir: String,
    /// The order's seed.
    pub seed: u64,
    /// Key id of the signature, where the run is signed.
    pub signed_by: Option<String>,
}

/// Everything that a report, a proof or a ratchet needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What was audited.
    pub run: RunFacts,
    /// What one wants to carry: the manifest's `require`; where it names dimensions, the lowest of them.
    pub wanted: Option<Mark>,
    /// What is proved: the lowest of the five lines.
    pub proved: Mark,
    /// Five lines, in order.
    pub dimensions: Vec<DimensionLine>,
    /// Every check of the catalogue of checks, built or not.
    pub checks: Vec<CheckResult>,
    /// Gaps by phase, then check, then subject.
    pub gaps: Vec<Gap>,
    /// Every finding that is not part of a gap.
    pub findings: Vec<Finding>,
    /// The denominator.
    pub denominator: Denominator,
    /// Actions that were not reached, with what was tried, and other notes of the walk (routes beyond the document,
    /// objects left, what was not looked at).
    pub notes: Vec<String>,
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
