//! AT01: every state-changing action that succeeded left a record.

use super::{Kind, judge_events};
use crate::checks::Check;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AT01",
    dimension: Dimension::AuditTrail,
    severity: Severity::Blocks,
    title: "every state-changing action that succeeded left a record",
    why: "When a client asks who removed the file, the answer must not be a guess. One action that is not recorded \
          makes the whole record worthless as proof of absence.",
    how: "After each successful change an event that is known to be recorded is caused. When that one has arrived \
          and the other has not, the record is missing; no fixed waiting is involved.",
    references: &["ASVS 5.0 16.3.3", "CWE-778", "SOC 2 CC7.2", "GDPR Art. 5(2)"],
    fix: "Write the record in the transaction that makes the change, in the one place that all changes pass.",
    built: true,
};

/// Makings and changes that succeeded, one finding an action.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    judge_events(
        dossier,
        CHECK.id,
        &[Kind::Made, Kind::Changed],
        "it succeeded and left no record; a later event arrived",
    )
}
