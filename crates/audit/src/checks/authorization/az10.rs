//! AZ10: lists, search, counts, exports and feeds leak rows across the wall.

use crate::checks::Check;
use crate::verdict::{Dimension, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ10",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "lists, search, counts, exports and feeds leak rows across the wall",
    why: "The detail page is checked, and the search box beside it answers with everybody's rows. Lists are where \
          whole customer bases leak.",
    how: "The owner finds the canary in his own list first; then the other actor reads the same list, by the same \
          filters and to the same depth. The canary there is proof. An empty list proves nothing unless the \
          actor's own row stands in it.",
    references: &["OWASP API1:2023 (BOLA)", "ASVS 5.0 8.2.2", "ASVS 5.0 8.4.1", "CWE-639", "CWE-200"],
    fix: "Build every list, search, count and export on one query that already holds the caller's reach; filters \
          of the caller may only narrow it.",
    built: true,
};
