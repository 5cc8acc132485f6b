//! People, their sign-ins and their tokens.

mod account_show;
pub mod device;
mod event_list;
pub mod factor;
pub mod pages;
pub mod passkey;
mod password;
mod person_create;
mod person_reset;
mod profile;
mod session_close;
mod session_confirm;
mod session_end;
mod session_link_open;
mod session_link_send;
pub(crate) mod session_open;
mod session_show;
mod session_sweep;
mod session_view_begin;
mod session_view_end;
mod token;
mod token_create;
mod token_revoke;

use door::store::{Result, Tx};
use door::{Caller, Ids, Place, Recorded, Target, Time, Write, values};
use uuid::Uuid;

pub use account_show::{
    Account, FactorShown, MembershipShown, ProvidedShown, SessionShown, Show, TokenShown, ViewShown,
};
pub use event_list::{AccountEvent, AccountEvents, ListEvents};
pub use password::{Hasher, ResetPassword, SendPasswordLink, SetPassword, weakness};
pub use person_create::{CreatePerson, PersonCreated, insert_person};
pub use person_reset::{LinkMade, ResetPerson};
pub use profile::{AskMail, ConfirmMail, SetName};
pub use session_close::Close;
pub use session_confirm::Confirm;
pub use session_end::{EndOthers, EndSession, SessionsEnded};
pub use session_link_open::OpenByLink;
pub use session_link_send::{SendSignInLink, SignInLinkSent};
pub use session_open::{Open, SessionOpened, SignIn};
pub use session_show::{SessionState, ShowSession};
pub use session_sweep::Sweep;
pub use session_view_begin::{BeginView, VIEW_SECONDS, ViewBegun};
pub use session_view_end::EndView;
pub use token::{TokenCreated, TokenToMake, TokenWanted};
pub use token_create::{CreateToken, TOKEN_LIMITS};
pub use token_revoke::Revoke;

use self::factor::Proof;
use crate::ids::{OrganisationId, PersonId, SessionId};

/// The table of people.
pub const PERSON: Recorded = Recorded { table: "person", entity: 1 };
/// The table of sign-ins.
pub const SESSION: Recorded = Recorded { table: "session", entity: 2 };
/// The table of tokens.
pub const TOKEN: Recorded = Recorded { table: "token", entity: 3 };

/// The absolute lifetime of a sign-in.
pub const SESSION_SECONDS: i64 = 30 * 24 * 3600;
/// The lifetime of a sign-in that still wants its second step.
pub const HALF_SESSION_SECONDS: i64 = 600;

/// The caller's own account.
pub struct Own(pub PersonId);

impl Target for Own {
    async fn load(_: &mut Tx, caller: &Caller, _: &Ids) -> Result<Option<Self>> {
        Ok(caller.actor.person().map(|person| Self(PersonId(person))))
    }

    fn place(&self) -> Place {
        Place::account(self.0.0)
    }
}

/// Nobody's: the installation as a whole.
pub struct Anywhere;

impl Target for Anywhere {
    async fn load(_: &mut Tx, _: &Caller, _: &Ids) -> Result<Option<Self>> {
        Ok(Some(Self))
    }

    fn place(&self) -> Place {
        Place::INSTALLATION
    }
}

/// The absolute lifetime of a sign-in through an organisation's provider: whom the provider has put out since comes no further.
pub const PROVIDED_SESSION_SECONDS: i64 = 12 * 3600;

/// When a sign-in that begins now ends at the latest. One that is bound came through an organisation's provider.
#[must_use]
pub const fn session_end(now: Time, bound: bool) -> Time {
    now.plus_seconds(if bound { PROVIDED_SESSION_SECONDS } else { SESSION_SECONDS })
}

/// Ends one sign-in.
///
/// # Errors
/// As the store says.
pub async fn end_session(write: &mut Write<'_>, session: SessionId, revision: i64) -> door::Result<()> {
    write.keep("DELETE FROM session_seen WHERE session = $1", values![session]).await?;
    write.delete(SESSION, session.0, revision, "DELETE FROM session WHERE id = $1 AND rev = $2")
}

/// Ends every sign-in of somebody, except one, and says how many.
///
/// # Errors
/// As the store says.
pub async fn end_sessions(write: &mut Write<'_>, person: PersonId, except: Option<SessionId>) -> door::Result<i64> {
    let mut ended = 0;
    for row in write.all("SELECT id, rev FROM session WHERE person = $1 ORDER BY id", values![person]).await? {
        let id: SessionId = row.get("id")?;
        if Some(id) != except {
            end_session(write, id, row.get("rev")?).await?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// Ends every sign-in that somebody has through an organisation's provider, and says how many.
///
/// # Errors
/// As the store says.
pub async fn end_provided_sessions(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    person: PersonId,
) -> door::Result<i64> {
    let provided =
        "SELECT id, rev FROM session WHERE person = $1 AND organisation = $2 AND subject IS NOT NULL ORDER BY id";
    let mut ended = 0;
    for row in write.all(provided, values![person, organisation]).await? {
        end_session(write, row.get("id")?, row.get("rev")?).await?;
        ended += 1;
    }
    Ok(ended)
}

/// Notes that a session's person has proved to be it just now.
async fn note_proof(write: &mut Write<'_>, session: Uuid, proof: Proof) -> door::Result<()> {
    let row = write.one("SELECT rev FROM session WHERE id = $1", values![session]).await?;
    let note = "UPDATE session SET rev = $2, proved_at = $3, proved_by = $4 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
    let now = write.now();
    write.update(SESSION, session, row.get("rev")?, note, values![now, proof]).await
}

/// The organisations that somebody can enter with this sign-in.
async fn organisations_of(write: &mut Write<'_>, person: PersonId) -> door::Result<Vec<OrganisationId>> {
    if write.caller().bound {
        return Ok(write.caller().organisation.map(OrganisationId).into_iter().collect());
    }
    let active = "SELECT organisation FROM membership WHERE person = $1 AND state = 'active' ORDER BY organisation";
    let rows = write.all(active, values![person]).await?;
    rows.iter().map(|row| Ok(row.get("organisation")?)).collect()
}
