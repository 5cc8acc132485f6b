//! Whoever carries nothing but a credential that the service handed out, and what it opens for him.

use super::deeds::{self, Deed, found, values_of};
use crate::client::Purpose;
use crate::walk::{Call, World};

/// Most objects of the owner's that are read with a credential.
const HELD_MAX: usize = 3;
/// Most values of one answer that are tried.
const VALUES_MAX: usize = 3;

/// A credential of somebody's that opens something.
pub(super) struct Bearer {
    /// Who carries it.
    pub(super) at: usize,
    /// Whose it is.
    pub(super) of: usize,
    /// The action that handed it out.
    pub(super) action: usize,
    /// What it is known by.
    pub(super) object: usize,
    /// What was sent for it.
    pub(super) call: Call,
    /// What it opens: reads of its owner's.
    pub(super) deeds: Vec<Deed>,
}

/// One of each kind that the service hands out and that opens something.
pub(super) async fn all(world: &mut World<'_>) -> Vec<Bearer> {
    let mut bearers = Vec::new();
    for (slot, action, of) in world.handing() {
        if !world.revive(Some(of)).await {
            continue;
        }
        let Some((object, call, values)) = world.hand_out(slot, action, of).await else { continue };
        if let Some((at, deeds)) = opening(world, of, &values).await {
            bearers.push(Bearer { at, of, action, object, call, deeds });
        }
    }
    bearers
}

/// Who carries the one of these values that opens something of the owner's, and what it opens.
pub(super) async fn opening(world: &mut World<'_>, of: usize, values: &[String]) -> Option<(usize, Vec<Deed>)> {
    let mut reads: Vec<(Call, Vec<String>)> = Vec::new();
    for held in world.holdings(of, HELD_MAX).await {
        reads.push((held.call, held.shown.into_iter().map(|(_, canary)| canary).collect()));
    }
    if let Some(proof) = world.proof_call(of) {
        reads.push((proof, values_of(world, of)));
    }
    for value in values.iter().take(VALUES_MAX) {
        for carried in world.carriages(of, value) {
            let at = world.bearer(of, carried);
            if opens_any(world, at, &reads).await {
                let mut deeds = Vec::new();
                for (call, shown) in reads {
                    deeds.extend(deeds::read(world, at, call, &shown).await);
                }
                return (!deeds.is_empty()).then_some((at, deeds));
            }
            world.actors.truncate(at);
        }
    }
    None
}

async fn opens_any(world: &mut World<'_>, at: usize, reads: &[(Call, Vec<String>)]) -> bool {
    for (call, shown) in reads {
        let asked = world.ask(Some(at), call, Purpose::SignIn).await;
        if asked.succeeded() && !found(shown, call, &asked).is_empty() {
            return true;
        }
    }
    false
}
