//! The database is taken away in every way that it can be, and somebody is told all the same: nothing of it is needed for that.

use std::fs::OpenOptions;
use std::io::{Seek as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use door::HandClock;
use door::store::Engine;
use portal::Parts;
use portal::settings::Place;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{House, START, empty_postgres, on_both};
use crate::ready::line;
use crate::watch::{Watched, hold, run};

on_both!(a_database_that_somebody_holds, requests_that_break, answers_that_are_slow);

/// How often something was recorded.
async fn recorded(house: &House, action: &str) -> i64 {
    let sql = "SELECT count(*) AS times FROM event_index WHERE act = $1 AND outcome = 'done'";
    let mut tx = house.door.store().read().await.unwrap();
    tx.one(sql, door::values![action]).await.unwrap().get("times").unwrap()
}

async fn sign_in(house: &House) -> u16 {
    house.ask("", "POST", "/session", json!({"mail": "nobody@example.com", "password": "nothing at all"})).await.status
}

async fn a_database_that_somebody_holds(house: House) {
    let watched = Watched::over(house).await;
    let (house, sink) = (&watched.house, &watched.sink);
    watched.at(0).await;
    let held = hold(house).await;
    watched.at(10).await;
    assert!(sink.alerts("database").is_empty(), "somebody who holds it for a moment is no reason to get up");
    watched.at(26).await;
    sink.hears("database", &["opened"]).await;
    assert_eq!(watched.ready().await, (503, "the database takes no writes\n".to_owned()));
    assert_eq!(sink.at("/slack").len(), 1, "everybody is told");
    assert!(!sink.at("/beat/fail").is_empty(), "whoever listens for a sign of life hears that all is not well");

    // What is there for everybody is there now, too.
    let mut browser = Browser::new(house);
    let status = browser.get("/status").await;
    assert!(status.status == 200 && status.says("Nothing can be saved"), "{status:?}");
    assert_eq!(browser.get("/runbook/database").await.status, 200);

    // Somebody says that they saw it; a program that looked at the link before said nothing.
    let seen = sink.alerts("database")[0]["seen"].as_str().unwrap().replace("http://house.example", "");
    for _ in 0..2 {
        assert!(browser.get(&seen).await.says("Did you see this alert?"));
    }
    let page = browser.get(&seen).await;
    let noted = browser.send(&page, "/alerts", &[]).await;
    assert!(noted.status == 200 && noted.says("Noted"), "{noted:?}");
    watched.at(3700).await;
    assert_eq!(sink.alerts("database").len(), 1, "whoever saw it is not told again");

    drop(held);
    assert_eq!(recorded(house, "alert.see").await, 0);
    watched.at(3710).await;
    watched.at(3741).await;
    sink.hears("database", &["opened", "recovered"]).await;
    house.door.seal().await.unwrap();
    assert_eq!(recorded(house, "alert.see").await, 1, "that somebody saw it is on the record");
    assert!(browser.get("/status").await.says("Everything works."));
    assert_eq!(watched.ready().await.0, 200);
}

async fn requests_that_break(house: House) {
    let watched = Watched::over(house).await;
    let store = watched.house.door.store();
    watched.at(0).await;
    run(store, "ALTER TABLE person RENAME TO person_away").await;
    for _ in 0..4 {
        assert_eq!(sign_in(&watched.house).await, 500);
    }
    watched.at(10).await;
    assert!(watched.sink.alerts("errors").is_empty(), "a few are no reason to get up");
    assert_eq!(sign_in(&watched.house).await, 500);
    watched.at(20).await;
    watched.sink.hears("errors", &["opened"]).await;
    assert!(Browser::new(&watched.house).get("/status").await.says("Some pages answer with an error."));
    run(store, "ALTER TABLE person_away RENAME TO person").await;
    assert_eq!(sign_in(&watched.house).await, 401);
    watched.at(330).await;
    watched.at(361).await;
    watched.sink.hears("errors", &["opened", "recovered"]).await;
}

async fn answers_that_are_slow(house: House) {
    let watched = Watched::over(house).await;
    let (house, sink) = (&watched.house, &watched.sink);
    watched.at(0).await;
    let held = hold(house).await;
    let let_go = async {
        tokio::time::sleep(Duration::from_millis(2500)).await;
        drop(held);
    };
    tokio::join!(sign_in(house), sign_in(house), sign_in(house), let_go);
    for _ in 0..17 {
        assert_eq!(Browser::new(house).get("/sign-in").await.status, 200);
    }
    watched.at(10).await;
    assert!(sink.alerts("latency").is_empty(), "a minute of it is no reason to tell anybody");
    watched.at(71).await;
    sink.hears("latency", &["opened"]).await;
    watched.at(400).await;
    watched.at(431).await;
    sink.hears("latency", &["opened", "recovered"]).await;
}

/// Rounds until the database was found to be away for long enough, or to be back.
async fn goes_and_comes_back(watched: &Watched, away: impl FnOnce(), back: impl FnOnce()) {
    watched.at(0).await;
    away();
    watched.at(10).await;
    watched.at(26).await;
    watched.sink.hears("database", &["opened"]).await;
    back();
    // Connections that were cut are found out one by one.
    for second in [30, 31, 32, 33, 34, 70, 71] {
        watched.at(second).await;
    }
    watched.sink.hears("database", &["opened", "recovered"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_embedded_database_that_is_overwritten() {
    let watched = Watched::over(House::build(Engine::Sqlite).await.unwrap()).await;
    let file = watched.house.directory.path().join("portal.db");
    let overwrite = |bytes: &[u8]| {
        let mut file = OpenOptions::new().write(true).open(&file).unwrap();
        file.rewind().unwrap();
        file.write_all(bytes).unwrap();
    };
    goes_and_comes_back(&watched, || overwrite(b"nothing of ours\0"), || overwrite(b"SQLite format 3\0")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_line_is_cut() {
    let Some(url) = empty_postgres().await else { return };
    let server = url.rsplit_once('@').unwrap().1.split('/').next().unwrap().to_owned();
    let (port, cut) = line(server.clone()).await;
    let directory = tempfile::tempdir().unwrap();
    let database = Some(url.replace(&server, &format!("127.0.0.1:{port}")));
    let place = Place { data: directory.path().to_owned(), database };
    let clock = Arc::new(HandClock::at(START));
    let parts = Parts { clock: clock.clone(), ..Parts::real() };
    let watched = Watched::over(House::at(place, parts, clock, false, directory).await.unwrap()).await;
    goes_and_comes_back(&watched, || _ = cut.send_replace(true), || _ = cut.send_replace(false)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_does_not_take_an_alert_gets_it_later() {
    let watched = Watched::over(House::build(Engine::Sqlite).await.unwrap()).await;
    watched.sink.answers(500);
    watched.at(0).await;
    watched.at(3700).await;
    watched.sink.hears("clock", &["opened"]).await;
    watched.sink.answers(200);
    watched.sink.hears("clock", &["opened", "opened"]).await;
    assert_eq!(watched.sink.alerts("clock")[0], watched.sink.alerts("clock")[1]);
    let known: Value = watched.sink.alerts("clock").remove(0);
    assert_eq!(known["runbook"], "http://house.example/runbook/clock");
}
