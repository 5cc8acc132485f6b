//! AZ01: anonymous reaches a protected action.

use crate::checks::Check;
use crate::verdict::{Dimension, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ01",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "anonymous reaches a protected action",
    why: "An action that forgets to ask who is calling answers the whole internet. It works in every demo, because \
          there everybody is signed in.",
    how: "Each action that succeeds for its owner is sent again without any credential, on an object that was made \
          for this. The owner's canary in the answer, or a change that the owner sees afterwards, is proof; a \
          status code is not.",
    references: &["OWASP API5:2023", "OWASP API2:2023", "ASVS 5.0 8.2.1", "ASVS 5.0 8.3.1", "CWE-306", "CWE-862"],
    fix: "Ask for a signed-in caller in one place that every route passes, and list the few public routes there by \
          name, so that a new route is closed until somebody opens it.",
    built: true,
};
