//! Rows and statements mean the same on both engines.

use door::store::{Engine, Migration, Row, Step, Store};
use door::{Time, values};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use crate::world::{Database, START, World, on_both};

on_both!(every_statement_of_the_door_prepares);

/// One value of each kind, and of each kind that may be absent.
type Sample =
    (i64, bool, String, Vec<u8>, u128, Option<i64>, Option<bool>, Option<String>, Option<Vec<u8>>, Option<u128>);

const SAMPLES: Migration = Migration {
    version: 1,
    name: "samples",
    steps: &[Step::Sql(
        "CREATE TABLE sample (id {id} PRIMARY KEY, a {int} NOT NULL, b {bool} NOT NULL, c {text} NOT NULL, \
         d {bytes} NOT NULL, e {int}, f {bool}, g {text}, h {bytes}, i {id}) {strict}",
    )],
};

fn samples() -> impl Strategy<Value = Sample> {
    // PostgreSQL stores no NUL; the door refuses it before.
    let text = || "[^\\x00]{0,20}";
    let bytes = || proptest::collection::vec(any::<u8>(), 0..20);
    (
        any::<i64>(),
        any::<bool>(),
        text(),
        bytes(),
        any::<u128>(),
        any::<Option<i64>>(),
        any::<Option<bool>>(),
        proptest::option::of(text()),
        proptest::option::of(bytes()),
        any::<Option<u128>>(),
    )
}

/// What the row must be as a text, from the values themselves.
fn expected((a, b, c, d, id, e, f, g, h, i): &Sample) -> String {
    let hex = |bytes: &[u8]| format!("x{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let id_of = |id: u128| hex(Uuid::from_u128(id).as_bytes());
    // What holds nothing is left out.
    [
        ("a", Some(format!("i{a}"))),
        ("b", Some(format!("i{}", i32::from(*b)))),
        ("c", Some(format!("t{c}"))),
        ("d", Some(hex(d))),
        ("e", e.map(|e| format!("i{e}"))),
        ("f", f.map(|f| format!("i{}", i32::from(f)))),
        ("g", g.as_ref().map(|g| format!("t{g}"))),
        ("h", h.as_ref().map(|h| hex(h))),
        ("i", i.map(id_of)),
        ("id", Some(id_of(*id))),
    ]
    .into_iter()
    .filter_map(|(name, text)| text.map(|text| format!("{name} {} {text}\n", text.len())))
    .collect()
}

/// Stores a sample, gives it as the insert returned it and as it is read, and takes it away.
async fn store_and_read(store: &Store, (a, b, c, d, id, e, f, g, h, i): Sample) -> door::store::Result<[Row; 2]> {
    let mut tx = store.write(false).await?;
    let insert = "INSERT INTO sample (id, a, b, c, d, e, f, g, h, i) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING *";
    let all = values![Uuid::from_u128(id), a, b, c, d, e, f, g, h, i.map(Uuid::from_u128)];
    let returned = tx.one(insert, all).await?;
    let read = tx.one("SELECT * FROM sample", vec![]).await?;
    Ok([returned, read])
}

/// The record commits to this text, so a portal that moves from one engine to the other must find it unchanged.
#[test]
fn a_row_is_the_same_text_on_both_engines() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = runtime.block_on(Database::empty(engine)) else { return };
        let store = runtime.block_on(database.open());
        runtime.block_on(store.migrate(&[SAMPLES], START)).unwrap();
        let tried = TestRunner::default().run(&samples(), |sample| {
            let rows = runtime.block_on(store_and_read(&store, sample.clone())).unwrap();
            for row in rows {
                prop_assert_eq!(row.canonical(&[]).unwrap(), expected(&sample));
                prop_assert_eq!(row.get::<i64>("a").unwrap(), sample.0);
                prop_assert_eq!(row.get::<bool>("b").unwrap(), sample.1);
                prop_assert_eq!(row.get::<String>("c").unwrap(), sample.2.clone());
                prop_assert_eq!(row.get::<Vec<u8>>("d").unwrap(), sample.3.clone());
                prop_assert_eq!(row.get::<Uuid>("id").unwrap(), Uuid::from_u128(sample.4));
                prop_assert_eq!(row.get::<Option<Time>>("e").unwrap(), sample.5.map(Time));
                prop_assert_eq!(row.get::<Option<bool>>("f").unwrap(), sample.6);
                prop_assert_eq!(row.get::<Option<String>>("g").unwrap(), sample.7.clone());
                prop_assert_eq!(row.get::<Option<Vec<u8>>>("h").unwrap(), sample.8.clone());
                prop_assert_eq!(row.get::<Option<Uuid>>("i").unwrap(), sample.9.map(Uuid::from_u128));
                prop_assert!(row.get::<i64>("c").is_err() && row.get::<i64>("absent").is_err());
            }
            Ok(())
        });
        tried.unwrap();
        runtime.block_on(store.close());
        runtime.block_on(database.remove());
    }
}

/// The statements in the door's source, held against the schema that its migrations make.
async fn every_statement_of_the_door_prepares(world: World) {
    let mut prepared = 0;
    for (file, statement) in statements() {
        // What asks for the schema itself is written once for each engine.
        let for_sqlite = ["sqlite_schema", "pragma_"].iter().any(|word| statement.contains(word));
        let for_postgres =
            ["information_schema", "pg_", "SKIP LOCKED", "SET CONSTRAINTS"].iter().any(|word| statement.contains(word));
        if (for_sqlite && world.engine() == Engine::Postgres) || (for_postgres && world.engine() == Engine::Sqlite) {
            continue;
        }
        let statement = statement.leak();
        if let Err(error) = world.store.prepare(statement).await {
            panic!("{file}: {statement}\n{error}");
        }
        prepared += 1;
    }
    assert!(prepared > 20, "only {prepared} statements were found");
}

/// Every string of the source that is a whole statement, by file.
fn statements() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for word in ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "] {
            for (start, _) in source.match_indices(&format!("\"{word}")) {
                let rest = &source[start + 1..];
                let ends = rest.match_indices('"').map(|(at, _)| at).find(|at| !rest[..*at].ends_with('\\'));
                let text = rest[..ends.unwrap_or(rest.len())].replace("\\\"", "\"");
                let statement: Vec<&str> = text.split("\\\n").map(str::trim_start).collect();
                let statement = statement.concat();
                // A brace is a place where `format!` puts something in; values may be added to the end.
                let whole = word != "INSERT INTO " || ["VALUES", "SELECT"].iter().any(|rest| statement.contains(rest));
                if whole && !statement.contains('{') {
                    found.push((path.display().to_string(), statement));
                }
            }
        }
    }
    found
}
