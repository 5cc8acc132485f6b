//! Detection: do you know before your customers do?

pub mod de01;
pub mod de02;
pub mod de03;
pub mod de04;
pub mod de05;
pub mod de08;
mod exposure;
mod outage;
mod provoked;
mod settings;
mod signs;

pub(in crate::checks) use de02::links_in;
pub(in crate::checks) use provoked::{doer, send};
pub(in crate::checks) use signs::debug_page;

use crate::error::Result;
use crate::evidence::Dossier;
use crate::verdict::Finding;
use crate::walk::World;

/// Provokes errors and alerts, stops a job, and takes the database away: that comes last.
///
/// # Errors
/// When the evidence cannot be written.
pub async fn probe(world: &mut World<'_>) -> Result<()> {
    de08::probe(world).await?;
    settings::probe(world).await?;
    de01::probe(world).await?;
    de02::probe(world).await?;
    de05::probe(world).await?;
    // Whatever takes long comes before a heartbeat is waited for.
    de04::probe(world).await?;
    outage::probe(world).await
}

/// The findings of all checks.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    [
        de01::judge(dossier),
        de02::judge(dossier),
        de03::judge(dossier),
        de04::judge(dossier),
        de05::judge(dossier),
        de08::judge(dossier),
    ]
    .concat()
}
