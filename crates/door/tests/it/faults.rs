//! Every step of every kind of deed fails once, before it is done and after it was done. Whatever the answer: the rows and
//! the record agree, nothing is half done, and asking again with the same key does it once.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use door::record::{Sign, seal};
use door::store::{Engine, Error, Faults, Store};
use door::verify::{Outside, Trust, Verdict, verify};
use door::{Refusal, values};
use serde_json::json;

use crate::deeds;
use crate::log::{public_key, sealer};
use crate::world::{Ask, World, door_over, on_both};

on_both!(
    every_step_of_a_deed_may_fail,
    every_step_of_a_refusal_may_fail,
    nothing_is_disclosed_when_a_step_fails,
    every_step_of_sealing_may_fail,
    a_full_disk_loses_nothing,
);

/// More steps than any deed here takes.
const STEPS_MAX: usize = 400;

/// The same world, whose database fails on order.
async fn failing(world: &World) -> (World, Faults) {
    let faults = Faults::default();
    let store = world.store.clone().failing(faults.clone());
    let door = door_over(store, world.clock.clone(), deeds::catalogue()).await;
    let (database, store, clock) = (world.database.clone(), world.store.clone(), world.clock.clone());
    (World { database, store, door, clock }, faults)
}

/// Seals what is there and verifies all of it.
async fn holds(store: &Store, directory: &Path) {
    let sealer = sealer(directory);
    // A transaction that was dropped on PostgreSQL holds its locks until the server hears of it, a moment later.
    for _ in 0..100 {
        seal(store, Some(&sealer), crate::log::NOW, Sign::Now).await.unwrap();
        let pending = store.read().await.unwrap().maybe("SELECT n FROM event_pending LIMIT 1", vec![]).await.unwrap();
        if pending.is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let outside = [Outside { label: "file".to_owned(), note: std::fs::read(&sealer.high_water).unwrap() }];
    let report = verify(store, &Trust::key(public_key(&sealer)).outside(&outside)).await.unwrap();
    assert!(report.verdict() == Verdict::Verified && report.pending == 0, "{report}");
}

async fn every_step_of_a_deed_may_fail(world: World) {
    let directory = tempfile::tempdir().unwrap();
    let (failing, faults) = failing(&world).await;
    let (from, to) = (world.shelf("from").await, world.shelf("to").await);
    let mut struck = BTreeSet::new();
    for n in 1..STEPS_MAX {
        let book = world.book(from, &format!("book {n}"), "s").await;
        let deeds: [(&str, Ask); 3] = [
            ("make", failing.ask("shelf.make").by("ann").with(json!({ "title": format!("shelf {n}") }))),
            (
                "move",
                failing.ask("book.move").by("ann").on("shelf", from).on("book", book).with(json!({ "shelf": to })),
            ),
            (
                "add",
                failing
                    .ask("book.add")
                    .by("ann")
                    .on("shelf", from)
                    .with(json!({ "title": format!("added {n}"), "secret": "s" })),
            ),
        ];
        let mut quiet = true;
        for (name, deed) in deeds {
            let deed = deed.key(&format!("{name} {n}"));
            let (shelves, books) = (world.count("shelf").await, world.count("book").await);
            faults.strike_at(n);
            let first = deed.clone().await;
            let strikes = faults.steps() >= n;
            faults.strike_at(0);
            if strikes {
                struck.insert(name);
                quiet = false;
            } else {
                first.unwrap();
            }
            let again = deed.await;
            // A book that was moved is not under its old address any more, whoever asks.
            let gone = name == "move" && matches!(again, Err(Refusal::NotFound));
            assert!(again.is_ok() || gone, "step {n} of {name}: asked again, {again:?}");
            let (made, added) = (i64::from(name == "make"), i64::from(name == "add"));
            assert_eq!(world.count("shelf").await - shelves, made, "step {n} of {name}");
            assert_eq!(world.count("book").await - books, added, "step {n} of {name}");
            let moved = "SELECT rev FROM book WHERE id = $1";
            let revision: i64 = world.read(moved, values![book]).await[0].get("rev").unwrap();
            assert_eq!(revision, if name == "make" { 1 } else { 2 }, "step {n} of {name}");
        }
        if quiet {
            assert_eq!(struck.len(), 3, "every deed had a step that failed");
            return holds(&world.store, directory.path()).await;
        }
    }
    panic!("a deed has more than {STEPS_MAX} steps");
}

async fn every_step_of_a_refusal_may_fail(world: World) {
    let directory = tempfile::tempdir().unwrap();
    let (failing, faults) = failing(&world).await;
    for n in 1..STEPS_MAX {
        // Another shelf each time, so that it is no repeat of the refusal before.
        let shelf = world.shelf("closed to Bob").await;
        let before = world.count("event").await;
        faults.strike_at(n);
        let refused = failing.ask("shelf.rename").by("bob").on("shelf", shelf).with(json!({ "title": "x" })).await;
        let strikes = faults.steps() >= n;
        faults.strike_at(0);
        let recorded = world.count("event").await - before;
        match refused {
            // It stands, also when it could not be written down.
            Err(Refusal::Forbidden { .. }) => assert!(recorded == 1 || strikes, "step {n}"),
            Err(Refusal::Unavailable) => assert!(strikes && recorded <= 1, "step {n}"),
            other => panic!("step {n}: {other:?}"),
        }
        if !strikes {
            assert!(n > 1, "a refusal takes steps");
            return holds(&world.store, directory.path()).await;
        }
    }
    panic!("a refusal has more than {STEPS_MAX} steps");
}

async fn nothing_is_disclosed_when_a_step_fails(world: World) {
    let directory = tempfile::tempdir().unwrap();
    let (failing, faults) = failing(&world).await;
    let shelf = world.shelf("kept").await;
    for n in 1..STEPS_MAX {
        let secret = format!("disclosed at {n} {:?}", world.engine());
        let book = world.book(shelf, &secret, &secret).await;
        let before = world.count("event").await;
        faults.strike_at(n);
        let shown = failing.ask("book.reveal").by("bob").on("shelf", shelf).on("book", book).with(json!({})).await;
        let strikes = faults.steps() >= n;
        faults.strike_at(0);
        let recorded = world.count("event").await - before;
        let released = deeds::RELEASED.lock().unwrap().contains(&secret);
        // A record without a disclosure may be; a disclosure without its record may not.
        assert!(!released || recorded == 1, "step {n}: {shown:?}");
        assert!(released == shown.is_ok() || strikes, "step {n}: {shown:?}");
        if !strikes {
            assert!(n > 1 && released);
            return holds(&world.store, directory.path()).await;
        }
    }
    panic!("a disclosure has more than {STEPS_MAX} steps");
}

async fn every_step_of_sealing_may_fail(world: World) {
    let directory = tempfile::tempdir().unwrap();
    let sealer = sealer(directory.path());
    let faults = Faults::default();
    let store = world.store.clone().failing(faults.clone());
    for n in 1..STEPS_MAX {
        world.shelf("sealed").await;
        faults.strike_at(n);
        let sealed = seal(&store, Some(&sealer), crate::log::NOW, Sign::Now).await;
        let strikes = faults.steps() >= n;
        faults.strike_at(0);
        assert!(strikes || sealed.is_ok(), "step {n}: {sealed:?}");
        holds(&world.store, directory.path()).await;
        if !strikes {
            assert!(n > 1, "sealing takes steps");
            return;
        }
    }
    panic!("sealing has more than {STEPS_MAX} steps");
}

async fn a_full_disk_loses_nothing(world: World) {
    if world.engine() == Engine::Postgres {
        // SQLite can be told how large it may grow; what PostgreSQL does on a full disk is its own story.
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let pages = "SELECT page_count AS pages FROM pragma_page_count()";
    let pages: i64 = world.read(pages, vec![]).await[0].get("pages").unwrap();
    let limit = |pages: i64| format!("PRAGMA max_page_count = {pages}").leak() as &'static str;
    world.write(limit(pages + 3), vec![]).await.unwrap();
    let (mut done, mut refused) = (0, 0);
    for n in 0..60 {
        let asked =
            world.ask("shelf.make").by("ann").with(json!({ "title": format!("shelf {n} {}", "x".repeat(400)) }));
        match asked.await {
            Ok(_) => done += 1,
            Err(Refusal::Unavailable) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(done > 0 && refused > 0, "{done} done, {refused} refused");
    assert_eq!(world.count("shelf").await, done);
    assert_eq!(world.count("event").await, done, "a refusal for want of room is no event");
    let full = world
        .write("INSERT INTO person (id, name) VALUES ($1, $2)", values![[7_u8; 16].as_slice(), "x".repeat(90_000)]);
    assert!(matches!(full.await, Err(Error::Unavailable(_))));

    // There is room again: everything goes on, and what was acknowledged is there.
    world.write(limit(1_000_000), vec![]).await.unwrap();
    world.shelf("afterwards").await;
    holds(&world.store, directory.path()).await;
}
