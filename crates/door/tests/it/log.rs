//! A toy record: events, rows that they change, and a key.

use std::path::Path;

use door::record::{Sealed, Sealer, Sign, seal};
use door::store::{Engine, Migration, Step, Store, Tx, Value};
use door::{MIGRATIONS, Time, values};
use ledger::Chain;
use ledger::commitment::{self, Salt};
use ledger::event::{Draft, Operation, Outcome, Performer, Pii, Recorded, Row, Thing};
use ledger::{Hash, key::VerifierKey};
use uuid::Uuid;

use crate::world::Database;

/// The time at which the tests begin.
pub(crate) const NOW: Time = Time(1_763_772_132_345_678);

/// A recorded table, as a portal has many.
pub(crate) const TOYS: &[Migration] = &[Migration {
    version: 2,
    name: "toys",
    steps: &[Step::Recorded { table: "toy", entity: 7, columns: "colour {text} NOT NULL, " }],
}];

/// Runs a test on each engine that is there, on a database with the record and `more`.
pub(crate) async fn on_each(more: &[Migration], test: impl AsyncFn(&Store)) {
    let migrations: Vec<Migration> = MIGRATIONS.iter().chain(more).copied().collect();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = Database::empty(engine).await else { continue };
        let store = database.open().await;
        store.migrate(&migrations, NOW).await.unwrap();
        test(&store).await;
        store.close().await;
        database.remove().await;
    }
}

pub(crate) fn sealer(directory: &Path) -> Sealer {
    Sealer::new("test.example/record/1", [1; 32].into(), directory.join("high-water"))
}

pub(crate) fn public_key(sealer: &Sealer) -> VerifierKey {
    sealer.key().unwrap().verifier().clone()
}

pub(crate) fn fresh_id() -> Uuid {
    door::id::uuid_at(NOW)
}

pub(crate) fn client(number: u128) -> Chain {
    Chain::Client(Uuid::from_u128(number))
}

/// An event about a person, with one value to be kept beside it.
pub(crate) fn draft(chain: Chain) -> Draft {
    let person = Uuid::from_u128(0xb0);
    Draft::new(fresh_id(), NOW.timestamp(), chain, "toy.paint")
        .actor(Performer::person(person))
        .target(Thing { kind: "toy", id: Uuid::from_u128(7) })
        .pii("actor.ip", Pii::new(person, "192.0.2.7"), Salt::new([7; 32]))
}

/// What the door writes of an event: its chain, its body, and the values beside it.
fn event_row(draft: Draft) -> Vec<Value> {
    let Recorded { event, values } = draft.finish(Outcome::Done).unwrap();
    let kept = values.iter().map(|value| {
        let salt = Hash(*value.salt.as_bytes());
        serde_json::json!({"field": value.field, "subject": value.subject, "salt": salt, "value": value.value})
    });
    let kept = serde_json::Value::Array(kept.collect()).to_string();
    values![event.body().chain.to_string(), event.bytes(), kept]
}

/// Writes an event as the door does, and gives its number.
pub(crate) async fn record(tx: &mut Tx, draft: Draft) -> i64 {
    let insert = "INSERT INTO event (chain, body, private) VALUES ($1, $2, $3) RETURNING n";
    tx.one(insert, event_row(draft)).await.unwrap().get("n").unwrap()
}

/// Writes that a toy moved to a revision: the event, and the row of changes.
pub(crate) async fn record_change(tx: &mut Tx, id: Uuid, revision: i64, operation: Operation) -> i64 {
    record_change_to(tx, id, revision, operation, (operation != Operation::Delete).then_some(Hash([9; 32]))).await
}

async fn record_change_to(tx: &mut Tx, id: Uuid, revision: i64, operation: Operation, after: Option<Hash>) -> i64 {
    let revision_after = revision.try_into().unwrap();
    let row = Row { entity: "toy", id, revision: revision_after, operation, before: None, after };
    let n = record(tx, draft(client(1)).change(row)).await;
    let change = "INSERT INTO change (entity, pk, rev, op, n, after) VALUES (7, $1, $2, $3, $4, $5)";
    tx.run(change, values![id, revision, operation.letter(), n, after.map(|after| after.0)]).await.unwrap();
    n
}

/// A toy as the door makes it: the row, and an event that commits to it; then painted blue in the same way.
pub(crate) async fn make_and_paint(tx: &mut Tx) -> Uuid {
    let id = fresh_id();
    let insert = "INSERT INTO toy (id, rev, salt, colour) VALUES ($1, 1, $2, 'red') RETURNING *";
    let row = tx.one(insert, values![id, [3; 32]]).await.unwrap();
    let after = |row: &door::store::Row, revision| {
        let state = row.canonical(&["salt"]).unwrap();
        Some(commitment::of_row(&Salt::new([3; 32]), "toy", id, revision, state.as_bytes()))
    };
    record_change_to(tx, id, 1, Operation::Create, after(&row, 1)).await;
    let paint = "UPDATE toy SET rev = 2, colour = 'blue' WHERE id = $1 RETURNING *";
    let row = tx.one(paint, values![id]).await.unwrap();
    record_change_to(tx, id, 2, Operation::Update, after(&row, 2)).await;
    id
}

/// So many events in turn in three chains.
pub(crate) async fn record_many(store: &Store, count: u128) {
    let mut tx = store.write(true).await.unwrap();
    let events: Vec<Value> = (0..count).flat_map(|number| event_row(draft(client(number % 3)))).collect();
    tx.insert_rows("INSERT INTO event (chain, body, private)", 3, &events).await.unwrap();
    tx.commit().await.unwrap();
}

pub(crate) async fn seal_now(store: &Store, sealer: &Sealer) -> Sealed {
    seal(store, Some(sealer), NOW, Sign::Now).await.unwrap()
}

/// Later than [`NOW`] by so many seconds.
pub(crate) fn later(seconds: i64) -> Time {
    NOW.plus_seconds(seconds)
}

/// One number from the database.
pub(crate) async fn number(store: &Store, sql: &'static str) -> i64 {
    store.read().await.unwrap().one(sql, vec![]).await.unwrap().get("number").unwrap()
}
