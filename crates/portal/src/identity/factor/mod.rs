//! The second factor: an authenticator app or passkeys, and codes on paper for the day when they are lost.
//!
//! Who has one proves with it that it is him: at the end of each sign-in, and again before what is sensitive. A sign-in
//! whose person has a factor and that has not been proved with it since the factor is there is *half*: the door lets it
//! reach nothing but the second step. Nothing says so but the two times, so no flag can be wrong.

mod begin;
mod code;
mod confirm;
mod forget;
pub mod pages;
mod qr;
mod recovery_code_create;
mod remove;
mod totp;

use door::store::{self, Row};
use door::{Read, Recorded, Refusal, Result, Time, Write, values};
use uuid::Uuid;

pub use begin::{BeginFactor, FactorBegun};
pub use code::Code;
pub use confirm::{ConfirmFactor, RecoveryCodes};
pub use forget::ForgetFactor;
pub use qr::Qr;
pub use recovery_code_create::CreateRecoveryCodes;
pub use remove::RemoveFactor;
pub use totp::Secret;

use crate::fields::words;
use crate::ids::PersonId;
use crate::vault::Safe;
use crate::world::World;

/// The table of authenticator apps: one a person.
pub const FACTOR: Recorded = Recorded { table: "factor", entity: 80 };
/// The table of recovery codes.
pub const RECOVERY_CODE: Recorded = Recorded { table: "recovery_code", entity: 81 };

/// How many recovery codes there are at first.
pub const RECOVERY_CODES: usize = 10;

words! {
    /// How somebody proved to be it.
    Proof {
        /// With the password.
        Password = "password",
        /// With a code of the authenticator app.
        Totp = "totp",
        /// With a code from paper.
        RecoveryCode = "recovery_code",
        /// With a passkey.
        Passkey = "passkey",
        /// With a link from a letter: somebody reads the account's mail, which opens a sign-in and proves nothing after it.
        Mail = "mail",
        /// An organisation's provider said so.
        Provider = "provider",
    }
}

impl Proof {
    /// Whether it was with a second factor.
    #[must_use]
    pub const fn is_by_factor(self) -> bool {
        matches!(self, Self::Totp | Self::RecoveryCode | Self::Passkey)
    }
}

/// Whether a sign-in still wants its second step: its person has a factor since `factor_since`, and it was not proved with
/// one since then.
#[must_use]
pub fn is_half(factor_since: Option<Time>, proved_by: Option<Proof>, proved_at: Time) -> bool {
    factor_since.is_some_and(|since| !proved_by.is_some_and(Proof::is_by_factor) || proved_at < since)
}

/// Since when somebody has a second factor: of a row that says since when there is an app in use, as `factor_since`, and the
/// oldest passkey, as `passkey_since`.
///
/// # Errors
/// As the store says.
pub fn since(row: &Row) -> store::Result<Option<Time>> {
    let both: [Option<Time>; 2] = [row.get("factor_since")?, row.get("passkey_since")?];
    Ok(both.into_iter().flatten().min())
}

/// With what somebody can prove to be it, beside the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// An authenticator app that is in use.
    pub app: bool,
    /// A passkey.
    pub passkey: bool,
}

const WAYS: &str = "SELECT EXISTS (SELECT 1 FROM factor f WHERE f.person = $1 AND f.confirmed_at IS NOT NULL) AS app, \
                    EXISTS (SELECT 1 FROM passkey k WHERE k.person = $1) AS passkey";

impl Ways {
    /// A person's, before something is written.
    ///
    /// # Errors
    /// As the store says.
    pub async fn of(write: &mut Write<'_>, person: PersonId) -> Result<Self> {
        Self::read(&write.one(WAYS, values![person]).await?)
    }

    /// The same, where nothing is written.
    ///
    /// # Errors
    /// As the store says.
    pub async fn look(read: &mut Read<'_>, person: PersonId) -> Result<Self> {
        Self::read(&read.one(WAYS, values![person]).await?)
    }

    fn read(row: &Row) -> Result<Self> {
        Ok(Self { app: row.get("app")?, passkey: row.get("passkey")? })
    }

    /// Whether there is a second factor, so that sign-ins want a second step.
    #[must_use]
    pub const fn any(self) -> bool {
        self.app || self.passkey
    }
}

/// Somebody's authenticator app, as it stands in its table.
pub struct Factor {
    id: Uuid,
    person: PersonId,
    sealed: Vec<u8>,
    last_step: i64,
    revision: i64,
    confirmed_at: Option<Time>,
}

const SELECT: &str = "SELECT id, person, sealed, last_step, rev, confirmed_at FROM factor WHERE person = $1";

