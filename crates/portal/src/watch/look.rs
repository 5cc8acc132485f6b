//! Everything that a round can see, gathered at once and then judged without any further question.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use door::store::{self, Store};
use door::{Door, Time};

use super::signals::{Asked, Job, Traffic};
use super::tail::{self, Counts};
use super::{Watch, locked};
use crate::backup::schedule::{LAST_DONE, last_done};
use crate::tls;
use crate::world::World;

/// How long the database may take to answer all that is asked of it.
const ANSWER_TIME: Duration = Duration::from_secs(5);
/// A clock that goes this much faster or slower than time itself has jumped, in seconds.
const JUMP_SECONDS: i64 = 60;
/// For how long a jump is spoken of, in seconds.
const JUMP_KEPT_SECONDS: i64 = 900;

/// What can be seen.
#[derive(Debug)]
pub struct Seen {
    /// When.
    pub now: Time,
    /// Since when this instance runs.
    pub since: Time,
    /// The requests of the last minutes.
    pub traffic: Traffic,
    /// The jobs that are expected to run.
    pub jobs: BTreeMap<&'static str, Job>,
    /// What the backups should do, where they are configured.
    pub backups: Option<Backups>,
    /// Why the log is not signed at present.
    pub sealing_trouble: Option<String>,
    /// Bytes that are free where the data lies, and all of them.
    pub disk: Option<(u64, u64)>,
    /// What is known of the certificate that browsers are shown, where this portal shows one.
    pub certificate: tls::Known,
    /// By how many seconds the clock has jumped lately.
    pub jumped: Option<i64>,
    /// Who outside asked last how we are.
    pub asked: Option<Asked>,
    /// What the database says, or why it says nothing.
    pub database: Result<Facts, String>,
}

/// What the backups should do, and why they last did not.
#[derive(Debug, Clone)]
pub struct Backups {
    /// How often one is due, in seconds.
    pub every: i64,
    /// How often one is tried, in seconds.
    pub drill_every: i64,
    /// Why the last try to take one failed.
    pub trouble: Option<String>,
    /// Why the last drill failed.
    pub drill_trouble: Option<String>,
}

/// What the database says.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Leaves in the log.
    pub size: i64,
    /// Events that wait for their place in it.
    pub waiting: i64,
    /// When the newest checkpoint was signed.
    pub signed: Option<Time>,
    /// When the last backup was taken.
    pub backup: Option<Time>,
    /// When the last one was tried.
    pub drill: Option<Time>,
    /// What was done within the last minutes.
    pub(super) counts: Counts,
}

/// Looks.
pub(super) async fn look(door: &Door, watch: &Watch) -> Arc<Seen> {
    let now = watch.now();
    let database = match tokio::time::timeout(ANSWER_TIME, facts(door, watch, now)).await {
        Ok(answered) => answered.map_err(|error| error.to_string()),
        Err(_) => Err("it does not answer in time".to_owned()),
    };
    let world = door.world::<World>().ok();
    let seen = Arc::new(Seen {
        now,
        since: watch.signals.since,
        traffic: watch.signals.traffic(now),
        jobs: watch.signals.jobs(),
        backups: world.and_then(backups),
        sealing_trouble: door.sealing_trouble(),
        disk: disk(&watch.data),
        certificate: world.map(|world| world.certificate.known()).unwrap_or_default(),
        jumped: jumped(&watch.jumps, now, Instant::now()),
        asked: watch.signals.last_asked(),
        database,
    });
    *locked(&watch.last) = Some(Arc::clone(&seen));
    seen
}

fn backups(world: &World) -> Option<Backups> {
    let settings = &world.backups.settings;
    settings.place.backup_to.as_ref()?;
    Some(Backups {
        every: settings.backup_every.0,
        drill_every: settings.drill_every.0,
        trouble: world.backups.troubles.of("backup.run"),
        drill_trouble: world.backups.troubles.of("backup.drill"),
    })
}

async fn facts(door: &Door, watch: &Watch, now: Time) -> store::Result<Facts> {
    let store = door.store();
    store.takes_writes().await?;
    let next = locked(&watch.tail).next();
    let read = tail::read(store, next).await?;
    let counts = locked(&watch.tail).take(read, now);
    let sql = "SELECT (SELECT size FROM ledger_head WHERE id = 1) AS size, (SELECT count(*) FROM event_pending) AS waiting, \
               (SELECT max(at) FROM ledger_checkpoint) AS signed";
    let row = store.read().await?.one(sql, vec![]).await?;
    Ok(Facts {
        size: row.get("size")?,
        waiting: row.get("waiting")?,
        signed: row.get("signed")?,
        backup: done(store, door, "backup.run").await?,
        drill: done(store, door, "backup.drill").await?,
        counts,
    })
}

async fn done(store: &Store, door: &Door, action: &str) -> store::Result<Option<Time>> {
    store.read().await?.one(LAST_DONE, last_done(door.installation(), action)).await?.get("at")
}

/// Free and all bytes of the disk that holds a directory.
#[cfg(unix)]
fn disk(directory: &Path) -> Option<(u64, u64)> {
    let disk = rustix::fs::statvfs(directory).ok()?;
    Some((disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_blocks.saturating_mul(disk.f_frsize)))
}

#[cfg(not(unix))]
fn disk(_: &Path) -> Option<(u64, u64)> {
    None
}

/// What the clock showed in the last round, and the last jump.
#[derive(Debug, Default)]
pub(super) struct Jumps {
    before: Option<(Time, Instant)>,
    last: Option<(Time, i64)>,
}

/// Holds the clock against the time that really passed. Gives the last jump, while it is fresh.
fn jumped(jumps: &Mutex<Jumps>, now: Time, instant: Instant) -> Option<i64> {
    let mut jumps = locked(jumps);
    if let Some((time, before)) = jumps.before {
        let passed = i64::try_from(instant.duration_since(before).as_secs()).unwrap_or(i64::MAX);
        let by = now.seconds_since(time) - passed;
        if by.abs() > JUMP_SECONDS {
            jumps.last = Some((now, by));
        }
    }
    jumps.before = Some((now, instant));
    jumps.last.filter(|(at, _)| (0..JUMP_KEPT_SECONDS).contains(&now.seconds_since(*at))).map(|(_, by)| by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_is_spoken_of_for_a_while() {
        let jumps = Mutex::default();
        let (begin, at) = (Instant::now(), |second: i64| Time(second * 1_000_000));
        let later = |seconds| begin + Duration::from_secs(seconds);
        assert_eq!(jumped(&jumps, at(0), begin), None);
        assert_eq!(jumped(&jumps, at(10), later(10)), None);
        assert_eq!(jumped(&jumps, at(3620), later(20)), Some(3600), "an hour ahead");
        assert_eq!(jumped(&jumps, at(3630), later(30)), Some(3600));
        assert_eq!(jumped(&jumps, at(40), later(40)), Some(-3600), "and back");
        assert_eq!(jumped(&jumps, at(950), later(950)), None, "that was a while ago");
    }
}
