//! `project.status.set`: where a project stands, with one sentence for the client.

use door::{Action, Change, Permitted, Record, Relations, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CLIENT_ARCHIVED, PROJECT, Project, Status, insert_status};
use crate::fields::Sentence;
use crate::ids::PersonId;
use crate::standing::{ADMIN, OWNER, PROJECT_ADMIN};

/// Sets where a project stands.
pub struct SetStatus;

/// Where, and what to say about it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusWanted {
    /// Where it stands.
    pub status: Status,
    /// The same in a sentence for the client.
    pub sentence: Sentence,
}

/// Where it stands now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct StatusSet {
    /// Where.
    pub status: Status,
}

impl Action for SetStatus {
    type Target = Project;
    type Input = StatusWanted;
    type Output = StatusSet;
    const SPEC: Spec = Spec::new(
        "project.status.set",
        "Sets where a project stands, with a sentence that the client reads. Reopens an archived one.",
        Way::Http(Verb::Put, "/projects/{project}/status"),
        Relations::of(&[OWNER, ADMIN, PROJECT_ADMIN]),
    )
    .not_when(&[CLIENT_ARCHIVED]);
}

impl Change for SetStatus {
    async fn change(
        input: &StatusWanted,
        project: &Permitted<Project>,
        write: &mut Write<'_>,
    ) -> Result<(StatusSet, Record)> {
        let by = PersonId(write.caller().actor.person().ok_or(door::Refusal::SignIn)?);
        write
            .update(
                PROJECT,
                project.id.0,
                project.revision,
                "UPDATE project SET rev = $2, status = $3, sentence = $4, status_by = $5, status_at = $6 \
                 WHERE id = $1 AND rev = $2 - 1 RETURNING *",
                values![input.status, &input.sentence, by, write.now()],
            )
            .await?;
        insert_status(write, project.id, input.status, input.sentence.as_str(), by).await?;
        let record = Record::on("project", project.id.0).fact("from", project.status).fact("to", input.status);
        Ok((StatusSet { status: input.status }, record))
    }
}
