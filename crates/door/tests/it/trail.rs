//! The trail is found by indexes that have it in its order already: no filter reads more than it shows.

use door::ledger::Chain;
use door::ledger::event::Outcome;
use door::store::{Engine, Store};
use door::trail::{Filter, Mark, PAGE_MAX, plan};
use door::{Time, values};
use uuid::Uuid;

use crate::log::{client, on_each};

const EVENTS: i64 = 60_000;
const MANY: Uuid = Uuid::from_u128(0xa1);
const FEW: Uuid = Uuid::from_u128(0xa2);
const OBJECT: Uuid = Uuid::from_u128(0xb1);

/// An index of sixty thousand events in two chains, as sealing would leave it.
async fn fill(store: &Store) {
    let numbers = match store.engine() {
        Engine::Sqlite => {
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 60000)"
        }
        Engine::Postgres => "WITH numbers (n) AS (SELECT generate_series(1, 60000)::bigint)",
    };
    let chains = "CASE WHEN n % 3 = 0 THEN $1 ELSE $2 END";
    let index = format!(
        "INSERT INTO event_index (n, chain, at, act, actor, target, outcome) {numbers} SELECT n, {chains}, n * 1000000, \
         CASE WHEN n % 50 = 0 THEN 'toy.break' ELSE 'toy.paint' END, CASE WHEN n % 100 = 0 THEN $3 ELSE $4 END, $5, \
         CASE WHEN n % 70 = 0 THEN 'denied' ELSE 'done' END FROM numbers"
    );
    let objects = format!(
        "INSERT INTO event_object (object, chain, at, n) {numbers} \
         SELECT CASE WHEN n % 300 = 0 THEN $3 ELSE $4 END, {chains}, n * 1000000, n FROM numbers"
    );
    let chains = [client(1).to_string(), client(2).to_string()];
    let [one, other] = chains.each_ref().map(String::as_str);
    let mut tx = store.write(true).await.unwrap();
    let written = tx.run(index.leak(), values![one, other, FEW, MANY, OBJECT]).await.unwrap();
    assert_eq!(written, u64::try_from(EVENTS).unwrap());
    tx.run(objects.leak(), values![one, other, OBJECT, MANY]).await.unwrap();
    for table in ["ANALYZE event_index", "ANALYZE event_object"] {
        tx.run(table, vec![]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn no_filter_reads_more_than_it_shows() {
    on_each(&[], async |store| {
        fill(store).await;
        let act = |act: &str| Filter { act: Some(act.to_owned()), ..Filter::default() };
        let filters = [
            Filter::default(),
            act("toy.paint"),
            act("toy.break"),
            act("toy.never"),
            Filter { actor: Some(MANY), ..Filter::default() },
            Filter { actor: Some(FEW), ..Filter::default() },
            Filter { object: Some(OBJECT), ..Filter::default() },
            Filter { object: Some(OBJECT), ..act("toy.break") },
            Filter { outcome: Some(Outcome::Denied), ..Filter::default() },
            Filter { outcome: Some(Outcome::Failed), ..Filter::default() },
            Filter { outcome: Some(Outcome::Done), ..Filter::default() },
            Filter { from: Some(Time(5_000_000)), until: Some(Time(9_000_000)), ..Filter::default() },
            Filter { until: Some(Time(9_000_000)), ..act("toy.break") },
        ];
        let chains: [Chain; 2] = [client(1), client(2)];
        let deep = Mark { at: Time(30_000_000_000), n: 30_000 };
        for filter in &filters {
            for after in [None, Some(deep)] {
                let plan = plan(store, &chains, filter, after).await.unwrap();
                sound(store.engine(), &plan).unwrap_or_else(|wrong| panic!("{wrong}: {filter:?}\n{plan:#?}"));
            }
        }
    })
    .await;
}

/// Whether a plan seeks by an index and sorts no more than a few pages. The rest of a join is looked up by its key.
fn sound(engine: Engine, plan: &[String]) -> Result<(), &'static str> {
    let says = |words: &str| plan.iter().any(|line| line.contains(words));
    let (whole, sorted, sought) = match engine {
        Engine::Sqlite => (says("SCAN i") || says("SCAN o") || says("SCAN event"), says("TEMP B-TREE"), says("SEARCH")),
        Engine::Postgres => (says("Seq Scan"), plan.iter().any(|line| sorts_much(line)), says("Index")),
    };
    match (whole, sorted, sought) {
        (true, ..) => Err("reads a whole table"),
        (_, true, _) => Err("sorts what it has read"),
        (.., false) => Err("finds nothing by an index"),
        _ => Ok(()),
    }
}

/// PostgreSQL may fetch the few rows that fit by a bitmap of the same index, and then put them in order.
fn sorts_much(line: &str) -> bool {
    let rows = line.split("rows=").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
    line.contains("Sort  (") && rows.is_none_or(|rows| 5 * PAGE_MAX < rows)
}

/// The test above would see it: what has no index is read whole, and what has the wrong one is sorted.
#[tokio::test]
async fn a_plan_without_its_index_is_seen() {
    on_each(&[], async |store| {
        fill(store).await;
        let mut tx = store.write(true).await.unwrap();
        for index in ["DROP INDEX event_index_actor", "DROP INDEX event_index_chain"] {
            tx.run(index, vec![]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let plan = plan(store, &[client(1)], &Filter { actor: Some(FEW), ..Filter::default() }, None).await.unwrap();
        assert!(sound(store.engine(), &plan).is_err(), "{plan:#?}");
    })
    .await;
}
