//! Service accounts: programs of the organisation's own, which act by tokens and sign in nowhere.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{House, PASSWORD, People, move_in, on_both};

/// A service of this role, and a token of it.
async fn service(house: &House, people: &People, role: &str, scopes: &[&str]) -> (String, String) {
    let owner = people.token("owner");
    let made = house.ask(owner, "POST", "/services", json!({"name": "Build", "role": role})).await;
    let id = made.text("id");
    let wanted = json!({"name": "ci", "scopes": scopes, "days": 30});
    let made = house.ask(owner, "POST", &format!("/services/{id}/tokens"), wanted).await;
    (id, made.text("token"))
}

async fn a_service_does_what_its_role_its_places_and_its_scopes_say(house: House) {
    let people = move_in(&house).await;
    let (id, token) = service(&house, &people, "staff", &["project:look", "message:change"]).await;
    let project = format!("/projects/{}", people.project);
    assert_eq!(house.ask(&token, "GET", &project, Value::Null).await.status, 404, "it is in no project yet");
    let add = json!({"person": id, "role": "contributor"});
    assert_eq!(house.ask(people.token("owner"), "POST", &format!("{project}/members"), add).await.status, 200);
    assert_eq!(house.ask(&token, "GET", &project, Value::Null).await.status, 200);
    let posted = house.ask(&token, "POST", &format!("{project}/messages"), json!({"text": "Built."})).await;
    assert_eq!(posted.status, 200, "{posted:?}");
    let store = json!({"title": "DNS", "secret": "s"});
    assert_eq!(
        house.ask(&token, "POST", &format!("{project}/credentials"), store).await.body["type"],
        "/problems/scope"
    );
    // The record names it.
    let trail = house.ask(people.token("owner"), "GET", "/trail?action=message.post&limit=1", Value::Null).await;
    assert_eq!(trail.body["events"][0]["actor"], json!(id), "{trail:?}");
    // It does not leave with whoever made it, and ends with its own membership.
    let person = format!("/people/{id}");
    assert_eq!(house.ask(people.token("admin"), "POST", &format!("{person}/suspend"), Value::Null).await.status, 200);
    assert_eq!(house.ask(&token, "GET", &project, Value::Null).await.status, 401);
    assert_eq!(house.ask(people.token("admin"), "POST", &format!("{person}/resume"), Value::Null).await.status, 200);
    assert_eq!(house.ask(&token, "GET", &project, Value::Null).await.status, 200);
    assert_eq!(house.ask(people.token("admin"), "DELETE", &person, Value::Null).await.status, 200);
    assert_eq!(house.ask(&token, "GET", &project, Value::Null).await.status, 401);
    let services = house.ask(people.token("owner"), "GET", "/services", Value::Null).await;
    assert_eq!(services.body["services"], json!([]));
}

async fn a_service_is_nobody_who_signs_in_or_proves_anything(house: House) {
    let people = move_in(&house).await;
    let everything = [
        "account:look",
        "account:change",
        "token:change",
        "credential:disclose",
        "membership:change",
        "service:change",
    ];
    let (id, token) = service(&house, &people, "admin", &everything).await;
    let mail = format!("{id}@service.invalid");
    for password in ["", PASSWORD, "null"] {
        let answer = house.ask("", "POST", "/session", json!({"mail": mail, "password": password})).await;
        assert!(matches!(answer.status, 401 | 422), "{answer:?}");
    }
    // No link opens it, and nobody learns that by asking.
    let asked = house.ask("", "POST", "/password/link", json!({"mail": mail})).await;
    assert_eq!(asked.status, 200);
    let mut tx = house.door.store().read().await.unwrap();
    let links = tx.one("SELECT count(*) AS links FROM link WHERE person IS NOT NULL", vec![]).await.unwrap();
    assert_eq!(links.get::<i64>("links").unwrap(), 0);
    drop(tx);
    // What asks for a proof is closed to it, whatever its scopes say: it makes no tokens and no services.
    let reveal = format!("/projects/{}/credentials/{}/reveal", people.project, people.credential);
    let tokens = json!({"name": "more", "scopes": ["project:look"], "days": 30});
    for (verb, path, body) in [
        ("POST", "/account/tokens".to_owned(), tokens.clone()),
        ("POST", format!("/services/{id}/tokens"), tokens),
        ("POST", "/services".to_owned(), json!({"name": "Child", "role": "admin"})),
        ("POST", reveal, json!({"reason": "x"})),
        ("DELETE", format!("/people/{}", people.ids["works"]), Value::Null),
        ("POST", "/account/mail".to_owned(), json!({"mail": "bot@example.com"})),
    ] {
        let answer = house.ask(&token, verb, &path, body).await;
        assert_eq!(answer.body["type"], "/problems/step_up", "{path}: {answer:?}");
    }
    // An organisation that asks everybody for a second factor does not ask it.
    house.with_app("owner", people.token("owner")).await;
    let set = house.ask(people.token("owner"), "PUT", "/organisation/second-factor", json!({"days": 0})).await;
    assert_eq!(set.status, 200);
    assert_eq!(house.ask(&token, "GET", "/account", Value::Null).await.status, 200);
}

