//! Portals killed without a word under load, a thousand times on SQLite, two hundred times as one of two instances on
//! PostgreSQL: `cargo bench -p plimsoll-portal --bench killed`. Other numbers: `-- 100 20`.
//!
//! PostgreSQL takes part where `TEST_POSTGRES_URL` names a server; else that is said.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench says what it sees, and fails where it stands")]

#[path = "../tests/it/killed.rs"]
mod killed;

use std::time::Instant;

use door::store::{Settings, Store};
use portal::settings::Place;

/// After so many kills the whole record is verified.
const VERIFY_EACH: usize = 50;

#[tokio::main]
async fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let (on_sqlite, on_postgres) = match numbers.as_slice() {
        [sqlite, postgres, ..] => (*sqlite, *postgres),
        [sqlite] => (*sqlite, 200),
        [] => (1000, 200),
    };
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().to_owned(), database: None };
    run("SQLite, one instance", &place, 1, on_sqlite).await;
    match std::env::var("TEST_POSTGRES_URL") {
        Ok(server) => {
            let store = Store::open(&Settings::Postgres(server.clone())).await.unwrap();
            let mut tx = store.write(true).await.unwrap();
            tx.run("DROP SCHEMA IF EXISTS killed CASCADE", vec![]).await.unwrap();
            tx.run("CREATE SCHEMA killed", vec![]).await.unwrap();
            tx.commit().await.unwrap();
            store.close().await;
            let directory = tempfile::tempdir().unwrap();
            let database = Some(format!("{server}?options=-csearch_path%3Dkilled"));
            let place = Place { data: directory.path().to_owned(), database };
            run("PostgreSQL, two instances", &place, 2, on_postgres).await;
        }
        Err(_) => println!("PostgreSQL: SKIPPED, TEST_POSTGRES_URL names no server"),
    }
}

async fn run(name: &str, place: &Place, instances: usize, kills: usize) {
    let began = Instant::now();
    let tally = killed::kill_again_and_again(place, instances, kills, VERIFY_EACH).await;
    println!(
        "{name}: {} kills, {} acknowledged and all there, {} more written but not acknowledged, the record verified {} times; {} s",
        tally.kills,
        tally.acknowledged,
        tally.unheard,
        tally.verified,
        began.elapsed().as_secs()
    );
}
