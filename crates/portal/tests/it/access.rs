//! From where people may come into an organisation's rooms, and for how long a sign-in is good there: in those rooms, and
//! nowhere else.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::browser::Browser;
use crate::directory::set_up;
use crate::house::{Answer, House, PASSWORD, People, move_in, on_both};

const PATH: &str = "/organisation/access";
/// Where everybody is at first.
const INSIDE: &str = "192.0.2.7";
const OUTSIDE: &str = "198.51.100.7";

async fn set(house: &House, token: &str, access: Value) -> Answer {
    house.ask(token, "PUT", PATH, access).await
}

/// The owner lets people in from one network.
async fn closed_to_others(house: &House) -> People {
    let people = move_in(house).await;
    let set = set(house, people.token("owner"), json!({"networks": ["192.0.2.0/24", "2001:db8::/32"]})).await;
    assert_eq!(set.status, 200, "{set:?}");
    people
}

/// Puts somebody of the first organisation into the second, too, and gives the second.
async fn elsewhere_too(house: &House, people: &People, name: &str) -> String {
    let other = house.ask(people.token("elsewhere"), "GET", "/account", Value::Null).await;
    let other = other.text("organisation");
    let mail = format!("{name}@example.com");
    let joins = json!({"mail": mail, "name": name, "password": PASSWORD, "organisation": other, "role": "staff"});
    house.operator("person.create", joins).await;
    other
}

