//! PR04: stated retention periods are kept: expired rows of each class are gone.

use crate::checks::{Check, expiry};
use crate::error::Result;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::World;

/// The declaration.
pub const CHECK: Check = Check {
    id: "PR04",
    dimension: Dimension::Promises,
    severity: Severity::Prevents,
    title: "stated retention periods are kept: expired rows of each class are gone",
    why: "A stated period that nobody keeps is worse than none: it is a written promise that is broken every day.",
    how: "For each class that the manifest tells, a row is made, its time is let pass and the clearing away is run by the \
          manifest's command, and the rows are counted: the one that was made must be gone.",
    references: &["GDPR Art. 5(1)(e)", "GDPR Art. 13(2)(a)", "ASVS 5.0 14.2.7"],
    fix: "Let one job read the periods from the same table that the policy page is made of.",
    built: true,
};

/// The manifest's section.
const SECTION: &str = "retention";

/// Lets the time of each class pass.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let classes = world.manifest.instruments.retention.clone();
    expiry::probe(world, SECTION, &classes).await
}

/// One finding for each class.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    expiry::judge(&CHECK, dossier, SECTION)
}
