//! What the judges say: a finding, and the gap that many of them make.

use serde::{Deserialize, Serialize};

use super::{Cause, Dimension, Severity, Strength, Verdict};

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
