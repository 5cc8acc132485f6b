//! AZ03: another tenant changes or deletes an object, adds a child to it, or moves it.

use crate::checks::Check;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity, Verdict};

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
          is proof, whatever the status code said. Where a body names something by its key, the stranger names the \
          owner's in something of his own: taken where a key that is nobody's is refused, it was looked up over the wall.",
    references: &["OWASP API1:2023 (BOLA)", "ASVS 5.0 8.2.2", "ASVS 5.0 8.4.1", "CWE-639", "CWE-863"],
    fix: "Put the tenant into the write itself (`update … where id = $1 and tenant_id = $2`), check the parent as \
          well as the child, and refuse before anything is written.",
    built: true,
};

/// What was named over the wall, as far as the trials of the walk, which are judged together with those of other checks, do
/// not show it of the same action: then it is one mistake, seen twice.
pub fn judge(dossier: &Dossier, walked: &[Finding]) -> Vec<Finding> {
    let shown = |action: &str| {
        walked.iter().any(|one| one.check == CHECK.id && one.verdict == Verdict::Gap && one.subject == action)
    };
    let mut findings = super::referred::judge(&CHECK, dossier);
    findings.retain(|finding| {
        let action = finding.subject.split(" · ").next().unwrap_or_default();
        finding.verdict != Verdict::Gap || !shown(action)
    });
    findings
}
