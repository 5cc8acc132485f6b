//! When a backup or a drill is due: so long after the last one that succeeded, as the record says. So a portal that was restarted, or
//! another instance of it, does not begin to count anew.

use std::sync::Arc;
use std::time::Duration;

use door::ledger::Chain;
use door::store::Value;
use door::{Credential, Door, Request, Time, id::uuid_at, values};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::settings::{Every, Settings};

const BACKUP: &str = "backup.run";
const DRILL: &str = "backup.drill";
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
    jobs.spawn(repeat(Arc::clone(door), BACKUP, settings.backup_every, stopping.clone()));
    jobs.spawn(repeat(Arc::clone(door), DRILL, settings.drill_every, stopping.clone()));
}

async fn repeat(door: Arc<Door>, action: &'static str, every: Every, mut stopping: watch::Receiver<bool>) {
    let mut tried = None;
    loop {
        match is_due(&door, action, every, tried).await {
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

/// Whether it is due, so long after it was done; and after it was tried in vain, some minutes later. There is no drill
/// before there is a backup.
async fn is_due(door: &Door, action: &str, every: Every, tried: Option<Time>) -> door::store::Result<bool> {
    let now = door.now();
    if tried.is_some_and(|tried| now.seconds_since(tried) < every.0.min(RETRY_SECONDS)) {
        return Ok(false);
    }
    let done = async |action: &str| -> door::store::Result<Option<Time>> {
        let values = last_done(door.installation(), action);
        door.store().read().await?.one(LAST_DONE, values).await?.get("at")
    };
    if action == DRILL && done(BACKUP).await?.is_none() {
        return Ok(false);
    }
    Ok(done(action).await?.is_none_or(|done| now.seconds_since(done) >= every.0))
}
