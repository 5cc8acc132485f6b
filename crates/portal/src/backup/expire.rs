//! Old snapshots go, and with them the chunks that no other names. What was erased is out of every backup after so many
//! days as backups are kept.

use std::sync::Arc;

use door::{Clock, Time};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Result;
use super::lines::Lines;
use super::lock::Lock;
use super::manifest::Object;
use super::repository::Repository;
use super::verify::LIST;

const SECONDS_A_DAY: i64 = 86_400;

/// What went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expired {
    /// Snapshots.
    pub snapshots: u64,
    /// Chunks.
    pub chunks: u64,
}

/// Clears away what is older than so many days. The newest snapshot stays in any case.
///
/// # Errors
/// See [`super::Error`]. No chunk goes while a snapshot that stays cannot be read: what it names is not known then.
pub async fn expire(repository: &Repository, days: u32, clock: &Arc<dyn Clock>) -> Result<Expired> {
    let lock = Lock::take(repository, clock).await?;
    let before = clock.now().plus_seconds(-SECONDS_A_DAY * i64::from(days));
    let (lock, expired) = clear(repository, before, lock).await;
    lock.release().await;
    expired
}

async fn clear(repository: &Repository, before: Time, mut lock: Lock) -> (Lock, Result<Expired>) {
    let work = async {
        let names = repository.snapshots().await?;
        let Some((newest, older)) = names.split_last() else { return Ok(Expired::default()) };
        let (old, stays): (Vec<_>, Vec<_>) =
            older.iter().partition(|name| taken_at(name).is_some_and(|at| at < before));
        if old.is_empty() {
            return Ok(Expired::default());
        }
        for name in &old {
            repository.forget(name).await?;
        }
        let mut unused = repository.chunk_names().await?;
        for name in stays.into_iter().chain([newest]) {
            lock.refresh().await?;
            let manifest = repository.snapshot(Some(name)).await?.manifest;
            let tables = manifest.tables.iter().flat_map(|table| &table.stream.chunks);
            for chunk in tables.chain(&manifest.files.index.chunks) {
                unused.remove(chunk);
            }
            let mut objects = Lines::<Object>::new(repository.read(&manifest.files.index, LIST));
            while let Some(object) = objects.next().await? {
                for chunk in &object.stream.chunks {
                    unused.remove(chunk);
                }
            }
        }
        let expired = Expired { snapshots: old.len() as u64, chunks: unused.len() as u64 };
        for chunk in unused {
            lock.refresh().await?;
            repository.remove(chunk).await?;
        }
        Ok(expired)
    };
    let done = work.await;
    (lock, done)
}

/// When a snapshot was taken, as its name says.
pub(super) fn taken_at(name: &str) -> Option<Time> {
    let at = DateTime::strptime("%Y%m%dT%H%M%S.%fZ", name).ok()?;
    Some(Time(at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_says_when() {
        assert_eq!(taken_at("20260624T153000.000001Z"), Some(Time(1_782_315_000_000_001)));
    }

    proptest! {
        #[test]
        fn any_name_says_when_or_not(name in ".{0,40}") {
            let _ = taken_at(&name);
        }
    }
}
