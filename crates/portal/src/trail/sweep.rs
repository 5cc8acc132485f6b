//! `trail.sweep`: what is older than the record is kept goes. Each chain tells by itself how far it was dropped
//! (`trail.prune`), and verifiers see that it was by policy.

use door::{Action, Desk, Keep, Permitted, Relation, Relations, Result, Spec, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::Anywhere;
use crate::nothing::Nothing;
use crate::world::World;

const SECONDS_A_DAY: i64 = 86_400;

/// Drops what is too old.
pub struct Sweep;

/// What went.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TrailSwept {
    /// Events whose bodies were dropped.
    pub dropped: i64,
}

impl Action for Sweep {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = TrailSwept;
    const SPEC: Spec = Spec::new(
        "trail.sweep",
        "Drops the beginning of each chain that is older than the record is kept; the chain tells how far.",
        Way::Job { every_seconds: 21_600 },
        Relations::of(&[Relation::JOB]),
    );
}

impl Keep for Sweep {
    async fn keep(_: &Nothing, _: &Permitted<Anywhere>, desk: &Desk) -> Result<TrailSwept> {
        let Some(days) = desk.world::<World>()?.keep_record_days else { return Ok(TrailSwept { dropped: 0 }) };
        let before = desk.now().plus_seconds(-SECONDS_A_DAY * i64::from(days));
        let mut dropped = 0;
        for chain in desk.chains_older_than(before).await? {
            while let Some(pruned) = desk.prune(&chain, before).await? {
                dropped += pruned.events;
            }
        }
        Ok(TrailSwept { dropped: i64::try_from(dropped).unwrap_or(i64::MAX) })
    }
}
