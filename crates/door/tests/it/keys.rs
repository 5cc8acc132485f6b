//! The same request twice has the effect of one.

use door::{Refusal, values};
use serde_json::json;
use uuid::Uuid;

use crate::world::{World, made, on_both, person};

on_both!(
    the_same_key_gives_the_same_answer,
    another_input_under_the_same_key_is_refused,
    a_key_belongs_to_caller_and_action,
    a_key_is_forgotten_after_a_day,
    what_is_secret_is_shown_once,
    a_refused_request_leaves_its_key_free,
    at_the_same_time_one_is_done,
    what_is_gone_or_changed_by_it_is_answered_as_before,
    who_was_put_out_since_is_refused,
);

async fn the_same_key_gives_the_same_answer(world: World) {
    let ask = || world.ask("shelf.make").by("ann").with(json!({ "title": "one" })).key("k");
    let (first, second) = (ask().await.unwrap(), ask().await.unwrap());
    assert_eq!(made(&first), made(&second));
    assert_eq!((first.repeated, second.repeated), (false, true));
    assert_eq!((world.count("shelf").await, world.count("event").await), (1, 1));
    let without = world.ask("shelf.make").by("ann").with(json!({ "title": "one" }));
    assert!(!without.await.unwrap().repeated);
    assert_eq!(world.count("shelf").await, 2);
}

async fn another_input_under_the_same_key_is_refused(world: World) {
    let ask = |title| world.ask("shelf.make").by("ann").with(json!({ "title": title })).key("k");
    ask("one").await.unwrap();
    assert_eq!(ask("two").await, Err(Refusal::KeyReused));
    let (here, there) = (world.shelf("here").await, world.shelf("there").await);
    let archive = |shelf| world.ask("shelf.rename").by("ann").on("shelf", shelf).with(json!({ "title": "x" })).key("k");
    archive(here).await.unwrap();
    assert_eq!(archive(there).await, Err(Refusal::KeyReused), "another object is another request");
    for key in ["", &"k".repeat(201)] {
        let refused = world.ask("shelf.make").by("ann").with(json!({ "title": "one" })).key(key).await;
        assert_eq!(refused.unwrap_err().status(), 422);
    }
}

async fn a_key_belongs_to_caller_and_action(world: World) {
    let ask = |name| world.ask("shelf.make").by(name).with(json!({ "title": "one" })).key("k");
    let ann = made(&ask("ann").await.unwrap());
    let cy = made(&ask("cy").await.unwrap());
    assert_ne!(ann, cy);
    let token = ask("ann/token=shelf:change").await.unwrap();
    assert_ne!(made(&token), ann, "a token is not its person");
    assert!(world.ask("shelf.archive").by("ann").on("shelf", ann).key("k").await.is_ok());
}

async fn a_key_is_forgotten_after_a_day(world: World) {
    let ask = || world.ask("shelf.make").by("ann").with(json!({ "title": "one" })).key("k");
    let first = made(&ask().await.unwrap());
    world.wait(24 * 3600 - 1);
    assert_eq!(made(&ask().await.unwrap()), first);
    world.wait(1);
    let later = ask().await.unwrap();
    assert!(!later.repeated && made(&later) != first);
    assert!(ask().await.unwrap().repeated);
}

async fn what_is_secret_is_shown_once(world: World) {
    let ask = || world.ask("token.make").by("ann").key("k");
    assert!(ask().await.unwrap().output.as_str().unwrap().starts_with("secret-"));
    assert_eq!(ask().await, Err(Refusal::ShownOnce));

    let shelf = world.shelf("one").await;
    let book = world.book(shelf, "a", "the butler").await;
    let reveal = || world.ask("book.reveal").by("ann").on("shelf", shelf).on("book", book).key("k");
    assert_eq!(reveal().await.unwrap().output, json!("the butler"));
    assert_eq!(reveal().await, Err(Refusal::ShownOnce));
    let kept = &world.everything().await["idempotency"];
    assert!(!kept.contains("secret-") && !kept.contains("butler"), "{kept}");
}

