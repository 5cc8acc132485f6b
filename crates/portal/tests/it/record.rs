//! Every change leaves its record, in the right chain, and the record verifies.

use portal::data::Data;
use portal::settings::Place;
use serde_json::{Value, json};

use crate::house::{House, move_in, on_both};

async fn every_change_is_on_the_record(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    house.with_app("owner", owner).await;
    let project = format!("/projects/{}", people.project);
    let changes = [
        (
            "PUT",
            format!("{project}/status"),
            json!({"status": "active", "sentence": "We began."}),
            "project.status.set",
        ),
        ("POST", format!("{project}/messages"), json!({"text": "Hello"}), "message.post"),
        ("POST", format!("{project}/credentials"), json!({"title": "Mail", "secret": "s"}), "credential.store"),
        (
            "POST",
            format!("{project}/credentials/{}/reveal", people.credential),
            json!({"reason": "A record"}),
            "credential.reveal",
        ),
        (
            "POST",
            format!("{project}/members"),
            json!({"person": people.ids["beside"], "role": "viewer"}),
            "project.member.add",
        ),
        ("DELETE", format!("{project}/members/{}", people.ids["beside"]), Value::Null, "project.member.remove"),
        ("POST", "/clients".to_owned(), json!({"name": "Mirabel"}), "client.create"),
        ("POST", "/projects".to_owned(), json!({"title": "Records", "client": people.client}), "project.create"),
        (
            "POST",
            "/account/tokens".to_owned(),
            json!({"name": "ci", "scopes": ["project:look"], "days": 1}),
            "token.create",
        ),
    ];
    for (verb, path, body, action) in changes {
        let done = house.ask(owner, verb, &path, body).await;
        assert_eq!(done.status, 200, "{action}: {done:?}");
        let trail = house.ask(owner, "GET", &format!("/trail?action={action}&limit=1"), Value::Null).await;
        let event = &trail.body["events"][0];
        assert_eq!(event["action"], action, "{trail:?}");
        assert_eq!(event["actor"], json!(people.ids["owner"]));
        assert_eq!(event["result"], "done");
        assert_eq!(event["source"], "192.0.2.7");
        assert!(event["object"].is_string());
    }
}

async fn the_refused_story_is_told(house: House) {
    let people = move_in(&house).await;
    let member = format!("/projects/{}/members/{}", people.project, people.ids["reads"]);
    let refused = house.ask(people.token("works"), "DELETE", &member, Value::Null).await;
    assert_eq!(refused.status, 403);
    let trail = house.ask(people.token("owner"), "GET", "/trail?result=denied&limit=1", Value::Null).await;
    let event = &trail.body["events"][0];
    assert_eq!(event["action"], "project.member.remove");
    assert_eq!(event["actor_name"], "works");
    assert_eq!(event["facts"]["why"], "forbidden");
    assert_eq!(event["relations"], json!(["anyone", "staff", "contributor"]));
}

async fn a_failed_sign_in_is_recorded_and_says_nothing(house: House) {
    move_in(&house).await;
    let before = house.count().await.0;
    let wrong = house.ask("", "POST", "/session", json!({"mail": "owner@example.com", "password": "wrong"})).await;
    let unknown = house.ask("", "POST", "/session", json!({"mail": "nobody@example.com", "password": "wrong"})).await;
    assert_eq!((wrong.status, unknown.status), (401, 401));
    assert_eq!(wrong.body["title"], unknown.body["title"]);
    assert!(house.count().await.0 > before);
}

async fn a_repeated_key_has_the_effect_of_one(house: House) {
    let people = move_in(&house).await;
    let send = async |key: &str, text: &str| {
        let request = axum::http::Request::post(format!("/api/v1/projects/{}/messages", people.project))
            .header("authorization", format!("Bearer {}", people.token("owner")))
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(axum::body::Body::from(json!({"text": text}).to_string()))
            .unwrap();
        let (status, _, body) = house.send(request).await;
        (status.as_u16(), serde_json::from_slice::<Value>(&body).unwrap())
    };
    let first = send("k1", "Hello").await;
    assert_eq!(send("k1", "Hello").await, first);
    assert_eq!(send("k1", "Good evening").await.0, 422);
    assert_ne!(send("k2", "Hello").await, first);
}

async fn secrets_stand_nowhere_in_clear(house: House) {
    let people = move_in(&house).await;
    let mut tx = house.door.store().read().await.unwrap();
    let sealed: Vec<u8> = tx.one("SELECT sealed FROM credential LIMIT 1", vec![]).await.unwrap().get("sealed").unwrap();
    assert!(!sealed.windows(5).any(|window| window == b"h7#Kq"));
    for row in tx.all("SELECT body, private FROM event", vec![]).await.unwrap() {
        let body = String::from_utf8(row.get("body").unwrap()).unwrap();
        let private: Option<String> = row.get("private").unwrap();
        for secret in ["h7#Kq", crate::house::PASSWORD, people.token("owner"), "@example.com"] {
            assert!(!body.contains(secret), "{secret} in {body}");
        }
        assert!(!private.unwrap_or_default().contains("h7#Kq"));
    }
}

on_both!(
    every_change_is_on_the_record,
    the_refused_story_is_told,
    a_failed_sign_in_is_recorded_and_says_nothing,
    a_repeated_key_has_the_effect_of_one,
    secrets_stand_nowhere_in_clear,
);

#[test]
fn a_directory_that_cannot_be_written_is_refused_with_a_hint() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a-file");
    std::fs::write(&file, b"x").unwrap();
    let refused = Data::open(&Place { data: file, database: None }).unwrap_err();
    assert!(format!("{refused:#}").contains("hint: choose another with --data DIR"), "{refused:#}");
}

#[test]
fn a_portal_that_is_no_demo_does_not_become_one() {
    let directory = tempfile::tempdir().unwrap();
    let data = Data::open(&Place { data: directory.path().to_owned(), database: None }).unwrap();
    std::fs::write(directory.path().join("portal.db"), b"").unwrap();
    assert!(format!("{:#}", data.become_demo().unwrap_err()).contains("not a demo"));
    assert!(!data.is_demo());
}
