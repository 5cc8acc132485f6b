//! `project.list`: the projects that the caller sees.

use door::{Action, Look, Permitted, Read, Refusal, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Status;
use crate::ids::{ClientId, ProjectId};
use crate::organisations::Room;
use crate::standing::{ADMIN, CLIENT_ADMIN, OWNER, ROOM_PEOPLE};

/// Lists projects.
pub struct List;

/// Projects on one page.
const PAGE: i64 = 100;

/// Which projects.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only those that stand here.
    pub status: Option<Status>,
    /// Only those whose title holds this.
    pub search: Option<String>,
    /// Where the last page ended: its `next`.
    pub cursor: Option<String>,
}

/// A page of projects, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProjectList {
    /// The projects.
    pub projects: Vec<ProjectSummary>,
    /// The cursor of the next page, where there is one.
    pub next: Option<String>,
}

/// One project in a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProjectSummary {
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
    /// The same in a sentence.
    pub sentence: String,
    /// Who said so.
    pub status_by: String,
    /// When.
    pub status_at: Time,
}

impl Action for List {
    type Target = Room;
    type Input = Wanted;
    type Output = ProjectList;
    const SPEC: Spec = Spec::new(
        "project.list",
        "Lists the projects that one sees: all for owner and admin, the company's for its admin, else one's own.",
        Way::Http(Verb::Get, "/projects"),
        ROOM_PEOPLE,
    );
}

impl Look for List {
    async fn look(input: &Wanted, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<ProjectList> {
        let before = match &input.cursor {
            None => Uuid::max(),
            Some(cursor) => {
                cursor.parse().map_err(|_| Refusal::field("cursor", "must be the `next` of the page before"))?
            }
        };
        // Percent, underscore and backslash are letters here, not wildcards.
        let search = input.search.as_deref().map(|text| {
            let text = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            format!("%{text}%")
        });
        let rows = read
            .all(
                "SELECT p.id AS id, p.title AS title, p.client AS client, c.name AS client_name, p.status AS status, \
                 p.sentence AS sentence, p.status_at AS status_at, s.name AS status_by \
                 FROM project p JOIN client c ON c.id = p.client JOIN person s ON s.id = p.status_by \
                 WHERE p.organisation = $1 AND p.id < $2 AND ($3 OR p.client = $4 OR EXISTS \
                 (SELECT 1 FROM project_member m WHERE m.project = p.id AND m.person = $5)) \
                 AND (p.client = $6 OR $6 IS NULL) AND (p.status = $7 OR $7 IS NULL) \
                 AND (lower(p.title) LIKE $8 ESCAPE '\\' OR $8 IS NULL) ORDER BY p.id DESC LIMIT $9",
                values![
                    room.organisation,
                    before,
                    room.caller_is(&[OWNER, ADMIN]),
                    if room.caller_is(&[CLIENT_ADMIN]) { room.client } else { None },
                    room.person,
                    room.client,
                    input.status.map(Status::word),
                    search,
                    PAGE + 1
                ],
            )
            .await?;
        let mut projects = rows
            .iter()
            .map(|row| {
                Ok(ProjectSummary {
                    id: row.get("id")?,
                    title: row.get("title")?,
                    client: row.get("client")?,
                    client_name: row.get("client_name")?,
                    status: row.get("status")?,
                    sentence: row.get("sentence")?,
                    status_by: row.get("status_by")?,
                    status_at: row.get("status_at")?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let more = projects.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
        projects.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        let next = if more { projects.last().map(|project| project.id.to_string()) } else { None };
        Ok(ProjectList { projects, next })
    }
}
