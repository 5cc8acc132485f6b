//! Reading the record: what is asked for is found, nothing else, and nothing beyond the reader's walls.

use door::trail::PAGE_MAX;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::browser::Browser;
use crate::house::{House, People, move_in, on_both};

/// The events of a page of the trail.
async fn events(house: &House, token: &str, query: &str) -> Vec<Value> {
    let answer = house.ask(token, "GET", &format!("/trail?limit=200&{query}"), Value::Null).await;
    assert_eq!(answer.status, 200, "{query}: {answer:?}");
    answer.body["events"].as_array().unwrap().clone()
}

/// Some days' work: three statuses on three days, a refusal, a reveal.
async fn work(house: &House) -> People {
    let people = move_in(house).await;
    let status = format!("/projects/{}/status", people.project);
    for (day, word) in ["active", "on_hold", "active"].into_iter().enumerate() {
        house.clock.set(house.door.now().plus_seconds(24 * 3600));
        let owner = house.sign_in("owner").await;
        let said = json!({"status": word, "sentence": format!("Day {day}.")});
        assert_eq!(house.ask(&owner, "PUT", &status, said).await.status, 200);
    }
    let member = format!("/projects/{}/members/{}", people.project, people.ids["reads"]);
    assert_eq!(house.ask(people.token("works"), "DELETE", &member, Value::Null).await.status, 403);
    people
}

async fn each_filter_finds_what_fits_and_nothing_else(house: House) {
    let people = work(&house).await;
    let owner = people.token("owner");
    let all = events(&house, owner, "").await;
    let fits = |query: &str, event: &Value| match query.split_once('=').unwrap() {
        ("actor", id) => event["actor"] == id,
        ("action", action) => event["action"] == action,
        ("result", result) => event["result"] == result,
        ("from", day) => event["at"].as_str().unwrap() >= day,
        ("until", day) => &event["at"].as_str().unwrap()[..10] <= day,
        other => panic!("{other:?}"),
    };
    let queries = [
        format!("actor={}", people.ids["works"]),
        "action=project.status.set".to_owned(),
        "result=denied".to_owned(),
        "result=done".to_owned(),
        "from=2026-06-26".to_owned(),
        "until=2026-06-25".to_owned(),
    ];
    // Once while everything waits for its seal, and once when it has it.
    for sealed in [false, true] {
        if sealed {
            assert!(house.door.seal().await.unwrap() > 10);
        }
        for query in &queries {
            let found = events(&house, owner, query).await;
            let wanted: Vec<&Value> = all.iter().filter(|event| fits(query, event)).collect();
            let numbers = |events: Vec<&Value>| events.iter().map(|event| event["number"].as_i64()).collect::<Vec<_>>();
            assert!(!wanted.is_empty() && wanted.len() < all.len(), "{query} tells nothing apart");
            assert_eq!(numbers(found.iter().collect()), numbers(wanted), "{query}, sealed: {sealed}");
            assert!(found.iter().all(|event| event["sealed"] == sealed && event["seal"].is_object() == sealed));
        }
        // Everything that is asked for must fit.
        let both = format!("{}&{}", queries[0], queries[2]);
        let both = events(&house, owner, &both).await;
        assert_eq!(both.len(), 1, "{both:?}");
    }
}

async fn a_page_goes_on_where_the_last_one_ended(house: House) {
    let people = work(&house).await;
    let owner = people.token("owner");
    house.door.seal().await.unwrap();
    // The newest wait for their seal, the others have it: both are one list.
    let message = json!({"text": "Hello"});
    for _ in 0..3 {
        house.ask(owner, "POST", &format!("/projects/{}/messages", people.project), message.clone()).await;
    }
    let whole: Vec<i64> =
        events(&house, owner, "").await.iter().map(|event| event["number"].as_i64().unwrap()).collect();
    let mut seen = Vec::new();
    let mut path = "/trail?limit=4".to_owned();
    loop {
        let page = house.ask(owner, "GET", &path, Value::Null).await;
        seen.extend(page.body["events"].as_array().unwrap().iter().map(|event| event["number"].as_i64().unwrap()));
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("/trail?limit=4&cursor={next}");
        // What is sealed between two pages is neither shown twice nor left out.
        house.door.seal().await.unwrap();
    }
    assert_eq!(seen, whole);
    assert!(whole.len() < PAGE_MAX);
}

async fn a_cursor_of_another_list_is_refused(house: House) {
    let people = work(&house).await;
    let owner = people.token("owner");
    let next = house.ask(owner, "GET", "/trail?limit=1&result=done", Value::Null).await.text("next");
    let ask = async |query: String| house.ask(owner, "GET", &format!("/trail?{query}"), Value::Null).await;
    assert_eq!(ask(format!("result=done&cursor={next}")).await.status, 200);
    for query in [format!("cursor={next}"), format!("result=denied&cursor={next}"), "cursor=7".to_owned()] {
        let refused = ask(query.clone()).await;
        assert_eq!(refused.status, 422, "{query}");
        assert!(refused.body["errors"]["cursor"].as_str().unwrap().contains("`next`"), "{refused:?}");
    }
}

