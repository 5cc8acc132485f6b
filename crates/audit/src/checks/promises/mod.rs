//! Promises: does the product do what the policy says?

mod hosts;
mod links;
mod pages;
pub mod pr06;
pub mod pr09;

pub use pages::{Page, Pages};
pub(crate) use pr09::reserved_name;

use crate::error::Result;
use crate::evidence::Dossier;
use crate::verdict::Finding;
use crate::walk::World;

/// Looks at the pages and at security.txt.
///
/// # Errors
/// When the evidence cannot be written.
pub async fn probe(world: &mut World<'_>) -> Result<()> {
    let passes = 2;
    world.progress.total(crate::verdict::Dimension::Promises, passes);
    pages::probe(world).await?;
    world.progress.step(crate::verdict::Dimension::Promises, 1);
    pr09::probe(world).await?;
    world.progress.step(crate::verdict::Dimension::Promises, passes);
    Ok(())
}

/// The findings of all checks.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    [pr06::judge(dossier), pr09::judge(dossier)].concat()
}
