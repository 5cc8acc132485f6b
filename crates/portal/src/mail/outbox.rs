//! Letters that wait, as rows: written down with the action that causes them, sealed, tried again, and emptied when they are
//! received or given up. The wait doubles with each try; what would come too late is not sent any more.

use door::store::Value;
use door::{Desk, Read, Refusal, Result, Time, Write, values};
use uuid::Uuid;

use super::Letter;
use crate::fields::words;
use crate::ids::PersonId;
use crate::vault::Safe;
use crate::world::World;

/// What is settled stands for a week, without what it said; so do the files of the folder.
pub(crate) const KEPT_SECONDS: i64 = 7 * 24 * 3600;
/// How long a letter is one instance's alone. Longer than a mail server may take.
const CLAIM_SECONDS: i64 = 60;
/// The wait after the first failure. It doubles with each one.
const WAIT_SECONDS: i64 = 10;
/// The longest wait.
const WAIT_SECONDS_MAX: i64 = 3600;

words!(
    /// What a letter is about.
    Kind {
        /// A link to set a new password.
        PasswordLink = "password_link",
        /// A link to sign in with.
        SignInLink = "sign_in_link",
        /// A link to confirm a mail address.
        MailLink = "mail_link",
        /// That the mail address was changed.
        MailChanged = "mail_changed",
        /// That the password was changed.
        PasswordChanged = "password_changed",
        /// That a second factor came or went, or its recovery codes changed.
        FactorChanged = "factor_changed",
        /// That somebody signed in with something that was not known.
        SignedIn = "signed_in",
        /// That something of an organisation changed, to its owners.
        Organisation = "organisation",
        /// Somebody is invited.
        Invitation = "invitation",
        /// That a client or an organisation is to be deleted.
        Ending = "ending",
        /// What happened in somebody's projects.
        Notice = "notice",
    }
);

words!(
    /// How it ended.
    Outcome {
        /// It was handed over.
        Sent = "sent",
        /// It was not taken, and will not be.
        GivenUp = "given_up",
        /// It was addressed to nobody.
        Nobody = "nobody",
    }
);

/// A letter to be written down.
pub struct Queued {
    /// What it is about.
    pub kind: Kind,
    /// Whose it is, where it is somebody's.
    pub person: Option<PersonId>,
    /// What it says.
    pub letter: Letter,
    /// After that it is not worth sending.
    pub until: Time,
}

/// Writes a letter down, to be sent when the transaction is through. It costs the same whoever it is addressed to.
///
/// # Errors
/// As the store says; [`Refusal::Broken`] when it cannot be sealed.
pub async fn queue(write: &mut Write<'_>, queued: Queued) -> Result<()> {
    let (id, now) = (write.id(), write.now());
    let (insert, values) = row(&write.world::<World>()?.safe, id, now, &queued)?;
    write.keep(insert, values).await?;
    Ok(())
}

/// The statement that writes a letter down, for who has no transaction of an action's.
///
/// # Errors
/// [`Refusal::Broken`] when it cannot be sealed.
pub(crate) fn row(safe: &Safe, id: Uuid, now: Time, queued: &Queued) -> Result<(&'static str, Vec<Value>)> {
    let letter = serde_json::to_vec(&queued.letter).map_err(|_| Refusal::Broken)?;
    let sealed = safe.seal_letter(id, &letter)?;
    let insert = "INSERT INTO mail (id, kind, person, sealed, made_at, until, tries, next_at, claimed_until) \
                  VALUES ($1, $2, $3, $4, $5, $6, 0, $5, 0)";
    Ok((insert, values![id, queued.kind, queued.person, sealed, now, queued.until]))
}

/// In whose name the portal writes: the only organisation's; where there are several, its own.
///
/// # Errors
/// As the store says.
pub(crate) async fn place_name(write: &mut Write<'_>) -> Result<Option<String>> {
    let rows = write.all("SELECT name FROM organisation WHERE name <> '' ORDER BY made_at LIMIT 2", vec![]).await?;
    match rows.as_slice() {
        [only] => Ok(Some(only.get("name")?)),
        _ => Ok(None),
    }
}

/// A letter whose turn it is.
pub(super) struct Due {
    pub(super) id: Uuid,
    pub(super) person: Option<PersonId>,
    sealed: Vec<u8>,
    tries: i64,
    until: Time,
}

impl Due {
    /// What it says.
    pub(super) fn letter(&self, safe: &Safe) -> Result<Letter> {
        let letter = safe.open_letter(self.id, &self.sealed)?;
        serde_json::from_slice(&letter).map_err(|_| Refusal::Broken)
    }

    /// Whether it would come too late.
    pub(super) fn is_late(&self, now: Time) -> bool {
        self.until <= now
    }
}

/// Those whose turn it is, the oldest first.
pub(super) async fn due(read: &mut Read<'_>, now: Time, most: i64) -> Result<Vec<Due>> {
    let due = "SELECT id, person, sealed, tries, until FROM mail \
               WHERE settled_at IS NULL AND next_at <= $1 AND claimed_until < $1 ORDER BY next_at, id LIMIT $2";
    let rows = read.all(due, values![now, most]).await?;
    rows.iter()
        .map(|row| {
            Ok(Due {
                id: row.get("id")?,
                person: row.get("person")?,
                sealed: row.get("sealed")?,
                tries: row.get("tries")?,
                until: row.get("until")?,
            })
        })
        .collect()
}

/// Takes a letter's turn. Another instance may have been quicker.
pub(super) async fn claim(desk: &Desk, due: &Due) -> Result<bool> {
    let now = desk.now();
    let claim = "UPDATE mail SET claimed_until = $2 WHERE id = $1 AND claimed_until < $3 AND settled_at IS NULL";
    Ok(desk.keep(claim, values![due.id, now.plus_seconds(CLAIM_SECONDS), now]).await? == 1)
}

/// Writes down how it ended. Nothing of what it said stays, except in a demo, which shows it.
pub(super) async fn settle(
    desk: &Desk,
    due: &Due,
    outcome: Outcome,
    problem: Option<String>,
    shown: bool,
) -> Result<()> {
    let settle = "UPDATE mail SET settled_at = $2, outcome = $3, problem = $4, \
                  sealed = CASE WHEN $5 THEN sealed ELSE NULL END WHERE id = $1";
    desk.keep(settle, values![due.id, desk.now(), outcome, problem, shown]).await?;
    Ok(())
}

/// Puts a letter off that was not taken. One that would come too late then is given up at its end.
pub(super) async fn put_off(desk: &Desk, due: &Due, problem: String) -> Result<()> {
    let next = desk.now().plus_seconds(wait(due.tries + 1)).min(due.until);
    let put_off = "UPDATE mail SET tries = tries + 1, next_at = $2, problem = $3, claimed_until = 0 WHERE id = $1";
    desk.keep(put_off, values![due.id, next, problem]).await?;
    Ok(())
}

/// The seconds to wait after so many failures.
fn wait(tries: i64) -> i64 {
    let doublings = u32::try_from(tries - 1).unwrap_or(0).min(20);
    (WAIT_SECONDS << doublings).min(WAIT_SECONDS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_an_hour() {
        assert_eq!([1, 2, 3, 9, 10, 500].map(wait), [10, 20, 40, 2560, 3600, 3600]);
    }
}
