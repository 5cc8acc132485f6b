//! An organisation's directory: Entra ID, Okta or another that keeps who belongs to a company, and says so here by SCIM 2.0
//! (RFC 7643, RFC 7644). What it calls users are memberships of that organisation and nothing else: it brings people in by
//! invitation, and closes the organisation's rooms to them. What it calls groups gives to those in them what the organisation
//! says. Nobody's account, password, mail address or name is the directory's,
//! no other organisation learns of it, and owners are out of its reach.
//!
//! It acts as a service of its own, by tokens that can do nothing but that.

mod attribute;
pub mod filter;
pub mod group;
pub mod pages;
mod patch;
mod remove;
mod set;
mod show;
mod token_create;
mod token_revoke;
pub mod user;

use door::store::{Result, Row, Tx};
use door::{Caller, Ids, Place, Recorded, Relations, Target, Write, values};

pub use remove::RemoveDirectory;
pub use set::SetDirectory;
pub use show::{DirectoryShown, DirectoryState, GroupHere, ShowDirectory};
pub use token_create::CreateDirectoryToken;
pub use token_revoke::RevokeDirectoryToken;
pub use user::{joined, waiting};

use crate::ids::{DirectoryId, OrganisationId, PersonId};
use crate::organisations::service::ServiceRole;
use crate::standing::{ADMIN, OWNER};

/// The table of directories: one an organisation at the most.
pub const DIRECTORY: Recorded = Recorded { table: "directory", entity: 95 };
/// The table of people as their directories have them.
pub const USER: Recorded = Recorded { table: "directory_user", entity: 96 };
/// The table of groups as their directories have them, and of what they give here.
pub const GROUP: Recorded = Recorded { table: "directory_group", entity: 97 };
/// The table of who is in which group.
pub const GROUP_MEMBER: Recorded = Recorded { table: "directory_group_member", entity: 98 };

/// Who sets it up: it lets people in and puts them out, up to administrators.
const KEEPERS: Relations = Relations::of(&[OWNER, ADMIN]);

/// An organisation's directory, as it stands in its table.
pub struct Directory {
    id: DirectoryId,
    revision: i64,
    organisation: OrganisationId,
    /// The program in whose name it acts.
    service: PersonId,
    /// As what it brings people in.
    role: ServiceRole,
}

const OF_ORGANISATION: &str = "SELECT t.id AS id, t.rev AS rev, t.organisation AS organisation, t.service AS service, \
                               t.role AS role FROM directory t WHERE t.organisation = $1";

impl Directory {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            revision: row.get("rev")?,
            organisation: row.get("organisation")?,
            service: row.get("service")?,
            role: row.get("role")?,
        })
    }

    /// Held until the end: whatever is done by it, and to it, comes one after the other.
    async fn hold(write: &mut Write<'_>, organisation: OrganisationId) -> door::Result<Option<Self>> {
        Ok(write.hold(OF_ORGANISATION, values![organisation]).await?.as_ref().map(Self::of).transpose()?)
    }
}

impl Target for Directory {
    async fn load(tx: &mut Tx, caller: &Caller, _: &Ids) -> Result<Option<Self>> {
        let Some(organisation) = caller.organisation else { return Ok(None) };
        tx.target(OF_ORGANISATION, values![organisation]).await?.as_ref().map(Self::of).transpose()
    }

    fn place(&self) -> Place {
        place(self.organisation)
    }
}

/// What concerns the directory is nothing that a client's people see.
fn place(organisation: OrganisationId) -> Place {
    Place { internal: true, ..Place::organisation(organisation.0) }
}

/// Where the directory asks.
#[must_use]
pub fn base(public_origin: &str) -> String {
    format!("{public_origin}{}", crate::wires::scim::PREFIX)
}
