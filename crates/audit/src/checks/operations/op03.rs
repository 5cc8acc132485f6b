//! OP03: expired sessions, tokens, invitations and uploads are cleaned up.

use crate::checks::{Check, expiry};
use crate::error::Result;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::World;

/// The declaration.
pub const CHECK: Check = Check {
    id: "OP03",
    dimension: Dimension::Operations,
    severity: Severity::Prevents,
    title: "expired sessions, tokens, invitations and uploads are cleaned up",
    why: "What has expired and is still there makes every dump bigger and every leak worse.",
    how: "For each class that the manifest tells, one is made, its time is let pass and the clearing away is run by the \
          manifest's command, and the rows are counted before, with it and afterwards.",
    references: &["ASVS 5.0 14.2.7", "CWE-459", "GDPR Art. 5(1)(e)"],
    fix: "One sweeping job for all classes, with its last success on the health page.",
    built: true,
};

/// The manifest's section.
const SECTION: &str = "expired";

/// Lets the time of each class pass.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let classes = world.manifest.instruments.expired.clone();
    expiry::probe(world, SECTION, &classes).await
}

/// One finding for each class.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    expiry::judge(&CHECK, dossier, SECTION)
}
