//! AZ22: a form that is sent twice, and a page that is saved too late.

mod stale;
mod twice;

use crate::checks::Check;
use crate::error::Result;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::World;

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ22",
    dimension: Dimension::Authorization,
    severity: Severity::Prevents,
    title: "careless user: double submit makes two, stale write wins",
    why: "People press twice and keep tabs open for days. Two invoices, or an old page that overwrites a new text, cost trust \
          without any attacker.",
    how: "Where an action takes an `Idempotency-Key`, what it makes is asked for twice at once and once more under one key, and \
          what came of it is counted in a list; what no list shows is left out. Where an update takes `If-Match`, documents 412 or 428, or takes a version \
          that its object shows, it is sent with the version from before somebody else's update, then with the present one, \
          which has to be taken. What promises neither is not judged. About five requests for each action.",
    references: &["ASVS 5.0 2.3.3", "RFC 9110 13.1.1 (If-Match)", "RFC 6585 3 (428)", "CWE-837", "CWE-362"],
    fix: "Keep the key with what it made, in the transaction that makes it, and make updates conditional on the version that \
          was read (`… and version = $2`).",
    built: true,
};

/// Sends twice what can be sent twice, and late what can be late.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    twice::probe(world).await?;
    stale::probe(world).await
}

/// A finding for each action that promises to see to it.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    [twice::judge(dossier), stale::judge(dossier)].concat()
}
