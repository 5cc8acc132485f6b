//! Signing in through an organisation's own provider (OpenID Connect). An organisation says whom it believes; what that one
//! says opens that organisation's rooms, and nothing else of whoever it is.
//!
//! Somebody is known by issuer and subject, within the one connection that an organisation has. No mail address makes
//! anybody known: the person signs in with the account itself once, and says that both are one.

mod fields;
mod flow;
mod openid;
pub mod pages;
mod remove;
mod requirement_clear;
mod requirement_set;
mod session_begin;
mod session_open;
mod set;
mod show;
mod subject_connect;
mod subject_remove;
mod subject_show;

use door::store::{self, Row};
use door::{Read, Recorded, Relations, Result, Time, Write, values};

pub(crate) use fields::is_domain;
pub use fields::{Domains, Handle, Issuer};
pub use remove::RemoveProvider;
pub use requirement_clear::ClearRequirement;
pub use requirement_set::{RequirementSet, SetRequirement};
pub use session_begin::{BeginProvided, ProviderBegun};
pub use session_open::{OpenProvided, Provided};
pub use set::SetProvider;
pub use show::{ProviderShown, ProviderState, ShowProvider, SubjectShown};
pub use subject_connect::{ConnectSubject, SubjectConnected};
pub use subject_remove::RemoveSubject;
pub use subject_show::{ShowSubject, SubjectOffered};

use self::flow::Flow;
use crate::fields::words;
use crate::identity::end_session;
use crate::ids::{OrganisationId, PersonId, ProviderId, ProviderSubjectId};
use crate::organisations::Role;
use crate::standing::OWNER;

/// The table of providers: one an organisation at the most.
pub const PROVIDER: Recorded = Recorded { table: "provider", entity: 91 };
/// The table of people as their providers know them.
pub const SUBJECT: Recorded = Recorded { table: "provider_subject", entity: 92 };

/// Who says whom an organisation believes. Whoever could would be everybody in it.
const KEEPERS: Relations = Relations::of(&[OWNER]);

words! {
    /// Where a provider wants the secret (OpenID Connect Core 1.0, section 9).
    SecretIn {
        /// In the `Authorization` header: `client_secret_basic`.
        Header = "header",
        /// In the form: `client_secret_post`.
        Body = "body",
    }
}

/// Whom an organisation lets say who signs in, as it stands in its table.
pub struct Provider {
    id: ProviderId,
    organisation: OrganisationId,
    revision: i64,
    issuer: String,
    client_id: String,
    sealed: Vec<u8>,
    domains: Option<String>,
    newcomers: Option<Role>,
    authorization_url: String,
    token_url: String,
    keys_url: String,
    secret_in: SecretIn,
    names_issuer: bool,
    /// Since when its word alone opens the rooms to whom it is for.
    required_since: Option<Time>,
}

const OF_ORGANISATION: &str = "SELECT t.id AS id, t.organisation AS organisation, t.rev AS rev, t.issuer AS issuer, \
                               t.client_id AS client_id, t.sealed AS sealed, t.domains AS domains, \
                               t.newcomers AS newcomers, t.authorization_url AS authorization_url, \
                               t.token_url AS token_url, t.keys_url AS keys_url, t.secret_in AS secret_in, \
                               t.names_issuer AS names_issuer, \
                               t.required_since AS required_since FROM provider t WHERE t.organisation = $1";

impl Provider {
    fn of(row: &Row) -> store::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            organisation: row.get("organisation")?,
            revision: row.get("rev")?,
            issuer: row.get("issuer")?,
            client_id: row.get("client_id")?,
            sealed: row.get("sealed")?,
            domains: row.get("domains")?,
            newcomers: row.get("newcomers")?,
            authorization_url: row.get("authorization_url")?,
            token_url: row.get("token_url")?,
            keys_url: row.get("keys_url")?,
            secret_in: row.get("secret_in")?,
            names_issuer: row.get("names_issuer")?,
            required_since: row.get("required_since")?,
        })
    }

    async fn look(read: &mut Read<'_>, organisation: OrganisationId) -> Result<Option<Self>> {
        Ok(read.maybe(OF_ORGANISATION, values![organisation]).await?.as_ref().map(Self::of).transpose()?)
    }

    /// Held until the end: whatever is done by it, and to it, comes one after the other.
    async fn hold(write: &mut Write<'_>, organisation: OrganisationId) -> Result<Option<Self>> {
        Ok(write.hold(OF_ORGANISATION, values![organisation]).await?.as_ref().map(Self::of).transpose()?)
    }

    /// Ends what came through it: sign-ins, those under way, and who somebody is there.
    async fn forget(&self, write: &mut Write<'_>) -> Result<i64> {
        write.keep("DELETE FROM provider_flow WHERE provider = $1", values![self.id]).await?;
        let subjects = "SELECT id, rev FROM provider_subject WHERE provider = $1 ORDER BY id";
        let mut ended = 0;
        for row in write.all(subjects, values![self.id]).await? {
            ended += forget_subject(write, row.get("id")?, row.get("rev")?).await?;
        }
        Ok(ended)
    }
}

/// Where a provider sends people back to. One for each organisation, so that no provider's answer is taken for another's
/// (RFC 9700 section 4.4.2.2).
#[must_use]
pub fn redirect_uri(public_origin: &str, organisation: OrganisationId) -> String {
    format!("{public_origin}/sign-in/{organisation}/back")
}

/// Forgets who somebody is at a provider; the sign-ins that came of it end. Says how many.
async fn forget_subject(write: &mut Write<'_>, id: ProviderSubjectId, revision: i64) -> Result<i64> {
    let mut ended = 0;
    for row in write.all("SELECT id, rev FROM session WHERE subject = $1 ORDER BY id", values![id]).await? {
        end_session(write, row.get("id")?, row.get("rev")?).await?;
        ended += 1;
    }
    write.delete(SUBJECT, id.0, revision, "DELETE FROM provider_subject WHERE id = $1 AND rev = $2")?;
    Ok(ended)
}

/// Forgets who somebody who has left an organisation is at its provider. Their sign-ins through it have ended before.
///
/// # Errors
/// As the store says.
pub async fn forget_subjects(write: &mut Write<'_>, organisation: OrganisationId, person: PersonId) -> Result<()> {
    let theirs = "SELECT u.id AS id, u.rev AS rev FROM provider_subject u JOIN provider p ON p.id = u.provider \
                  WHERE p.organisation = $1 AND u.person = $2";
    for row in write.all(theirs, values![organisation, person]).await? {
        let delete = "DELETE FROM provider_subject WHERE id = $1 AND rev = $2";
        write.delete(SUBJECT, row.get("id")?, row.get("rev")?, delete)?;
    }
    Ok(())
}
