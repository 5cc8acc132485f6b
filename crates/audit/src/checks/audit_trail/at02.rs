//! AT02: every sensitive read left a record.

use super::{Kind, judge_events};
use crate::checks::Check;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AT02",
    dimension: Dimension::AuditTrail,
    severity: Severity::Blocks,
    title: "every sensitive read left a record (secret revealed, data exported, file downloaded)",
    why: "Data leaves by reading, not by writing. After a breach the first question is who saw what, and only a \
          record of reads can answer it.",
    how: "Reveals, exports and downloads that succeeded are looked for in the record, as AT01 does for changes.",
    references: &["ASVS 5.0 16.3.2", "CWE-778", "SOC 2 CC7.2", "GDPR Art. 33(3)"],
    fix: "Write the record before the answer is sent, and send nothing when it cannot be written.",
    built: true,
};

/// Words of a path, an operation id or a tag that make a read sensitive.
pub const WORDS: &[&str] = &[
    "reveal",
    "export",
    "exports",
    "download",
    "downloads",
    "secret",
    "secrets",
    "credential",
    "credentials",
    "decrypt",
    "unmask",
    "dump",
    "backup",
    "attachment",
    "attachments",
    "archive",
];

/// Sensitive reads that succeeded, one finding an action.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    judge_events(
        dossier,
        CHECK.id,
        &[Kind::Read],
        "it gave away sensitive data and left no record; a later event arrived",
    )
}
