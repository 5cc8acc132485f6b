//! Refusals on the record.

use door::Refusal;
use door::ledger::Chain;
use door::ledger::event::Outcome;
use serde_json::json;
use uuid::Uuid;

use crate::world::{CLIENT, NORTH, SOUTH, World, made, on_both, person};

on_both!(
    a_refusal_lies_in_the_chain_of_whom_it_concerns,
    the_same_within_a_minute_is_counted,
    made_up_ids_of_nobody_known_are_one_try,
    a_refusal_that_cannot_be_written_stands,
);

async fn a_refusal_lies_in_the_chain_of_whom_it_concerns(world: World) {
    let new = json!({ "title": "theirs", "client": CLIENT });
    let shelf = made(&world.ask("shelf.make").by("ann").with(new).await.unwrap());
    let ask = |name| world.ask("shelf.rename").by(name).on("shelf", shelf).with(json!({ "title": "two" }));
    let last = async || {
        let event = world.last_event().await;
        (event.chain, event.facts["why"].as_str().unwrap().to_owned(), event.actor.id, event.out)
    };

    ask("bob").await.unwrap_err();
    let (north, south) = (Chain::Client(CLIENT), Chain::Organisation(SOUTH));
    assert_eq!(last().await, (north, "forbidden".to_owned(), Some(person("bob")), Outcome::Denied));
    ask("cy").await.unwrap_err();
    assert_eq!(
        last().await,
        (south, "not_found".to_owned(), Some(person("cy")), Outcome::Denied),
        "of the one who tried"
    );
    ask("dee").await.unwrap_err();
    let account = Chain::Account(person("dee"));
    assert_eq!(last().await, (account, "not_found".to_owned(), Some(person("dee")), Outcome::Denied));
    world.ask("shelf.rename").on("shelf", shelf).await.unwrap_err();
    let installation = Chain::Installation(world.door.installation());
    assert_eq!(last().await, (installation, "sign_in".to_owned(), None, Outcome::Denied));

    let refused = world.events().await.into_iter().find(|event| event.facts.contains_key("needs")).unwrap();
    assert_eq!((refused.facts["needs"].clone(), refused.tgt[0].id), (json!(1 << 8), shelf));
    assert!(refused.chg.is_empty());
}

async fn the_same_within_a_minute_is_counted(world: World) {
    let (one, two) = (world.shelf("one").await, world.shelf("two").await);
    let ask = async |shelf| world.ask("shelf.archive").by("bob").on("shelf", shelf).await.unwrap_err();
    let refusals = async || world.events().await.into_iter().filter(|event| event.out == Outcome::Denied).count();
    for _ in 0..5 {
        ask(one).await;
    }
    assert_eq!(refusals().await, 1);
    ask(two).await;
    assert_eq!(refusals().await, 2, "another object is another try");
    world.wait(61);
    ask(one).await;
    assert_eq!(refusals().await, 3);
    assert_eq!(world.last_event().await.facts["repeats"], json!(4));
    assert_eq!(world.last_event().await.chain, Chain::Organisation(NORTH));
}

async fn made_up_ids_of_nobody_known_are_one_try(world: World) {
    for n in 0..20 {
        let ask = world.ask("shelf.rename").on("shelf", Uuid::from_u128(n)).from(&format!("2001:db8::{n}"));
        assert_eq!(ask.await, Err(Refusal::SignIn));
    }
    assert_eq!(world.count("event").await, 1);
    world.ask("shelf.rename").on("shelf", Uuid::nil()).from("192.0.2.7").await.unwrap_err();
    assert_eq!(world.count("event").await, 2, "somebody else");
}

async fn a_refusal_that_cannot_be_written_stands(world: World) {
    let shelf = world.shelf("one").await;
    let ask = || world.ask("shelf.archive").by("bob").on("shelf", shelf);
    world.write("ALTER TABLE event RENAME COLUMN body TO gone", vec![]).await.unwrap();
    assert_eq!(ask().await.unwrap_err().status(), 403);
    world.write("ALTER TABLE event RENAME COLUMN gone TO body", vec![]).await.unwrap();
    assert_eq!(ask().await.unwrap_err().status(), 403);
    assert_eq!(world.last_event().await.facts["why"], "forbidden", "the next one is recorded");
}
