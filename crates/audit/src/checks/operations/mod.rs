//! Operations: the eighty per cent that is not features.

pub mod op01;

use crate::error::Result;
use crate::evidence::Dossier;
use crate::verdict::Finding;
use crate::walk::World;

/// Tries the limits. The last pass: what it locks stays locked.
///
/// # Errors
/// When the evidence cannot be written.
pub async fn probe(world: &mut World<'_>) -> Result<()> {
    op01::probe(world).await
}

/// The findings of all checks.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    op01::judge(dossier)
}
