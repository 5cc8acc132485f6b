//! `client.list`: the clients that the caller may know of.

use door::{Action, Look, Permitted, Read, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Room;
use crate::ids::ClientId;
use crate::nothing::Nothing;
use crate::standing::{ADMIN, OUR_PEOPLE, OWNER};

/// Lists clients.
pub struct ListClients;

/// Clients by name.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ClientList {
    /// At most a thousand.
    pub clients: Vec<ClientShown>,
}

/// One client.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ClientShown {
    /// Its id.
    pub id: ClientId,
    /// Its name.
    pub name: String,
    /// How many projects of it the caller sees.
    pub projects: i64,
    /// How many of its people there are.
    pub people: i64,
    /// Since when.
    pub made_at: Time,
    /// Since when it is archived, if it is.
    pub archived_at: Option<Time>,
    /// When it is deleted, if that was asked for.
    pub deleted_at: Option<Time>,
}

impl Action for ListClients {
    type Target = Room;
    type Input = Nothing;
    type Output = ClientList;
    const SPEC: Spec = Spec::new(
        "client.list",
        "Lists the organisation's clients: all for owner and admin, for staff those of their projects.",
        Way::Http(Verb::Get, "/clients"),
        OUR_PEOPLE,
    );
}

impl Look for ListClients {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<ClientList> {
        let every = room.caller_is(&[OWNER, ADMIN]);
        let rows = read
            .all(
                "SELECT c.id AS id, c.name AS name, c.made_at AS made_at, c.archived_at AS archived_at, \
                 (SELECT e.due_at FROM ending e WHERE e.client = c.id) AS deleted_at, \
                 (SELECT count(*) FROM membership m WHERE m.client = c.id AND m.state = 'active') AS people, \
                 (SELECT count(*) FROM project p WHERE p.client = c.id AND ($2 OR EXISTS \
                  (SELECT 1 FROM project_member i WHERE i.project = p.id AND i.person = $3))) AS projects \
                 FROM client c WHERE c.organisation = $1 AND NOT EXISTS \
                 (SELECT 1 FROM ending e WHERE e.client = c.id AND e.begun_at IS NOT NULL) AND ($2 OR EXISTS \
                 (SELECT 1 FROM project p JOIN project_member i ON i.project = p.id \
                  WHERE p.client = c.id AND i.person = $3)) ORDER BY c.name, c.id LIMIT 1000",
                values![room.organisation, every, room.person],
            )
            .await?;
        let clients = rows
            .iter()
            .map(|row| {
                Ok(ClientShown {
                    id: row.get("id")?,
                    name: row.get("name")?,
                    projects: row.get("projects")?,
                    people: row.get("people")?,
                    made_at: row.get("made_at")?,
                    archived_at: row.get("archived_at")?,
                    deleted_at: row.get("deleted_at")?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(ClientList { clients })
    }
}
