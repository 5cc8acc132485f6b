//! `hold.lift`: what was held goes when its time is over, as everything else.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};

use super::HOLD;
use super::hold::Hold;
use crate::nothing::Nothing;
use crate::standing::OWNER;

/// Lifts a hold.
pub struct LiftHold;

impl Action for LiftHold {
    type Target = Hold;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "hold.lift",
        "Lifts a hold. It stays in the list, with who lifted it.",
        Way::Http(Verb::Post, "/retention/holds/{hold}/lift"),
        Relations::of(&[OWNER]),
    )
    .not_when(&["lifted"])
    .in_closing();
}

impl Change for LiftHold {
    async fn change(_: &Nothing, hold: &Permitted<Hold>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let by = write.caller().actor.person().ok_or(Refusal::SignIn)?;
        let lift =
            "UPDATE hold SET rev = $2, lifted_by = $3, lifted_at = $4 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(HOLD, hold.id, hold.revision, lift, values![by, write.now()]).await?;
        let mut record = Record::on("hold", hold.id);
        if let Some(project) = hold.project {
            record = record.and("project", project.0);
        }
        if let Some(client) = hold.client {
            record = record.and("client", client.0);
        }
        Ok((Nothing {}, record))
    }
}
