//! AZ03: another tenant changes or deletes an object, adds a child to it, or moves it.

use crate::checks::Check;
use crate::verdict::{Dimension, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ03",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "another tenant changes or deletes an object, adds a child to it, or moves it",
    why: "A write across the wall destroys what a client trusts you with, and nobody sees it happen. Services that \
          check their reads often forget their writes.",
    how: "A person of another tenant sends the owner's own last successful request with one harmless field \
          changed. The owner reads the object back by a route that has shown the owner's own change. What changed \
          is proof, whatever the status code said.",
    references: &["OWASP API1:2023 (BOLA)", "ASVS 5.0 8.2.2", "ASVS 5.0 8.4.1", "CWE-639", "CWE-863"],
    fix: "Put the tenant into the write itself (`update … where id = $1 and tenant_id = $2`), check the parent as \
          well as the child, and refuse before anything is written.",
    built: true,
};
