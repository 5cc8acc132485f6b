//! Cleverer ways past the record than `completeness.rs` tries: each is refused and changes nothing at all.

use door::store::{Engine, Error, Value};
use door::values;
use uuid::Uuid;

use crate::world::{NORTH, World, on_both};

on_both!(
    the_database_refuses_what_no_event_names,
    a_deleted_row_goes_on_where_it_ended,
    the_locks_can_be_taken_off_a_flawed_copy,
);

type Statement = (&'static str, Vec<Value>);

/// Runs statements past the door in one transaction.
async fn run(world: &World, statements: Vec<Statement>) -> Result<(), Error> {
    let mut tx = world.store.write(true).await?;
    for (sql, values) in statements {
        tx.run(sql, values).await?;
    }
    tx.commit().await
}

async fn refused(world: &World, what: &str, statements: Vec<Statement>) {
    let before = world.everything().await;
    let end = run(world, statements).await;
    assert!(matches!(end, Err(Error::Refused(_) | Error::Exists(_))), "{what}: {end:?}");
    assert_eq!(world.everything().await, before, "{what}");
}

/// An event by hand, and the row of `change` that points to it.
fn event(shelf: Uuid, rev: i64, op: &'static str) -> Vec<Statement> {
    vec![
        ("INSERT INTO event (chain, body) VALUES ('by hand', $1)", values![b"{}".as_slice()]),
        (
            "INSERT INTO change (entity, pk, rev, op, n) SELECT 1, $1, $2, $3, max(n) FROM event",
            values![shelf, rev, op],
        ),
    ]
}

const INSERT: &str = "INSERT INTO shelf (id, rev, salt, organisation, internal, title, state) \
                      VALUES ($1, $2, $3, $4, $5, 'by hand', 'open')";

fn row(id: Uuid, rev: i64) -> Vec<Value> {
    values![id, rev, [0; 32], NORTH, false]
}

async fn the_database_refuses_what_no_event_names(world: World) {
    let shelf = world.shelf("one").await;
    let other = Uuid::from_u128(7);
    world.ask("shelf.rename").by("ann").on("shelf", shelf).with(serde_json::json!({ "title": "two" })).await.unwrap();
    let update = "UPDATE shelf SET title = 'forged', rev = rev + 1 WHERE id = $1";

    let statement = "UPDATE shelf SET title = 'forged', rev = rev + 2 WHERE id = $1";
    refused(&world, "a revision left out", vec![(statement, values![shelf])]).await;
    let statement = "UPDATE shelf SET id = $2, rev = rev + 1 WHERE id = $1";
    refused(&world, "another id", vec![(statement, values![shelf, other])]).await;
    let statement = "UPDATE shelf SET entity = 2, rev = rev + 1 WHERE id = $1";
    refused(&world, "another table's records", vec![(statement, values![shelf])]).await;
    let mut statements = event(shelf, 3, "u");
    statements.push(("DELETE FROM shelf WHERE id = $1", values![shelf]));
    refused(&world, "a deletion recorded as an update", statements).await;
    let mut statements = event(other, 1, "c");
    statements.push((update, values![shelf]));
    refused(&world, "an event of another row", statements).await;
    let upsert = "INSERT INTO shelf (id, rev, salt, organisation, internal, title, state) \
                  VALUES ($1, $2, $3, $4, $5, 'by hand', 'open') \
                  ON CONFLICT (id) DO UPDATE SET title = 'forged', rev = shelf.rev + 1";
    refused(&world, "an upsert", vec![(upsert, row(shelf, 1))]).await;

    match world.engine() {
        Engine::Sqlite => {
            let replace = "INSERT OR REPLACE INTO shelf (id, rev, salt, organisation, internal, title, state) \
                           VALUES ($1, $2, $3, $4, $5, 'by hand', 'open')";
            for rev in 1..=3 {
                refused(&world, "INSERT OR REPLACE", vec![(replace, row(shelf, rev))]).await;
            }
            world.book(shelf, "a", "s").await;
            world.book(shelf, "b", "s").await;
            let replace = "UPDATE OR REPLACE book SET title = 'B', rev = rev + 1 WHERE title = 'A'";
            refused(&world, "UPDATE OR REPLACE", vec![(replace, vec![])]).await;
        }
        Engine::Postgres => {
            refused(&world, "TRUNCATE", vec![("TRUNCATE shelf", vec![])]).await;
            refused(&world, "TRUNCATE", vec![("TRUNCATE shelf, change, event CASCADE", vec![])]).await;
        }
    }

    let mut statements = event(shelf, 3, "u");
    statements.push((update, values![shelf]));
    run(&world, statements).await.expect("what has its event is accepted");
}

async fn a_deleted_row_goes_on_where_it_ended(world: World) {
    let shelf = world.shelf("one").await;
    world.ask("shelf.remove").by("ann").on("shelf", shelf).await.unwrap();

    refused(&world, "a deleted row again, from the start", vec![(INSERT, row(shelf, 1))]).await;
    let mut statements = event(shelf, 4, "c");
    statements.push((INSERT, row(shelf, 4)));
    refused(&world, "a deleted row again, further on", statements).await;
    let mut statements = event(shelf, 3, "c");
    statements.push((INSERT, row(shelf, 3)));
    run(&world, statements).await.expect("it goes on where it ended");
}

async fn the_locks_can_be_taken_off_a_flawed_copy(world: World) {
    let shelf = world.shelf("one").await;
    world.store.unlock_recorded("shelf").await.unwrap();
    // Other connections see it, too.
    let store = world.database.open().await;
    for store in [&world.store, &store] {
        let mut tx = store.write(true).await.unwrap();
        let update = "UPDATE shelf SET title = 'unrecorded' WHERE id = $1";
        assert_eq!(tx.run(update, values![shelf]).await.unwrap(), 1);
        tx.run("UPDATE shelf SET rev = rev + 1 WHERE id = $1", values![shelf]).await.unwrap();
        tx.commit().await.unwrap();
    }
    run(&world, vec![(INSERT, row(Uuid::from_u128(7), 5))]).await.unwrap();
    run(&world, vec![("DELETE FROM shelf WHERE id = $1", values![shelf])]).await.unwrap();
    // Other tables keep theirs.
    let book = "INSERT INTO book (id, rev, salt, shelf, title, secret) VALUES ($1, 1, $2, $1, 'a', 's')";
    refused(&world, "a book without an event", vec![(book, values![shelf, [0; 32]])]).await;
}
