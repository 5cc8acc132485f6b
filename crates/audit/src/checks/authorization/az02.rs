//! AZ02: another tenant reads an object.

use crate::checks::Check;
use crate::verdict::{Dimension, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ02",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "another tenant reads an object",
    why: "Being signed in is not being allowed. Each action must ask whether this person may do this to this \
          object. In a demo nobody notices: there is one user.",
    how: "For each read an object is made as its owner, with a canary in it, and the owner reads it. A person of \
          another tenant then asks for the same id. The canary in the answer is proof. A 200 alone is not, and a \
          403 alone is no acquittal.",
    references: &["OWASP API1:2023 (BOLA)", "ASVS 5.0 8.2.2", "ASVS 5.0 8.4.1", "CWE-639", "GDPR Art. 32(1)(b)"],
    fix: "Load the object inside the caller's tenant, in one place that all routes use: `where id = $1 and \
          tenant_id = $2`. Answer as for an object that does not exist when there is no row.",
    built: true,
};
