//! People, their sign-ins and their tokens.

mod account_show;
mod hashing;
pub mod pages;
mod person_create;
mod session_close;
mod session_open;
mod session_sweep;
mod token_create;
mod token_revoke;

use door::store::{Result, Tx};
use door::{Caller, Ids, Place, Recorded, Target, Time};

pub use account_show::{Account, MembershipShown, SessionShown, Show, TokenShown};
pub use hashing::Hasher;
pub use person_create::{CreatePerson, PersonCreated, insert_person};
pub use session_close::Close;
pub use session_open::{Open, SessionOpened, SignIn};
pub use session_sweep::Sweep;
pub use token_create::{CreateToken, TokenCreated};
pub use token_revoke::Revoke;

use crate::ids::PersonId;

/// The table of people.
pub const PERSON: Recorded = Recorded { table: "person", entity: 1 };
/// The table of sign-ins.
pub const SESSION: Recorded = Recorded { table: "session", entity: 2 };
/// The table of tokens.
pub const TOKEN: Recorded = Recorded { table: "token", entity: 3 };

/// The absolute lifetime of a sign-in.
pub const SESSION_SECONDS: i64 = 30 * 24 * 3600;

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

/// When a sign-in that begins now ends at the latest.
#[must_use]
pub const fn session_end(now: Time) -> Time {
    now.plus_seconds(SESSION_SECONDS)
}
