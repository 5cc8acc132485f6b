//! `installation.move`: the last thing that an embedded database records before PostgreSQL takes over.

use door::store::Engine;
use door::{Action, Change, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::Anywhere;
use crate::nothing::Nothing;
use crate::world::World;

/// Closes the record of this database, for ever.
pub struct Move;

/// The record is closed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Moved {
    /// The number of the last event, which is this one.
    pub last_event: i64,
}

impl Action for Move {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = Moved;
    const SPEC: Spec = Spec::new(
        "installation.move",
        "Closes the record of the embedded database, before everything moves to PostgreSQL.",
        Way::Console("installation.move"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Change for Move {
    async fn change(_: &Nothing, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(Moved, Record)> {
        if write.world::<World>()?.engine != Engine::Sqlite {
            return Err(Refusal::Conflict("not_embedded"));
        }
        // SQLite has one writer and gives numbers without a gap: the next one is this action's own.
        let next = write.one("SELECT coalesce(max(n), 0) + 1 AS next FROM event", vec![]).await?;
        let last_event: i64 = next.get("next")?;
        write.keep("UPDATE installation SET last_event = $1", values![last_event]).await?;
        Ok((Moved { last_event }, Record::of_nothing()))
    }
}
