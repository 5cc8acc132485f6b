//! `recovery_kit.confirm`: somebody keeps the recovery kit, and the record says since when.

use door::{Action, Change, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Way, Write};

use crate::identity::Anywhere;
use crate::nothing::Nothing;
use crate::world::World;

/// Notes that the kit is kept.
pub struct ConfirmKit;

impl Action for ConfirmKit {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "recovery_kit.confirm",
        "Notes that the recovery kit is kept elsewhere; whoever says so has typed its last group.",
        Way::Console("recovery_kit.confirm"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Change for ConfirmKit {
    async fn change(_: &Nothing, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let confirmed = write.world::<World>()?.backups.data.kit_is_confirmed();
        let confirmed = confirmed.map_err(|error| {
            tracing::error!(%error, "the recovery kit cannot be looked up");
            Refusal::Broken
        })?;
        if confirmed { Ok((Nothing {}, Record::of_nothing())) } else { Err(Refusal::Conflict("not_confirmed")) }
    }
}
