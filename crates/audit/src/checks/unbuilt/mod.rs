//! Checks that this version declares and cannot judge yet. They stand here in full, so that `plimsoll explain`
//! knows them, every report lists them, and no sum leaves them out. When a check gets its own file, its entry
//! leaves this table.

mod audit_trail;
mod detection;
mod operations;
mod promises;

use super::Check;
use crate::verdict::{Dimension, Severity};

/// One table a dimension that has some, in the order of the passes.
pub(super) const TABLES: [&[Check]; 4] = [audit_trail::TABLE, promises::TABLE, detection::TABLE, operations::TABLE];

/// What the entries of one table have in common; each overrides the rest.
const fn of(dimension: Dimension) -> Check {
    Check {
        id: "",
        dimension,
        severity: Severity::Trust,
        title: "",
        why: "",
        how: "",
        references: &[],
        fix: "",
        built: false,
    }
}
