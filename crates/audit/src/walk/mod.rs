//! The walk: every action as every actor, on objects that it made itself, with evidence of each step.
//!
//! [`walk`] starts the target, signs everybody in, and goes through the actions in stages, the harmless ones first. It
//! decides nothing: what the evidence proves is for the judges in [`crate::checks`].

pub mod actors;
mod after_deeds;
mod attackers;
mod body;
mod calls;
mod cell;
mod documents;
mod dry;
mod end;
mod files;
mod foresee;
mod form_tokens;
mod forms;
pub(crate) mod handed;
mod headers;
mod holdings;
mod home;
mod leaks;
mod likeness;
mod lists;
mod liveness;
mod made;
mod members;
mod memory;
mod misplaced;
mod never;
pub mod objects;
mod own;
mod pages;
pub mod part;
mod parties;
mod placed;
mod plain;
mod reach;
pub mod reading;
mod ready;
mod recovery;
mod references;
mod referred;
mod second_factor;
mod secrecy;
mod sentinel;
mod setup;
mod shows;
mod sign_in;
mod sign_up;
mod stages;
mod stretch;
mod together;
mod widened;
pub mod witness;
pub mod world;

pub use foresee::Foreseen;
pub(crate) use forms::form_about;
pub(crate) use home::names_tenant;
pub(crate) use liveness::ABOUT_ONESELF;
pub(crate) use never::UNSAFE;
pub use part::{Part, Shard};
pub use reach::Reached;
pub(crate) use setup::now;
pub use setup::{Setup, Walked};
pub use world::{Asked, Call, Refusal, Who, World};

use crate::error::Result;
use crate::evidence::Lost;
use crate::progress::Progress;
use crate::verdict::Dimension;

/// Walks a service and writes the evidence. The target is ended before this returns, whatever happens.
///
/// # Errors
/// When the walk cannot start: no target, no document, an actor who cannot sign in; or the disk is full.
pub async fn walk(setup: &Setup, progress: &dyn Progress) -> Result<Walked> {
    let mut world = setup.open(progress).await?;
    world.sign_all_in().await?;
    world.read_as_callers().await?;
    world.write_run(setup)?;
    if setup.passes.contains(&Dimension::Authorization) {
        world.walk_stages(&setup.part).await?;
        // A part of the walk may be all that is asked for here.
        if !world.is_steady().await? {
            world.store.add(&Lost { dimension: Dimension::Authorization })?;
        }
    }
    // One action alone is a question of authorization; the other passes ask about the whole service.
    if setup.part.asks_about_all() {
        for pass in Dimension::ALL.into_iter().filter(|pass| setup.passes.contains(pass)) {
            if world.is_steady().await? {
                crate::checks::probe(&mut world, pass).await?;
            }
            if !world.is_steady().await? {
                world.store.add(&Lost { dimension: pass })?;
            }
        }
        crate::checks::probe_last(&mut world, &setup.passes).await?;
    }
    if setup.passes.contains(&Dimension::Authorization) {
        world.try_files().await?;
        world.read_for_the_hidden().await;
    }
    world.clean_up().await;
    if setup.passes.contains(&Dimension::Authorization) {
        world.write_searched()?;
    }
    if setup.passes.contains(&Dimension::Authorization) && setup.part.is_whole() {
        world.write_lock(&setup.lock_file)?;
    }
    world.write_tally()
}
