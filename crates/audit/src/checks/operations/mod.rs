//! Operations: the eighty per cent that is not features.

mod backup;
mod exposed;
pub mod op01;
pub mod op03;
pub mod op04;
pub mod op05;
pub mod op06;
pub mod op07;
pub mod op08;
pub mod op13;
pub mod op14;

use crate::error::Result;
use crate::evidence::Dossier;
use crate::verdict::Finding;
use crate::walk::World;

/// Looks at what lies open, makes and restores a backup.
///
/// # Errors
/// When the evidence cannot be written.
pub async fn probe(world: &mut World<'_>) -> Result<()> {
    op13::probe(world).await?;
    op03::probe(world).await?;
    op08::probe(world).await?;
    backup::probe(world).await?;
    op14::probe(world).await
}

/// Tries the limits.
///
/// # Errors
/// When the evidence cannot be written.
pub async fn probe_last(world: &mut World<'_>) -> Result<()> {
    op01::probe(world).await
}

/// The findings of all checks.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    [
        op01::judge(dossier),
        op03::judge(dossier),
        op04::judge(dossier),
        op05::judge(dossier),
        op06::judge(dossier),
        op07::judge(dossier),
        op08::judge(dossier),
        op13::judge(dossier),
        op14::judge(dossier),
    ]
    .concat()
}