async fn who_may_make_one_and_end_its_tokens(house: House) {
    let people = move_in(&house).await;
    let (id, token) = service(&house, &people, "staff", &["account:look"]).await;
    let wish = json!({"name": "Other", "role": "staff"});
    for (name, status) in [("works", 403), ("their_admin", 403), ("elsewhere", 200)] {
        assert_eq!(house.ask(people.token(name), "POST", "/services", wish.clone()).await.status, status, "{name}");
    }
    for role in ["owner", "client_admin", "nobody"] {
        let answer = house.ask(people.token("owner"), "POST", "/services", json!({"name": "x", "role": role})).await;
        assert_eq!(answer.status, 422, "{role}");
    }
    // A program is no owner, whoever would make it one.
    let role = async |role: &str| {
        house.ask(people.token("owner"), "PUT", &format!("/people/{id}/role"), json!({ "role": role })).await.status
    };
    assert_eq!((role("owner").await, role("admin").await, role("staff").await), (422, 200, 200));
    // Another organisation's owner does not see it, and people are no services.
    let tokens = |of: &str| format!("/services/{of}/tokens");
    let wanted = json!({"name": "ci", "scopes": ["project:look"], "days": 1});
    for (name, of) in [("elsewhere", id.clone()), ("owner", people.ids["works"].to_string())] {
        assert_eq!(house.ask(people.token(name), "POST", &tokens(&of), wanted.clone()).await.status, 404, "{name}");
    }
    let listed = house.ask(people.token("admin"), "GET", "/services", Value::Null).await;
    let shown = &listed.body["services"][0]["tokens"][0];
    assert_eq!((&shown["name"], shown.get("token")), (&json!("ci"), None), "{listed:?}");
    let path = format!("{}/{}", tokens(&id), shown["id"].as_str().unwrap());
    assert_eq!(house.ask(people.token("elsewhere"), "DELETE", &path, Value::Null).await.status, 404);
    assert_eq!(house.ask(people.token("works"), "DELETE", &path, Value::Null).await.status, 403);
    assert_eq!(house.ask(people.token("admin"), "DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(house.ask(&token, "GET", "/account", Value::Null).await.status, 401);
}

async fn the_page_of_services(house: House) {
    move_in(&house).await;
    let mut owner = Browser::of(&house, "owner").await;
    let page = owner.get("/services").await;
    let made = owner.send(&page, "/services/create", &[("name", "Build"), ("role", "staff")]).await;
    assert_eq!(made.header("location"), "/services");
    let page = owner.follow(made).await;
    let form = page.forms().into_iter().find(|form| form.ends_with("/tokens/create")).unwrap();
    let none = owner.send(&page, &form, &[("name", "ci")]).await;
    assert_eq!((none.status, none.marked().len()), (422, 1), "{:?}", none.marked());
    let shown = owner.send(&page, &form, &[("name", "ci"), ("scopes", "project:look")]).await;
    assert!(shown.status == 200 && shown.body.contains("plim_"), "{shown:?}");
    let page = owner.get("/services").await;
    assert!(page.says("ci") && !page.body.contains("plim_"));
    let form = page.forms().into_iter().find(|form| form.ends_with("/revoke")).unwrap();
    let ended = owner.send(&page, &form, &[]).await;
    assert!(owner.follow(ended).await.says("No token: it can do nothing."));
    assert!(owner.get("/people").await.says("Service"));
}

on_both!(
    a_service_does_what_its_role_its_places_and_its_scopes_say,
    a_service_is_nobody_who_signs_in_or_proves_anything,
    who_may_make_one_and_end_its_tokens,
    the_page_of_services,
);