async fn a_refused_request_leaves_its_key_free(world: World) {
    let shelf = world.shelf("one").await;
    let ask = || world.ask("book.add").by("ann").on("shelf", shelf).with(json!({ "title": "a", "secret": "s" }));
    ask().await.unwrap();
    assert_eq!(ask().key("k").await, Err(Refusal::Conflict("exists")));
    let anybody = world.ask("session.open").with(json!({ "mail": "ann", "password": "right" })).key("k");
    assert!(!anybody.await.unwrap().repeated);
    let book = world.read("SELECT id FROM book", vec![]).await[0].get("id").unwrap();
    let other = made(&world.ask("shelf.make").by("ann").with(json!({ "title": "two" })).await.unwrap());
    let to = json!({ "shelf": other });
    world.ask("book.move").by("ann").on("shelf", shelf).on("book", book).with(to).await.unwrap();
    assert!(!ask().key("k").await.unwrap().repeated, "the key was not used up by the refusal");
    assert_eq!(world.last_event().await.actor.id, Some(person("ann")));
}

async fn at_the_same_time_one_is_done(world: World) {
    let ask = || world.ask("shelf.make").by("ann").with(json!({ "title": "one" })).key("k");
    let asked: Vec<_> = (0..16).map(|_| tokio::spawn(ask().into_future())).collect();
    let mut answers = Vec::new();
    for asked in asked {
        answers.push(asked.await.unwrap().unwrap());
    }
    assert_eq!(answers.iter().filter(|reply| !reply.repeated).count(), 1);
    assert!(answers.iter().all(|reply| made(reply) == made(&answers[0])));
    assert_eq!(world.count("shelf").await, 1);
}

async fn what_is_gone_or_changed_by_it_is_answered_as_before(world: World) {
    let shelf = world.shelf("one").await;
    let rename = || world.ask("shelf.archive").by("ann").on("shelf", shelf).key("a");
    let (first, second) = (rename().await.unwrap(), rename().await.unwrap());
    assert_eq!((first.repeated, second.repeated, first.output), (false, true, second.output));
    let events = world.count("event").await;
    let remove = |name, key| world.ask("shelf.remove").by(name).on("shelf", shelf).key(key);
    assert!(!remove("ann", "k").await.unwrap().repeated);
    assert!(remove("ann", "k").await.unwrap().repeated, "the object is gone, and the answer is the first one");
    assert_eq!(world.count("event").await, events + 1, "it was done once");
    // Without the key, under another one, for another object, and for somebody else there is nothing.
    assert_eq!(world.ask("shelf.remove").by("ann").on("shelf", shelf).await, Err(Refusal::NotFound));
    assert_eq!(remove("ann", "other").await, Err(Refusal::NotFound));
    assert_eq!(remove("cy", "k").await, Err(Refusal::NotFound));
    let other = Uuid::from_u128(9);
    assert_eq!(world.ask("shelf.remove").by("ann").on("shelf", other).key("k").await, Err(Refusal::NotFound));

    let (here, there) = (world.shelf("here").await, world.shelf("there").await);
    let book = world.book(here, "a", "s").await;
    let moved = || {
        let to = json!({ "shelf": there });
        world.ask("book.move").by("ann").on("shelf", here).on("book", book).with(to).key("m")
    };
    assert!(!moved().await.unwrap().repeated);
    assert!(moved().await.unwrap().repeated, "it is not there any more, because of this request");
    // Many at once: one does it, all are answered.
    let third = world.shelf("three").await;
    let ask = || world.ask("shelf.remove").by("ann").on("shelf", third).key("many");
    let asked: Vec<_> = (0..8).map(|_| tokio::spawn(ask().into_future())).collect();
    let mut done = 0;
    for asked in asked {
        done += usize::from(!asked.await.unwrap().unwrap().repeated);
    }
    assert_eq!(done, 1);
    world.wait(24 * 3600 + 1);
    assert_eq!(remove("ann", "k").await, Err(Refusal::NotFound), "after a day it is forgotten");
}

async fn who_was_put_out_since_is_refused(world: World) {
    let shelf = world.shelf("one").await;
    let remove = || world.ask("shelf.remove").by("ann").on("shelf", shelf).key("k");
    remove().await.unwrap();
    assert!(remove().await.unwrap().repeated);
    world.write("UPDATE member SET admin = $2 WHERE person = $1", values![person("ann"), false]).await.unwrap();
    assert_eq!(remove().await, Err(Refusal::NotFound), "no longer an admin: what one is now decides");
    world.write("DELETE FROM member WHERE person = $1", values![person("ann")]).await.unwrap();
    assert_eq!(remove().await, Err(Refusal::NotFound));
}