async fn the_story_of_an_object_outlives_it(house: House) {
    let people = work(&house).await;
    let owner = house.sign_in("owner").await;
    let story = format!("object={}", people.project);
    let actions = |events: &[Value]| events.iter().map(|event| event["action"].as_str().unwrap().to_owned()).collect();
    let told: Vec<String> = actions(&events(&house, &owner, &story).await);
    assert_eq!(told.last().unwrap(), "project.create");
    assert!(told.contains(&"project.member.remove".to_owned()), "a refusal is a part of it: {told:?}");
    assert!(told.contains(&"credential.store".to_owned()), "what lies in it is a part of it: {told:?}");
    let other = format!("object={}", people.other_project);
    assert_eq!(actions(&events(&house, &owner, &other).await) as Vec<String>, ["project.create"]);

    // A token that is revoked is deleted; what happened with it is not.
    let wanted = json!({"name": "ci", "scopes": ["project:look"], "days": 1});
    let token = house.ask(&owner, "POST", "/account/tokens", wanted).await.text("id");
    assert_eq!(house.ask(&owner, "DELETE", &format!("/account/tokens/{token}"), Value::Null).await.status, 200);
    for sealed in [false, true] {
        let told: Vec<String> = actions(&events(&house, &owner, &format!("object={token}")).await);
        assert_eq!(told, ["token.revoke", "token.create"], "sealed: {sealed}");
        house.door.seal().await.unwrap();
    }
    // Somebody who is in no project any more has a story.
    let member = format!("/projects/{}/members/{}", people.project, people.ids["reads"]);
    assert_eq!(house.ask(&owner, "DELETE", &member, Value::Null).await.status, 200);
    let told: Vec<String> = actions(&events(&house, &owner, &format!("object={}", people.ids["reads"])).await);
    assert_eq!(told[0], "project.member.remove");
}

async fn a_story_ends_at_the_readers_walls(house: House) {
    let people = work(&house).await;
    house.door.seal().await.unwrap();
    let story = format!("object={}", people.project);
    assert!(!events(&house, people.token("their_admin"), &story).await.is_empty());
    for stranger in ["other_client", "elsewhere"] {
        let answer = house.ask(people.token(stranger), "GET", &format!("/trail?{story}"), Value::Null).await;
        assert_eq!(answer.body["events"], json!([]), "{stranger}");
        let nowhere = format!("/trail?object={}", Uuid::from_u128(9));
        let mut unknown = house.ask(people.token(stranger), "GET", &nowhere, Value::Null).await.body;
        unknown["story"]["id"] = json!(people.project);
        assert_eq!(answer.body, unknown, "another's object answers as one that does not exist");
    }
}

async fn the_page_asks_marks_and_can_be_shared(house: House) {
    let people = work(&house).await;
    let owner = Browser::of(&house, "owner").await;
    let address = format!("/trail?action=project.status.set&actor={}&from=2026-06-01", people.ids["owner"]);
    let page = owner.get(&address).await;
    assert_eq!(page.status, 200);
    assert!(page.says("changed the status of Booking site"), "{}", page.body);
    assert!(page.body.contains("value=\"2026-06-01\"") && page.body.contains("value=\"project.status.set\" selected"));
    assert!(page.says("Show all"), "the way back to everything");
    assert!(
        !page.body.contains("method=\"get\" action=\"/trail\" id=\"trail\">\n  <input type=\"hidden\" name=\"_key\"")
    );

    let wrong = owner.get("/trail?from=soon&until=2026-06-01").await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.marked().len(), 1, "{:?}", wrong.marked());
    assert!(wrong.body.contains("aria-invalid=\"true\""));

    let project = owner.get(&format!("/projects/{}", people.project)).await;
    let story = format!("/trail?object={}", people.project);
    assert!(project.body.contains(&story), "its page leads to its story");
    let story = owner.get(&story).await;
    assert!(story.says("The story of Booking site"));
    assert!(story.body.contains("name=\"object\""), "another question stays with the story");
    // Who may not read the record is not led there.
    let works = Browser::of(&house, "works").await;
    assert!(!works.get(&format!("/projects/{}", people.project)).await.body.contains("/trail?object="));
}

on_both!(
    each_filter_finds_what_fits_and_nothing_else,
    a_page_goes_on_where_the_last_one_ended,
    a_cursor_of_another_list_is_refused,
    the_story_of_an_object_outlives_it,
    a_story_ends_at_the_readers_walls,
    the_page_asks_marks_and_can_be_shared,
);
