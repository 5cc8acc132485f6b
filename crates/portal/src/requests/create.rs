//! `request.create`: somebody asks for something.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::target::side_of;
use super::{Kind, REQUEST, State};
use crate::fields::{Day, Name, Words};
use crate::ids::RequestId;
use crate::projects::{CLOSED, Project};
use crate::standing::{ADMIN, CLIENT_ADMIN, CONTRIBUTOR, OWNER, PROJECT_ADMIN};

/// Asks for something.
pub struct Create;

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    /// What is owed: a file, or a word on a file.
    pub kind: Kind,
    /// What it is called.
    pub title: Name,
    /// What exactly is wanted.
    pub detail: Option<Words>,
    /// By when.
    pub due_on: Option<Day>,
}

/// What was asked for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RequestCreated {
    /// Its id.
    pub id: RequestId,
}

impl Action for Create {
    type Target = Project;
    type Input = NewRequest;
    type Output = RequestCreated;
    const SPEC: Spec = Spec::new(
        "request.create",
        "Asks the other side for a file, or for a word on a file that will be handed in.",
        Way::Http(Verb::Post, "/projects/{project}/requests"),
        Relations::of(&[OWNER, ADMIN, CLIENT_ADMIN, PROJECT_ADMIN, CONTRIBUTOR]),
    )
    .not_when(CLOSED);
}

impl Change for Create {
    async fn change(
        input: &NewRequest,
        project: &Permitted<Project>,
        write: &mut Write<'_>,
    ) -> Result<(RequestCreated, Record)> {
        let by = write.caller().actor.person().ok_or(Refusal::SignIn)?;
        let side = side_of(project.standing()).ok_or(Refusal::NotFound)?;
        let id = RequestId(write.id());
        let detail = input.detail.as_ref().map_or("", Words::as_str);
        write
            .insert(
                REQUEST,
                id.0,
                "INSERT INTO request (id, rev, salt, project, kind, side, title, detail, due_on, asked_by, asked_at, \
                 state, state_at, versions) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11, 0) \
                 RETURNING *",
                values![
                    project.id,
                    input.kind,
                    side,
                    &input.title,
                    detail,
                    input.due_on.map(|day| day.to_string()),
                    by,
                    write.now(),
                    State::Asked
                ],
            )
            .await?;
        let record =
            Record::on("request", id.0).and("project", project.id.0).fact("kind", input.kind).fact("side", side);
        Ok((RequestCreated { id }, record))
    }
}
