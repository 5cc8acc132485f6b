//! The schedule: each job of the catalogue, again and again, until the portal stops.

use std::sync::Arc;
use std::time::Duration;

use door::{Credential, Door, Request, Way, id::uuid_at};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Starts every job. They end when `stopping` says so.
#[must_use]
pub fn start(door: &Arc<Door>, stopping: &watch::Receiver<bool>) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    for entry in door.catalogue().entries() {
        let Way::Job { every_seconds } = entry.spec.way else { continue };
        let (door, stopping) = (Arc::clone(door), stopping.clone());
        jobs.spawn(repeat(door, entry.spec.name, Duration::from_secs(u64::from(every_seconds)), stopping));
    }
    jobs
}

async fn repeat(door: Arc<Door>, name: &'static str, every: Duration, mut stopping: watch::Receiver<bool>) {
    loop {
        run(&door, name).await;
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            _ = stopping.wait_for(|stopping| *stopping) => break,
        }
    }
    // What was recorded until the end is sealed, too.
    if name == "ledger.seal" {
        run(&door, name).await;
    }
}

/// A job that says that there is `more` is run again at once.
async fn run(door: &Arc<Door>, name: &'static str) {
    loop {
        let request = Request { credential: Credential::Job(name), id: uuid_at(door.now()), ..Request::default() };
        match door.pass(name, request).await {
            Ok(reply) if reply.output["more"] == true => {}
            Ok(_) => break,
            Err(refusal) => {
                tracing::error!(job = name, why = refusal.word(), "a job failed");
                break;
            }
        }
    }
}
