//! Organisations, the clients that they serve, and who belongs to them.

pub mod access;
mod client;
mod client_archive;
mod client_create;
mod client_list;
mod create;
mod enter;
mod factor_set;
pub mod look;
pub mod mail_domains;
pub mod membership;
pub mod pages;
pub mod service;
mod settings_show;
mod show;

use door::store::{Result, Tx};
use door::{Caller, Ids, Place, Recorded, Target, Write, values};

pub use client::Client;
pub(crate) use client_archive::set_archived;
pub use client_archive::{ArchiveClient, ClientStands, ReopenClient};
pub use client_create::{ClientCreated, CreateClient};
pub use client_list::{ClientList, ClientShown, ListClients};
pub use create::{Create, Founded, OrganisationCreated, found};
pub use enter::Enter;
pub use factor_set::{FactorDemanded, SetFactor};
pub use settings_show::{SettingsShown, ShowSettings};
pub use show::{OrganisationShown, PersonShown, Show};

use crate::fields::words;
use crate::ids::{ClientId, MembershipId, OrganisationId, PersonId};

/// The table of organisations.
pub const ORGANISATION: Recorded = Recorded { table: "organisation", entity: 10 };
/// The table of clients.
pub const CLIENT: Recorded = Recorded { table: "client", entity: 11 };
/// The table of memberships.
pub const MEMBERSHIP: Recorded = Recorded { table: "membership", entity: 12 };

words!(
    /// What somebody is in an organisation.
    Role {
        /// Everything in the organisation.
        Owner = "owner",
        /// People, clients and settings.
        Admin = "admin",
        /// The projects that they are put on.
        Staff = "staff",
        /// Their company's projects.
        ClientAdmin = "client_admin",
        /// The projects that they are invited to.
        ClientMember = "client_member",
    }
);

impl Role {
    /// Whether it is a role of a client company's people.
    #[must_use]
    pub const fn of_client(self) -> bool {
        matches!(self, Self::ClientAdmin | Self::ClientMember)
    }
}

/// The rooms of the organisation that the caller is in.
pub struct Room {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The caller's client company, for its people.
    pub client: Option<ClientId>,
    /// The caller.
    pub person: PersonId,
}

impl Target for Room {
    async fn load(tx: &mut Tx, caller: &Caller, _: &Ids) -> Result<Option<Self>> {
        let (Some(organisation), Some(person)) = (caller.organisation, caller.actor.person()) else { return Ok(None) };
        let sql = "SELECT client FROM membership WHERE organisation = $1 AND person = $2 AND state = 'active'";
        let row = tx.maybe(sql, values![organisation, person]).await?;
        row.map(|row| {
            Ok(Self {
                organisation: OrganisationId(organisation),
                client: row.get("client")?,
                person: PersonId(person),
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        Place {
            organisation: Some(self.organisation.0),
            client: self.client.map(|client| client.0),
            ..Place::INSTALLATION
        }
    }
}

/// An organisation named in the path: one that the caller belongs to.
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// The caller's client company there, for its people.
    pub client: Option<ClientId>,
}

impl Target for Organisation {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let Ok(id) = ids.get("organisation") else { return Ok(None) };
        // A token stays in the rooms that it was made for.
        if caller.scopes.is_some() && caller.organisation != Some(id) {
            return Ok(None);
        }
        let sql = "SELECT t.id AS id, t.name AS name, m.client AS client FROM organisation t \
                   JOIN membership m ON m.organisation = t.id WHERE t.id = $1 AND m.person = $2 AND m.state = 'active'";
        let row = tx.target(sql, values![id, caller.actor.person()]).await?;
        row.map(|row| Ok(Self { id: row.get("id")?, name: row.get("name")?, client: row.get("client")? })).transpose()
    }

    fn place(&self) -> Place {
        Place { organisation: Some(self.id.0), client: self.client.map(|client| client.0), ..Place::INSTALLATION }
    }
}

/// Inserts a membership; `by_hand` is what stands beside its role, where a group has made it more.
///
/// # Errors
/// [`door::Refusal::Conflict`] when the person belongs to the organisation already.
pub async fn insert_membership(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    person: PersonId,
    role: Role,
    client: Option<ClientId>,
    by_hand: Option<Role>,
) -> door::Result<MembershipId> {
    let id = MembershipId(write.id());
    let own = values![organisation, person, client, role, "active", write.now(), by_hand];
    write
        .insert(
            MEMBERSHIP,
            id.0,
            "INSERT INTO membership (id, rev, salt, organisation, person, client, role, state, made_at, by_hand) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING *",
            own,
        )
        .await?;
    Ok(id)
}

/// Inserts a client.
///
/// # Errors
/// [`door::Refusal::Conflict`] when the organisation has one of this name.
pub async fn insert_client(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    name: &crate::fields::Name,
) -> door::Result<ClientId> {
    let id = ClientId(write.id());
    let own = values![organisation, name, write.now()];
    write
        .insert(
            CLIENT,
            id.0,
            "INSERT INTO client (id, rev, salt, organisation, name, made_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING *",
            own,
        )
        .await?;
    Ok(id)
}
