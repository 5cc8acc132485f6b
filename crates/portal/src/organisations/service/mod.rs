//! Service accounts: programs that belong to an organisation, and to nobody who may leave it. A service is a member like any
//! other, with a role and places in projects; it has no password and signs in nowhere, and acts by its API tokens alone.

mod create;
mod list;
pub mod pages;
mod token_create;
mod token_revoke;

use door::store::{Result, Tx};
use door::{Caller, Ids, Place, Target, values};

pub use create::{CreateService, ServiceCreated, insert_service};
pub use list::{ListServices, ServiceList, ServiceShown};
pub use token_create::CreateServiceToken;
pub use token_revoke::RevokeServiceToken;

use super::Role;
use crate::fields::words;
use crate::ids::{OrganisationId, PersonId};

words!(
    /// What a service can be.
    ServiceRole {
        /// It sees the projects that it is put into.
        Staff = "staff",
        /// It sees all.
        Admin = "admin",
    }
);

impl From<ServiceRole> for Role {
    fn from(role: ServiceRole) -> Self {
        match role {
            ServiceRole::Staff => Self::Staff,
            ServiceRole::Admin => Self::Admin,
        }
    }
}

/// A service of the organisation that the caller is in. Its directory's is not among them: tokens for that one are made where
/// the directory is.
pub struct Service {
    person: PersonId,
    organisation: OrganisationId,
}

impl Target for Service {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let (Ok(person), Some(organisation)) = (ids.get("service"), caller.organisation) else { return Ok(None) };
        let sql = "SELECT t.person AS person FROM membership t \
                   WHERE t.organisation = $1 AND t.person = $2 AND t.state <> 'left' \
                   AND EXISTS (SELECT 1 FROM person p WHERE p.id = t.person AND p.service_since IS NOT NULL) \
                   AND NOT EXISTS (SELECT 1 FROM directory d WHERE d.service = t.person)";
        let row = tx.target(sql, values![organisation, person]).await?;
        row.map(|row| Ok(Self { person: row.get("person")?, organisation: OrganisationId(organisation) })).transpose()
    }

    fn place(&self) -> Place {
        Place { internal: true, ..Place::organisation(self.organisation.0) }
    }
}
