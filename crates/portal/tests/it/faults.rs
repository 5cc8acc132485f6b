//! What is acknowledged survives whatever ends a portal.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use door::Door;
use portal::Parts;
use portal::data::Data;
use portal::settings::Place;
use portal::wires::console;
use serde_json::json;
use sqlx::Connection as _;

use crate::house::empty_postgres;
use crate::killed::{Instance, Tally, WRITERS, World, every_message_is_there, kill_again_and_again, the_record_holds};

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
    let unheard = every_message_is_there(place, &acknowledged).await;
    the_record_holds(place).await;
    Tally { kills: 1, verified: 1, acknowledged: count(), unheard }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_signed_that_a_replica_does_not_hold_yet() {
    if empty_postgres().await.is_none() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let servers = Pair(directory.path().join("servers"));
    let both = postgres("pair", &servers.0);
    let place = Place { data: directory.path().join("data"), database: Some(both.clone()) };
    let data = Data::open(&place).unwrap();
    std::fs::write(place.data.join("anchors.toml"), "checkpoint_durability = 2\n").unwrap();
    let refused = Parts::real().door(&data, &place, "http://localhost", false).await.err().unwrap();
    assert!(format!("{refused:#}").contains("names 1 other servers"), "{refused:#}");
    std::fs::write(place.data.join("anchors.toml"), "checkpoint_durability = 1\n").unwrap();
    let door = Parts::real().door(&data, &place, "http://localhost", false).await.unwrap();
    let founded =
        json!({"name": "Halden", "owner": "Maya", "mail": "maya@example.com", "password": "a fine long password"});
    console::pass(&door, "organisation.create", &founded.to_string()).await.unwrap();
    // The first look seals, a later one signs what the replica holds by then.
    let size = async |door: &Door| {
        let newest = "SELECT coalesce(max(size), 0) AS size FROM ledger_checkpoint";
        let row = door.store().read().await.unwrap().one(newest, vec![]).await.unwrap();
        row.get::<i64>("size").unwrap()
    };
    let signs = async |door: &Door, more_than: i64, tries: usize| {
        for _ in 0..tries {
            door.checkpoint().await.unwrap();
            if size(door).await > more_than {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    };
    assert!(signs(&door, 0, 200).await, "a replica that keeps up holds nothing back");
    let (address, servers) = both.rsplit_once('@').unwrap();
    let replica = format!("{address}@{}", servers.split_once(',').unwrap().1);
    let mut replica = sqlx::PgConnection::connect(&replica).await.unwrap();
    sqlx::query("SELECT pg_wal_replay_pause()").execute(&mut replica).await.unwrap();
    let before = size(&door).await;
    console::pass(&door, "organisation.create", &founded.to_string().replace("maya@", "tom@")).await.unwrap();
    assert!(!signs(&door, before, 20).await, "it was signed, and would be lost with the first server");
    sqlx::query("SELECT pg_wal_replay_resume()").execute(&mut replica).await.unwrap();
    assert!(signs(&door, before, 200).await, "what waited is signed once the replica has it");
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_kills_lose_nothing_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().to_owned(), database: None };
    let tally = kill_again_and_again(&place, 1, 50, 1).await;
    assert!(tally.kills == 50 && tally.acknowledged > 50, "{tally:?}");
    println!("{tally:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_kills_of_one_of_two_instances_lose_nothing_on_postgres() {
    let Some(database) = empty_postgres().await else { return };
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().to_owned(), database: Some(database) };
    let tally = kill_again_and_again(&place, 2, 10, 1).await;
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
