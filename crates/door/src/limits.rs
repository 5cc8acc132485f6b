//! How often: coarse limits in this instance's memory, security limits in the database.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::refusal::{Refusal, Result};
use crate::spec::Limit;
use crate::store::{self, Store};
use crate::time::Time;
use crate::values;

/// Counters kept in memory at the most; beyond it the oldest windows go first.
const COUNTERS_MAX: usize = 100_000;

/// Whose times are counted, and under which limit.
pub(crate) type Key = [u8; 32];

/// A key for this action, limit and subject. A hash, so that no mail address stands in memory or in the database.
pub(crate) fn key(action: &str, limit: &Limit, subject: &str) -> Key {
    let mut hasher = Sha256::new();
    for part in [action, &format!("{:?} {}", limit.per, limit.seconds), subject] {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The window that `now` lies in, and the seconds that are left of it.
fn window(limit: &Limit, now: Time) -> (i64, u32) {
    let seconds = i64::from(limit.seconds.max(1));
    let second = now.0 / 1_000_000;
    let start = second - second.rem_euclid(seconds);
    (start, u32::try_from(start + seconds - second).unwrap_or(1).max(1))
}

/// The counters of this instance.
#[derive(Default)]
pub(crate) struct Memory(Mutex<HashMap<Key, (i64, u32)>>);

impl Memory {
    /// Counts one time.
    pub(crate) fn count(&self, key: Key, limit: &Limit, now: Time) -> Result<()> {
        let (start, left) = window(limit, now);
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.len() >= COUNTERS_MAX {
            let oldest = counters.values().map(|(start, _)| *start).min().unwrap_or(start);
            counters.retain(|_, (start, _)| *start > oldest);
        }
        let counter = counters.entry(key).or_insert((start, 0));
        if counter.0 != start {
            *counter = (start, 0);
        }
        counter.1 = counter.1.saturating_add(1);
        if counter.1 > limit.times { Err(Refusal::TooMany { retry_seconds: left }) } else { Ok(()) }
    }
}

/// Counts one time for all instances together, in a transaction of its own: a refused try counts, too.
pub(crate) async fn count_shared(store: &Store, key: Key, limit: &Limit, now: Time) -> Result<()> {
    let (start, left) = window(limit, now);
    let counted = async {
        let mut tx = store.write(false).await?;
        let row = tx
            .one(
                "INSERT INTO limit_count (key, starts_at, times) VALUES ($1, $2, 1) \
                 ON CONFLICT (key, starts_at) DO UPDATE SET times = limit_count.times + 1 RETURNING times",
                values![key.as_slice(), start],
            )
            .await?;
        let times: i64 = row.get("times")?;
        if times == 1 {
            // The windows before are over; nobody asks about them again.
            tx.run("DELETE FROM limit_count WHERE key = $1 AND starts_at < $2", values![key.as_slice(), start]).await?;
        }
        tx.commit().await?;
        Ok::<i64, store::Error>(times)
    };
    // A limit that cannot be counted does not hold, so nothing passes.
    let times = counted.await.map_err(|error| {
        tracing::error!(%error, "a limit could not be counted");
        Refusal::Unavailable
    })?;
    if times > i64::from(limit.times) { Err(Refusal::TooMany { retry_seconds: left }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Per;

    const LIMIT: Limit = Limit { times: 2, seconds: 60, per: Per::Address };

    #[test]
    fn counts_within_a_window_and_says_when_it_ends() {
        let memory = Memory::default();
        let at = |second: i64| Time(second * 1_000_000);
        let key = key("a", &LIMIT, "x");
        assert_eq!(memory.count(key, &LIMIT, at(120)), Ok(()));
        assert_eq!(memory.count(key, &LIMIT, at(121)), Ok(()));
        assert_eq!(memory.count(key, &LIMIT, at(150)), Err(Refusal::TooMany { retry_seconds: 30 }));
        assert_eq!(memory.count(key, &LIMIT, at(180)), Ok(()));
    }

    #[test]
    fn keys_of_different_subjects_differ() {
        assert_ne!(key("a", &LIMIT, "bc"), key("ab", &LIMIT, "c"));
    }
}
