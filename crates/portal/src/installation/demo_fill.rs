//! `demo.fill`: the invented world is complete. The world itself was made by its people, through the door.

use door::{Action, Permitted, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Way, Write};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::Anywhere;
use crate::nothing::Nothing;
use crate::world::World;

/// Says that the demo is filled.
pub struct FillDemo;

/// The demo is filled.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DemoFilled {
    /// Whether it was this run that filled it.
    pub filled: bool,
}

impl Action for FillDemo {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = DemoFilled;
    const SPEC: Spec = Spec::new(
        "demo.fill",
        "Marks an installation as a demo whose people are invented.",
        Way::Console("demo.fill"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Receive for FillDemo {
    type Ready = ();

    async fn ready(_: Nothing, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<()> {
        // The passwords of the demo's people are known to everybody.
        if read.world::<World>()?.demo { Ok(()) } else { Err(Refusal::Conflict("no_demo")) }
    }

    async fn receive((): &(), _: &Permitted<Anywhere>, _: &mut Write<'_>) -> Result<(DemoFilled, Record)> {
        Ok((DemoFilled { filled: true }, Record::of_nothing()))
    }
}
