//! How a client or an organisation ends: asked for with its name typed, read only for thirty days in which one press takes that
//! back, and then erased bit by bit, each bit an event of its own on its record.
//!
//! What goes stands in the inventory, table by table ([`door::inventory::Ends`]). The row of the client or the organisation stays,
//! emptied, so that its record still has somebody whose it is; so do the counts of what went, as the proof. What the record holds
//! about people is taken out of it last, and the list of who has ended lies outside the database, so that a backup that is put
//! back is erased again.

mod ask;
mod erase;
mod files;
mod forget;
mod kept_by;
mod list;
pub mod pages;
mod show;
mod stay;
mod steps;
mod tell;

use door::store::{self, Row};
use door::{Place, Recorded};
use uuid::Uuid;

pub use ask::{DeleteClient, DeleteOrganisation, EndingAsked, NameTyped};
pub use erase::Erase;
pub use forget::Forget;
pub use kept_by::{KeptBy, KeptWhy};
pub(crate) use list::ended_clients;
pub use list::{Ended, Endings, ListEndings, Went};
pub use show::{EndingShown, Goes, ShowClientEnding, ShowOrganisationEnding};
pub use stay::{KeepClient, KeepOrganisation};

use crate::ids::{ClientId, OrganisationId};

/// The table of clients and organisations that are to be deleted, and of those that were.
pub const ENDING: Recorded = Recorded { table: "ending", entity: 101 };
/// The table of what went with them.
pub const ENDING_COUNT: Recorded = Recorded { table: "ending_count", entity: 102 };

/// How long one may think again.
pub const GRACE_SECONDS: i64 = 30 * 24 * 3600;
/// How long before the end those who could take it back are told once more.
pub const WARNING_SECONDS: i64 = 3 * 24 * 3600;

/// What ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    /// An organisation, with everything in it.
    Organisation(OrganisationId),
    /// A client of an organisation's, with everything that was done for it.
    Client(OrganisationId, ClientId),
}

impl Whole {
    /// Of a row that has both ids.
    fn read(row: &Row) -> store::Result<Self> {
        let (organisation, client): (_, Option<ClientId>) = (row.get("organisation")?, row.get("client")?);
        Ok(client.map_or(Self::Organisation(organisation), |client| Self::Client(organisation, client)))
    }

    /// The organisation.
    pub(crate) const fn organisation(self) -> OrganisationId {
        match self {
            Self::Organisation(organisation) | Self::Client(organisation, _) => organisation,
        }
    }

    /// The client, where it is one that ends.
    pub(crate) const fn client(self) -> Option<ClientId> {
        match self {
            Self::Organisation(_) => None,
            Self::Client(_, client) => Some(client),
        }
    }

    /// The id of what ends.
    pub(crate) const fn id(self) -> Uuid {
        match self {
            Self::Organisation(organisation) => organisation.0,
            Self::Client(_, client) => client.0,
        }
    }

    /// What it is, as the record calls it.
    const fn kind(self) -> &'static str {
        match self {
            Self::Organisation(_) => "organisation",
            Self::Client(..) => "client",
        }
    }

    /// Whose record tells of it.
    fn place(self) -> Place {
        Place {
            organisation: Some(self.organisation().0),
            client: self.client().map(|client| client.0),
            ..Place::INSTALLATION
        }
    }

    /// One of two statements in which `$1` is the id of what ends.
    const fn of<T: Copy>(self, organisation: T, client: T) -> T {
        match self {
            Self::Organisation(_) => organisation,
            Self::Client(..) => client,
        }
    }
}
