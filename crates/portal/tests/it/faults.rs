//! What is acknowledged survives whatever ends a portal.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portal::settings::Place;
use serde_json::json;

use crate::house::empty_postgres;
use crate::killed::{Instance, Tally, WRITERS, World, everything_is_there, kill_again_and_again};

/// Two servers, one following the other, which end with the story however it goes.
struct Pair(PathBuf);

impl Drop for Pair {
    fn drop(&mut self) {
        postgres("stop", &self.0);
    }
}

/// Asks the script that runs throw-away servers. Gives what it says.
fn postgres(verb: &str, directory: &Path) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.ci/postgres");
    let done = Command::new(script).arg(verb).arg(directory).output().unwrap();
    assert!(done.status.success(), "{verb}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

/// Two portals write, `fail` takes their database away, and they must find the one that took over by themselves.
async fn lose_the_database(place: &Place, fail: impl AsyncFnOnce()) -> Tally {
    let world = Arc::new(World::found(place).await);
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let count = || acknowledged.lock().unwrap().len();
    let running = [Instance::start(place).await, Instance::start(place).await];
    let mut writers = tokio::task::JoinSet::new();
    for (_, instance) in (0..WRITERS).zip(running.iter().cycle()) {
        writers.spawn(Arc::clone(&world).write(instance.origin.clone(), Arc::clone(&acknowledged)));
    }
    while count() < 50 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    fail().await;
    while writers.join_next().await.is_some() {}
    for instance in &running {
        let text = json!({"text": "Is anybody there again?"});
        let mut patience = 600;
        while world.post(&instance.origin, &world.messages, &text).await.is_none() {
            patience -= 1;
            assert!(patience > 0, "{} does not go on after a minute", instance.origin);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    let unheard = everything_is_there(place, &acknowledged).await;
    Tally { kills: 1, acknowledged: count(), unheard }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_kills_lose_nothing_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().to_owned(), database: None };
    let tally = kill_again_and_again(&place, 1, 50).await;
    assert!(tally.kills == 50 && tally.acknowledged > 50, "{tally:?}");
    println!("{tally:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_kills_of_one_of_two_instances_lose_nothing_on_postgres() {
    let Some(database) = empty_postgres().await else { return };
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().to_owned(), database: Some(database) };
    let tally = kill_again_and_again(&place, 2, 10).await;
    assert!(tally.kills == 10 && tally.acknowledged > 10, "{tally:?}");
    println!("{tally:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_dies_is_taken_over_and_nothing_acknowledged_is_lost() {
    // The same server program as for every other story on PostgreSQL; without it this is said there.
    if empty_postgres().await.is_none() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let servers = Pair(directory.path().join("servers"));
    let database = Some(postgres("pair", &servers.0));
    let place = Place { data: directory.path().join("data"), database };
    let tally = lose_the_database(&place, async || drop(postgres("fail-over", &servers.0))).await;
    assert!(tally.acknowledged >= 50, "{tally:?}");
    println!("{tally:?}");
}
