//! What is said to whom: it names no person and holds no secret but its own link.

use std::time::Duration;

use door::store::Engine;
use portal::Parts;
use portal::watch::{Settings, report_panics};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{House, START, move_in, on_both};
use crate::outside::letter_box;
use crate::watch::{Sink, Watched, run, settings};

on_both!(whoever_says_that_they_saw_it, what_goes_on_after_a_restart, requests_that_break_are_reported);

/// What nobody may find in anything that is sent.
const CANARY: &str = "canary-7f31";

async fn whoever_says_that_they_saw_it(house: House) {
    let watched = Watched::over(house).await;
    watched.at(0).await;
    watched.at(3700).await;
    watched.sink.hears("clock", &["opened"]).await;
    let alert = watched.sink.alerts("clock").remove(0);
    let seen = alert["seen"].as_str().unwrap().replace("http://house.example", "");
    let mut browser = Browser::new(&watched.house);
    // Programs that preview links only open them.
    let page = browser.get(&seen).await;
    watched.house.door.seal().await.unwrap();
    let before = watched.house.count().await;
    browser.get(&seen).await;
    assert_eq!(watched.house.count().await, before, "to look is to say nothing");
    let noted = browser.send(&page, "/alerts", &[]).await;
    assert!(noted.status == 200 && noted.says("Noted") && noted.body.contains("/runbook/clock"), "{noted:?}");
    assert_eq!(watched.house.count().await.0, before.0 + 1, "it is on the record");
    let again = browser.send(&page, "/alerts", &[]).await;
    assert!(again.status == 401 && again.says("This link is used up"), "{again:?}");
    let unknown = browser.get("/alerts/nobody-has-this").await;
    assert_eq!(unknown.status, 200, "whether it is good does not show before it is used");
    assert_eq!(browser.send(&unknown, "/alerts", &[]).await.status, 401);
    // The jump is spoken of for a quarter of an hour; small steps are no new one.
    for minute in 1..10 {
        watched.at(3700 + 60 * minute).await;
    }
    watched.sink.hears("clock", &["opened"]).await;
}

async fn what_goes_on_after_a_restart(house: House) {
    let watched = Watched::over(house).await;
    let (seen, unseen) = ("record", "silence");
    watched.house.door.checkpoint().await.unwrap();
    for _ in 0..3 {
        watched.ready().await;
    }
    watched.at(0).await;
    move_in(&watched.house).await;
    watched.at(650).await;
    watched.at(720).await;
    watched.sink.hears(seen, &["opened"]).await;
    watched.sink.hears(unseen, &["opened"]).await;
    let link = watched.sink.alerts(seen)[0]["seen"].as_str().unwrap().replace("http://house.example", "");
    let mut browser = Browser::new(&watched.house);
    let page = browser.get(&link).await;
    assert_eq!(browser.send(&page, "/alerts", &[]).await.status, 200);
    // The same portal again, and its alerts.
    let Watched { house, sink, .. } = watched;
    let watched = Watched::with(house, sink, |parts| parts).await;
    watched.at(730).await;
    watched.at(800).await;
    watched.at(50_000).await;
    watched.sink.hears(seen, &["opened"]).await;
    watched.sink.hears(unseen, &["opened", "still"]).await;
    watched.house.door.checkpoint().await.unwrap();
    watched.ready().await;
    watched.at(50_010).await;
    watched.at(50_041).await;
    watched.sink.hears(seen, &["opened", "recovered"]).await;
    watched.sink.hears(unseen, &["opened", "still", "recovered"]).await;
}

