//! Effects outside are done after the commit, by one instance, and again until they work.

use std::sync::Mutex;
use std::time::Duration;

use door::Later;
use door::outbox::{Deliver, Deliveries, Letter, Undelivered};
use serde_json::json;
use uuid::Uuid;

use crate::deeds;
use crate::world::{World, on_both};

on_both!(
    a_letter_goes_out_once_its_action_happened,
    a_letter_that_fails_is_tried_again_later,
    a_letter_is_given_up_in_the_end,
    a_letter_that_nobody_can_deliver_is_not_tried_again,
    instances_deliver_each_letter_once,
    who_dies_with_a_letter_leaves_it_to_the_next,
);

/// Answers each letter with the next of its answers, then with success, and keeps what it was given.
#[derive(Default)]
struct Carrier {
    answers: Mutex<Vec<Undelivered>>,
    carried: Mutex<Vec<Letter>>,
}

impl Carrier {
    fn answering(answer: Undelivered, times: usize) -> Self {
        Self { answers: Mutex::new(vec![answer; times]), ..Self::default() }
    }

    fn carried(&self) -> Vec<Letter> {
        self.carried.lock().unwrap().clone()
    }
}

impl Deliver for Carrier {
    fn deliver<'a>(&'a self, letter: &'a Letter) -> Later<'a, Result<(), Undelivered>> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(2)).await;
            self.carried.lock().unwrap().push(letter.clone());
            self.answers.lock().unwrap().pop().map_or(Ok(()), Err)
        })
    }
}

const DONE: Deliveries = Deliveries { done: 1, again: 0, given_up: 0 };
const AGAIN: Deliveries = Deliveries { done: 0, again: 1, given_up: 0 };
const GIVEN_UP: Deliveries = Deliveries { done: 0, again: 0, given_up: 1 };
const NOTHING: Deliveries = Deliveries { done: 0, again: 0, given_up: 0 };

async fn deliver(world: &World, carrier: &Carrier) -> Deliveries {
    world.door.deliver(carrier).await.unwrap()
}

async fn one_letter(world: &World) -> Uuid {
    let shelf = world.shelf("one").await;
    world.book(shelf, "a", "s").await
}

async fn a_letter_goes_out_once_its_action_happened(world: World) {
    let carrier = Carrier::default();
    let shelf = world.shelf("one").await;
    let book = world.book(shelf, "a", "s").await;
    let again = world.ask("book.add").by("ann").on("shelf", shelf).with(json!({ "title": "a", "secret": "s" }));
    again.await.unwrap_err();
    assert_eq!(deliver(&world, &carrier).await, DONE, "the refused action wrote none");
    let [letter] = &carrier.carried()[..] else { panic!("{:?}", carrier.carried()) };
    assert_eq!((letter.kind.as_str(), letter.tries, letter.at), ("mail", 1, world.door.now()));
    assert_eq!(letter.payload, json!({ "new": book }).to_string());
    assert_eq!(deliver(&world, &carrier).await, NOTHING);
    assert_eq!(world.count("outbox").await, 0);
}

async fn a_letter_that_fails_is_tried_again_later(world: World) {
    let carrier = Carrier::answering(Undelivered::Later("nobody answers".to_owned()), 2);
    one_letter(&world).await;
    assert_eq!(deliver(&world, &carrier).await, AGAIN);
    world.wait(59);
    assert_eq!(deliver(&world, &carrier).await, NOTHING);
    world.wait(1);
    assert_eq!(deliver(&world, &carrier).await, AGAIN);
    world.wait(119);
    assert_eq!(deliver(&world, &carrier).await, NOTHING);
    world.wait(1);
    assert_eq!(deliver(&world, &carrier).await, DONE);
    let carried = carrier.carried();
    assert_eq!(carried.iter().map(|letter| letter.tries).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(carried.iter().all(|letter| letter.id == carried[0].id), "a receiver can tell a repetition");
}

async fn a_letter_is_given_up_in_the_end(world: World) {
    let carrier = Carrier::answering(Undelivered::Later("nobody answers".to_owned()), 100);
    one_letter(&world).await;
    for _ in 1..12 {
        assert_eq!(deliver(&world, &carrier).await, AGAIN);
        world.wait(6 * 3600);
    }
    assert_eq!(deliver(&world, &carrier).await, GIVEN_UP);
    world.wait(365 * 24 * 3600);
    assert_eq!(deliver(&world, &carrier).await, NOTHING);
    assert_eq!(world.count("outbox WHERE next_at IS NULL").await, 1, "it is kept for the operator");
}

async fn a_letter_that_nobody_can_deliver_is_not_tried_again(world: World) {
    let carrier = Carrier::answering(Undelivered::Never("no such mailbox".to_owned()), 1);
    one_letter(&world).await;
    assert_eq!(deliver(&world, &carrier).await, GIVEN_UP);
    world.wait(6 * 3600);
    assert_eq!(deliver(&world, &carrier).await, NOTHING);
}

async fn instances_deliver_each_letter_once(world: World) {
    let shelf = world.shelf("one").await;
    for n in 0..20 {
        world.book(shelf, &format!("book {n}"), "s").await;
    }
    let (here, elsewhere) = (Carrier::default(), Carrier::default());
    let other = world.with(deeds::catalogue()).await;
    let (mine, theirs) = tokio::join!(deliver(&world, &here), deliver(&other, &elsewhere));
    assert_eq!(mine.done + theirs.done, 20);
    let mut ids: Vec<Uuid> = [here.carried(), elsewhere.carried()].concat().iter().map(|letter| letter.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
}

async fn who_dies_with_a_letter_leaves_it_to_the_next(world: World) {
    struct Dying;
    impl Deliver for Dying {
        fn deliver<'a>(&'a self, _: &'a Letter) -> Later<'a, Result<(), Undelivered>> {
            Box::pin(std::future::pending())
        }
    }
    one_letter(&world).await;
    let door = std::sync::Arc::clone(&world.door);
    let dying = tokio::spawn(async move { door.deliver(&Dying).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    dying.abort();

    let carrier = Carrier::default();
    assert_eq!(deliver(&world, &carrier).await, NOTHING, "the claim holds");
    world.wait(120);
    assert_eq!(deliver(&world, &carrier).await, DONE);
    assert_eq!(carrier.carried()[0].tries, 2);
}
