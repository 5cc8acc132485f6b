//! Maintenance: everybody looks, nobody writes, and nothing that was typed is lost.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{House, PASSWORD, move_in, on_both};

async fn people_look_and_nobody_writes(house: House) {
    let people = move_in(&house).await;
    let (token, project) = (&people.tokens["owner"], people.project);
    let messages = format!("/projects/{project}/messages");
    let hello = || json!({"text": "Hello", "visibility": "client"});
    let mut browser = Browser::of(&house, "owner").await;
    let (before, _) = house.count().await;

    let begun = house.operator("maintenance.begin", json!({"minutes": 30})).await;
    let until = begun["until"].as_str().unwrap().to_owned();

    // Programs are told, and when to come back.
    let refused = house.ask(token, "POST", &messages, hello()).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.body["type"], "/problems/maintenance");
    assert_eq!(refused.body["detail"], format!("Writing is expected back at {until}."));
    let reveal = format!("/projects/{project}/credentials/{}/reveal", people.credential);
    let reveal = house.ask(token, "POST", &reveal, json!({"reason": "The move"})).await;
    assert_eq!(reveal.body["type"], "/problems/maintenance", "what is given out is on the record, so it waits");
    let (after, _) = house.count().await;
    assert_eq!(after, before + 1, "only that it began was recorded");

    // Who may not is told that, as ever.
    let stranger = house.ask(&people.tokens["elsewhere"], "POST", &messages, hello()).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);

    // People read, and keep what they typed.
    assert_eq!(house.ask(token, "GET", &messages, Value::Null).await.status, StatusCode::OK);
    let page = browser.get(&messages).await;
    assert!(page.says("Maintenance: you can look at everything. Writing is back"), "{page:?}");
    let post = format!("{messages}/post");
    let sent = browser.send(&page, &post, &[("text", "A long thought"), ("visibility", "client")]).await;
    assert_eq!(sent.status, 503);
    assert!(sent.header("retry-after").ends_with(" GMT"), "{}", sent.header("retry-after"));
    assert!(sent.body.contains("A long thought") && sent.says("What you typed is still here"), "{sent:?}");

    // One signs in and out, and goes to another organisation's rooms.
    let mut late = Browser::new(&house);
    let page = late.get("/sign-in").await;
    let values = [("mail", "works@example.com"), ("password", PASSWORD)];
    assert_eq!(late.send(&page, "/session/open", &values).await.status, 303);
    let account = late.get("/account").await;
    assert_eq!(late.send(&account, "/session/close", &[]).await.status, 303);
    let enter = format!("/organisations/{}/enter", people.organisation);
    assert_eq!(house.ask(&people.tokens["works"], "POST", &enter, Value::Null).await.status, StatusCode::OK);

    // The operator works, and is reminded.
    let item = readiness(&house, token).await.unwrap();
    assert!(item["words"].as_str().unwrap().starts_with("Nobody can write: maintenance expected to be over"));

    house.operator("maintenance.end", json!({})).await;
    assert!(readiness(&house, token).await.is_none());
    assert_eq!(house.ask(token, "POST", &messages, hello()).await.status, StatusCode::OK);
    let again = browser.send(&sent, &post, &[]).await;
    assert!(browser.follow(again).await.says("A long thought"));
}

/// What Readiness says of maintenance.
async fn readiness(house: &House, token: &str) -> Option<Value> {
    let shown = house.ask(token, "GET", "/readiness", Value::Null).await;
    let items = shown.body["items"].as_array().unwrap_or_else(|| panic!("{shown:?}"));
    items.iter().find(|item| item["name"] == "maintenance").cloned()
}

on_both!(people_look_and_nobody_writes);
