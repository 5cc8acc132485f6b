//! `hold.create`: nothing of this is deleted until further notice.

use door::{Action, Change, Permitted, Place, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::HOLD;
use crate::fields::Sentence;
use crate::ids::{ClientId, ProjectId};
use crate::organisations::Room;
use crate::standing::{ADMIN, OWNER};

/// Makes a hold.
pub struct CreateHold;

/// What is held, and why: one project, everything of a client, or the whole organisation where neither is named.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldWanted {
    /// This project only.
    pub project: Option<ProjectId>,
    /// Everything of this client.
    pub client: Option<ClientId>,
    /// Why: the dispute, the duty, the case number.
    pub reason: Sentence,
}

/// A hold.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HoldCreated {
    /// Its id.
    pub id: Uuid,
}

impl Action for CreateHold {
    type Target = Room;
    type Input = HoldWanted;
    type Output = HoldCreated;
    const SPEC: Spec = Spec::new(
        "hold.create",
        "Holds a project, a client or everything: nothing of it is deleted by its time until the hold is lifted.",
        Way::Http(Verb::Post, "/retention/holds"),
        Relations::of(&[OWNER, ADMIN]),
    )
    .in_closing();
}

impl Change for CreateHold {
    async fn change(
        input: &HoldWanted,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(HoldCreated, Record)> {
        if input.project.is_some() && input.client.is_some() {
            return Err(Refusal::field("client", "and a project cannot be named at once"));
        }
        if let Some(project) = input.project {
            let known = "SELECT id FROM project WHERE id = $1 AND organisation = $2";
            write.maybe(known, values![project, room.organisation]).await?.ok_or(Refusal::NotFound)?;
        }
        if let Some(client) = input.client {
            let known = "SELECT id FROM client WHERE id = $1 AND organisation = $2";
            write.maybe(known, values![client, room.organisation]).await?.ok_or(Refusal::NotFound)?;
        }
        let id = write.id();
        let own = values![room.organisation, input.client, input.project, &input.reason, room.person, write.now()];
        let sql = "INSERT INTO hold (id, rev, salt, organisation, client, project, reason, placed_by, placed_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *";
        write.insert(HOLD, id, sql, own).await?;
        let mut record = Record::on("hold", id).at(Place::organisation(room.organisation.0));
        if let Some(project) = input.project {
            record = record.and("project", project.0);
        }
        if let Some(client) = input.client {
            record = record.and("client", client.0);
        }
        Ok((HoldCreated { id }, record))
    }
}
