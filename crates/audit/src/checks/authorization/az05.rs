//! AZ05: lower role performs a higher role's action.

use crate::checks::Check;
use crate::evidence::{Dossier, Unjoined};
use crate::verdict::{Cause, Dimension, Finding, Severity, Strength, Verdict};

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

/// What a key did that was given for reading, and the states that nobody could be brought into. The trials of the walk are
/// judged together with those of other checks.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let mut findings = super::scopes::judge(&CHECK, dossier);
    findings.extend(dossier.all::<Unjoined>().into_iter().map(|(digest, unjoined)| not_tried(digest, &unjoined)));
    findings
}

fn not_tried(digest: &str, unjoined: &Unjoined) -> Finding {
    let Unjoined { state, line, why } = unjoined;
    Finding {
        check: CHECK.id.to_owned(),
        subject: format!("what a {state} may not do"),
        cell: None,
        verdict: Verdict::Unproven,
        cause: Some(Cause::NotTold),
        strength: Strength::Fact,
        words: format!("nobody was brought into it, so the rows `when {state}:` were not tried: {why}"),
        answer: Some(format!("[become] {state} = '{line}' as the service takes it")),
        evidence: vec![digest.to_owned()],
        exhibits: Vec::new(),
    }
}
