//! `project.show`: one project.

use door::{Action, Look, Permitted, Read, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Project, Status};
use crate::ids::{ClientId, ProjectId};
use crate::nothing::Nothing;
use crate::standing::{ADMIN, OWNER, PROJECT_ADMIN, PROJECT_PEOPLE};

/// Shows a project.
pub struct Show;

/// A project.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProjectShown {
    /// Its id.
    pub id: ProjectId,
    /// Its title.
    pub title: String,
    /// The client.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// Where it stands.
    pub status: Status,
    /// Since when its client is archived, where it is: then nothing of it changes.
    pub client_archived_at: Option<Time>,
    /// Who archived it.
    pub client_archived_by: Option<String>,
    /// What was said about where it stands, newest first; at most fifty.
    pub history: Vec<StatusShown>,
    /// Whether the caller may set its status and its people.
    pub may_run: bool,
}

/// Where a project stood.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct StatusShown {
    /// Where.
    pub status: Status,
    /// In a sentence.
    pub sentence: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Time,
}

impl Action for Show {
    type Target = Project;
    type Input = Nothing;
    type Output = ProjectShown;
    const SPEC: Spec = Spec::new(
        "project.show",
        "Shows a project and where it stands.",
        Way::Http(Verb::Get, "/projects/{project}"),
        PROJECT_PEOPLE,
    );
}

impl Look for Show {
    async fn look(_: &Nothing, project: &Permitted<Project>, read: &mut Read<'_>) -> Result<ProjectShown> {
        let client = "SELECT c.name AS name, c.archived_at AS archived_at, p.name AS archived_by FROM client c \
                      LEFT JOIN person p ON p.id = c.archived_by WHERE c.id = $1";
        let client = read.one(client, values![project.client]).await?;
        let history = read
            .all(
                "SELECT s.status AS status, s.sentence AS sentence, p.name AS by_name, s.set_at AS set_at \
                 FROM project_status s JOIN person p ON p.id = s.set_by WHERE s.project = $1 \
                 ORDER BY s.set_at DESC, s.id DESC LIMIT 50",
                values![project.id],
            )
            .await?;
        Ok(ProjectShown {
            id: project.id,
            title: project.title.clone(),
            client: project.client,
            client_name: client.get("name")?,
            status: project.status,
            client_archived_at: client.get("archived_at")?,
            client_archived_by: client.get("archived_by")?,
            history: history
                .iter()
                .map(|row| {
                    Ok(StatusShown {
                        status: row.get("status")?,
                        sentence: row.get("sentence")?,
                        by: row.get("by_name")?,
                        at: row.get("set_at")?,
                    })
                })
                .collect::<Result<_>>()?,
            may_run: project.caller_is(&[OWNER, ADMIN, PROJECT_ADMIN]),
        })
    }
}
