//! Many at once, and what goes wrong in the middle.

use std::collections::BTreeMap;
use std::task::Poll;
use std::time::Duration;

use door::store::{Engine, Error, Settings};
use door::{Refusal, values};
use serde_json::json;

use crate::world::{START, World, on_both};

on_both!(
    changes_at_the_same_time_share_commits,
    one_bad_member_is_found_and_the_others_succeed,
    a_lost_update_is_run_again,
    an_update_that_is_always_lost_ends,
    a_failed_statement_cannot_be_ignored,
    a_panic_leaves_nothing_and_the_door_goes_on,
    who_hangs_up_leaves_nothing_half_done,
    who_gives_up_waiting_leaves_nobody_behind,
    transactions_dropped_anywhere_hold_nobody_up,
    a_closed_store_says_so,
);

const MANY: usize = 64;

async fn changes_at_the_same_time_share_commits(world: World) {
    let before = commits(&world);
    let asked: Vec<_> = (0..MANY)
        .map(|n| world.ask("shelf.make").by("ann").with(json!({ "title": format!("shelf {n}") })))
        .map(|ask| tokio::spawn(ask.into_future()))
        .collect();
    for asked in asked {
        asked.await.unwrap().unwrap();
    }
    assert_eq!(world.count("shelf").await, 64);
    assert_eq!(world.count("event").await, 64);
    if world.engine() == Engine::Sqlite {
        let commits = commits(&world) - before;
        assert!((1..=MANY / 2).contains(&commits), "{MANY} changes took {commits} commits");
    }
}

/// The commits in SQLite's write-ahead log: frames that say how large the database is after them
/// (sqlite.org/fileformat2.html section 4.1).
fn commits(world: &World) -> usize {
    let Settings::Sqlite(path) = &world.database.settings else { return 0 };
    let log = std::fs::read(path.with_extension("db-wal")).unwrap();
    let page = usize::try_from(u32::from_be_bytes(log[8..12].try_into().unwrap())).unwrap();
    log[32..].chunks_exact(24 + page).filter(|frame| frame[16 - 8..16] == log[16..24] && frame[4..8] != [0; 4]).count()
}

async fn one_bad_member_is_found_and_the_others_succeed(world: World) {
    let shelf = world.shelf("one").await;
    let mut asked = Vec::new();
    for n in 0..32 {
        let ask = match n {
            13 => world.ask("shelf.misbehave").on("shelf", shelf).with(json!({ "how": "forget" })),
            _ => world.ask("shelf.make").with(json!({ "title": format!("shelf {n}") })),
        };
        asked.push(tokio::spawn(ask.by("ann").into_future()));
    }
    for (n, asked) in asked.into_iter().enumerate() {
        let end = asked.await.unwrap();
        assert_eq!(end.is_ok(), n != 13, "{n}: {end:?}");
    }
    assert_eq!(world.count("shelf").await, 32);
    let row = &world.read("SELECT title, rev FROM shelf WHERE id = $1", values![shelf]).await[0];
    assert_eq!((row.get::<String>("title").unwrap(), row.get::<i64>("rev").unwrap()), ("one".to_owned(), 1));
}

async fn a_lost_update_is_run_again(world: World) {
    let shelf = world.shelf("one").await;
    world.ask("shelf.misbehave").by("ann").on("shelf", shelf).with(json!({ "how": "lose" })).await.unwrap();
    let row = &world.read("SELECT title, rev FROM shelf", vec![]).await[0];
    assert_eq!((row.get::<String>("title").unwrap(), row.get::<i64>("rev").unwrap()), ("misbehaved".to_owned(), 2));
    assert_eq!(world.count("event").await, 2, "the attempt that was lost left no event");

    let rename = |n| world.ask("shelf.rename").by("ann").on("shelf", shelf).with(json!({ "title": format!("{n}") }));
    let asked: Vec<_> = (0..24).map(|n| tokio::spawn(rename(n).into_future())).collect();
    for asked in asked {
        asked.await.unwrap().unwrap();
    }
    assert_eq!(world.read("SELECT rev FROM shelf", vec![]).await[0].get::<i64>("rev").unwrap(), 26);
}

async fn an_update_that_is_always_lost_ends(world: World) {
    let shelf = world.shelf("one").await;
    let before = world.everything().await;
    let ask = world.ask("shelf.misbehave").by("ann").on("shelf", shelf).with(json!({ "how": "lose_for_ever" }));
    assert_eq!(ask.await, Err(Refusal::Unavailable));
    assert_eq!(world.everything().await, before);
}

async fn a_failed_statement_cannot_be_ignored(world: World) {
    let shelf = world.shelf("one").await;
    let before = world.everything().await;
    let ask = world.ask("shelf.misbehave").by("ann").on("shelf", shelf).with(json!({ "how": "ignore" }));
    assert_eq!(ask.await, Err(Refusal::Broken));
    assert_eq!(world.everything().await, before);

    let mut tx = world.store.write(false).await.unwrap();
    tx.run("UPDATE person SET seen_at = 1", vec![]).await.unwrap();
    assert!(tx.run("INSERT INTO person (id, name) SELECT id, name FROM person", vec![]).await.is_err());
    assert!(tx.run("UPDATE person SET seen_at = 2", vec![]).await.is_err());
    assert!(tx.commit().await.is_err());
    assert_eq!(world.everything().await, before);
}

