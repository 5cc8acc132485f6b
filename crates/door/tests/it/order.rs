//! The order of the steps, and what the door says to bad input.

use std::time::Duration;

use door::{Credential, Refusal, Relation, Relations};
use serde_json::json;
use uuid::Uuid;

use crate::library::{ADMIN, READER};
use crate::world::{World, on_both, person};

on_both!(
    the_answers_in_their_order,
    who_may_not_learns_nothing_about_the_form,
    bad_input_is_named,
    a_refusal_takes_no_write_lock,
    the_slow_part_holds_no_write_lock,
    an_unknown_action_is_not_there,
    scopes_name_noun_and_kind,
    an_old_sign_in_must_be_renewed,
    half_a_sign_in_reaches_its_second_step_alone,
    who_looks_as_somebody_else_does_nothing_else,
    another_site_cannot_lead_a_browser_here,
    last_seen_is_written_beside_the_action,
);

async fn the_answers_in_their_order(world: World) {
    let shelf = world.shelf("one").await;
    let ask = |name| world.ask("shelf.rename").by(name).on("shelf", shelf).with(json!({ "title": "two" }));
    let anybody = world.ask("shelf.rename").on("shelf", shelf).with(json!({ "title": "two" }));

    assert_eq!(anybody.await, Err(Refusal::SignIn));
    assert_eq!(ask("nobody by this name").await, Err(Refusal::SignIn));
    assert_eq!(ask("dee").await, Err(Refusal::NotFound));
    assert_eq!(ask("cy").await, Err(Refusal::NotFound), "another organisation's shelf is not there");
    let has = Relations::of(&[Relation::ANYONE, READER]);
    assert_eq!(ask("bob").await, Err(Refusal::Forbidden { needs: Relations::of(&[ADMIN]), has }));
    assert_eq!(world.ask("shelf.rename").by("ann").on("shelf", Uuid::nil()).await, Err(Refusal::NotFound));
    assert!(ask("ann").await.is_ok());

    world.ask("shelf.archive").by("ann").on("shelf", shelf).await.unwrap();
    assert_eq!(ask("ann").await, Err(Refusal::NotNow("archived")));
    assert_eq!(world.ask("shelf.show").by("bob").on("shelf", shelf).await.unwrap().output, json!("two"));
}

async fn who_looks_as_somebody_else_does_nothing_else(world: World) {
    let shelf = world.shelf("one").await;
    let book = world.book(shelf, "a", "hidden").await;
    let show = |name| world.ask("shelf.show").by(name).on("shelf", shelf);
    assert_eq!(show("ann/as=bob").await.unwrap().output, json!("one"));
    // Never more than one of the two may: neither she as him nor he as her.
    assert_eq!(show("ann/as=dee").await, Err(Refusal::NotFound));
    assert_eq!(show("cy/as=bob").await, Err(Refusal::NotFound), "another organisation's, whoever they look as");
    assert_eq!(show("ann/over=bob").await, Err(Refusal::Viewing));

    let before = world.everything().await;
    let rename = world.ask("shelf.rename").by("ann/as=bob").on("shelf", shelf).with(json!({ "title": "two" }));
    assert_eq!(rename.await, Err(Refusal::Viewing), "although she may");
    let event = world.last_event().await;
    assert_eq!(event.actor.id, Some(person("ann")), "it was she");
    assert_eq!(event.actor.via.map(|via| (via.kind, via.id)), Some(("person".to_owned(), person("bob"))));
    let reveal = world.ask("book.reveal").by("ann/as=bob").on("shelf", shelf).on("book", book);
    assert_eq!(reveal.await, Err(Refusal::Viewing));
    let after = world.everything().await;
    assert_eq!((&before["shelf"], &before["book"]), (&after["shelf"], &after["book"]));
}

async fn who_may_not_learns_nothing_about_the_form(world: World) {
    let shelf = world.shelf("one").await;
    let ask = |name| world.ask("shelf.rename").by(name).on("shelf", shelf).with_bytes(b"\xff{ not even a document");

    assert_eq!(ask("dee").await.unwrap_err().status(), 404);
    assert_eq!(ask("bob").await.unwrap_err().status(), 403);
    assert_eq!(ask("ann").await.unwrap_err().status(), 400);
}

