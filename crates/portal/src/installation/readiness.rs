//! `readiness.show`: what stands between this installation and a client, in words and minutes. What is looked at stands in
//! `watch/wired.rs`, where the command `doctor` has it from, too. Here it is shown and nothing is sent: what concerns the
//! whole installation is its operator's to do, and not that of one of its organisations.

use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Verb, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::nothing::Nothing;
use crate::organisations::Room;
use crate::standing::{ADMIN, OWNER};
use crate::watch::wired;
use crate::world::World;

/// Shows how ready the installation is.
pub struct Readiness;

/// How ready it is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReadinessShown {
    /// Item by item.
    pub items: Vec<ReadinessItem>,
    /// Minutes that are left, as far as they are known.
    pub minutes: i64,
}

/// One item.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReadinessItem {
    /// What it is about: `https`, `record`, `backup` …
    pub name: String,
    /// Whether it is wired.
    pub wired: bool,
    /// What is known, in a sentence.
    pub words: String,
    /// Minutes to wire it. None where nothing is to do, or where this version cannot.
    pub minutes: Option<i64>,
}

impl Action for Readiness {
    type Target = Room;
    type Input = Nothing;
    type Output = ReadinessShown;
    const SPEC: Spec = Spec::new(
        "readiness.show",
        "Shows what is wired and what is not, with the minutes that it takes.",
        Way::Http(Verb::Get, "/readiness"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Look for Readiness {
    async fn look(_: &Nothing, _: &Permitted<Room>, read: &mut Read<'_>) -> Result<ReadinessShown> {
        let (world, trouble, now) = (read.world::<World>()?, read.sealing_trouble(), read.now());
        let items = wired::items(world, read, trouble, now).await?;
        let minutes = items.iter().filter_map(|item| item.minutes).sum();
        Ok(ReadinessShown { items, minutes })
    }
}
