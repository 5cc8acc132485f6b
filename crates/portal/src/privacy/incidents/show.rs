//! `incident.show`: one incident, with everything that was written down.

use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{EntryKind, Incident, State, clock_ends};
use crate::nothing::Nothing;
use crate::standing::{ADMIN, OWNER};

/// Shows an incident.
pub struct ShowIncident;

/// An incident.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct IncidentShown {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub title: String,
    /// When it was noticed.
    pub noticed_at: Time,
    /// When the 72 hours are over.
    pub clock_ends_at: Time,
    /// Whether it is over.
    pub state: State,
    /// What was written down, in the order of when it was done.
    pub entries: Vec<EntryShown>,
}

/// Something that was written down.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EntryShown {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub kind: EntryKind,
    /// In words.
    pub text: String,
    /// When it was done.
    pub at: Time,
    /// Who wrote it down.
    pub written_by: String,
    /// When.
    pub written_at: Time,
}

impl Action for ShowIncident {
    type Target = Incident;
    type Input = Nothing;
    type Output = IncidentShown;
    const SPEC: Spec = Spec::new(
        "incident.show",
        "Shows a breach of personal data: its clock, and what was found, done and decided.",
        Way::Http(Verb::Get, "/incidents/{incident}"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Look for ShowIncident {
    async fn look(_: &Nothing, incident: &Permitted<Incident>, read: &mut Read<'_>) -> Result<IncidentShown> {
        let sql = "SELECT e.id AS id, e.kind AS kind, e.text AS text, e.at AS at, p.name AS written_by, \
                   e.written_at AS written_at FROM incident_entry e JOIN person p ON p.id = e.written_by \
                   WHERE e.incident = $1 ORDER BY e.at, e.id LIMIT 1000";
        let rows = read.all(sql, values![incident.id]).await?;
        let entries = rows.iter().map(|row| {
            Ok(EntryShown {
                id: row.get("id")?,
                kind: row.get("kind")?,
                text: row.get("text")?,
                at: row.get("at")?,
                written_by: row.get("written_by")?,
                written_at: row.get("written_at")?,
            })
        });
        Ok(IncidentShown {
            id: incident.id,
            title: incident.title.clone(),
            noticed_at: incident.noticed_at,
            clock_ends_at: clock_ends(incident.noticed_at),
            state: incident.state,
            entries: entries.collect::<Result<_>>()?,
        })
    }
}
