//! A second factor that an organisation asks for: time to set one up, and then its rooms are closed to whoever has none.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::factor::set_up;
use crate::house::{House, People, move_in, on_both};

const PATH: &str = "/organisation/second-factor";
const DAY: i64 = 24 * 3600;

/// The owner has an app, and asks everybody for one.
async fn demanded(house: &House, days: u32) -> People {
    let people = move_in(house).await;
    let owner = people.token("owner");
    house.with_app("owner", owner).await;
    let set = house.ask(owner, "PUT", PATH, json!({ "days": days })).await;
    assert_eq!(set.status, 200, "{set:?}");
    people
}

async fn who_has_none_stands_outside_when_the_time_is_over(house: House) {
    let people = demanded(&house, 5).await;
    let enter = format!("/organisations/{}/enter", people.organisation);
    let project = format!("/projects/{}", people.project);
    let wanted = json!({"name": "ci", "scopes": ["project:look"], "days": 30});
    let works = people.token("works");
    let token = house.ask(works, "POST", "/account/tokens", wanted).await.text("token");
    let sees = async |token: &str| house.ask(token, "GET", &project, Value::Null).await.status;
    house.clock.set(house.door.now().plus_seconds(4 * DAY));
    assert_eq!((sees(works).await, sees(&token).await), (200, 200), "there is time");
    house.clock.set(house.door.now().plus_seconds(DAY));

    // The rooms are closed at once, to sign-ins and tokens; the account is not.
    assert_eq!((sees(works).await, sees(&token).await), (404, 401));
    let account = house.ask(works, "GET", "/account", Value::Null).await;
    assert_eq!((account.status, &account.body["organisation"]), (200, &Value::Null));
    let refused = house.ask(works, "POST", &enter, Value::Null).await;
    assert_eq!(refused.body["type"], "/problems/no_factor", "{refused:?}");
    // Nothing of it is there by another way: neither a list nor what is made.
    for (verb, path, body) in [
        ("GET", "/projects".to_owned(), Value::Null),
        ("GET", format!("/organisations/{}", people.organisation), Value::Null),
        ("POST", format!("{project}/messages"), json!({"text": "Hello"})),
        ("POST", "/projects".to_owned(), json!({"title": "New", "client": people.client})),
    ] {
        let answer = house.ask(works, verb, &path, body).await;
        assert!(matches!(answer.status, 403 | 404), "{path}: {answer:?}");
    }
    // A new sign-in is one, and outside, too.
    let again = house.sign_in("works").await;
    assert_eq!(sees(&again).await, 404);
    assert_eq!(sees(people.token("reads")).await, 404, "nobody else without one either");
    assert_eq!(sees(&house.sign_in("owner").await).await, 200);

    // With one they are in again, the token too.
    set_up(&house, &again).await;
    assert_eq!(house.ask(&again, "POST", &enter, Value::Null).await.status, 200);
    assert_eq!((sees(&again).await, sees(&token).await), (200, 200));
    // Without it, out again.
    assert_eq!(house.ask(&again, "DELETE", "/account/factor", Value::Null).await.status, 200);
    assert_eq!(sees(&again).await, 404);
}

async fn it_reaches_the_rooms_of_that_organisation_and_no_other(house: House) {
    let people = demanded(&house, 0).await;
    // `suspended` is active in the other organisation alone; `works` is put into it, besides.
    let other = house.ask(people.token("elsewhere"), "GET", "/account", Value::Null).await;
    let other = other.body["organisation"].clone();
    let joins = json!({"mail": "works@example.com", "name": "works", "password": "a fine long password",
                       "organisation": other, "role": "staff"});
    house.operator("person.create", joins).await;
    let works = house.sign_in("works").await;
    let enter = |organisation: &str| format!("/organisations/{organisation}/enter");
    let there = house.ask(&works, "POST", &enter(other.as_str().unwrap()), Value::Null).await;
    assert_eq!(there.status, 200, "{there:?}");
    assert_eq!(house.ask(&works, "GET", "/projects", Value::Null).await.status, 200);
    let here = house.ask(&works, "POST", &enter(&people.organisation.to_string()), Value::Null).await;
    assert_eq!(here.body["type"], "/problems/no_factor");
    assert_eq!(house.ask(people.token("elsewhere"), "GET", "/projects", Value::Null).await.status, 200);
}

