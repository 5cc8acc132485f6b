//! Limits: by address, by caller, for all instances together, and by a field with the address.

use door::Refusal;
use serde_json::json;

use crate::deeds;
use crate::world::{World, on_both};

on_both!(
    an_address_is_limited,
    a_guessed_field_is_limited_for_the_guesser_only,
    who_guesses_slows_strangers_and_no_known_device,
    a_caller_is_limited_here,
    a_caller_is_limited_everywhere,
    guessing_ids_counts,
    a_limit_that_cannot_be_counted_lets_nobody_pass,
);

const TOO_MANY: Refusal = Refusal::TooMany { retry_seconds: 60 };

async fn an_address_is_limited(world: World) {
    let ask = |n: u32, address| {
        let input = json!({ "mail": format!("nobody {n}"), "password": "guess" });
        world.ask("session.open").with(input).from(address)
    };
    for n in 0..20 {
        assert_eq!(ask(n, "192.0.2.7").await, Err(Refusal::NoMatch));
    }
    assert_eq!(ask(20, "192.0.2.7").await, Err(TOO_MANY));
    assert_eq!(ask(20, "192.0.2.8").await, Err(Refusal::NoMatch));
    world.wait(60);
    assert_eq!(ask(20, "192.0.2.7").await, Err(Refusal::NoMatch));
}

async fn a_guessed_field_is_limited_for_the_guesser_only(world: World) {
    let ask = |mail: &str, password: &str, address| {
        world.ask("session.open").with(json!({ "mail": mail, "password": password })).from(address)
    };
    for mail in ["ann", " ANN", "Ann\t"] {
        assert_eq!(ask(mail, "guess", "192.0.2.7").await, Err(Refusal::NoMatch));
    }
    let refused = ask("ann", "right", "192.0.2.7").await.unwrap_err();
    assert!(matches!(refused, Refusal::TooMany { retry_seconds: 1..=900 }), "{refused:?}");
    assert!(ask("ann", "right", "192.0.2.8").await.is_ok(), "the owner is not locked out");
    assert!(ask("bob", "right", "192.0.2.7").await.is_ok(), "another account is not touched");
    world.wait(900);
    assert!(ask("ann", "right", "192.0.2.7").await.is_ok());
    let counts = &world.everything().await["limit_count"];
    assert!(!counts.contains("ann") && !counts.contains("192"), "{counts}");
}

async fn who_guesses_slows_strangers_and_no_known_device(world: World) {
    let ask = |password: &str, address: &str| {
        world.ask("session.open").with(json!({ "mail": "ann", "password": password })).from(address)
    };
    // From everywhere, a few tries each.
    for n in 0..10 {
        assert_eq!(ask("guess", &format!("192.0.2.{n}")).await, Err(Refusal::NoMatch));
    }
    assert!(matches!(ask("right", "192.0.2.99").await, Err(Refusal::TooMany { .. })), "a stranger waits");
    assert!(ask("right", "192.0.2.99").known_as("laptop").await.is_ok(), "her own device does not");
    // A known device that guesses slows itself.
    for _ in 0..2 {
        assert_eq!(ask("guess", "192.0.2.1").known_as("laptop").await, Err(Refusal::NoMatch));
    }
    assert!(matches!(ask("right", "192.0.2.1").known_as("laptop").await, Err(Refusal::TooMany { .. })));
    assert!(ask("right", "192.0.2.1").known_as("phone").await.is_ok());
    // Whoever made himself many known devices has no more tries for it.
    let mut tries = 0;
    while ask("guess", "192.0.2.7").known_as(&format!("his {tries}")).await == Err(Refusal::NoMatch) {
        tries += 1;
        assert!(tries <= 8, "known devices are counted together, too");
    }
    assert!(matches!(ask("right", "192.0.2.8").known_as("fresh").await, Err(Refusal::TooMany { .. })));
}

async fn a_caller_is_limited_here(world: World) {
    let elsewhere = world.with(deeds::catalogue()).await;
    for world in [&world, &elsewhere] {
        let ask = |name| world.ask("shelf.list").by(name);
        assert!(ask("ann").await.is_ok());
        assert!(ask("ann/token=shelf:look").await.is_ok(), "a token counts as its person");
        assert_eq!(ask("ann").await, Err(TOO_MANY));
        assert!(ask("bob").await.is_ok());
    }
    world.wait(60);
    assert!(world.ask("shelf.list").by("ann").await.is_ok());
}

async fn a_caller_is_limited_everywhere(world: World) {
    let shelf = world.shelf("one").await;
    let elsewhere = world.with(deeds::catalogue()).await;
    let ask = |world: &World, name| world.ask("shelf.peek").by(name).on("shelf", shelf);
    assert!(ask(&world, "bob").await.is_ok());
    assert!(ask(&elsewhere, "bob").await.is_ok());
    assert_eq!(ask(&world, "bob").await, Err(TOO_MANY));
    assert_eq!(ask(&elsewhere, "bob").await, Err(TOO_MANY));
    assert!(ask(&elsewhere, "ann").await.is_ok());
    world.wait(60);
    assert!(ask(&world, "bob").await.is_ok());
    assert_eq!(world.count("limit_count").await, 2, "windows that are over go");

    // Two for one person at the same moment are two.
    world.wait(60);
    let asked: Vec<_> = (0..8).map(|_| tokio::spawn(ask(&world, "bob").into_future())).collect();
    let mut passed = 0;
    for asked in asked {
        passed += u32::from(asked.await.unwrap().is_ok());
    }
    assert_eq!(passed, 2);
}

async fn guessing_ids_counts(world: World) {
    let ask = |n| world.ask("shelf.peek").by("dee").on("shelf", uuid::Uuid::from_u128(n));
    assert_eq!(ask(1).await, Err(Refusal::NotFound));
    assert_eq!(ask(2).await, Err(Refusal::NotFound));
    let before = world.count("event").await;
    for n in 3..10 {
        assert_eq!(ask(n).await, Err(TOO_MANY));
    }
    assert_eq!(world.count("event").await, before + 1, "who is too fast is recorded once");
}

async fn a_limit_that_cannot_be_counted_lets_nobody_pass(world: World) {
    let shelf = world.shelf("one").await;
    world.write("DROP TABLE limit_count", vec![]).await.unwrap();
    assert_eq!(world.ask("shelf.peek").by("bob").on("shelf", shelf).await, Err(Refusal::Unavailable));
}