/// Waits until the last use of every sign-in that was used now is written down: nobody waits for that in earnest.
async fn noted(house: &House, times: i64) {
    for _ in 0..500 {
        let mut tx = house.door.store().read().await.unwrap();
        let row = tx.one("SELECT count(*) AS n, max(at) AS at FROM session_seen", vec![]).await.unwrap();
        let at: Option<i64> = row.get("at").unwrap();
        drop(tx);
        if row.get::<i64>("n").unwrap() >= times && at == Some(house.door.now().0) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("nobody was seen");
}

async fn from_elsewhere_these_rooms_are_closed_and_nothing_else(house: House) {
    let people = closed_to_others(&house).await;
    let other = elsewhere_too(&house, &people, "works").await;
    let (works, enter) = (house.sign_in("works").await, |id: &str| format!("/organisations/{id}/enter"));
    let here = people.organisation.to_string();
    assert_eq!(house.ask(&works, "POST", &enter(&here), Value::Null).await.status, 200);
    let project = format!("/projects/{}", people.project);
    assert_eq!(house.ask(&works, "GET", &project, Value::Null).await.status, 200, "from inside");

    house.move_to(OUTSIDE);
    // The same for what is there, for what is not, and for what is somebody else's.
    let nothing = format!("/projects/{}", Uuid::from_u128(7));
    for (verb, path, body) in [
        ("GET", project.clone(), Value::Null),
        ("GET", nothing, Value::Null),
        ("GET", "/projects".to_owned(), Value::Null),
        ("GET", format!("/organisations/{here}"), Value::Null),
        ("POST", enter(&here), Value::Null),
        ("POST", format!("/organisations/{here}/leave"), Value::Null),
        ("POST", format!("{project}/messages"), json!({"text": "Hello"})),
        ("POST", "/projects".to_owned(), json!({"title": "New", "client": people.client})),
        ("POST", format!("{project}/credentials/{}/reveal", people.credential), json!({"reason": "Why not"})),
    ] {
        let before = house.count().await.1;
        let answer = house.ask(&works, verb, &path, body).await;
        assert_eq!((answer.status, &answer.body["type"]), (403, &json!("/problems/network")), "{verb} {path}");
        assert_eq!(house.count().await.1, before, "{verb} {path}: nothing moved");
    }
    // The account is open, and says so; so is the other organisation.
    let account = house.ask(&works, "GET", "/account", Value::Null).await;
    assert_eq!((account.status, &account.body["closed"]), (200, &json!("network")), "{account:?}");
    assert_eq!(house.ask(&works, "POST", &enter(&other), Value::Null).await.status, 200);
    assert_eq!(house.ask(&works, "GET", "/projects", Value::Null).await.status, 200);
    assert_eq!(house.ask(people.token("elsewhere"), "GET", "/projects", Value::Null).await.status, 200);
    // A new sign-in is one, and outside.
    let again = house.sign_in("reads").await;
    assert_eq!(house.ask(&again, "GET", &project, Value::Null).await.status, 404, "it is in nobody's rooms");
    assert_eq!(house.ask(&again, "POST", &enter(&here), Value::Null).await.body["type"], "/problems/network");

    // From inside it goes on as it was, also by IPv6, and as IPv6 writes an address of IPv4.
    for address in [INSIDE, "2001:db8::7", "::ffff:192.0.2.9"] {
        house.move_to(address);
        assert_eq!(house.ask(people.token("runs"), "GET", &project, Value::Null).await.status, 200, "{address}");
    }
    // Who was refused stands on the organisation's record.
    let denied = house.ask(people.token("owner"), "GET", "/trail?result=denied&limit=100", Value::Null).await;
    let actions: Vec<&str> =
        denied.body["events"].as_array().unwrap().iter().filter_map(|event| event["action"].as_str()).collect();
    for action in ["project.show", "project.create", "organisation.enter", "credential.reveal", "message.post"] {
        assert!(actions.contains(&action), "{action} is not among {actions:?}");
    }
    // And not on the other's, where he belongs, too.
    let theirs = house.ask(people.token("elsewhere"), "GET", "/trail?result=denied&limit=100", Value::Null).await;
    assert_eq!(theirs.body["events"], json!([]), "{theirs:?}");
}

async fn programs_and_the_directory_come_from_there_too(house: House) {
    let people = move_in(&house).await;
    let directory = set_up(&house, &people).await;
    let owner = house.sign_in("owner").await;
    let wanted = json!({"name": "ci", "scopes": ["project:look", "account:look"], "days": 30});
    let own = house.ask(people.token("works"), "POST", "/account/tokens", wanted.clone()).await.text("token");
    let service = house.ask(&owner, "POST", "/services", json!({"name": "Build", "role": "admin"})).await.text("id");
    let made = house.ask(&owner, "POST", &format!("/services/{service}/tokens"), wanted).await;
    let program = made.text("token");
    assert_eq!(set(&house, &owner, json!({"networks": [INSIDE]})).await.status, 200);
    let users = async |house: &House| {
        let request = Request::builder().uri("/scim/v2/Users").header("authorization", format!("Bearer {directory}"));
        let (status, _, body) = house.send(request.body(Body::empty()).unwrap()).await;
        (status.as_u16(), String::from_utf8(body).unwrap())
    };
    assert_eq!(users(&house).await.0, 200);
    house.move_to(OUTSIDE);
    for token in [&own, &program] {
        for path in ["/projects", "/account"] {
            let answer = house.ask(token, "GET", path, Value::Null).await;
            assert_eq!((answer.status, &answer.body["type"]), (403, &json!("/problems/network")), "{path}");
        }
    }
    let (status, body) = users(&house).await;
    assert_eq!(status, 403, "{body}");
    assert!(body.contains("lets nobody in from the network"), "{body}");
    house.move_to(INSIDE);
    assert_eq!(house.ask(&program, "GET", "/projects", Value::Null).await.status, 200);
    assert_eq!(users(&house).await.0, 200);
}

async fn who_sets_them_is_inside_and_the_operator_can_open_them(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let shut_out = set(&house, owner, json!({"networks": ["198.51.100.0/24"]})).await;
    assert_eq!(shut_out.status, 422);
    assert_eq!(shut_out.body["errors"]["networks"], "would shut you out: you come from 192.0.2.7");
    for name in ["admin", "runs", "their_admin", "their_member"] {
        assert_eq!(set(&house, people.token(name), json!({})).await.status, 403, "{name}");
    }
    for wrong in [
        json!({"networks": ["192.0.2.7/24"]}),
        json!({"networks": ["halden"]}),
        json!({"networks": [7]}),
        json!({"networks": {}}),
        json!({"unused_minutes": 14}),
        json!({"unused_minutes": 10081}),
        json!({"session_hours": 0}),
        json!({"session_hours": 721}),
        json!({"session_hours": "soon"}),
    ] {
        assert_eq!(set(&house, owner, wrong.clone()).await.status, 422, "{wrong}");
    }
    // It is something sensitive.
    house.clock.set(house.door.now().plus_seconds(601));
    assert_eq!(set(&house, owner, json!({})).await.body["type"], "/problems/step_up");
    let owner = &house.sign_in("owner").await;
    let wanted = json!({"networks": [INSIDE, "192.0.2.7/32"], "unused_minutes": 60, "session_hours": 12});
    let done = set(&house, owner, wanted).await;
    let asked = json!({"networks": [INSIDE], "unused_minutes": 60, "session_hours": 12});
    assert_eq!((done.status, &done.body), (200, &asked));
    let admin = &house.sign_in("admin").await;
    let shown = house.ask(admin, "GET", "/organisation/settings", Value::Null).await;
    assert_eq!((&shown.body["access"], &shown.body["your_address"]), (&asked, &json!(INSIDE)));
    assert_eq!(house.ask(people.token("runs"), "GET", "/organisation/settings", Value::Null).await.status, 403);

    // The organisation has moved, and nobody is inside any more.
    house.move_to(OUTSIDE);
    assert_eq!(house.ask(owner, "GET", "/projects", Value::Null).await.status, 403);
    house.operator("networks.clear", json!({"organisation": people.organisation})).await;
    let shown = house.ask(owner, "GET", "/organisation/settings", Value::Null).await;
    assert_eq!(shown.body["access"], json!({"networks": [], "unused_minutes": 60, "session_hours": 12}));
    let trail = house.ask(owner, "GET", "/trail?limit=20", Value::Null).await;
    let actions: Vec<&Value> = trail.body["events"].as_array().unwrap().iter().map(|event| &event["action"]).collect();
    assert!(actions.contains(&&json!("networks.clear")), "{trail:?}");
}

async fn a_sign_in_grows_too_old_for_these_rooms_alone(house: House) {
    let people = move_in(&house).await;
    let other = elsewhere_too(&house, &people, "works").await;
    let works = people.token("works");
    let wanted = json!({"name": "ci", "scopes": ["project:look"], "days": 30});
    let token = house.ask(works, "POST", "/account/tokens", wanted).await.text("token");
    assert_eq!(set(&house, people.token("owner"), json!({"session_hours": 1})).await.status, 200);
    house.clock.set(house.door.now().plus_seconds(3599));
    assert_eq!(house.ask(works, "GET", "/projects", Value::Null).await.status, 200);
    house.clock.set(house.door.now().plus_seconds(1));
    let over = house.ask(works, "GET", "/projects", Value::Null).await;
    assert_eq!((over.status, &over.body["type"]), (403, &json!("/problems/overdue")));
    assert!(over.text("title").contains("sign in again"), "{over:?}");
    let enter = |id: &str| format!("/organisations/{id}/enter");
    let here = people.organisation.to_string();
    assert_eq!(house.ask(works, "POST", &enter(&here), Value::Null).await.body["type"], "/problems/overdue");
    // A proof that it is still the same person makes the sign-in no younger.
    let proof = house.ask(works, "POST", "/session/confirm", json!({"password": PASSWORD})).await;
    let works = &proof.text("token");
    assert_eq!(house.ask(works, "POST", &enter(&here), Value::Null).await.body["type"], "/problems/overdue");
    // Elsewhere it goes on; and a token has no sign-in.
    assert_eq!(house.ask(works, "GET", "/account", Value::Null).await.body["closed"], "overdue");
    assert_eq!(house.ask(works, "POST", &enter(&other), Value::Null).await.status, 200);
    assert_eq!(house.ask(works, "GET", "/projects", Value::Null).await.status, 200);
    assert_eq!(house.ask(&token, "GET", "/projects", Value::Null).await.status, 200);
    let again = house.sign_in("works").await;
    assert_eq!(house.ask(&again, "POST", &enter(&here), Value::Null).await.status, 200);
    assert_eq!(house.ask(&again, "GET", "/projects", Value::Null).await.status, 200);
}

async fn a_sign_in_that_was_unused_for_too_long_stays_over(house: House) {
    let people = move_in(&house).await;
    assert_eq!(set(&house, people.token("owner"), json!({"unused_minutes": 15})).await.status, 200);
    let (works, begun) = (people.token("works"), house.door.now());
    for minutes in [10, 24, 38] {
        house.clock.set(begun.plus_seconds(minutes * 60));
        assert_eq!(house.ask(works, "GET", "/projects", Value::Null).await.status, 200, "it is used");
        noted(&house, 1).await;
    }
    house.clock.set(begun.plus_seconds(53 * 60));
    assert_eq!(house.ask(works, "GET", "/projects", Value::Null).await.body["type"], "/problems/overdue");
    // To be busy elsewhere does not bring it back.
    assert_eq!(house.ask(works, "GET", "/account", Value::Null).await.status, 200);
    noted(&house, 1).await;
    house.clock.set(begun.plus_seconds(54 * 60));
    assert_eq!(house.ask(works, "GET", "/projects", Value::Null).await.body["type"], "/problems/overdue");
    let again = house.sign_in("works").await;
    assert_eq!(house.ask(&again, "GET", "/projects", Value::Null).await.status, 200);
}

async fn the_pages_say_why_and_lead_on(house: House) {
    let people = move_in(&house).await;
    let mut owner = Browser::of(&house, "owner").await;
    let page = owner.get("/organisation/settings").await;
    assert!(page.says("Every network"), "{page:?}");
    let networks = ("networks", "198.51.100.0/24\r\n");
    let refused = owner.send(&page, "/organisation/access/set", &[networks]).await;
    assert_eq!(
        (refused.status, refused.marked()),
        (422, vec!["Would shut you out: you come from 192.0.2.7.".to_owned()])
    );
    let networks = ("networks", "192.0.2.0/24\r\n2001:db8::/32\r\n");
    let done = owner.send(&page, "/organisation/access/set", &[networks, ("session_hours", "1")]).await;
    assert_eq!(done.header("location"), "/organisation/settings", "{done:?}");
    assert!(owner.follow(done).await.says("192.0.2.0/24 2001:db8::/32"));

    let mut works = Browser::of(&house, "works").await;
    assert_eq!(works.get("/projects").await.status, 200);
    house.move_to(OUTSIDE);
    let closed = works.get("/projects").await;
    assert_eq!(closed.status, 403);
    assert!(closed.says("You come from 198.51.100.7."), "{closed:?}");
    assert!(works.get("/organisations").await.says("Halden lets nobody in from where you are."));
    assert_eq!(works.get("/account").await.status, 200);
    house.move_to(INSIDE);
    house.clock.set(house.door.now().plus_seconds(3600));
    let over = works.get(&format!("/projects/{}", people.project)).await;
    assert_eq!(over.status, 403);
    let again = format!("/sign-in?next=%2Fprojects%2F{}", people.project);
    assert!(over.body.contains(&format!("href=\"{again}\"")), "{over:?}");
    let sign_in = works.get(&again).await;
    let signed_in =
        works.send(&sign_in, "/session/open", &[("mail", "works@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(works.follow(signed_in).await.status, 200, "and there they are again");
}

on_both!(
    from_elsewhere_these_rooms_are_closed_and_nothing_else,
    programs_and_the_directory_come_from_there_too,
    who_sets_them_is_inside_and_the_operator_can_open_them,
    a_sign_in_grows_too_old_for_these_rooms_alone,
    a_sign_in_that_was_unused_for_too_long_stays_over,
    the_pages_say_why_and_lead_on,
);