async fn who_asks_for_it_has_one_and_may_end_it(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let ask = async |token: &str, days: Value| house.ask(token, "PUT", PATH, json!({ "days": days })).await;
    let shut_out = ask(owner, json!(0)).await;
    assert_eq!(shut_out.body["type"], "/problems/no_factor", "nobody locks themselves out");
    assert_eq!(ask(people.token("admin"), json!(14)).await.status, 403);
    assert_eq!(ask(people.token("their_admin"), json!(14)).await.status, 403);
    house.with_app("owner", owner).await;
    for days in [json!(91), json!(-1), json!("soon")] {
        assert_eq!(ask(owner, days.clone()).await.status, 422, "{days}");
    }
    assert_eq!(ask(owner, json!(0)).await.status, 200);
    assert_eq!(house.ask(people.token("admin"), "GET", "/people", Value::Null).await.status, 404);
    let ended = ask(owner, Value::Null).await;
    assert_eq!((ended.status, &ended.body["from"]), (200, &Value::Null));
    assert_eq!(house.ask(people.token("admin"), "GET", "/people", Value::Null).await.status, 200);
    let trail = house.ask(owner, "GET", "/trail?action=organisation.factor.set", Value::Null).await;
    let done: Vec<&Value> =
        trail.body["events"].as_array().unwrap().iter().filter(|event| event["result"] == "done").collect();
    assert_eq!(done.len(), 2, "{trail:?}");
}

async fn the_pages_say_so_and_lead_on(house: House) {
    let people = move_in(&house).await;
    let (secret, _) = set_up(&house, people.token("owner")).await;
    let mut owner = Browser::of(&house, "owner").await;
    let second = owner.get("/sign-in/second").await;
    owner.send(&second, "/session/confirm", &[("code", &house.next_code(&secret))]).await;
    let page = owner.get("/people").await;
    let set = owner.send(&page, "/organisation/second-factor/set", &[("days", "3")]).await;
    assert_eq!(set.header("location"), "/people");
    assert!(owner.follow(set).await.says("Everybody here needs one from"));

    let mut works = Browser::of(&house, "works").await;
    assert!(works.get("/projects").await.says("Halden asks for a second factor from"));
    assert!(!owner.get("/projects").await.says("asks for a second factor"), "who has one is not told");
    house.clock.set(house.door.now().plus_seconds(3 * DAY));
    let organisations = works.get("/organisations").await;
    assert!(organisations.says("Halden asks for a second factor, and you have none yet."));
    let enter = format!("/organisations/{}/enter", people.organisation);
    let wanted = works.send(&organisations, &enter, &[]).await;
    assert_eq!(wanted.status, 403);
    // Setting one up is something sensitive: it is asked once more who it is.
    let asked = works.send(&wanted, "/account/factor/begin", &[]).await;
    let back = works.send(&asked, "/session/confirm", &[("password", "a fine long password")]).await;
    let page = works.follow(back).await;
    let begun = works.send(&page, "/account/factor/begin", &[]).await;
    let shown = begun.body.split("id=\"factor-secret\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let code = portal::identity::factor::Secret::parse(&shown).unwrap().code(house.door.now());
    let codes = works.send(&begun, "/account/factor/confirm", &[("code", &code)]).await;
    assert!(codes.body.contains("href=\"/organisations\""), "it leads on");
    // It was in these rooms before, and is again.
    assert_eq!(works.get("/projects").await.status, 200);
}

on_both!(
    who_has_none_stands_outside_when_the_time_is_over,
    it_reaches_the_rooms_of_that_organisation_and_no_other,
    who_asks_for_it_has_one_and_may_end_it,
    the_pages_say_so_and_lead_on,
);
