//! When a backup is due: so long after the last one that succeeded, as the record says. So a portal that was restarted, or
//! another instance of it, does not begin to count anew.

use std::sync::Arc;
use std::time::Duration;

use door::ledger::Chain;
use door::store::{Store, Value};
use door::{Credential, Door, Request, Time, id::uuid_at, values};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::settings::{Every, Settings};

/// When an action of backups was last done.
pub const LAST_DONE: &str = "SELECT max(at) AS at FROM event_index WHERE chain = $1 AND act = $2 AND outcome = 'done'";
/// How often it is looked whether something is due.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// How long after a failure it is tried again at the latest, in seconds.
const RETRY_SECONDS: i64 = 900;

/// What [`LAST_DONE`] asks for.
#[must_use]
pub fn last_done(installation: uuid::Uuid, action: &str) -> Vec<Value> {
    values![Chain::Installation(installation).to_string(), action]
}

/// Starts the schedule, where a place for backups is configured. It ends when `stopping` says so.
pub fn start(door: &Arc<Door>, settings: &Settings, stopping: &watch::Receiver<bool>, jobs: &mut JoinSet<()>) {
    if settings.place.backup_to.is_none() {
        return;
    }
    jobs.spawn(repeat(Arc::clone(door), "backup.run", settings.backup_every, stopping.clone()));
}

async fn repeat(door: Arc<Door>, action: &'static str, every: Every, mut stopping: watch::Receiver<bool>) {
    let mut tried = None;
    loop {
        match is_due(door.store(), door.installation(), action, every, tried, door.now()).await {
            Ok(true) => {
                tried = Some(door.now());
                let request =
                    Request { credential: Credential::Job(action), id: uuid_at(door.now()), ..Request::default() };
                // Why it failed is in the log already, and on the record.
                if let Err(refusal) = door.pass(action, request).await {
                    tracing::error!(job = action, why = refusal.word(), "a job failed");
                }
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, job = action, "it cannot be told whether a job is due"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stopping.wait_for(|stopping| *stopping) => break,
        }
    }
}

/// Whether it is due, so long after it was done; and after it was tried in vain, some minutes later.
async fn is_due(
    store: &Store,
    installation: uuid::Uuid,
    action: &str,
    every: Every,
    tried: Option<Time>,
    now: Time,
) -> door::store::Result<bool> {
    let done: Option<Time> = store.read().await?.one(LAST_DONE, last_done(installation, action)).await?.get("at")?;
    let retried = tried.is_none_or(|tried| now.seconds_since(tried) >= every.0.min(RETRY_SECONDS));
    Ok(retried && done.is_none_or(|done| now.seconds_since(done) >= every.0))
}
