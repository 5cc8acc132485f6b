//! Sign-ins: seen, ended, confirmed; and the password that begins them.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{House, PASSWORD, move_in, on_both};

async fn sign_ins_are_listed_and_end_one_by_one_and_all_at_once(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let (one, two, three) = (house.sign_in("owner").await, house.sign_in("owner").await, house.sign_in("owner").await);
    let account = house.ask(&one, "GET", "/account", Value::Null).await;
    let sessions = account.body["sessions"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 4);
    assert!(sessions.iter().all(|session| session["address"] == "192.0.2.7"), "{sessions:?}");
    let mine: Vec<_> = sessions.iter().filter(|session| session["this"] == true).collect();
    assert_eq!(mine.len(), 1);

    let this = format!("/account/sessions/{}", mine[0]["id"].as_str().unwrap());
    assert_eq!(
        house.ask(people.token("admin"), "DELETE", &this, Value::Null).await.status,
        404,
        "another's is not there"
    );
    assert_eq!(house.ask(&two, "DELETE", &this, Value::Null).await.status, 200);
    assert_eq!(house.ask(&one, "GET", "/account", Value::Null).await.status, 401);

    let ended = house.ask(&two, "DELETE", "/account/sessions", Value::Null).await;
    assert_eq!(ended.body["sessions"], json!(2));
    for token in [owner, &three] {
        assert_eq!(house.ask(token, "GET", "/account", Value::Null).await.status, 401);
    }
    assert_eq!(house.ask(&two, "GET", "/account", Value::Null).await.status, 200);
    assert_eq!(house.ask(people.token("admin"), "GET", "/account", Value::Null).await.status, 200);
}

async fn a_proof_makes_a_sign_in_fresh_and_gives_it_a_new_secret(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let wanted = json!({"name": "ci", "scopes": ["project:look"], "days": 1});
    house.clock.set(house.door.now().plus_seconds(601));
    assert_eq!(house.ask(owner, "POST", "/account/tokens", wanted.clone()).await.body["type"], "/problems/step_up");
    let wrong = house.ask(owner, "POST", "/session/confirm", json!({"password": "not this one"})).await;
    assert_eq!(wrong.status, 401);
    for malformed in [json!({}), json!({"code": "123456"}), json!({"code": "123456", "password": PASSWORD})] {
        assert_eq!(house.ask(owner, "POST", "/session/confirm", malformed).await.status, 422);
    }
    let fresh = house.ask(owner, "POST", "/session/confirm", json!({"password": PASSWORD})).await;
    assert_eq!(house.ask(&fresh.text("token"), "POST", "/account/tokens", wanted).await.status, 200);
    assert_eq!(house.ask(owner, "GET", "/account", Value::Null).await.status, 401, "the secret before is over");
}

async fn a_password_is_changed_and_everybody_else_is_out(house: House) {
    let people = move_in(&house).await;
    let (owner, elsewhere) = (people.token("owner"), house.sign_in("owner").await);
    let set = async |old: &str, new: &str| {
        house.ask(owner, "PUT", "/account/password", json!({"old": old, "new": new})).await
    };
    assert_eq!(set("not this one", "quite another one").await.status, 401);
    for (weak, why) in [
        ("short", "at least 8"),
        ("password1", "most used"),
        ("owner@example.com", "name"),
        ("aaaaaaaaaa", "different"),
        (PASSWORD, "the one that you have"),
        ("a demo is not a secret", "demo"),
    ] {
        let refused = set(PASSWORD, weak).await;
        assert_eq!(refused.status, 422, "{weak}");
        assert!(refused.body["errors"]["new"].as_str().unwrap().contains(why), "{weak}: {refused:?}");
    }
    let long = "ä 🦦\u{200d}'\"\\".repeat(18);
    assert_eq!(long.chars().count(), 126);
    let done = set(PASSWORD, &long).await;
    assert_eq!(done.body["sessions"], json!(1), "{done:?}");
    assert_eq!(house.ask(&elsewhere, "GET", "/account", Value::Null).await.status, 401);
    assert_eq!(house.ask(owner, "GET", "/account", Value::Null).await.status, 200);
    let old = json!({"mail": "owner@example.com", "password": PASSWORD});
    assert_eq!(house.ask("", "POST", "/session", old).await.status, 401);
    let new = json!({"mail": "owner@example.com", "password": long});
    assert_eq!(house.ask("", "POST", "/session", new).await.status, 200);
}

