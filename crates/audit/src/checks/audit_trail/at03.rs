//! AT03: refused attempts leave a record.

use super::{Kind, judge_events};
use crate::checks::Check;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AT03",
    dimension: Dimension::AuditTrail,
    severity: Severity::Prevents,
    title: "refused attempts leave a record",
    why: "Somebody who tries a hundred doors is worth a look. If only what succeeded is recorded, he is invisible \
          until he succeeds.",
    how: "Refusals that the walk provoked across the walls are looked for in the record.",
    references: &["ASVS 5.0 16.3.2", "CWE-778", "SOC 2 CC7.2"],
    fix: "Record the refusal where it is decided, with actor, action and object, and limit how many one actor can \
          cause in a minute.",
    built: true,
};

/// Refused attempts of strangers, one finding an action.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    judge_events(dossier, CHECK.id, &[Kind::Refused], "a stranger was refused, and nothing in the record tells of it")
}
