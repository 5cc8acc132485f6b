//! Authorization: once signed in, may this actor do this to this object?

use super::of;
use crate::checks::Check;
use crate::verdict::{Dimension, Severity};

const CHECK: Check = of(Dimension::Authorization);

/// Declared, not yet judged.
pub(super) const TABLE: &[Check] = &[Check {
    id: "AZ12",
    severity: Severity::Prevents,
    title: "another verb, path spelling, content type, case or override header slips past",
    why: "A check that matches the path as text is passed by a trailing slash, a capital letter, or an override \
              header that the router understands and the check does not.",
    how: "Each learnt refusal is repeated with other spellings of the same request. Only the canary in the answer, \
              or an effect read back, counts; a different code does not.",
    references: &["OWASP API5:2023", "OWASP API8:2023", "ASVS 5.0 4.1.4", "ASVS 5.0 8.3.1", "CWE-650", "CWE-863"],
    fix: "Decide in the handler's own layer, after routing, instead of in a filter that reads the path; switch \
              method override off.",
    ..CHECK
}];
