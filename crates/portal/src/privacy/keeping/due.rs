//! What is due: one query, for the look beforehand and for the deletion itself, so that neither shows what the other does
//! not do.

use door::store::{self, Row};
use door::{Time, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DataClass;
use crate::ids::{OrganisationId, ProjectId};

/// Something whose time is over, or soon will be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Due {
    /// The project.
    pub project: ProjectId,
    /// What it is called.
    pub title: String,
    /// For whom it was.
    pub client_name: String,
    /// What of it goes.
    pub class: DataClass,
    /// How many.
    pub items: i64,
    /// When the project was closed.
    pub closed_at: Time,
    /// When it goes.
    pub due_at: Time,
    /// A hold keeps it all the same.
    pub held: bool,
}

/// Everything of closed projects whose time is over at `$2`: of the organisation `$1`, or of all where `$3` is true. Times are
/// microseconds, and a day has 86,400,000,000 of them.
pub(super) const DUE: &str = "SELECT d.project AS project, d.title AS title, d.organisation AS organisation, \
     d.client AS client, c.name AS client_name, d.class AS class, d.items AS items, d.closed_at AS closed_at, \
     d.due_at AS due_at, EXISTS (SELECT 1 FROM hold h WHERE h.organisation = d.organisation AND h.lifted_at IS NULL \
     AND (h.project = d.project OR h.client = d.client OR (h.project IS NULL AND h.client IS NULL))) AS held \
     FROM (SELECT p.id AS project, p.organisation AS organisation, p.client AS client, p.title AS title, \
     'messages' AS class, p.status_at AS closed_at, p.status_at + r.messages_days * 86400000000 AS due_at, \
     (SELECT count(*) FROM message m WHERE m.project = p.id) + (SELECT count(*) FROM request_comment n \
     JOIN request q ON q.id = n.request WHERE q.project = p.id) AS items \
     FROM project p JOIN retention r ON r.organisation = p.organisation \
     WHERE p.status = 'archived' AND r.messages_days IS NOT NULL AND (p.organisation = $1 OR $3) \
     UNION ALL SELECT p.id, p.organisation, p.client, p.title, 'files', p.status_at, \
     p.status_at + r.files_days * 86400000000, (SELECT count(*) FROM request_version v \
     JOIN request q ON q.id = v.request JOIN file f ON f.id = v.file WHERE q.project = p.id AND f.gone_at IS NULL) \
     FROM project p JOIN retention r ON r.organisation = p.organisation \
     WHERE p.status = 'archived' AND r.files_days IS NOT NULL AND (p.organisation = $1 OR $3) \
     UNION ALL SELECT p.id, p.organisation, p.client, p.title, 'credentials', p.status_at, \
     p.status_at + r.credentials_days * 86400000000, (SELECT count(*) FROM credential k WHERE k.project = p.id) \
     FROM project p JOIN retention r ON r.organisation = p.organisation \
     WHERE p.status = 'archived' AND r.credentials_days IS NOT NULL AND (p.organisation = $1 OR $3)) d \
     JOIN client c ON c.id = d.client WHERE d.items > 0 AND d.due_at <= $2 \
     ORDER BY held, d.due_at, d.project, d.class LIMIT 500";

impl Due {
    pub(super) fn read(row: &Row) -> store::Result<Self> {
        Ok(Self {
            project: row.get("project")?,
            title: row.get("title")?,
            client_name: row.get("client_name")?,
            class: row.get("class")?,
            items: row.get("items")?,
            closed_at: row.get("closed_at")?,
            due_at: row.get("due_at")?,
            held: row.get("held")?,
        })
    }
}

/// Whether something of an organisation is to go with the next sweep.
///
/// # Errors
/// As the store says.
pub(crate) async fn is_due(write: &mut Write<'_>, organisation: OrganisationId) -> door::Result<bool> {
    let rows = write.all(DUE, of(Some(organisation), write.now())).await?;
    for row in &rows {
        if !Due::read(row)?.held {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The values of the query: one organisation's, or everybody's.
pub(super) fn of(organisation: Option<OrganisationId>, until: Time) -> Vec<store::Value> {
    values![organisation.map(|organisation| organisation.0).unwrap_or_default(), until, organisation.is_none()]
}
