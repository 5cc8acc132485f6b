//! Domains that an organisation has proved to be its own, by a text in their DNS that it was given. The text is looked for
//! again each day; a domain is verified by one organisation of an installation at a time.

mod add;
mod check;
mod join;
mod joinable;
mod joining_set;
mod list;
mod name;
pub mod pages;
mod remove;
mod verify;

use door::store::{Result, Tx};
use door::{Caller, Ids, Place, Recorded, Relations, Target, Time, Write, values};

pub use add::{AddDomain, DomainAdded};
pub use check::CheckDomains;
pub use join::{Join, Joined};
pub use joinable::{Joinable, JoinableList, ListJoinable};
pub use joining_set::{JoiningSet, SetJoining};
pub use list::{DomainList, DomainShown, ListDomains};
pub use name::DomainName;
pub use remove::RemoveDomain;
pub use verify::{DomainAsked, VerifyDomain};

use crate::fields::Mail;
use crate::ids::{DomainId, OrganisationId};
use crate::standing::OWNER;

/// The table of domains.
pub const DOMAIN: Recorded = Recorded { table: "domain", entity: 110 };

/// Who says which domains are the organisation's.
const KEEPERS: Relations = Relations::of(&[OWNER]);

/// What stands before a domain where its proof is looked for: a name of its own (RFC 8552), so that nothing else is touched.
const CHALLENGE: &str = "_portal-challenge";
/// Days on which the proof may be missing: on the last of them the domain stops being verified.
const FAILURES_MAX: i64 = 7;

/// A domain of the organisation that the caller is in.
pub struct Domain {
    id: DomainId,
    organisation: OrganisationId,
    revision: i64,
    name: String,
    token: String,
    verified_at: Option<Time>,
}

impl Target for Domain {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let (Ok(id), Some(organisation)) = (ids.get("domain"), caller.organisation) else { return Ok(None) };
        let sql = "SELECT t.id AS id, t.organisation AS organisation, t.rev AS rev, t.name AS name, t.token AS token, \
                   t.verified_at AS verified_at FROM domain t WHERE t.id = $1 AND t.organisation = $2";
        let row = tx.target(sql, values![id, organisation]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                organisation: row.get("organisation")?,
                revision: row.get("rev")?,
                name: row.get("name")?,
                token: row.get("token")?,
                verified_at: row.get("verified_at")?,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        Place { internal: true, ..Place::organisation(self.organisation.0) }
    }
}

/// Whether a mail address is under a verified domain of an organisation: of that domain itself, and of none below it.
///
/// # Errors
/// As the store says.
pub async fn has(write: &mut Write<'_>, organisation: OrganisationId, mail: &Mail) -> door::Result<bool> {
    let sql = "SELECT id FROM domain WHERE organisation = $1 AND verified_at IS NOT NULL AND name = $2 LIMIT 1";
    let Some(domain) = DomainName::of(mail) else { return Ok(false) };
    Ok(write.maybe(sql, values![organisation, domain.ascii()]).await?.is_some())
}

/// Where the proof of a domain is looked for.
fn record_name(name: &str) -> String {
    format!("{CHALLENGE}.{name}")
}

/// What has to stand there.
fn record_text(token: &str) -> String {
    format!("portal-verification={token}")
}
