//! The JSON interface as a program uses it.

use serde_json::{Value, json};

use crate::house::{House, move_in, on_both};

async fn tokens_act_within_their_scopes_and_end(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let wanted = json!({"name": "ci", "scopes": ["project:look"], "days": 1});
    let made = house.ask(owner, "POST", "/account/tokens", wanted).await;
    let token = made.text("token");
    assert!(token.starts_with("plim_"));
    assert_eq!(house.ask(&token, "GET", "/projects", Value::Null).await.status, 200);
    assert_eq!(house.ask(&token, "GET", "/clients", Value::Null).await.status, 403);
    let post = format!("/projects/{}/messages", people.project);
    assert_eq!(house.ask(&token, "POST", &post, json!({"text": "x"})).await.status, 403);
    let revoke = format!("/account/tokens/{}", made.text("id"));
    // Another person's token is not there.
    assert_eq!(house.ask(people.token("admin"), "DELETE", &revoke, Value::Null).await.status, 404);
    assert_eq!(house.ask(owner, "DELETE", &revoke, Value::Null).await.status, 200);
    assert_eq!(house.ask(&token, "GET", "/projects", Value::Null).await.status, 401);
}

async fn a_session_ends_when_it_is_closed_or_old(house: House) {
    let people = move_in(&house).await;
    let closed = house.sign_in("admin").await;
    assert_eq!(house.ask(&closed, "DELETE", "/session", Value::Null).await.status, 200);
    assert_eq!(house.ask(&closed, "GET", "/account", Value::Null).await.status, 401);
    let owner = people.token("owner");
    assert_eq!(house.ask(owner, "GET", "/account", Value::Null).await.status, 200);
    house.clock.set(house.door.now().plus_seconds(8 * 24 * 3600));
    assert_eq!(house.ask(owner, "GET", "/account", Value::Null).await.status, 401);
}

async fn a_stale_sign_in_reveals_nothing(house: House) {
    let people = move_in(&house).await;
    let reveal = format!("/projects/{}/credentials/{}/reveal", people.project, people.credential);
    let reason = json!({"reason": "Moving the record"});
    house.with_app("owner", people.token("owner")).await;
    let shown = house.ask(people.token("owner"), "POST", &reveal, reason.clone()).await;
    assert_eq!(shown.text("secret"), "h7#Kq");
    house.clock.set(house.door.now().plus_seconds(601));
    let stale = house.ask(people.token("owner"), "POST", &reveal, reason).await;
    assert_eq!(stale.status, 403);
    assert_eq!(stale.body["type"], "/problems/step_up");
}

async fn a_password_alone_reveals_nothing(house: House) {
    let people = move_in(&house).await;
    let reveal = format!("/projects/{}/credentials/{}/reveal", people.project, people.credential);
    let reason = json!({"reason": "Moving the record"});
    let owner = people.token("owner");
    for token in [owner, &house.sign_in("owner").await] {
        let before = house.count().await;
        let refused = house.ask(token, "POST", &reveal, reason.clone()).await;
        assert_eq!((refused.status, &refused.body["type"]), (403, &json!("/problems/no_factor")), "{refused:?}");
        assert_eq!(house.count().await, (before.0 + 1, before.1), "the refusal is on the record, and nothing moved");
        house.clock.set(house.door.now().plus_seconds(61));
    }
    // Who may not reveal it at all is told that, whatever they signed in with.
    assert_eq!(
        house.ask(people.token("reads"), "POST", &reveal, reason.clone()).await.body["type"],
        "/problems/forbidden"
    );
    // A token has nobody behind it who could show a code.
    let wanted = json!({"name": "ci", "scopes": ["credential:disclose"], "days": 1});
    let token = house.ask(owner, "POST", "/account/tokens", wanted).await.text("token");
    assert_eq!(house.ask(&token, "POST", &reveal, reason.clone()).await.body["type"], "/problems/step_up");

    house.with_app("owner", owner).await;
    assert_eq!(house.ask(owner, "POST", &reveal, reason.clone()).await.text("secret"), "h7#Kq");
    assert_eq!(house.ask(&token, "POST", &reveal, reason.clone()).await.status, 403);
    let again = house.sign_in("owner").await;
    assert_eq!(house.ask(&again, "POST", &reveal, reason.clone()).await.status, 200);
    // Without the app the password is enough for all else again, and for this nothing is.
    assert_eq!(house.ask(&again, "DELETE", "/account/factor", Value::Null).await.status, 200);
    assert_eq!(house.ask(&again, "POST", &reveal, reason).await.body["type"], "/problems/no_factor");
}

async fn an_archived_project_is_read_only(house: House) {
    let people = move_in(&house).await;
    let project = format!("/projects/{}", people.project);
    let archived = json!({"status": "archived", "sentence": "Done."});
    assert_eq!(house.ask(people.token("owner"), "PUT", &format!("{project}/status"), archived).await.status, 200);
    let late = house.ask(people.token("owner"), "POST", &format!("{project}/messages"), json!({"text": "x"})).await;
    assert_eq!(late.status, 409, "{late:?}");
    assert_eq!(house.ask(people.token("owner"), "GET", &project, Value::Null).await.status, 200);
}

async fn guessing_is_slowed_and_others_are_not(house: House) {
    move_in(&house).await;
    let mut statuses = Vec::new();
    for _ in 0..12 {
        let guess = json!({"mail": "owner@example.com", "password": "guess"});
        statuses.push(house.ask("", "POST", "/session", guess).await);
    }
    assert_eq!(statuses.last().unwrap().status, 429);
    house.sign_in("admin").await;
}

async fn the_trail_is_paged(house: House) {
    let people = move_in(&house).await;
    let mut seen = Vec::new();
    let mut path = "/trail?limit=5".to_owned();
    loop {
        let page = house.ask(people.token("owner"), "GET", &path, Value::Null).await;
        let numbers = page.body["events"].as_array().unwrap().iter().map(|event| event["number"].as_i64().unwrap());
        seen.extend(numbers);
        match page.body["next"].as_str() {
            Some(next) => path = format!("/trail?limit=5&cursor={next}"),
            None => break,
        }
    }
    let mut sorted = seen.clone();
    sorted.sort_unstable_by_key(|n| std::cmp::Reverse(*n));
    sorted.dedup();
    assert_eq!(seen, sorted);
    assert!(seen.len() > 10);
}

on_both!(
    tokens_act_within_their_scopes_and_end,
    a_session_ends_when_it_is_closed_or_old,
    a_stale_sign_in_reveals_nothing,
    a_password_alone_reveals_nothing,
    an_archived_project_is_read_only,
    guessing_is_slowed_and_others_are_not,
    the_trail_is_paged,
);
