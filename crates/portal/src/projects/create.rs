//! `project.create`: work for a client begins.

use door::{Action, Change, Permitted, Place, Record, Refusal, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CLIENT_ARCHIVED, PROJECT, ProjectRole, Status, insert_member, insert_status};
use crate::fields::{Name, Sentence};
use crate::ids::{ClientId, ProjectId};
use crate::organisations::Room;
use crate::standing::{ADMIN, OUR_PEOPLE, OWNER};

/// Makes a project.
pub struct Create;

/// What it is, and for whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectWanted {
    /// What it is called.
    pub title: Name,
    /// For whom.
    pub client: ClientId,
    /// Where it stands, in a sentence for the client.
    pub sentence: Option<Sentence>,
}

/// A new project.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProjectCreated {
    /// Its id.
    pub id: ProjectId,
}

impl Action for Create {
    type Target = Room;
    type Input = ProjectWanted;
    type Output = ProjectCreated;
    const SPEC: Spec = Spec::new(
        "project.create",
        "Makes a project for a client; whoever makes it runs it.",
        Way::Http(Verb::Post, "/projects"),
        OUR_PEOPLE,
    );
}

impl Change for Create {
    async fn change(
        input: &ProjectWanted,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(ProjectCreated, Record)> {
        // The client is named in the body, so it is looked for inside the organisation; staff know only the clients
        // that they work for.
        let known = write
            .maybe(
                "SELECT c.archived_at IS NOT NULL AS archived FROM client c WHERE c.id = $1 AND c.organisation = $2 AND ($3 OR EXISTS \
                 (SELECT 1 FROM project p JOIN project_member m ON m.project = p.id \
                  WHERE p.client = c.id AND m.person = $4))",
                values![input.client, room.organisation, room.caller_is(&[OWNER, ADMIN]), room.person],
            )
            .await?;
        let known = known.ok_or(Refusal::NotFound)?;
        if known.get("archived")? {
            return Err(Refusal::NotNow(CLIENT_ARCHIVED));
        }
        let (id, now) = (ProjectId(write.id()), write.now());
        let sentence = input.sentence.as_ref().map_or("", Sentence::as_str);
        write
            .insert(
                PROJECT,
                id.0,
                "INSERT INTO project (id, rev, salt, organisation, client, title, status, sentence, status_by, status_at, made_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING *",
                values![
                    room.organisation,
                    input.client,
                    &input.title,
                    Status::Proposed,
                    sentence,
                    room.person,
                    now,
                    now
                ],
            )
            .await?;
        insert_status(write, id, Status::Proposed, sentence, room.person).await?;
        insert_member(write, id, room.person, ProjectRole::Admin).await?;
        let place = Place {
            organisation: Some(room.organisation.0),
            client: Some(input.client.0),
            project: Some(id.0),
            ..Place::INSTALLATION
        };
        Ok((ProjectCreated { id }, Record::on("project", id.0).and("client", input.client.0).at(place)))
    }
}
