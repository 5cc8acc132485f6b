//! `invitation.list`: who was invited and has not come yet.

use door::{Action, Look, Permitted, Read, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::INVITERS;
use crate::ids::{ClientId, InvitationId};
use crate::nothing::Nothing;
use crate::organisations::{Role, Room};

/// Lists invitations.
pub struct List;

/// Those that nobody has used.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InvitationList {
    /// The newest first. A client's people see their company's.
    pub invitations: Vec<InvitationShown>,
}

/// An invitation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InvitationShown {
    /// Its id.
    pub id: InvitationId,
    /// The mail address.
    pub mail: String,
    /// The role.
    pub role: Role,
    /// The client company, for its people.
    pub client: Option<ClientId>,
    /// What it is called.
    pub client_name: Option<String>,
    /// Who invites.
    pub invited_by: String,
    /// Since when.
    pub made_at: Time,
    /// Until when the link works. It may be over.
    pub expires_at: Time,
}

impl Action for List {
    type Target = Room;
    type Input = Nothing;
    type Output = InvitationList;
    const SPEC: Spec = Spec::new(
        "invitation.list",
        "Lists the invitations that nobody has used yet.",
        Way::Http(Verb::Get, "/invitations"),
        INVITERS,
    );
}

impl Look for List {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<InvitationList> {
        let sql = "SELECT i.id AS id, i.mail AS mail, i.role AS role, i.client AS client, c.name AS client_name, \
                   p.name AS invited_by, i.made_at AS made_at, i.expires_at AS expires_at \
                   FROM invitation i JOIN person p ON p.id = i.invited_by LEFT JOIN client c ON c.id = i.client \
                   WHERE i.organisation = $1 AND ($2 OR i.client = $3) ORDER BY i.made_at DESC, i.id DESC LIMIT 500";
        let rows = read.all(sql, values![room.organisation, room.client.is_none(), room.client]).await?;
        let invitations = rows.iter().map(|row| {
            Ok(InvitationShown {
                id: row.get("id")?,
                mail: row.get("mail")?,
                role: row.get("role")?,
                client: row.get("client")?,
                client_name: row.get("client_name")?,
                invited_by: row.get("invited_by")?,
                made_at: row.get("made_at")?,
                expires_at: row.get("expires_at")?,
            })
        });
        Ok(InvitationList { invitations: invitations.collect::<Result<_>>()? })
    }
}
