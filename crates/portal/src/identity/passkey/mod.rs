//! Passkeys: keys that somebody's phone, computer or security key makes for this portal and opens by finger, face or PIN. A proof
//! with one counts as two factors, because whoever gives it has the key and was known by what keeps it: it is a second step, a
//! proof before what is sensitive, and a whole sign-in without a password.
//!
//! Each of the three takes two requests: the portal asks a question, good once and for five minutes, and the browser brings back
//! what the authenticator has signed.

mod begin;
mod challenge;
mod confirm;
mod confirm_begin;
mod name_set;
pub mod pages;
mod proof;
mod remove;
mod sign_in_begin;
mod sign_in_open;
pub mod webauthn;

use door::store::{self, Row, Tx};
use door::{Caller, Ids, Place, Read, Recorded, Refusal, Result, Target, Time, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use begin::{BeginPasskey, PasskeyBegun};
pub use confirm::{ConfirmPasskey, PasskeyAdded};
pub use confirm_begin::{BeginConfirm, ConfirmBegun};
pub use name_set::SetPasskeyName;
pub use proof::{Holder, prove};
pub use remove::RemovePasskey;
pub use sign_in_begin::{BeginPasskeySignIn, PasskeySignInBegun};
pub use sign_in_open::OpenByPasskey;

use self::challenge::Challenge;
use self::webauthn::{Described, RelyingParty};
use crate::ids::{PasskeyId, PersonId};
use crate::world::World;

/// The table of passkeys: several a person.
pub const PASSKEY: Recorded = Recorded { table: "passkey", entity: 93 };

/// The most that somebody may have.
pub const PASSKEYS_MAX: usize = 20;

/// A passkey of the caller's.
pub struct Passkey {
    id: PasskeyId,
    person: PersonId,
    revision: i64,
    name: String,
}

/// A passkey, as its owner sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PasskeyShown {
    /// The passkey.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Since when it is there.
    pub since: Time,
    /// When it was last used.
    pub used_at: Option<Time>,
    /// Whether its keeper has a copy of it elsewhere, so that it is not lost with the device.
    pub backed_up: bool,
}

impl PasskeyShown {
    /// Those of somebody, the oldest first.
    ///
    /// # Errors
    /// As the store says.
    pub async fn of(read: &mut Read<'_>, person: PersonId) -> Result<Vec<Self>> {
        let sql = "SELECT id, name, made_at, used_at, backed_up FROM passkey WHERE person = $1 ORDER BY made_at, id";
        let rows = read.all(sql, values![person]).await?;
        let shown = |row: &Row| {
            Ok(Self {
                id: row.get("id")?,
                name: row.get("name")?,
                since: row.get("made_at")?,
                used_at: row.get("used_at")?,
                backed_up: row.get("backed_up")?,
            })
        };
        rows.iter().map(shown).collect()
    }
}

impl Target for Passkey {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> store::Result<Option<Self>> {
        let Ok(id) = ids.get("passkey") else { return Ok(None) };
        let sql = "SELECT t.id AS id, t.person AS person, t.rev AS rev, t.name AS name FROM passkey t \
                   WHERE t.id = $1 AND t.person = $2";
        let row = tx.target(sql, values![id, caller.actor.person()]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                person: row.get("person")?,
                revision: row.get("rev")?,
                name: row.get("name")?,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        Place::account(self.person.0)
    }
}

/// Whom keys are made for here.
///
/// # Errors
/// [`Refusal::Conflict`] where the portal is reached by a number.
fn party(world: &World) -> Result<RelyingParty> {
    world.relying_party().ok_or(Refusal::Conflict("no_passkeys_here"))
}

/// Takes all of somebody's away, and says which.
///
/// # Errors
/// As the store says.
pub async fn forget_passkeys(write: &mut Write<'_>, person: PersonId) -> Result<Vec<Uuid>> {
    let mut gone = Vec::new();
    for row in write.all("SELECT id, rev FROM passkey WHERE person = $1 ORDER BY id", values![person]).await? {
        let id = row.get("id")?;
        write.delete(PASSKEY, id, row.get("rev")?, "DELETE FROM passkey WHERE id = $1 AND rev = $2")?;
        gone.push(id);
    }
    Ok(gone)
}

/// The keys that somebody has, for the browser, and under which name authenticators know their owner.
struct There {
    described: Vec<Described>,
    user_handle: Option<Vec<u8>>,
}

impl There {
    async fn of(read: &mut Read<'_>, person: PersonId) -> Result<Self> {
        let sql = "SELECT credential_id, transports, user_handle FROM passkey WHERE person = $1 ORDER BY made_at, id";
        let rows = read.all(sql, values![person]).await?;
        let described = |row: &Row| Ok(Described::new(row.get("credential_id")?, &row.get::<String>("transports")?));
        let described = rows.iter().map(described).collect::<Result<_>>()?;
        let user_handle = rows.first().map(|row| row.get("user_handle")).transpose()?;
        Ok(Self { described, user_handle })
    }
}
