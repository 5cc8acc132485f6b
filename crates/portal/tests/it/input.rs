//! Bad input is answered with what was wrong and where, and never with a 5xx.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::house::{House, move_in, on_both};

async fn odd_bodies_get_a_clear_answer(house: House) {
    let people = move_in(&house).await;
    let path = format!("/api/v1/projects/{}/messages", people.project);
    let odd: Vec<(&str, Vec<u8>, u16, &str)> = vec![
        ("application/json", b"{\"text\":".to_vec(), 400, "not JSON"),
        ("application/json", b"[1]".to_vec(), 400, "an object is expected"),
        ("application/json", b"\xff\xfe".to_vec(), 400, "not UTF-8"),
        ("application/json", b"{\"text\":7}".to_vec(), 422, "text"),
        ("application/json", b"{}".to_vec(), 422, "text"),
        ("application/json", b"{\"text\":\"a\",\"extra\":1}".to_vec(), 422, "extra"),
        ("application/json", b"{\"text\":\"a\\u0000b\"}".to_vec(), 422, "text"),
        ("application/json", json!({"text": "x".repeat(10_001)}).to_string().into_bytes(), 422, "10000 are possible"),
        ("application/json", b"{\"text\":\"a\",\"visibility\":\"everybody\"}".to_vec(), 422, "visibility"),
        ("application/json", vec![b' '; 70_000], 413, "64 KiB"),
        ("text/plain", b"hello".to_vec(), 415, "application/json"),
        ("application/json", format!("{}1{}", "[".repeat(5000), "]".repeat(5000)).into_bytes(), 400, "not JSON"),
    ];
    let before = house.count().await.1;
    for (kind, body, status, words) in odd {
        let shown: String = String::from_utf8_lossy(&body).chars().take(60).collect();
        let request = Request::post(&path)
            .header("authorization", format!("Bearer {}", people.token("owner")))
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap();
        let (answered, headers, bytes) = house.send(request).await;
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(answered.as_u16(), status, "{shown}: {text}");
        assert_eq!(headers["content-type"], "application/problem+json", "{shown}");
        assert!(text.contains(words), "{shown}: {text}");
    }
    assert_eq!(house.count().await.1, before);
}

async fn odd_paths_and_queries_get_a_clear_answer(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    for (path, status) in [
        ("/projects/not-an-id", 404),
        ("/projects/%00", 404),
        ("/projects/0", 404),
        ("/projects?status=nowhere", 422),
        ("/projects?cursor=nowhere", 422),
        ("/projects?unknown=1", 422),
        ("/projects?search=a&search=b", 422),
        ("/projects?search=%00", 422),
        ("/projects?search=%25_%5C'%22", 200),
        ("/trail?limit=0", 422),
        ("/trail?limit=201", 422),
        ("/trail?actor=x", 422),
        ("/trail?cursor=99999999999999999999", 422),
        ("/nothing", 404),
    ] {
        let answer = house.ask(owner, "GET", path, Value::Null).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
    let wrong_verb = house.ask(owner, "PATCH", "/projects", Value::Null).await;
    assert_eq!(wrong_verb.status, 405, "{wrong_verb:?}");
}

async fn a_body_is_not_read_before_the_decision(house: House) {
    let people = move_in(&house).await;
    let path = format!("/projects/{}/status", people.project);
    // Who may not do it learns nothing about its form.
    assert_eq!(house.ask(people.token("reads"), "PUT", &path, json!({"x": 1})).await.status, 403);
    assert_eq!(house.ask(people.token("beside"), "PUT", &path, json!({"x": 1})).await.status, 404);
    assert_eq!(house.ask(people.token("owner"), "PUT", &path, json!({"x": 1})).await.status, 422);
}

on_both!(
    odd_bodies_get_a_clear_answer,
    odd_paths_and_queries_get_a_clear_answer,
    a_body_is_not_read_before_the_decision,
);
