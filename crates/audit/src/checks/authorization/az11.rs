//! AZ11: parent and child in the path do not belong together.

use crate::checks::Check;
use crate::verdict::{Dimension, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ11",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "parent and child in the path do not belong together",
    why: "A route that checks the parent and loads the child by its id alone opens every child to anybody who owns \
          some parent.",
    how: "The attacker's own parent is put before the victim's child in the path. The child's canary in the answer, \
          or a change of the child read back by its owner, is proof.",
    references: &["OWASP API1:2023 (BOLA)", "ASVS 5.0 8.2.2", "CWE-639"],
    fix: "Load the child through its parent (`where id = $1 and parent_id = $2`), in one query.",
    built: true,
};
