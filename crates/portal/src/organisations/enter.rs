//! `organisation.enter`: the first use of a sign-in in an organisation, on that organisation's record.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Organisation;
use crate::identity::SESSION;
use crate::ids::OrganisationId;
use crate::nothing::Nothing;
use crate::standing::{FACTORLESS, ROOM_PEOPLE};

/// Goes into an organisation's rooms.
pub struct Enter;

/// Where one is now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Entered {
    /// The organisation.
    pub organisation: OrganisationId,
}

impl Action for Enter {
    type Target = Organisation;
    type Input = Nothing;
    type Output = Entered;
    const SPEC: Spec = Spec::new(
        "organisation.enter",
        "Goes into the rooms of an organisation that one belongs to; what follows happens there.",
        Way::Http(Verb::Post, "/organisations/{organisation}/enter"),
        ROOM_PEOPLE.and(Relations::of(&[FACTORLESS])),
    )
    .in_maintenance()
    .in_closing();
}

impl Change for Enter {
    async fn change(_: &Nothing, here: &Permitted<Organisation>, write: &mut Write<'_>) -> Result<(Entered, Record)> {
        if here.caller_is(&[FACTORLESS]) {
            return Err(Refusal::NoFactor);
        }
        // A token stays where it was made.
        let session = write.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let row = write.one("SELECT rev FROM session WHERE id = $1", values![session]).await?;
        write
            .update(
                SESSION,
                session,
                row.get("rev")?,
                "UPDATE session SET rev = $2, organisation = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *",
                values![here.id],
            )
            .await?;
        Ok((Entered { organisation: here.id }, Record::on("organisation", here.id.0).and("session", session)))
    }
}
