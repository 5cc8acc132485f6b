//! AZ05: lower role performs a higher role's action.

use crate::checks::Check;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ05",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "lower role performs a higher role's action",
    why: "Hiding a button does not stop anybody: the request behind it can be sent by hand. Roles that exist only \
          on the page are decoration.",
    how: "Each action that a higher role may do is sent by each lower role, within the same tenant, on objects \
          made for this; the effect is read back by the one who may. The reviewed matrix says what a role may. \
          A key that the service hands out and that was asked for with its word for reading is tried with every change, too.",
    references: &["OWASP API5:2023 (BFLA)", "ASVS 5.0 8.2.1", "ASVS 5.0 8.3.1", "CWE-862", "CWE-269"],
    fix: "Name the required role beside the route, have one function decide, and refuse before the handler runs.",
    built: true,
};

/// What a key did that was given for reading. The trials of the walk are judged together with those of other checks.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    super::scopes::judge(&CHECK, dossier)
}