impl Factor {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            person: row.get("person")?,
            sealed: row.get("sealed")?,
            last_step: row.get("last_step")?,
            revision: row.get("rev")?,
            confirmed_at: row.get("confirmed_at")?,
        })
    }

    /// A person's, if it is in use or being set up.
    ///
    /// # Errors
    /// As the store says.
    pub async fn load(write: &mut Write<'_>, person: PersonId) -> Result<Option<Self>> {
        write.maybe(SELECT, values![person]).await?.as_ref().map(Self::of).transpose()
    }

    /// What the app shows now, or next where that was used. For a demo, whose people have no phones.
    ///
    /// # Errors
    /// As the store says; [`Refusal::Broken`] when its secret cannot be opened.
    pub async fn code_of_now(read: &mut Read<'_>, person: PersonId) -> Result<Option<String>> {
        let Some(row) = read.maybe(SELECT, values![person]).await? else { return Ok(None) };
        let factor = Self::of(&row)?;
        let now = read.now();
        Ok(Some(factor.secret(&read.world::<World>()?.safe)?.code_after(factor.last_step, now)))
    }

    /// Whether it was tried once, and counts since.
    #[must_use]
    pub const fn is_in_use(&self) -> bool {
        self.confirmed_at.is_some()
    }

    fn secret(&self, safe: &Safe) -> Result<Secret> {
        let bytes = safe.open_factor(self.person, self.id, &self.sealed)?;
        Secret::of(&bytes).ok_or(Refusal::Broken)
    }

    /// Uses up the step of a code of the app. `None` when it is no code of now, or was used before.
    async fn use_up(&self, write: &mut Write<'_>, code: &Code) -> Result<Option<i64>> {
        let safe = &write.world::<World>()?.safe;
        let step = self.secret(safe)?.step_of(code.as_str(), write.now(), self.last_step);
        let Some(step) = step else { return Ok(None) };
        let used = "UPDATE factor SET rev = $2, last_step = $3, confirmed_at = coalesce(confirmed_at, $4) \
                    WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        let now = write.now();
        write.update(FACTOR, self.id, self.revision, used, values![step, now]).await?;
        Ok(Some(step))
    }

    /// Takes it away.
    fn remove(&self, write: &mut Write<'_>) -> Result<()> {
        write.delete(FACTOR, self.id, self.revision, "DELETE FROM factor WHERE id = $1 AND rev = $2")
    }
}

/// Proves with a code, of the app or from paper, and uses it up.
///
/// # Errors
/// [`Refusal::NoMatch`] when it is neither, or was used before.
pub async fn prove(write: &mut Write<'_>, person: PersonId, code: &Code) -> Result<Proof> {
    let factor = Factor::load(write, person).await?.filter(Factor::is_in_use);
    if let Some(factor) = factor
        && factor.use_up(write, code).await?.is_some()
    {
        return Ok(Proof::Totp);
    }
    let unused = "SELECT id, rev FROM recovery_code WHERE person = $1 AND code_hash = $2 AND used_at IS NULL";
    let row = write.maybe(unused, values![person, code.hash()]).await?.ok_or(Refusal::NoMatch)?;
    let used = "UPDATE recovery_code SET rev = $2, used_at = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
    let now = write.now();
    write.update(RECOVERY_CODE, row.get("id")?, row.get("rev")?, used, values![now]).await?;
    Ok(Proof::RecoveryCode)
}

/// Makes a person's recovery codes anew: the ones before are good for nothing. They are given out this once.
async fn renew_recovery_codes(write: &mut Write<'_>, person: PersonId) -> Result<RecoveryCodes> {
    forget_recovery_codes(write, person).await?;
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let (id, now) = (write.id(), write.now());
        let (shown, code) = Code::fresh();
        let insert = "INSERT INTO recovery_code (id, rev, salt, person, code_hash, made_at) \
                      VALUES ($1, $2, $3, $4, $5, $6) RETURNING *";
        write.insert(RECOVERY_CODE, id, insert, values![person, code.hash(), now]).await?;
        codes.push(shown);
    }
    Ok(RecoveryCodes { codes })
}

/// The recovery codes that come with the first second factor; whoever has one already has codes, too, and keeps them. To be asked
/// before the new one counts.
///
/// # Errors
/// As the store says.
pub async fn first_recovery_codes(write: &mut Write<'_>, person: PersonId) -> Result<RecoveryCodes> {
    if Ways::of(write, person).await?.any() {
        return Ok(RecoveryCodes { codes: Vec::new() });
    }
    renew_recovery_codes(write, person).await
}

/// Takes the recovery codes away with the last second factor, and says whether it was the last. `going` is what is taken away:
/// it stands until the record is written.
///
/// # Errors
/// As the store says.
pub async fn go_without(write: &mut Write<'_>, person: PersonId, going: &[Uuid]) -> Result<bool> {
    let all = "SELECT f.id AS id FROM factor f WHERE f.person = $1 AND f.confirmed_at IS NOT NULL \
               UNION ALL SELECT k.id AS id FROM passkey k WHERE k.person = $1";
    for row in write.all(all, values![person]).await? {
        if !going.contains(&row.get("id")?) {
            return Ok(false);
        }
    }
    forget_recovery_codes(write, person).await?;
    Ok(true)
}

async fn forget_recovery_codes(write: &mut Write<'_>, person: PersonId) -> Result<()> {
    for row in write.all("SELECT id, rev FROM recovery_code WHERE person = $1", values![person]).await? {
        let delete = "DELETE FROM recovery_code WHERE id = $1 AND rev = $2";
        write.delete(RECOVERY_CODE, row.get("id")?, row.get("rev")?, delete)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_is_half_until_it_was_proved_with_the_factor_that_is_there_now() {
        let (before, since, after) = (Time(1), Time(2), Time(3));
        assert!(!is_half(None, None, before));
        assert!(!is_half(None, Some(Proof::Password), before));
        assert!(is_half(Some(since), None, after));
        assert!(is_half(Some(since), Some(Proof::Password), after));
        assert!(is_half(Some(since), Some(Proof::Mail), after));
        assert!(
            is_half(Some(since), Some(Proof::Provider), after),
            "whose provider it is has no say in one's own factor"
        );
        assert!(is_half(Some(since), Some(Proof::Totp), before), "with another one, which was removed since");
        assert!(!is_half(Some(since), Some(Proof::Totp), since));
        assert!(!is_half(Some(since), Some(Proof::RecoveryCode), after));
        assert!(
            !is_half(Some(since), Some(Proof::Passkey), since) && is_half(Some(since), Some(Proof::Passkey), before)
        );
    }
}
