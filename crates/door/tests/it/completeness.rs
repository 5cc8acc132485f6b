//! The completeness key: the database itself refuses a change of a recorded row that no event names.

use door::store::{Engine, Error, Result, Store, Tx, Value};
use door::values;
use ledger::event::Operation;
use uuid::Uuid;

use crate::log::{TOYS, fresh_id, number, on_each, record_change};

const INSERT: &str = "INSERT INTO toy (id, rev, salt, colour) VALUES ($1, $2, $3, 'red')";
const PAINT: &str = "UPDATE toy SET rev = $2, colour = 'blue' WHERE id = $1";
const DELETE: &str = "DELETE FROM toy WHERE id = $1";

fn new(id: Uuid, revision: i64) -> Vec<Value> {
    values![id, revision, [0; 32].as_slice()]
}

/// Runs one transaction to its end, and says how it ended.
async fn attempt(store: &Store, deed: impl AsyncFn(&mut Tx) -> Result<()>) -> Result<()> {
    let mut tx = store.write(true).await?;
    deed(&mut tx).await?;
    tx.commit().await
}

async fn refused(store: &Store, what: &str, deed: impl AsyncFn(&mut Tx) -> Result<()>) {
    let colours = "SELECT count(*) AS number FROM toy WHERE colour = 'red' AND rev = 1";
    let before = number(store, colours).await;
    match attempt(store, deed).await {
        Err(Error::Refused(_) | Error::Exists(_)) => {}
        end => panic!("{what} on {:?}: {end:?}", store.engine()),
    }
    assert_eq!(number(store, colours).await, before, "{what}: something was left behind");
}

async fn made(store: &Store) -> Uuid {
    let id = fresh_id();
    let end = attempt(store, async |tx| {
        record_change(tx, id, 1, Operation::Create).await;
        tx.run(INSERT, new(id, 1)).await.map(drop)
    });
    end.await.unwrap();
    id
}

#[tokio::test]
async fn every_recorded_change_is_let_through() {
    on_each(TOYS, async |store| {
        let id = made(store).await;
        let paint = attempt(store, async |tx| {
            // The order does not matter: the key is looked at when the transaction ends.
            tx.run(PAINT, values![id, 2_i64]).await?;
            record_change(tx, id, 2, Operation::Update).await;
            Ok(())
        });
        paint.await.unwrap();
        let delete = attempt(store, async |tx| {
            record_change(tx, id, 3, Operation::Delete).await;
            tx.run(DELETE, values![id]).await.map(drop)
        });
        delete.await.unwrap();
        let again = attempt(store, async |tx| {
            record_change(tx, id, 4, Operation::Create).await;
            tx.run(INSERT, new(id, 4)).await.map(drop)
        });
        again.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_insert_without_its_event_is_refused() {
    on_each(TOYS, async |store| {
        refused(store, "insert", async |tx| tx.run(INSERT, new(fresh_id(), 1)).await.map(drop)).await;
    })
    .await;
}

#[tokio::test]
async fn an_update_without_its_event_is_refused() {
    on_each(TOYS, async |store| {
        let id = made(store).await;
        refused(store, "update", async |tx| tx.run(PAINT, values![id, 2_i64]).await.map(drop)).await;
    })
    .await;
}

#[tokio::test]
async fn an_update_that_keeps_its_revision_is_refused() {
    on_each(TOYS, async |store| {
        let id = made(store).await;
        refused(store, "update", async |tx| tx.run(PAINT, values![id, 1_i64]).await.map(drop)).await;
    })
    .await;
}

#[tokio::test]
async fn a_revision_that_goes_back_or_leaps_is_refused() {
    on_each(TOYS, async |store| {
        let id = made(store).await;
        let paint = attempt(store, async |tx| {
            record_change(tx, id, 2, Operation::Update).await;
            tx.run(PAINT, values![id, 2_i64]).await.map(drop)
        });
        paint.await.unwrap();
        refused(store, "rewind", async |tx| tx.run(PAINT, values![id, 1_i64]).await.map(drop)).await;
        let leap = async |tx: &mut Tx| {
            record_change(tx, id, 4, Operation::Update).await;
            tx.run(PAINT, values![id, 4_i64]).await.map(drop)
        };
        refused(store, "leap", leap).await;
    })
    .await;
}

#[tokio::test]
async fn a_second_event_for_the_same_revision_is_refused() {
    on_each(TOYS, async |store| {
        let id = made(store).await;
        let second = async |tx: &mut Tx| {
            let change = "INSERT INTO change (entity, pk, rev, op, n) VALUES (7, $1, 1, 'u', 1)";
            tx.run(change, values![id]).await.map(drop)
        };
        refused(store, "second event", second).await;
    })
    .await;
}

#[tokio::test]
async fn a_deletion_without_its_event_is_refused() {
    on_each(TOYS, async |store| {
        let id = made(store).await;
        refused(store, "delete", async |tx| tx.run(DELETE, values![id]).await.map(drop)).await;
    })
    .await;
}

#[tokio::test]
async fn replacing_a_row_is_no_way_around() {
    on_each(TOYS, async |store| {
        let id = made(store).await;
        let replace = match store.engine() {
            Engine::Sqlite => "INSERT OR REPLACE INTO toy (id, rev, salt, colour) VALUES ($1, $2, $3, 'black')",
            Engine::Postgres => {
                "INSERT INTO toy (id, rev, salt, colour) VALUES ($1, $2, $3, 'black') \
                 ON CONFLICT (id) DO UPDATE SET colour = 'black'"
            }
        };
        refused(store, "replace", async |tx| tx.run(replace, new(id, 1)).await.map(drop)).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_recorded_is_not_edited() {
    on_each(TOYS, async |store| {
        made(store).await;
        for edit in [
            "UPDATE change SET op = 'u'",
            "DELETE FROM change",
            "UPDATE event SET body = chain_bytes FROM (SELECT body AS chain_bytes FROM event) AS other",
            "UPDATE event SET n = n + 1000",
            "DELETE FROM event",
        ] {
            match attempt(store, async |tx| tx.run(edit, vec![]).await.map(drop)).await {
                Err(Error::Refused(_) | Error::Other(_)) => {}
                end => panic!("{edit} on {:?}: {end:?}", store.engine()),
            }
        }
        let erase = attempt(store, async |tx| tx.run("UPDATE event SET private = NULL", vec![]).await.map(drop));
        erase.await.unwrap();
    })
    .await;
}
