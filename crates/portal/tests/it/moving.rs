//! The move from the embedded database to PostgreSQL: all of it arrives, and the old one is history.

use std::sync::Arc;

use door::store::Engine;
use door::{Clock as _, HandClock};
use portal::data::Data;
use portal::settings::{Move, Place};
use portal::{Parts, moving};
use serde_json::{Value, json};

use crate::house::{House, empty_postgres, move_in};

#[tokio::test(flavor = "multi_thread")]
async fn everything_arrives_and_the_old_database_is_history() {
    let Some(to) = empty_postgres().await else { return };
    let old = House::build(Engine::Sqlite).await.unwrap();
    let people = move_in(&old).await;
    let messages = format!("/projects/{}/messages", people.project);
    let owner = people.token("owner");
    assert_eq!(old.ask(owner, "POST", &messages, json!({"text": "Before the move"})).await.status, 200);
    let place = Place { data: old.directory.path().to_owned(), database: None };
    let asked = Move { data: place.data.clone(), to: to.clone() };

    let parts = Parts { clock: old.clock.clone(), ..Parts::real() };
    let mut said = Vec::new();
    moving::run(&asked, &parts, &mut |line| said.push(line.to_owned())).await.unwrap();
    let last = said.iter().rev().nth(1).unwrap();
    assert!(last.contains("VERIFIED"), "{said:#?}");
    assert!(said.iter().any(|line| line.contains("rows  message,")), "{said:#?}");

    // A portal that was left running cannot record any more, so it cannot do anything either.
    let late = old.ask(owner, "POST", &messages, json!({"text": "After the move"})).await;
    assert!(late.status >= 500, "{late:?}");
    let data = Data::open(&place).unwrap();
    let refused = parts.door(&data, &place, "http://house.example", false).await.err().unwrap();
    assert!(refused.to_string().contains("has moved to PostgreSQL"), "{refused:#}");
    let again = moving::run(&asked, &parts, &mut |_| ()).await.unwrap_err();
    assert!(again.to_string().contains("holds a portal already"), "{again:#}");

    let clock = Arc::new(HandClock::at(old.clock.now()));
    let parts = Parts { clock: clock.clone(), ..Parts::real() };
    let there = Place { data: place.data.clone(), database: Some(to) };
    let House { directory, .. } = old;
    let new = House::at(there, parts, clock, false, directory).await.unwrap();
    let said = new.ask(owner, "GET", &messages, Value::Null).await;
    assert_eq!(said.body["messages"][0]["text"], "Before the move", "{said:?}");
    assert_eq!(new.ask(owner, "POST", &messages, json!({"text": "In the new house"})).await.status, 200);
    let trail = new.ask(owner, "GET", "/trail?limit=2", Value::Null).await;
    assert_eq!(trail.body["events"][0]["action"], "message.post", "{trail:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_does_not_hold_is_not_moved() {
    let Some(to) = empty_postgres().await else { return };
    let house = House::build(Engine::Sqlite).await.unwrap();
    move_in(&house).await;
    house.door.seal().await.unwrap();
    let mut tx = house.door.store().write(true).await.unwrap();
    tx.run("DROP TRIGGER project_update", vec![]).await.unwrap();
    tx.run("UPDATE project SET title = 'Another'", vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let asked = Move { data: house.directory.path().to_owned(), to };
    let parts = Parts { clock: house.clock.clone(), ..Parts::real() };
    let refused = moving::run(&asked, &parts, &mut |_| ()).await.unwrap_err();
    assert!(refused.to_string().contains("is not moved"), "{refused:#}");
    // And nothing was closed: the portal goes on.
    let last = house.door.store().read().await.unwrap().one("SELECT last_event FROM installation", vec![]).await;
    assert_eq!(last.unwrap().get::<Option<i64>>("last_event").unwrap(), None);
}