async fn the_account_page_does_all_of_it(house: House) {
    move_in(&house).await;
    let mut browser = Browser::of(&house, "owner").await;
    let account = browser.get("/account").await;
    let wrong = browser.send(&account, "/account/password/set", &[("old", "no"), ("new", "quite another one")]).await;
    assert_eq!((wrong.status, wrong.marked().len()), (401, 1), "{:?}", wrong.marked());
    let weak = browser.send(&account, "/account/password/set", &[("old", PASSWORD), ("new", "password1")]).await;
    assert_eq!((weak.status, weak.marked().len()), (422, 1), "{:?}", weak.marked());
    assert!(weak.body.contains("<details class=\"more\" open>"), "the form that was refused is in sight");
    let done = browser.send(&weak, "/account/password/set", &[("old", PASSWORD), ("new", "quite another one")]).await;
    let account = browser.follow(done).await;

    let ends = |page: &crate::browser::Page| page.forms().iter().filter(|form| form.ends_with("/end")).count();
    assert_eq!(ends(&account), 0, "the others ended with the password: {:?}", account.forms());
    let input = json!({"mail": "owner@example.com", "password": "quite another one"});
    house.ask("", "POST", "/session", input).await;
    let account = browser.get("/account").await;
    assert_eq!(ends(&account), 2, "one, and all others");
    let account = browser.send(&account, "/account/sessions/end", &[]).await;
    assert_eq!(ends(&browser.follow(account).await), 0);
}

async fn who_guesses_beside_the_owner_does_not_lock_the_owner_out(house: House) {
    move_in(&house).await;
    let values = |password| [("mail", "owner@example.com"), ("password", password)];
    let mut owner = Browser::of(&house, "owner").await;
    let account = owner.get("/account").await;
    owner.send(&account, "/session/close", &[]).await;

    let mut guesser = Browser::new(&house);
    let page = guesser.get("/sign-in").await;
    for _ in 0..10 {
        guesser.send(&page, "/session/open", &values("guess")).await;
    }
    assert_eq!(guesser.send(&page, "/session/open", &values(PASSWORD)).await.status, 429);
    // The same network, the same minute, and a browser that the owner has used before.
    let page = owner.get("/sign-in").await;
    assert_eq!(owner.send(&page, "/session/open", &values(PASSWORD)).await.status, 303);
    // It is known for its owner alone.
    let page = owner.get("/sign-in").await;
    for _ in 0..10 {
        owner.send(&page, "/session/open", &[("mail", "admin@example.com"), ("password", "guess")]).await;
    }
    let mut admin = Browser::new(&house);
    let page = admin.get("/sign-in").await;
    let right = [("mail", "admin@example.com"), ("password", PASSWORD)];
    assert_eq!(admin.send(&page, "/session/open", &right).await.status, 429);
}

async fn what_happened_with_an_account_is_its_persons_to_read(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    house.ask(owner, "PUT", "/account/password", json!({"old": PASSWORD, "new": "quite another one"})).await;
    let log = house.ask(owner, "GET", "/account/events", Value::Null).await;
    let newest = &log.body["events"][0];
    assert_eq!((&newest["action"], &newest["result"]), (&json!("password.set"), &json!("done")), "{log:?}");
    assert_eq!((&newest["address"], &newest["by_other"]), (&json!("192.0.2.7"), &json!(false)));
    let others = house.ask(people.token("admin"), "GET", "/account/events", Value::Null).await;
    assert!(!others.body.to_string().contains("password.set"), "{others:?}");
    let browser = Browser::of(&house, "admin").await;
    assert!(browser.get("/account").await.says("Signed in"));
}

on_both!(
    what_happened_with_an_account_is_its_persons_to_read,
    who_guesses_beside_the_owner_does_not_lock_the_owner_out,
    sign_ins_are_listed_and_end_one_by_one_and_all_at_once,
    a_proof_makes_a_sign_in_fresh_and_gives_it_a_new_secret,
    a_password_is_changed_and_everybody_else_is_out,
    the_account_page_does_all_of_it,
);
