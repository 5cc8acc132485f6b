//! A copy of the record: whole, in three formats, recorded before it leaves, and never a formula.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{House, move_in, on_both};

/// A copy as lines.
async fn copy(house: &House, token: &str, wanted: Value) -> Vec<String> {
    let answer = house.ask(token, "POST", "/trail/export", wanted.clone()).await;
    assert_eq!(answer.status, 200, "{wanted}: {answer:?}");
    let text = answer.body.as_str().map_or_else(|| answer.body.to_string(), str::to_owned);
    text.lines().map(str::to_owned).collect()
}

async fn a_copy_is_whole_and_on_the_record(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let messages = format!("/projects/{}/messages", people.project);
    // More than one page, sealed and not.
    for number in 0..180 {
        if number == 150 {
            house.door.seal().await.unwrap();
        }
        assert_eq!(house.ask(owner, "POST", &messages, json!({"text": "Hello"})).await.status, 200);
    }
    house.clock.set(house.door.now().plus_seconds(1));
    let mut numbers: Vec<i64> = Vec::new();
    let mut path = "/trail?limit=200".to_owned();
    loop {
        let page = house.ask(owner, "GET", &path, Value::Null).await;
        numbers.extend(page.body["events"].as_array().unwrap().iter().map(|event| event["number"].as_i64().unwrap()));
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("/trail?limit=200&cursor={next}");
    }
    assert!(200 < numbers.len());

    let json: Vec<Value> = copy(&house, owner, json!({"format": "jsonl"}))
        .await
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(json.iter().map(|event| event["number"].as_i64().unwrap()).collect::<Vec<_>>(), numbers);
    house.clock.set(house.door.now().plus_seconds(1));
    let csv = copy(&house, owner, json!({"format": "csv"})).await;
    assert_eq!(csv.len(), numbers.len() + 2, "a head, and the copy that was taken a second ago");
    assert!(csv[0].starts_with("number,time,action,result,actor,"));
    assert!(csv[1].contains(",trail.export,done,"), "{}", csv[1]);
    let taken = house.ask(owner, "GET", "/trail?action=trail.export", Value::Null).await;
    let facts: Vec<&Value> =
        taken.body["events"].as_array().unwrap().iter().map(|event| &event["facts"]["format"]).collect();
    assert_eq!(facts, ["csv", "jsonl"], "each copy is on the record");
}

async fn a_copy_holds_what_was_asked_for(house: House) {
    let people = move_in(&house).await;
    house.clock.set(house.door.now().plus_seconds(1));
    let owner = people.token("owner");
    let wanted = json!({"format": "ocsf", "action": "project.create", "object": people.project});
    let lines = copy(&house, owner, wanted).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    let event: Value = serde_json::from_str(&lines[0]).unwrap();
    // What the class API Activity requires: schema.ocsf.io, 1.5.0.
    for required in ["activity_id", "category_uid", "class_uid", "type_uid", "time", "severity_id"] {
        assert!(event[required].is_u64() || event[required].is_i64(), "{required}: {event}");
    }
    for required in ["/metadata/product/vendor_name", "/metadata/version", "/actor/user/uid", "/api/operation"] {
        assert!(event.pointer(required).is_some_and(Value::is_string), "{required}: {event}");
    }
    assert_eq!((&event["class_uid"], &event["type_uid"]), (&json!(6003), &json!(600_301)));
    assert_eq!(event["src_endpoint"]["ip"], "192.0.2.7");
    assert_eq!(event["resources"][0]["name"], "Booking site");
    let facts = house.ask(owner, "GET", "/trail?action=trail.export&limit=1", Value::Null).await;
    assert_eq!(facts.body["events"][0]["facts"]["action"], "project.create");

    for wrong in [
        json!({}),
        json!({"format": "xls"}),
        json!({"format": "csv", "result": "odd"}),
        json!({"format": "csv", "from": "x"}),
    ] {
        let refused = house.ask(owner, "POST", "/trail/export", wrong.clone()).await;
        assert_eq!(refused.status, 422, "{wrong}: {refused:?}");
    }
}

async fn a_spreadsheet_runs_nothing(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let title = "=HYPERLINK(\"http://evil.example\",\"here\")";
    assert_eq!(
        house.ask(owner, "POST", "/projects", json!({"title": title, "client": people.client})).await.status,
        200
    );
    house.clock.set(house.door.now().plus_seconds(1));
    let csv = copy(&house, owner, json!({"format": "csv", "action": "project.create"})).await;
    let escaped = ",\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"here\"\")\",";
    assert!(csv.iter().any(|line| line.contains(escaped)), "{csv:#?}");
    assert!(!csv.iter().any(|line| line.contains(",=") || line.contains(",\"=")), "{csv:#?}");
}

async fn the_page_gives_the_file(house: House) {
    move_in(&house).await;
    let mut browser = Browser::of(&house, "owner").await;
    let page = browser.get("/trail?action=project.create").await;
    for _ in 0..2 {
        let file = browser.send(&page, "/trail/export", &[("format", "csv")]).await;
        assert_eq!(file.status, 200, "{}", file.body);
        assert!(file.header("content-disposition").starts_with("attachment; filename=\"audit-trail-2026-06-24-"));
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8; header=present");
        assert!(file.header("cache-control").contains("no-store"));
        house.clock.set(house.door.now().plus_seconds(1));
    }
    // A sign-in that is old has to be made fresh first; nothing is given out, and the try is on the record.
    house.clock.set(house.door.now().plus_seconds(1_000));
    let stale = browser.send(&page, "/trail/export", &[("format", "csv")]).await;
    assert_eq!(stale.status, 403);
    assert!(stale.says("Confirm it is you"), "{}", stale.body);
}

on_both!(
    a_copy_is_whole_and_on_the_record,
    a_copy_holds_what_was_asked_for,
    a_spreadsheet_runs_nothing,
    the_page_gives_the_file,
);
