//! Effects outside: mails, webhooks, and whatever cannot be rolled back.
//!
//! An action that wants one writes a letter in its own transaction ([`Write::later`](crate::Write::later)), so a letter
//! exists if and only if its action happened. Afterwards somebody calls [`Door::deliver`] again and again. A letter is
//! claimed, delivered outside any transaction, and then gone. It is delivered at least once: who dies between the
//! delivery and the deletion leaves it to the next, so a receiver tells repetitions by [`Letter::id`].

use std::time::Duration;

use uuid::Uuid;

use crate::catalogue::Later;
use crate::pass::Door;
use crate::store::{Result, Store, Value};
use crate::time::Time;
use crate::values;

/// How long one delivery may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a claim holds. Longer than a delivery may take; whoever has not answered by then is dead.
const CLAIM_SECONDS: i64 = 120;
/// The wait after the first failure. It doubles with each one.
const WAIT_SECONDS: i64 = 60;
/// The longest wait.
const WAIT_SECONDS_MAX: i64 = 6 * 3600;
/// Tries after which a letter is given up: with the waits above, after some twenty hours.
const TRIES_MAX: i64 = 12;
/// Letters that one call delivers at the most.
const LETTERS_MAX: usize = 100;

/// Takes letters to where they belong.
pub trait Deliver: Send + Sync {
    /// Delivers one. Called without a transaction, and given up after thirty seconds.
    fn deliver<'a>(&'a self, letter: &'a Letter) -> Later<'a, Result<(), Undelivered>>;
}

/// One effect outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its number, the same in each try.
    pub id: Uuid,
    /// What sort: `mail`, `webhook`.
    pub kind: String,
    /// What its action wrote, as JSON.
    pub payload: String,
    /// When its action happened.
    pub at: Time,
    /// Which try this is, from 1.
    pub tries: i64,
}

/// Why a letter was not delivered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// Another try may succeed: nobody answered, or asked to come again.
    #[error("not now: {0}")]
    Later(String),
    /// No try will succeed: the address does not exist.
    #[error("never: {0}")]
    Never(String),
}

/// What became of the letters that were due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deliveries {
    /// Delivered and gone.
    pub done: u32,
    /// Failed, and tried again later.
    pub again: u32,
    /// Failed, and kept for the operator without another try.
    pub given_up: u32,
}

impl Door {
    /// Delivers what is due, at most a hundred letters. Any number of instances may do this at the same time.
    ///
    /// # Errors
    /// As [`crate::store::Error`] says; what was claimed by then is tried again when its claim is over.
    pub async fn deliver(&self, by: &dyn Deliver) -> Result<Deliveries> {
        let mut deliveries = Deliveries::default();
        for _ in 0..LETTERS_MAX {
            let Some(letter) = self.claim_letter().await? else { break };
            let tried = tokio::time::timeout(PATIENCE, by.deliver(&letter)).await;
            match tried.unwrap_or_else(|_| Err(Undelivered::Later("it took too long".to_owned()))) {
                Ok(()) => {
                    // Whoever else has claimed it by now finds it gone afterwards.
                    self.settle("DELETE FROM outbox WHERE id = $1", values![letter.id]).await?;
                    deliveries.done += 1;
                }
                Err(Undelivered::Later(why)) if letter.tries < TRIES_MAX => {
                    tracing::info!(letter = %letter.id, kind = letter.kind, why, "not delivered, tried again later");
                    let next = self.now().plus_seconds(wait(letter.tries));
                    self.settle(PUT_BACK, values![letter.id, letter.tries, next]).await?;
                    deliveries.again += 1;
                }
                Err(why) => {
                    tracing::error!(letter = %letter.id, kind = letter.kind, %why, "a letter is given up");
                    let never: Option<Time> = None;
                    self.settle(PUT_BACK, values![letter.id, letter.tries, never]).await?;
                    deliveries.given_up += 1;
                }
            }
        }
        Ok(deliveries)
    }

    /// The letter that has been due for longest and that nobody holds. Claiming it counts as a try, so that a letter
    /// that kills its carrier does not do so for ever.
    async fn claim_letter(&self) -> Result<Option<Letter>> {
        let now = self.now();
        Store::twice(|alone| async move {
            let mut tx = self.parts.store.write(alone).await?;
            let due =
                "SELECT id, kind, payload, at, tries FROM outbox WHERE next_at <= $1 ORDER BY next_at, id LIMIT 1";
            let Some(row) = tx.claim(due, values![now]).await? else { return Ok(None) };
            let letter = Letter {
                id: row.get("id")?,
                kind: row.get("kind")?,
                payload: row.get("payload")?,
                at: row.get("at")?,
                tries: row.get::<i64>("tries")? + 1,
            };
            let claimed = "UPDATE outbox SET tries = $2, next_at = $3 WHERE id = $1";
            tx.run(claimed, values![letter.id, letter.tries, now.plus_seconds(CLAIM_SECONDS)]).await?;
            tx.commit().await?;
            Ok(Some(letter))
        })
        .await
    }

    async fn settle(&self, sql: &'static str, values: Vec<Value>) -> Result<()> {
        let values = &values;
        Store::twice(|alone| async move {
            let mut tx = self.parts.store.write(alone).await?;
            tx.run(sql, values.clone()).await?;
            tx.commit().await
        })
        .await
    }
}

/// Sets a letter's next time, unless somebody else has claimed it since. One that is given up has none.
const PUT_BACK: &str = "UPDATE outbox SET next_at = $3 WHERE id = $1 AND tries = $2";

/// The seconds to wait after this many tries.
fn wait(tries: i64) -> i64 {
    let doublings = u32::try_from(tries - 1).unwrap_or(0).min(20);
    (WAIT_SECONDS << doublings).min(WAIT_SECONDS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_six_hours() {
        assert_eq!([1, 2, 3, 9, 10, 100].map(wait), [60, 120, 240, 15_360, 21_600, 21_600]);
        let hours = (1..TRIES_MAX).map(wait).sum::<i64>() / 3600;
        assert!((12..48).contains(&hours), "given up after {hours} hours");
    }
}
