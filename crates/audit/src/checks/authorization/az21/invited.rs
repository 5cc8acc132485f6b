//! One invitation, used by several newcomers at once.

use super::{AT_ONCE, Invited};
use crate::checks::authorization::az16;
use crate::error::Result;
use crate::manifest::LinkKind;
use crate::walk::World;

/// Each kind of link by which somebody new comes in under a name of his own.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    for (subject, kind) in world.manifest.links.clone() {
        if !az16::invites(&kind) || !kind.used.names().contains("name") {
            continue;
        }
        let mut invited = Invited { subject, ..Invited::default() };
        invited.why_not = rounds(world, &kind, &mut invited.rounds).await.err();
        world.store.add(&invited)?;
    }
    Ok(())
}

/// Once, and once more where more than one came in.
async fn rounds(world: &mut World<'_>, kind: &LinkKind, rounds: &mut Vec<u32>) -> std::result::Result<(), String> {
    while rounds.len() < 2 && rounds.last().is_none_or(|inside| 1 < *inside) {
        let inside = az16::enter_together(world, kind, AT_ONCE).await?;
        rounds.push(u32::try_from(inside).unwrap_or(u32::MAX));
    }
    Ok(())
}
