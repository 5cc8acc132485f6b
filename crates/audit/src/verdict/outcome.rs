//! What a whole run comes to: its lines, what it left out of them, and the facts of the run itself.

use serde::{Deserialize, Serialize};

use super::{CheckResult, Dimension, Finding, Gap, Mark};

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
    /// Actions that are not walked, each for a reason: sign-in and sign-up, what the manifest says never.
    #[serde(default)]
    pub left_out: u32,
    /// The service died on the way and could not be brought back.
    #[serde(default)]
    pub lost: bool,
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
