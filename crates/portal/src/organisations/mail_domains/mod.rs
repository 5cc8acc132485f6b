//! By which mail addresses an organisation brings its own people in, and a client company its own. Who is there stays.

mod client_set;
mod client_show;
mod domains;
pub mod pages;
mod set;

use door::store::{Result, Row};
use door::{Refusal, Relation, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use client_set::SetClientMailDomains;
pub use client_show::{ClientMailDomains, ShowClientMailDomains};
pub use domains::MailDomains;
pub use set::{MailDomainsSet, SetMailDomains};

use crate::ids::{ClientId, OrganisationId, PersonId};
use crate::standing::{ADMIN, CLIENT_ADMIN, OWNER};

/// Who says it of a client's people: whoever invites them.
const CLIENT_KEEPERS: &[Relation] = &[OWNER, ADMIN, CLIENT_ADMIN];

/// The most people who are named.
const NAMED_MAX: usize = 100;

/// Somebody whose mail address is under none of the domains.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PersonUnderNone {
    /// The person.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// The mail address.
    pub mail: String,
}

/// Those of the people, with the columns `person`, `name` and `mail`, whose address is under none of the domains.
///
/// # Errors
/// As the store says.
pub fn under_none(domains: &MailDomains, people: &[Row]) -> Result<Vec<PersonUnderNone>> {
    let people = people
        .iter()
        .map(|row| Ok(PersonUnderNone { person: row.get("person")?, name: row.get("name")?, mail: row.get("mail")? }));
    let others = people.filter(|person| person.as_ref().map_or(true, |person| !domains.hold(&person.mail)));
    others.take(NAMED_MAX).collect()
}

/// From the column `mail_domains` of an organisation or of a client. What cannot be read allows nobody.
///
/// # Errors
/// As the store says.
pub fn read(row: &Row) -> Result<MailDomains> {
    let Some(text) = row.get::<Option<String>>("mail_domains")? else { return Ok(MailDomains::default()) };
    text.parse().map_err(|why| door::store::Error::Column { column: "mail_domains".to_owned(), why })
}

/// Refuses an address by which nobody is brought in.
///
/// # Errors
/// [`Refusal::Conflict`] when it is under none of its domains.
pub fn refuse_others(domains: &MailDomains, mail: &str) -> door::Result<()> {
    if domains.is_empty() || domains.hold(mail) { Ok(()) } else { Err(Refusal::Conflict("mail_domain")) }
}

/// Those under which somebody comes in: a client's where they come as one of its people, else the organisation's own.
///
/// # Errors
/// As the store says.
pub async fn for_whom(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    client: Option<ClientId>,
) -> door::Result<MailDomains> {
    let Some(client) = client else { return of(write, organisation).await };
    let sql = "SELECT mail_domains FROM client WHERE id = $1 AND organisation = $2";
    Ok(read(&write.one(sql, values![client, organisation]).await?)?)
}

/// The domains of an organisation.
///
/// # Errors
/// As the store says.
pub async fn of(write: &mut Write<'_>, organisation: OrganisationId) -> door::Result<MailDomains> {
    let row = write.one("SELECT mail_domains FROM organisation WHERE id = $1", values![organisation]).await?;
    Ok(read(&row)?)
}
