//! How often: coarse limits in this instance's memory, security limits in the database.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::refusal::{Refusal, Result};
use crate::spec::Limit;
use crate::store::{self, Store};
use crate::time::Time;
use crate::values;

/// Counters kept in memory at the most.
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

/// Whose address it is, as far as limits go: one IPv4 address, or the /64 that an IPv6 host may pick addresses from
/// as it likes (RFC 4291 section 2.5.1).
pub(crate) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

/// The counters of this instance: when each window ends, and the times in it.
#[derive(Default)]
pub(crate) struct Memory(Mutex<HashMap<Key, (i64, u32)>>);

impl Memory {
    /// Counts one time.
    pub(crate) fn count(&self, key: Key, limit: &Limit, now: Time) -> Result<()> {
        let (start, left) = window(limit, now);
        let end = start + i64::from(limit.seconds.max(1));
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.len() >= COUNTERS_MAX {
            make_room(&mut counters, now.0 / 1_000_000);
        }
        let counter = counters.entry(key).or_insert((end, 0));
        if counter.0 != end {
            *counter = (end, 0);
        }
        counter.1 = counter.1.saturating_add(1);
        if counter.1 > limit.times { Err(Refusal::TooMany { retry_seconds: left }) } else { Ok(()) }
    }
}

/// Forgets the windows that are over; if none is, those that end first.
fn make_room(counters: &mut HashMap<Key, (i64, u32)>, second: i64) {
    counters.retain(|_, (end, _)| *end > second);
    if counters.len() >= COUNTERS_MAX {
        let first = counters.values().map(|(end, _)| *end).min().unwrap_or(second);
        counters.retain(|_, (end, _)| *end > first);
    }
}

/// Counts one time for all instances together, in a transaction of its own: a refused try counts, too.
pub(crate) async fn count_shared(store: &Store, key: Key, limit: &Limit, now: Time) -> Result<()> {
    let (start, left) = window(limit, now);
    let counted = Store::twice(|alone| async move {
        let mut tx = store.write(alone).await?;
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
    });
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
    fn an_ipv6_host_is_one_whatever_address_it_picks() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
        assert_eq!(network("::ffff:192.0.2.7"), network("192.0.2.7"));
        assert_ne!(network("192.0.2.7"), network("192.0.2.8"));
    }

    #[test]
    fn a_full_memory_forgets_what_is_over_first() {
        let memory = Memory::default();
        let (short, long) = (Limit { seconds: 10, ..LIMIT }, Limit { times: 1, seconds: 3600, per: Per::Address });
        let at = |second: i64| Time(second * 1_000_000);
        memory.count(key("a", &long, "x"), &long, at(0)).unwrap();
        for n in 1..COUNTERS_MAX {
            memory.count(key("a", &short, &n.to_string()), &short, at(0)).unwrap();
        }
        memory.count(key("b", &short, "y"), &short, at(20)).unwrap();
        assert_eq!(memory.0.lock().unwrap().len(), 2);
        assert!(memory.count(key("a", &long, "x"), &long, at(20)).is_err(), "the hour is not over");
    }

    #[test]
    fn keys_of_different_subjects_differ() {
        assert_ne!(key("a", &LIMIT, "bc"), key("ab", &LIMIT, "c"));
    }
}
