//! Detection: do you know before your customers do?

pub mod de08;
mod signs;

use crate::error::Result;
use crate::evidence::Dossier;
use crate::verdict::Finding;
use crate::walk::World;

/// Provokes errors.
///
/// # Errors
/// When the evidence cannot be written.
pub async fn probe(world: &mut World<'_>) -> Result<()> {
    de08::probe(world).await
}

/// The findings of all checks.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    de08::judge(dossier)
}
