//! Promises: does the product do what the policy says?

mod delivery;
mod doors;
mod hosts;
mod links;
mod pages;
mod phrases;
pub mod pr01;
pub mod pr02;
pub mod pr03;
pub mod pr04;
pub mod pr05;
pub mod pr06;
pub mod pr09;
mod traces;

pub(crate) use links::{followable, policy as policy_link};
pub(crate) use pages::{POLICIES, promised};
pub use pages::{Page, Pages};
pub(crate) use pr09::reserved_name;

use crate::error::Result;
use crate::evidence::Dossier;
use crate::verdict::Finding;
use crate::walk::World;

/// Looks at the pages and at security.txt, asks for exports, deletes an account that was made
/// for it, lets times pass, and looks at the bytes that are kept.
///
/// # Errors
/// When the evidence cannot be written.
pub async fn probe(world: &mut World<'_>) -> Result<()> {
    let passes = 4;
    world.progress.total(crate::verdict::Dimension::Promises, passes);
    let pages = pages::probe(world).await?;
    doors::probe(world, &pages)?;
    world.progress.step(crate::verdict::Dimension::Promises, 1);
    pr09::probe(world).await?;
    world.progress.step(crate::verdict::Dimension::Promises, 2);
    pr02::probe(world).await?;
    world.progress.step(crate::verdict::Dimension::Promises, 3);
    pr03::probe(world).await?;
    pr04::probe(world).await?;
    pr05::probe(world).await?;
    world.progress.step(crate::verdict::Dimension::Promises, passes);
    Ok(())
}

/// The findings of all checks.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    [
        pr01::judge(dossier),
        pr02::judge(dossier),
        pr03::judge(dossier),
        pr04::judge(dossier),
        pr05::judge(dossier),
        pr06::judge(dossier),
        pr09::judge(dossier),
    ]
    .concat()
}
