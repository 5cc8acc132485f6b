//! `request.list`: what was asked for in a project.

use door::store::Row;
use door::{Action, Look, Permitted, Read, Refusal, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Kind, Side, State};
use crate::ids::{ProjectId, RequestId};
use crate::projects::Project;
use crate::standing::PROJECT_PEOPLE;

/// Lists requests.
pub struct List;

/// Requests on one page.
pub(super) const PAGE: i64 = 100;

/// Which requests.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Where the last page ended: its `next`.
    pub cursor: Option<String>,
    /// Only those in this state.
    pub state: Option<State>,
}

/// A page of requests, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RequestList {
    /// The requests.
    pub requests: Vec<RequestSummary>,
    /// The cursor of the next page, where there is one.
    pub next: Option<String>,
}

/// One request in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RequestSummary {
    /// Its id.
    pub id: RequestId,
    /// Its project.
    pub project: ProjectId,
    /// The project's title.
    pub project_title: String,
    /// The client's name.
    pub client_name: String,
    /// What is owed.
    pub kind: Kind,
    /// What it is called.
    pub title: String,
    /// How far it is.
    pub state: State,
    /// Since when.
    pub state_at: Time,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Time,
    /// By when: `2026-11-25`.
    pub due_on: Option<String>,
    /// How many versions were handed in.
    pub versions: i64,
    /// Whom it waits for.
    pub waits_for: Option<Side>,
}

impl RequestSummary {
    /// One of a row that has all of it, and `side` besides.
    pub(super) fn read(row: &Row) -> Result<Self> {
        let (kind, side, state): (Kind, Side, State) = (row.get("kind")?, row.get("side")?, row.get("state")?);
        Ok(Self {
            id: row.get("id")?,
            project: row.get("project")?,
            project_title: row.get("project_title")?,
            client_name: row.get("client_name")?,
            kind,
            title: row.get("title")?,
            state,
            state_at: row.get("state_at")?,
            asked_by: row.get("asked_by")?,
            asked_at: row.get("asked_at")?,
            due_on: row.get("due_on")?,
            versions: row.get("versions")?,
            waits_for: state.waits_for(kind, side),
        })
    }
}

impl Action for List {
    type Target = Project;
    type Input = Wanted;
    type Output = RequestList;
    const SPEC: Spec = Spec::new(
        "request.list",
        "Lists what was asked for in a project.",
        Way::Http(Verb::Get, "/projects/{project}/requests"),
        PROJECT_PEOPLE,
    );
}

impl Look for List {
    async fn look(input: &Wanted, project: &Permitted<Project>, read: &mut Read<'_>) -> Result<RequestList> {
        let before = before(input.cursor.as_deref())?;
        let rows = read
            .all(
                "SELECT r.id AS id, r.project AS project, p.title AS project_title, c.name AS client_name, r.kind AS kind, \
                 r.side AS side, r.title AS title, r.state AS state, r.state_at AS state_at, a.name AS asked_by, \
                 r.asked_at AS asked_at, r.due_on AS due_on, r.versions AS versions \
                 FROM request r JOIN project p ON p.id = r.project JOIN client c ON c.id = p.client \
                 JOIN person a ON a.id = r.asked_by \
                 WHERE r.project = $1 AND r.id < $2 AND (r.state = $3 OR $3 IS NULL) ORDER BY r.id DESC LIMIT $4",
                values![project.id, before, input.state.map(State::word), PAGE + 1],
            )
            .await?;
        page(&rows)
    }
}

/// The id that a page ends before.
pub(super) fn before(cursor: Option<&str>) -> Result<Uuid> {
    let wrong = |_| Refusal::field("cursor", "must be the `next` of the page before");
    cursor.map_or(Ok(Uuid::max()), |cursor| cursor.parse().map_err(wrong))
}

/// One page of rows, of which there was asked for one too many.
pub(super) fn page(rows: &[Row]) -> Result<RequestList> {
    let mut requests = rows.iter().map(RequestSummary::read).collect::<Result<Vec<_>>>()?;
    let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = requests.len() > size;
    requests.truncate(size);
    let next = if more { requests.last().map(|request| request.id.to_string()) } else { None };
    Ok(RequestList { requests, next })
}