async fn bad_input_is_named(world: World) {
    let shelf = world.shelf("one").await;
    let before = world.everything().await;
    let ask = async |bytes: &[u8]| {
        let ask = world.ask("shelf.rename").by("ann").on("shelf", shelf).with_bytes(bytes);
        ask.await.unwrap_err()
    };
    for bytes in [&b"{"[..], b"\xff\xfe", b"[]", b"null", b"1", b"\"text\"", b"{} {}", b"{\"title\": \"\xff\"}"] {
        let refusal = ask(bytes).await;
        assert_eq!(refusal.status(), 400, "{refusal:?} for {}", String::from_utf8_lossy(bytes));
    }
    for (bytes, field) in [
        (&br#"{}"#[..], "title"),
        (b"", "title"),
        (br#"{"title": "two", "colour": "red"}"#, "colour"),
        (br#"{"title": 2}"#, "title"),
        (br#"{"title": null}"#, "title"),
        (br#"{"title": "two", "tags": [{"weight": 1}, {"weight": "heavy"}]}"#, "tags[1].weight"),
        (br#"{"title": "two", "tags": [{}]}"#, "tags[0].weight"),
        (br#"{"title": "two", "tags": [{"weight": 1, "size": 2}]}"#, "tags[0].size"),
        (br#"{"title": "t\u0000wo"}"#, "title"),
        (br#"{"ti\u0000tle": "two"}"#, "title"),
    ] {
        let text = String::from_utf8_lossy(bytes);
        match ask(bytes).await {
            Refusal::Invalid(fields) => assert!(fields.contains_key(field), "{fields:?} for {text}"),
            other => panic!("{other:?} for {text}"),
        }
    }
    assert_eq!(world.everything().await, before, "bad input is no event");
}

async fn a_refusal_takes_no_write_lock(world: World) {
    let shelf = world.shelf("one").await;
    let ask = |name| world.ask("shelf.rename").by(name).on("shelf", shelf).with(json!({}));
    assert_eq!(ask("bob").await.unwrap_err().status(), 403);

    // Somebody holds the locks now: on SQLite the one writer, on PostgreSQL the shelf.
    let mut tx = world.store.write(true).await.unwrap();
    tx.target("SELECT t.id FROM shelf t WHERE t.id = $1", door::values![shelf]).await.unwrap();
    let soon = Duration::from_secs(3);
    let malformed = tokio::time::timeout(soon, ask("ann").into_future()).await;
    assert_eq!(malformed.expect("is answered at once").unwrap_err().status(), 422);
    let repeated = tokio::time::timeout(soon, ask("bob").into_future()).await;
    assert_eq!(repeated.expect("is answered at once").unwrap_err().status(), 403);
    let look = tokio::time::timeout(soon, world.ask("shelf.show").by("bob").on("shelf", shelf).into_future()).await;
    assert!(look.expect("is answered at once").is_ok());
    tx.commit().await.unwrap();
}

async fn the_slow_part_holds_no_write_lock(world: World) {
    let shelf = world.shelf("one").await;
    let new = json!({ "title": "slow", "secret": "s" });
    let slow = tokio::spawn(world.ask("book.add").by("ann").on("shelf", shelf).with(new).into_future());
    tokio::time::sleep(Duration::from_millis(100)).await;
    world.ask("shelf.rename").by("ann").on("shelf", shelf).with(json!({ "title": "meanwhile" })).await.unwrap();
    assert!(!slow.is_finished(), "the slow part is still at it");
    slow.await.unwrap().unwrap();

    // What was decided before the slow part is decided again after it.
    let new = json!({ "title": "slow", "secret": "s" });
    let slow = tokio::spawn(world.ask("book.add").by("ann").on("shelf", shelf).with(new).into_future());
    tokio::time::sleep(Duration::from_millis(100)).await;
    world.ask("shelf.archive").by("ann").on("shelf", shelf).await.unwrap();
    assert_eq!(slow.await.unwrap(), Err(Refusal::NotNow("archived")));
    assert_eq!(world.count("book").await, 1);
}

async fn an_unknown_action_is_not_there(world: World) {
    assert_eq!(world.ask("shelf.burn").by("ann").await, Err(Refusal::NotFound));
}

async fn scopes_name_noun_and_kind(world: World) {
    let shelf = world.shelf("one").await;
    let by = |who, action| world.ask(action).by(who).on("shelf", shelf).with(json!({ "title": "two" }));

    assert_eq!(by("ann/token=shelf:look", "shelf.rename").await, Err(Refusal::Scope));
    assert!(by("ann/token=shelf:look,shelf:change", "shelf.rename").await.is_ok());
    assert_eq!(by("ann/token=book:change", "shelf.rename").await, Err(Refusal::Scope));
    assert_eq!(by("cy/token=shelf:change", "shelf.rename").await, Err(Refusal::NotFound), "a scope gives no standing");
    let last = world.events().await.into_iter().find(|event| event.act == "shelf.rename").unwrap();
    assert_eq!(last.actor.id, Some(person("ann")));
    assert_eq!(last.actor.via.unwrap().kind, "token");
}

async fn an_old_sign_in_must_be_renewed(world: World) {
    let shelf = world.shelf("one").await;
    assert_eq!(world.ask("shelf.archive").by("ann/stale").on("shelf", shelf).await, Err(Refusal::StepUp));
    assert_eq!(world.last_event().await.facts["why"], "step_up");
    assert!(world.ask("shelf.archive").by("ann").on("shelf", shelf).await.is_ok());
}

async fn half_a_sign_in_reaches_its_second_step_alone(world: World) {
    let shelf = world.shelf("one").await;
    let before = world.everything().await;
    let ask = |name, id| world.ask(name).by("ann/half").on("shelf", id);
    // What is there and what is not, what he may and what not: he learns nothing of it.
    for (name, id) in [("shelf.show", shelf), ("shelf.archive", shelf), ("shelf.show", Uuid::nil())] {
        assert_eq!(ask(name, id).await, Err(Refusal::SecondStep), "{name}");
    }
    assert_eq!(Refusal::SecondStep.status(), 401);
    assert_ne!(world.everything().await, before, "that he tried is on the record");
    assert!(world.ask("shelf.list").by("ann/half").await.is_ok(), "half a sign-in is enough for it");
    // Signing in anew is for everybody.
    assert!(world.ask("session.open").by("ann/half").with(json!({ "mail": "ann", "password": "right" })).await.is_ok());
}

async fn another_site_cannot_lead_a_browser_here(world: World) {
    let shelf = world.shelf("one").await;
    let ask = || world.ask("shelf.rename").by_cookie("ann").on("shelf", shelf).with(json!({ "title": "two" }));

    assert_eq!(ask().led_by("cross-site").await, Err(Refusal::CrossOrigin));
    assert_eq!(ask().led_by("same-site").await, Err(Refusal::CrossOrigin));
    let refused = world.last_event().await;
    assert_eq!((refused.facts["why"].as_str(), refused.actor.id), (Some("cross_origin"), Some(person("ann"))));
    assert!(ask().led_by("same-origin").await.is_ok());
    assert!(ask().by("ann").led_by("cross-site").await.is_ok(), "no browser sends a header token by itself");
    let looks = world.ask("shelf.show").by_cookie("ann").on("shelf", shelf).led_by("cross-site");
    assert!(looks.await.is_ok(), "a link may lead to a look");
    let sign_in = world.ask("session.open").with(json!({ "mail": "ann", "password": "right" })).led_by("cross-site");
    assert_eq!(sign_in.await, Err(Refusal::CrossOrigin), "nobody is signed in by another site");
}

async fn last_seen_is_written_beside_the_action(world: World) {
    let shelf = world.shelf("one").await;
    world.ask("shelf.show").by("bob/new").on("shelf", shelf).await.unwrap();
    for _ in 0..100 {
        let seen = world.read("SELECT seen_at FROM person WHERE name = 'bob'", vec![]).await;
        if seen[0].get::<Option<i64>>("seen_at").unwrap() == Some(world.door.now().0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("last seen was never written");
}

/// A wire's word is not taken for who somebody is: a job or the console says so itself.
#[test]
fn credentials_do_not_print_their_secret() {
    assert_eq!(format!("{:?}", Credential::Bearer("secret".to_owned().into())), "bearer");
}