async fn a_panic_leaves_nothing_and_the_door_goes_on(world: World) {
    let shelf = world.shelf("one").await;
    let before = world.everything().await;
    let ask = world.ask("shelf.misbehave").by("ann").on("shelf", shelf).with(json!({ "how": "panic" }));
    assert_eq!(ask.await, Err(Refusal::Broken));
    assert_eq!(world.everything().await, before);
    world.ask("shelf.rename").by("ann").on("shelf", shelf).with(json!({ "title": "two" })).await.unwrap();
}

async fn who_hangs_up_leaves_nothing_half_done(world: World) {
    let shelf = world.shelf("one").await;
    let ask = world.ask("shelf.misbehave").by("ann").on("shelf", shelf).with(json!({ "how": "dawdle" }));
    let asked = tokio::spawn(ask.into_future());
    tokio::time::sleep(Duration::from_millis(100)).await;
    asked.abort();
    assert!(asked.await.unwrap_err().is_cancelled());

    // What was begun is done to its end, with its record; whoever comes next finds it so.
    let rename = world.ask("shelf.rename").by("ann").on("shelf", shelf).with(json!({ "title": "two" }));
    rename.await.unwrap();
    let acts: Vec<String> = world.events().await.into_iter().map(|event| event.act).collect();
    assert_eq!(acts, ["shelf.make", "shelf.misbehave", "shelf.rename"]);
    assert_eq!(world.read("SELECT rev FROM shelf", vec![]).await[0].get::<i64>("rev").unwrap(), 3);
}

/// Somebody leaves the commit to the next in line, who then gives up.
async fn who_gives_up_waiting_leaves_nobody_behind(world: World) {
    let mut first = world.store.write(false).await.unwrap();
    first.run("UPDATE person SET seen_at = 1", vec![]).await.unwrap();
    let mut next = Box::pin(world.store.write(false));
    std::future::poll_fn(|context| {
        let _ = next.as_mut().poll(context);
        Poll::Ready(())
    })
    .await;
    let first = tokio::spawn(first.commit());
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(next);
    let end = tokio::time::timeout(Duration::from_secs(5), first).await;
    end.expect("nobody waits for ever").unwrap().unwrap();
    assert_eq!(world.count("person WHERE seen_at = 1").await, 4);
}

/// The store by itself, whose transactions may be dropped at any moment: waiting in line, between two statements, or
/// while they commit.
async fn transactions_dropped_anywhere_hold_nobody_up(world: World) {
    world.write("CREATE TABLE tally (n BIGINT PRIMARY KEY)", vec![]).await.unwrap();
    let mut tasks = Vec::new();
    for n in 0..300_i64 {
        let store = world.store.clone();
        tasks.push(tokio::spawn(async move {
            let work = async {
                let mut tx = store.write(n % 7 == 0).await?;
                tx.run("INSERT INTO tally (n) VALUES ($1)", values![n]).await?;
                if n % 5 == 0 {
                    return Ok(false);
                }
                tx.commit().await?;
                Ok::<bool, Error>(true)
            };
            // Each is given up after a time of its own; some are never.
            let patience = Duration::from_micros(u64::try_from(n * n % 401).unwrap() * 50);
            match n % 3 {
                0 => work.await.unwrap_or(false),
                _ => matches!(tokio::time::timeout(patience, work).await, Ok(Ok(true))),
            }
        }));
    }
    let mut acknowledged = BTreeMap::new();
    for (n, task) in tasks.into_iter().enumerate() {
        let end = tokio::time::timeout(Duration::from_secs(20), task).await.expect("nobody waits for ever");
        acknowledged.insert(i64::try_from(n).unwrap(), end.unwrap());
    }
    world.write("INSERT INTO tally (n) VALUES (1000)", vec![]).await.unwrap();
    let there: Vec<i64> =
        world.read("SELECT n FROM tally", vec![]).await.iter().map(|row| row.get::<i64>("n").unwrap()).collect();
    for (n, acknowledged) in acknowledged {
        assert!(!acknowledged || there.contains(&n), "{n} was acknowledged and is not there");
        assert!(n % 5 != 0 || !there.contains(&n), "{n} was never committed and is there");
    }
}

async fn a_closed_store_says_so(world: World) {
    world.store.close().await;
    assert!(matches!(world.store.write(false).await, Err(Error::Unavailable(_))));
    assert!(matches!(world.store.read().await, Err(Error::Unavailable(_))));
    assert_eq!(world.ask("shelf.make").by("ann").await, Err(Refusal::Unavailable));
    let again = world.database.open().await;
    assert_eq!(again.migrate(&crate::world::migrations(), START).await.unwrap(), 0);
}
