//! `incident.list`: what happened, and how long the clock still runs.

use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{State, clock_ends};
use crate::nothing::Nothing;
use crate::organisations::Room;
use crate::standing::{ADMIN, OWNER};

/// Lists incidents.
pub struct ListIncidents;

/// The organisation's incidents.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct IncidentList {
    /// The newest first.
    pub incidents: Vec<IncidentSummary>,
}

/// One of them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IncidentSummary {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub title: String,
    /// When it was noticed.
    pub noticed_at: Time,
    /// When the 72 hours are over.
    pub clock_ends_at: Time,
    /// When it was written down what becomes of the authority: that it was told, or why not.
    pub authority_decided_at: Option<Time>,
    /// Whether it is over.
    pub state: State,
}

impl Action for ListIncidents {
    type Target = Room;
    type Input = Nothing;
    type Output = IncidentList;
    const SPEC: Spec = Spec::new(
        "incident.list",
        "Lists breaches of personal data, with the clock of 72 hours of each.",
        Way::Http(Verb::Get, "/incidents"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Look for ListIncidents {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<IncidentList> {
        let sql = "SELECT i.id AS id, i.title AS title, i.noticed_at AS noticed_at, i.state AS state, \
                   (SELECT min(e.at) FROM incident_entry e WHERE e.incident = i.id \
                   AND e.kind IN ('authority_told', 'authority_not_told')) AS decided_at \
                   FROM incident i WHERE i.organisation = $1 ORDER BY i.id DESC LIMIT 200";
        let rows = read.all(sql, values![room.organisation]).await?;
        let incidents = rows.iter().map(|row| {
            let noticed_at = row.get("noticed_at")?;
            Ok(IncidentSummary {
                id: row.get("id")?,
                title: row.get("title")?,
                noticed_at,
                clock_ends_at: clock_ends(noticed_at),
                authority_decided_at: row.get("decided_at")?,
                state: row.get("state")?,
            })
        });
        Ok(IncidentList { incidents: incidents.collect::<Result<_>>()? })
    }
}