async fn requests_that_break_are_reported(house: House) {
    let people = move_in(&house).await;
    let watched = Watched::over(house).await;
    let (house, sink) = (&watched.house, &watched.sink);
    run(house.door.store(), "ALTER TABLE message RENAME TO message_away").await;
    let path = format!("/projects/{}/messages", people.project);
    let session = people.token("owner");
    let headers = [("content-type", "application/json"), ("user-agent", CANARY), ("cookie", CANARY)];
    let body = json!({"text": CANARY}).to_string().into_bytes();
    let (status, headers, _) = house.send_bytes(session, "POST", &path, &headers, body).await;
    assert_eq!(status, 500);
    let request = headers["x-request-id"].to_str().unwrap().to_owned();
    let report = envelope(sink, &request).await;
    assert_eq!(report["tags"]["route"], "/api/v1/projects/{project}/messages");
    assert_eq!(report["tags"]["action"], "message.post");
    assert_eq!((&report["tags"]["method"], &report["tags"]["status"]), (&json!("POST"), &json!("500")));
    assert!(report["release"].as_str().unwrap().starts_with("plimsoll-portal@"), "{report}");
    assert_eq!(report["environment"], "production");
    for report in sink.at("/api/7/envelope/") {
        for secret in [CANARY, session, &people.project.to_string(), "example.com", "Halden"] {
            assert!(!report.body.contains(secret), "{secret}: {}", report.body);
        }
        assert!(report.headers["x-sentry-auth"].to_str().unwrap().contains("sentry_key=key"));
    }
}

/// Waits for the report of a request.
async fn envelope(sink: &Sink, request: &str) -> Value {
    for _ in 0..200 {
        for report in sink.at("/api/7/envelope/") {
            let lines: Vec<Value> = report.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!((lines.len(), &lines[1]["type"]), (3, &json!("event")));
            assert_eq!(lines[1]["length"], report.body.lines().nth(2).unwrap().len());
            if lines[2]["tags"]["request"] == request {
                return lines[2].clone();
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no report of {request} in {:?}", sink.at("/api/7/envelope/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_reported_without_what_it_says() {
    let watched = Watched::over(House::build(Engine::Sqlite).await.unwrap()).await;
    report_panics(&watched.watch);
    let said = CANARY.to_owned();
    tokio::spawn(async move { panic!("{said}") }).await.unwrap_err();
    for _ in 0..200 {
        if let Some(report) = watched.sink.at("/api/7/envelope/").first() {
            assert!(report.body.contains("watch_told.rs:") && !report.body.contains(CANARY), "{}", report.body);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody heard of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_three_forms_of_an_alert() {
    let (sink, (address, letters)) = (Sink::up().await, letter_box().await);
    let mail = Settings {
        alert_mail: Some("ops@example.com".to_owned()),
        smtp: format!("smtp://{address}").parse().ok(),
        ..settings(&sink)
    };
    let house = House::build(Engine::Sqlite).await.unwrap();
    let watched = Watched::with(house, sink, |parts| Parts { watch: mail, ..parts }).await;
    watched.run_jobs().await;
    watched.at(0).await;
    // The jobs run as they should, and the clock does not.
    watched.house.clock.set(START.plus_seconds(3700));
    watched.run_jobs().await;
    watched.at(3700).await;
    watched.sink.hears("clock", &["opened"]).await;
    for _ in 0..200 {
        let letters = letters.lock().unwrap().len();
        if letters > 0 && letters == watched.sink.at("/slack").len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let alert = watched.sink.alerts("clock").remove(0);
    let seen = alert["seen"].as_str().unwrap();
    assert_eq!(alert["portal"], "http://house.example");
    assert_eq!(alert["title"], "The clock is wrong");
    let slack: Value = serde_json::from_str(&watched.sink.at("/slack")[0].body).unwrap();
    let slack = slack["text"].as_str().unwrap().to_owned();
    // A letter folds long lines (RFC 2045, section 6.7).
    let letter = letters.lock().unwrap()[0].replace("=\n", "").replace("=3D", "=");
    assert!(letter.contains("Subject: [warning] The clock is wrong (http://house.example)"), "{letter}");
    for text in [slack, letter] {
        assert!(text.contains("http://house.example/runbook/clock") && text.contains(seen), "{text}");
        assert!(text.contains("It jumped by 3700 seconds."), "{text}");
    }
}
