//! AZ04: same tenant, not a member: reads or changes.

use crate::checks::Check;
use crate::verdict::{Dimension, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ04",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "same tenant, not a member: reads or changes",
    why: "Inside one company, too, not everybody may see everything: pay, complaints, a client's project. A wall \
          between companies alone leaves all of it open to every colleague.",
    how: "As for the wall between tenants, with a colleague who is no member of the object. Whether that is meant \
          is for the reviewed matrix to say; what was seen without a reviewed row waits for your answer.",
    references: &["OWASP API1:2023 (BOLA)", "ASVS 5.0 8.2.2", "CWE-639", "CWE-863"],
    fix: "Decide membership where the object is loaded, not where the page is drawn, and write down in the matrix \
          what colleagues may see of each other's work.",
    built: true,
};
