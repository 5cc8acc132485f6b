//! By which mail addresses an organisation brings its own people in. Who is there stays; a client's people have addresses of
//! their own.

mod domains;
mod set;

use door::store::{Result, Row};
use door::{Refusal, Write, values};

pub use domains::MailDomains;
pub use set::{MailDomainsSet, SetMailDomains};

use crate::ids::OrganisationId;

/// From the column `mail_domains` of an organisation. What cannot be read allows nobody.
///
/// # Errors
/// As the store says.
pub fn read(row: &Row) -> Result<MailDomains> {
    let Some(text) = row.get::<Option<String>>("mail_domains")? else { return Ok(MailDomains::default()) };
    text.parse().map_err(|why| door::store::Error::Column { column: "mail_domains".to_owned(), why })
}

/// Refuses an address by which the organisation brings nobody in.
///
/// # Errors
/// [`Refusal::Conflict`] when it is under none of its domains.
pub fn refuse_others(domains: &MailDomains, mail: &str) -> door::Result<()> {
    if domains.is_empty() || domains.hold(mail) { Ok(()) } else { Err(Refusal::Conflict("mail_domain")) }
}

/// The domains of an organisation.
///
/// # Errors
/// As the store says.
pub async fn of(write: &mut Write<'_>, organisation: OrganisationId) -> door::Result<MailDomains> {
    let row = write.one("SELECT mail_domains FROM organisation WHERE id = $1", values![organisation]).await?;
    Ok(read(&row)?)
}
