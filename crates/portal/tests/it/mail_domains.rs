//! The mail domains under which an organisation's own people come in, whichever way they come.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::directory::set_up;
use crate::house::{Answer, House, PASSWORD, People, move_in, on_both};

const PATH: &str = "/organisation/mail-domains";

async fn set(house: &House, token: &str, domains: Value) -> Answer {
    house.ask(token, "PUT", PATH, json!({ "domains": domains })).await
}

async fn invite(house: &House, people: &People, mail: &str, role: &str) -> Answer {
    let client = role.starts_with("client").then_some(people.client);
    let wanted = json!({"mail": mail, "role": role, "client": client});
    house.ask(people.token("admin"), "POST", "/invitations", wanted).await
}

/// The token of a link that was handed over.
fn token(made: &Answer) -> String {
    made.text("link").rsplit('/').next().unwrap().to_owned()
}

async fn accept(house: &House, token: &str) -> Answer {
    let joins = json!({"token": token, "name": "Somebody", "password": PASSWORD});
    house.ask("", "POST", "/invitations/accept", joins).await
}

async fn nobody_is_invited_or_comes_by_another_address(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let before = invite(&house, &people, "early@gmail.example", "staff").await;
    let theirs = invite(&house, &people, "sam@gmail.example", "client_member").await;
    assert_eq!((before.status, theirs.status), (200, 200));
    assert_eq!(set(&house, owner, json!(["halden.example", "*.halden.example"])).await.status, 200);

    for mail in ["new@gmail.example", "new@evil-halden.example", "new@halden.example.evil.example"] {
        let refused = invite(&house, &people, mail, "staff").await;
        assert_eq!(refused.status, 422, "{mail}");
        let why = "is under none of the organisation's mail domains: halden.example *.halden.example";
        assert_eq!(refused.body["errors"]["mail"], why);
    }
    for mail in ["new@halden.example", "New@Studio.Halden.example"] {
        let made = invite(&house, &people, mail, "staff").await;
        assert_eq!(accept(&house, &token(&made)).await.status, 200, "{mail}");
    }
    // A link of before is neither made anew nor good, wherever it lies.
    let renewed = format!("/invitations/{}/renew", before.text("id"));
    let renewed = house.ask(people.token("admin"), "POST", &renewed, Value::Null).await;
    assert_eq!((renewed.status, &renewed.body["detail"]), (409, &json!("mail domain")));
    let late = accept(&house, &token(&before)).await;
    assert_eq!((late.status, &late.body["detail"]), (409, &json!("mail domain")));
    // A client's people are not asked by the organisation's list.
    assert_eq!(accept(&house, &token(&theirs)).await.status, 200);
    assert_eq!(invite(&house, &people, "jo@gmail.example", "client_admin").await.status, 200);

    // Taken back, it is as before.
    assert_eq!(set(&house, owner, json!([])).await.status, 200);
    assert_eq!(accept(&house, &token(&before)).await.status, 200);
}

async fn the_directory_brings_nobody_in_by_another_address(house: House) {
    let people = move_in(&house).await;
    let directory = set_up(&house, &people).await;
    let owner = house.sign_in("owner").await;
    assert_eq!(set(&house, &owner, json!(["halden.example"])).await.status, 200);
    let make = async |mail: &str| {
        let user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": mail, "active": true});
        let request = Request::builder().method("POST").uri("/scim/v2/Users");
        let request = request.header("authorization", format!("Bearer {directory}"));
        let request = request.header("content-type", "application/scim+json").body(Body::from(user.to_string()));
        let (status, _, body) = house.send(request.unwrap()).await;
        (status.as_u16(), String::from_utf8(body).unwrap())
    };
    let (before, events) = house.count().await;
    let (status, body) = make("nora@gmail.example").await;
    assert_eq!(status, 400, "{body}");
    assert!(body.contains("is under none of the organisation's mail domains"), "{body}");
    assert_eq!(house.count().await, (before, events), "nothing moved");
    assert_eq!(make("nora@halden.example").await.0, 201);
    // Who belongs to it already is nobody who is brought in.
    assert_eq!(make("works@example.com").await.0, 201);
}

async fn an_owner_says_it_and_who_is_there_stays(house: House) {
    let people = move_in(&house).await;
    for name in ["admin", "runs", "their_admin", "their_member"] {
        assert_eq!(set(&house, people.token(name), json!([])).await.status, 403, "{name}");
    }
    let owner = people.token("owner");
    for wrong in [json!(["halden"]), json!(["maya@halden.example"]), json!(["*"]), json!([7])] {
        assert_eq!(set(&house, owner, wrong.clone()).await.status, 422, "{wrong}");
    }
    assert_eq!(
        set(&house, owner, json!(["Halden.example", "example.com"])).await.body["domains"],
        json!(["halden.example", "example.com"])
    );
    let settings = async || house.ask(people.token("admin"), "GET", "/organisation/settings", Value::Null).await;
    assert_eq!(settings().await.body["under_no_domain"], json!([]));
    assert_eq!(set(&house, owner, json!(["halden.example"])).await.status, 200);
    let shown = settings().await;
    let named: Vec<&str> =
        shown.body["under_no_domain"].as_array().unwrap().iter().filter_map(|person| person["name"].as_str()).collect();
    assert_eq!(
        named,
        ["admin", "beside", "gone", "owner", "reads", "runs", "suspended", "works"],
        "no client's people"
    );
    assert_eq!(house.ask(people.token("works"), "GET", "/projects", Value::Null).await.status, 200, "they stay");
    // Another organisation has its own.
    let elsewhere = house.ask(people.token("elsewhere"), "GET", "/organisation/settings", Value::Null).await;
    assert_eq!((&elsewhere.body["mail_domains"], &elsewhere.body["under_no_domain"]), (&json!([]), &json!([])));

    let mut browser = Browser::of(&house, "owner").await;
    let page = browser.get("/organisation/settings").await;
    assert!(page.says("These came in before, and stay:"), "{page:?}");
    let done = browser
        .send(&page, "/organisation/mail-domains/set", &[("domains", "halden.example\r\n*.halden.example\r\n")])
        .await;
    assert_eq!(done.header("location"), "/organisation/settings", "{done:?}");
    assert!(browser.follow(done).await.says("halden.example *.halden.example"));
    let page = browser.get("/invitations").await;
    let refused = browser.send(&page, "/invitations/create", &[("mail", "new@gmail.example"), ("role", "staff")]).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.marked().concat().contains("under none of the organisation's mail domains"),
        "{:?}",
        refused.marked()
    );
}

