//! Migrations, and what a database must not be.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use door::HandClock;
use door::inventory::{self, Class, Column, Copied, Data, Ends, Leaves, Table};
use door::store::{Engine, Error, Migration, Settings, Step, Store};
use sqlx::ConnectOptions as _;

use crate::world::{Database, START, World, migrations, on_both};

on_both!(
    a_database_of_a_newer_version_is_refused,
    a_database_of_another_history_is_refused,
    a_migration_that_fails_leaves_nothing,
    the_inventory_is_held_against_the_database,
);

async fn a_database_of_a_newer_version_is_refused(world: World) {
    let before = world.everything().await;
    let older = &migrations()[..1];
    match world.store.migrate(older, START).await {
        Err(Error::Foreign(why)) => assert!(why.contains("newer version"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.everything().await, before);
}

async fn a_database_of_another_history_is_refused(world: World) {
    let before = world.everything().await;
    let mut other = migrations();
    other[1].steps = &[Step::Sql("CREATE TABLE something_else (id {id} PRIMARY KEY) {strict}")];
    other.push(Migration { version: 3, name: "more", steps: &[Step::Sql("DROP TABLE shelf")] });
    match world.store.migrate(&other, START).await {
        Err(Error::Foreign(why)) => assert!(why.contains("another history"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.everything().await, before);
}

async fn a_migration_that_fails_leaves_nothing(world: World) {
    let before = world.everything().await;
    let mut more = migrations();
    let steps =
        &[Step::Sql("CREATE TABLE third (id {id} PRIMARY KEY) {strict}"), Step::Sql("DROP TABLE no_such_table")];
    more.push(Migration { version: 3, name: "more", steps });
    assert!(world.store.migrate(&more, START).await.is_err());
    assert_eq!(world.everything().await, before);
    more[2].steps = &[Step::Sql("CREATE TABLE third (id {id} PRIMARY KEY) {strict}")];
    assert_eq!(world.store.migrate(&more, START).await.unwrap(), 1);
}

async fn the_inventory_is_held_against_the_database(world: World) {
    // As the database is, made from itself: no difference.
    let mut inventory: Vec<Table> = Vec::new();
    for (name, names) in schema(&world.store).await {
        let recorded = name == "shelf" || name == "book";
        let class = if recorded { Class::Recorded } else { Class::Housekeeping };
        let mut names: Vec<&'static str> = names.into_iter().map(|name| &*name.leak()).collect();
        names.retain(|name| !recorded || !inventory::COMMON_COLUMNS.contains(name));
        inventory.push(table(name.leak(), class, &names));
    }
    let differences = async |inventory: &[Table]| inventory::differences(&world.store, inventory).await.unwrap();
    assert_eq!(differences(&inventory).await, Vec::<String>::new());

    let mut other = inventory.clone();
    other.retain(|table| table.name != "person");
    other.push(table("ghost", Class::Housekeeping, &[]));
    let shelf = other.iter_mut().find(|table| table.name == "shelf").unwrap();
    *shelf = table("shelf", Class::Housekeeping, &["id", "colour"]);
    let found = differences(&other).await;
    for expected in [
        "person: not in the inventory",
        "ghost: not in the database",
        "shelf: recorded in one, not in the other",
        "shelf.title: not in the inventory",
        "shelf.colour: not in the database",
    ] {
        assert!(found.iter().any(|difference| difference == expected), "{expected} is not in {found:?}");
    }
}

fn table(name: &'static str, class: Class, names: &[&'static str]) -> Table {
    let columns: Vec<Column> = names.iter().map(|name| Column { name, what: "", data: Data::Neutral }).collect();
    Table {
        name,
        what: "",
        why: "",
        kept: "",
        copied: Copied::Not(""),
        leaves: Leaves::NotTheirs,
        ends: Ends::NotTheirs,
        erased: "",
        class,
        columns: columns.leak(),
    }
}

/// Every table with its columns.
async fn schema(store: &Store) -> BTreeMap<String, Vec<String>> {
    let mut schema: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for difference in inventory::differences(store, &[]).await.unwrap() {
        let (table, _) = difference.split_once(": not in the inventory").unwrap();
        schema.insert(table.to_owned(), Vec::new());
    }
    let inventory: Vec<Table> =
        schema.keys().map(|name| table(name.clone().leak(), Class::Housekeeping, &[])).collect();
    for difference in inventory::differences(store, &inventory).await.unwrap() {
        if let Some((column, _)) = difference.split_once(": not in the inventory") {
            let (table, column) = column.split_once('.').unwrap();
            schema.get_mut(table).unwrap().push(column.to_owned());
        }
    }
    schema
}

/// One text of migrations gives the same tables and columns on both engines.
#[tokio::test]
async fn both_engines_have_the_same_columns() {
    let mut schemas = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = Database::empty(engine).await else { return };
        let store = database.open().await;
        store.migrate(&migrations(), START).await.unwrap();
        schemas.push(schema(&store).await);
        store.close().await;
        database.remove().await;
    }
    assert!(schemas[0].len() > 15, "{:?}", schemas[0].keys());
    assert_eq!(schemas[0], schemas[1]);
}

/// Whoever opens a file in the moment in which another makes it comes in: SQLite refuses the step to the write-ahead log at
/// once while somebody writes, whatever wait was asked for.
#[tokio::test]
async fn a_file_that_another_writes_is_opened_when_he_is_done() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("world.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut other = options.connect().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let opening = tokio::spawn(async move { Store::open(&Settings::Sqlite(path)).await.map(drop) });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!opening.is_finished(), "it waits");
    sqlx::query("COMMIT").execute(&mut other).await.unwrap();
    opening.await.unwrap().unwrap();
}

/// Instances that start together on an empty database migrate it once and agree who it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_may_start_together() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = Database::empty(engine).await else { return };
        let starts: Vec<_> = (0..4)
            .map(|_| {
                let database = database.clone();
                tokio::spawn(async move {
                    let store = database.open().await;
                    let ran = store.migrate(&migrations(), START).await.unwrap();
                    let clock = Arc::new(HandClock::at(START));
                    let door = crate::world::door_over(store, clock, crate::deeds::catalogue()).await;
                    (ran, door.installation())
                })
            })
            .collect();
        let mut ran = 0;
        let mut installations = Vec::new();
        for start in starts {
            let (count, installation) = start.await.unwrap();
            ran += count;
            installations.push(installation);
        }
        assert_eq!(ran, migrations().len());
        installations.dedup();
        assert_eq!(installations.len(), 1);
        database.remove().await;
    }
}