async fn a_client_has_a_list_of_its_own_for_its_people(house: House) {
    let people = move_in(&house).await;
    let (path, theirs) = (format!("/clients/{}/mail-domains", people.client), people.token("their_admin"));
    let set = async |token: &str, domains: Value| house.ask(token, "PUT", &path, json!({ "domains": domains })).await;
    for (name, expected) in [("other_client", 404), ("elsewhere", 404), ("their_member", 403), ("works", 403)] {
        assert_eq!(set(people.token(name), json!([])).await.status, expected, "{name}");
        assert_eq!(house.ask(people.token(name), "GET", &path, Value::Null).await.status, expected, "{name}");
    }
    let before = invite(&house, &people, "sam@gmail.example", "client_member").await;
    assert_eq!(set(theirs, json!(["nothing"])).await.status, 422);
    assert_eq!(set(theirs, json!(["Brightwater.example"])).await.body["domains"], json!(["brightwater.example"]));
    let refused = invite(&house, &people, "jo@gmail.example", "client_member").await;
    let why = "is under none of the client's mail domains: brightwater.example";
    assert_eq!((refused.status, &refused.body["errors"]["mail"]), (422, &json!(why)));
    let by_them = json!({"mail": "jo@gmail.example", "role": "client_member", "client": people.client});
    assert_eq!(house.ask(theirs, "POST", "/invitations", by_them).await.status, 422);
    let made = invite(&house, &people, "jo@brightwater.example", "client_admin").await;
    assert_eq!(accept(&house, &token(&made)).await.status, 200);
    // A link of before is good no more, and not made anew.
    let late = accept(&house, &token(&before)).await;
    assert_eq!((late.status, &late.body["detail"]), (409, &json!("mail domain")));
    let renewed = format!("/invitations/{}/renew", before.text("id"));
    assert_eq!(house.ask(people.token("admin"), "POST", &renewed, Value::Null).await.status, 409);
    // Who is there stays, and is named to whoever may know them; another client's people and the staff are not asked.
    let shown = house.ask(theirs, "GET", &path, Value::Null).await;
    let named: Vec<_> =
        shown.body["under_no_domain"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(named, ["their_admin", "their_member"]);
    assert_eq!(house.ask(people.token("their_member"), "GET", "/projects", Value::Null).await.status, 200);
    assert_eq!(invite(&house, &people, "nora@gmail.example", "staff").await.status, 200);
    let other = house.ask(people.token("owner"), "GET", "/clients", Value::Null).await;
    let other =
        other.body["clients"].as_array().unwrap().iter().find(|one| one["name"] == "Kestrel").unwrap()["id"].clone();
    let there = json!({"mail": "kim@gmail.example", "role": "client_member", "client": other});
    assert_eq!(house.ask(people.token("admin"), "POST", "/invitations", there).await.status, 200);
    // An admin of the organisation takes it back; of a client that is archived nothing changes.
    assert_eq!(set(people.token("admin"), json!([])).await.status, 200);
    assert_eq!(accept(&house, &token(&before)).await.status, 200);
    let archive = format!("/clients/{}/archive", people.client);
    assert_eq!(house.ask(people.token("admin"), "POST", &archive, Value::Null).await.status, 200);
    assert_eq!(set(people.token("admin"), json!(["brightwater.example"])).await.status, 409);
}

async fn a_clients_admin_says_it_on_a_page(house: House) {
    let people = move_in(&house).await;
    let path = format!("/clients/{}/mail-domains", people.client);
    let mut browser = Browser::of(&house, "their_admin").await;
    assert!(browser.get("/people").await.body.contains(&path));
    let page = browser.get(&path).await;
    assert!(page.says("Every address") && page.says("Brightwater"), "{page:?}");
    let refused = browser.send(&page, &format!("{path}/set"), &[("domains", "maya@brightwater.example")]).await;
    assert!(refused.status == 422 && refused.marked().len() == 1, "{refused:?}");
    let done = browser
        .send(&page, &format!("{path}/set"), &[("domains", "brightwater.example\r\n*.brightwater.example")])
        .await;
    assert_eq!(done.header("location"), path, "{done:?}");
    let page = browser.follow(done).await;
    assert!(
        page.says("brightwater.example *.brightwater.example") && page.says("These came in before, and stay:"),
        "{page:?}"
    );
    assert!(Browser::of(&house, "owner").await.get("/clients").await.body.contains(&path));
    assert_eq!(Browser::of(&house, "their_member").await.get(&path).await.status, 403);
    assert_eq!(Browser::of(&house, "other_client").await.get(&path).await.status, 404);
}

on_both!(
    a_client_has_a_list_of_its_own_for_its_people,
    a_clients_admin_says_it_on_a_page,
    nobody_is_invited_or_comes_by_another_address,
    the_directory_brings_nobody_in_by_another_address,
    an_owner_says_it_and_who_is_there_stays,
);
