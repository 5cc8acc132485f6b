//! An owner or admin looks at the portal as one of a client's people sees it: exactly that, never more, and nothing is done.

use door::{Effect, Ids, Relation, Relations, Verb, Way, values};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{House, People, move_in, on_both};

/// Signs somebody in who looks as somebody else from then on.
async fn looks(house: &House, people: &People, who: &str, as_whom: &str) -> String {
    let token = house.sign_in(who).await;
    let begun = house.ask(&token, "POST", &format!("/people/{}/view", people.ids[as_whom]), Value::Null).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    token
}

/// What the last event of all says.
async fn last_event(house: &House) -> Value {
    let mut tx = house.door.store().read().await.unwrap();
    let row = tx.one("SELECT body FROM event ORDER BY n DESC LIMIT 1", vec![]).await.unwrap();
    serde_json::from_slice(&row.get::<Vec<u8>>("body").unwrap()).unwrap()
}

/// Every path that is looked at by JSON, with the house's ids in it.
fn paths(house: &House, people: &People) -> Vec<String> {
    let looks = house.door.catalogue().entries().filter(|entry| entry.effect == Effect::Look);
    looks
        .filter(|entry| !entry.spec.may.meet(Relations::of(&[Relation::ANYONE])) && !entry.spec.in_view)
        .filter_map(|entry| match entry.spec.way {
            Way::Http(Verb::Get, path) => Some(filled(path, people)),
            _ => None,
        })
        .collect()
}

fn filled(path: &str, people: &People) -> String {
    let ids = [("{project}", people.project), ("{organisation}", people.organisation), ("{client}", people.client)];
    let more =
        [("{credential}", people.credential), ("{person}", people.ids["reads"]), ("{member}", people.ids["reads"])];
    let path = ids.iter().chain(&more).fold(path.to_owned(), |path, (name, id)| path.replace(name, &id.to_string()));
    path.split('/')
        .map(|part| if part.starts_with('{') { people.client.to_string() } else { part.to_owned() })
        .collect::<Vec<_>>()
        .join("/")
}

async fn one_sees_what_they_see_and_nothing_else(house: House) {
    let people = move_in(&house).await;
    let messages = format!("/projects/{}/messages", people.project);
    for (text, visibility) in [("do we bill the extra round?", "internal"), ("The draft is ready.", "client")] {
        house.ask(people.token("owner"), "POST", &messages, json!({"text": text, "visibility": visibility})).await;
    }
    let own: Vec<String> = paths(&house, &people);
    assert!(own.len() > 20 && own.contains(&messages), "{own:?}");
    for (who, as_whom) in [("owner", "their_member"), ("admin", "their_admin")] {
        let looking = looks(&house, &people, who, as_whom).await;
        for path in own.iter().chain(&[format!("/projects/{}", people.other_project)]) {
            let theirs = house.ask(people.token(as_whom), "GET", path, Value::Null).await;
            let seen = house.ask(&looking, "GET", path, Value::Null).await;
            // What is an account's own nobody looks at but itself.
            let of_an_account = path.starts_with("/account") || path == "/session";
            if of_an_account {
                assert!(theirs.status == 200 && matches!(seen.status, 403 | 404), "{path}: {seen:?}");
                continue;
            }
            let mut shown = (theirs.body.clone(), seen.body.clone());
            for body in [&mut shown.0, &mut shown.1] {
                // The number of each request is its own.
                body.as_object_mut().map(|body| body.remove("request"));
            }
            assert_eq!((seen.status, shown.1), (theirs.status, shown.0), "{path} as {as_whom}");
        }
        let account = house.ask(&looking, "GET", "/account", Value::Null).await;
        assert_eq!(account.body["id"], json!(people.ids[who]), "one's own: {account:?}");
        assert_eq!(account.body["view"]["person"], json!(people.ids[as_whom]));
        assert_eq!(house.ask(&looking, "DELETE", "/session/view", Value::Null).await.status, 200);
        assert_eq!(house.ask(&looking, "GET", "/clients", Value::Null).await.status, 200, "oneself again");
        assert_eq!(house.ask(&looking, "DELETE", "/session/view", Value::Null).await.status, 409);
    }
}

async fn whatever_is_no_look_is_refused_and_says_who_it_was(house: House) {
    let people = move_in(&house).await;
    let looking = looks(&house, &people, "owner", "their_member").await;
    let refused: Vec<(&str, &str, String)> = house
        .door
        .catalogue()
        .entries()
        .filter(|entry| entry.effect != Effect::Look && !entry.spec.in_view)
        .filter_map(|entry| match entry.spec.way {
            Way::Http(verb, path) => Some((entry.spec.name, verb.name(), filled(path, &people))),
            _ => None,
        })
        .collect();
    assert!(refused.len() > 60);
    for (name, verb, path) in refused {
        house.clock.set(house.door.now().plus_seconds(5));
        let before = house.count().await;
        // By the wire of uploads, which wants more than JSON, the door is asked at once.
        let request = door::Request {
            credential: door::Credential::Bearer(looking.clone().into()),
            ids: Ids(vec![("project", people.project)]),
            input: door::Input::Fields(json!({})),
            id: door::id::uuid_at(house.door.now()),
            ..door::Request::default()
        };
        assert_eq!(
            house.door.pass(name, request).await.map(|_| ()),
            Err(door::Refusal::Viewing),
            "{name} {verb} {path}"
        );
        let after = house.count().await;
        assert_eq!((after.0, after.1), (before.0 + 1, before.1), "{name}: on the record, and nothing moved");
        let event = last_event(&house).await;
        assert_eq!(event["actor"]["id"], json!(people.ids["owner"]), "{event}");
        assert_eq!(event["actor"]["via"], json!({"id": people.ids["their_member"], "kind": "person"}), "{event}");
        assert_eq!((&event["act"], &event["facts"]["why"]), (&json!(name), &json!("viewing")));
    }
    let said =
        house.ask(&looking, "POST", &format!("/projects/{}/messages", people.project), json!({"text": "x"})).await;
    assert_eq!((said.status, &said.body["type"]), (403, &json!("/problems/viewing")), "{said:?}");
    // A look that they may not have is refused as to them, and is the looker's on the record.
    assert_eq!(house.ask(&looking, "GET", "/retention", Value::Null).await.status, 403);
    let event = last_event(&house).await;
    assert_eq!((&event["act"], &event["actor"]["id"]), (&json!("retention.show"), &json!(people.ids["owner"])));
    assert_eq!(event["actor"]["via"]["id"], json!(people.ids["their_member"]));
    // The way out is open.
    assert_eq!(house.ask(&looking, "DELETE", "/session", Value::Null).await.status, 200);
}

async fn it_leaves_no_trace_but_the_record(house: House) {
    let people = move_in(&house).await;
    let seen = async || {
        let mut tx = house.door.store().read().await.unwrap();
        let sql = "SELECT coalesce(max(v.at), 0) AS at, count(*) AS n FROM session s \
                   LEFT JOIN session_seen v ON v.session = s.id WHERE s.person = $1";
        let row = tx.one(sql, values![people.ids["their_member"]]).await.unwrap();
        (row.get::<i64>("at").unwrap(), row.get::<i64>("n").unwrap())
    };
    let before = seen().await;
    let looking = looks(&house, &people, "owner", "their_member").await;
    house.clock.set(house.door.now().plus_seconds(600));
    assert_eq!(house.ask(&looking, "GET", "/projects", Value::Null).await.status, 200);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(seen().await, before);
    assert_eq!(house.ask(&looking, "DELETE", "/session/view", Value::Null).await.status, 200);
    // The client is told, by the record that it sees itself.
    let trail = house.ask(&house.sign_in("their_admin").await, "GET", "/trail", Value::Null).await;
    let events = trail.body["events"].as_array().unwrap();
    for action in ["session.view.begin", "session.view.end"] {
        assert!(events.iter().any(|event| event["action"] == action), "{action}: {events:#?}");
    }
}

async fn it_ends_by_itself_and_with_the_rank(house: House) {
    let people = move_in(&house).await;
    let looking = looks(&house, &people, "admin", "their_member").await;
    house.clock.set(house.door.now().plus_seconds(30 * 60 - 1));
    assert_eq!(house.ask(&looking, "GET", "/projects", Value::Null).await.status, 200);
    house.clock.set(house.door.now().plus_seconds(1));
    // Not as them any more, and not as oneself unawares.
    let messages = format!("/projects/{}/messages", people.project);
    for (verb, path, body) in
        [("GET", "/projects", Value::Null), ("GET", "/clients", Value::Null), ("POST", &messages, json!({"text": "x"}))]
    {
        let refused = house.ask(&looking, verb, path, body).await;
        assert_eq!((refused.status, &refused.body["type"]), (403, &json!("/problems/viewing")), "{path}: {refused:?}");
    }
    let account = house.ask(&looking, "GET", "/account", Value::Null).await;
    assert_eq!(account.body["view"]["over"], json!(true));
    assert_eq!(house.ask(&looking, "DELETE", "/session/view", Value::Null).await.status, 200);
    assert_eq!(house.ask(&looking, "GET", "/clients", Value::Null).await.status, 200);

    // Who is no admin any more sees nothing more.
    let looking = looks(&house, &people, "admin", "their_member").await;
    let role = format!("/people/{}/role", people.ids["admin"]);
    let owner = house.sign_in("owner").await;
    assert_eq!(house.ask(&owner, "PUT", &role, json!({"role": "staff"})).await.status, 200);
    assert_eq!(house.ask(&looking, "GET", "/projects", Value::Null).await.status, 403);
    // And whom one cannot be any more, nobody looks as.
    let looking = looks(&house, &people, "owner", "their_member").await;
    let owner = house.sign_in("owner").await;
    let suspend = format!("/people/{}/suspend", people.ids["their_member"]);
    assert_eq!(house.ask(&owner, "POST", &suspend, Value::Null).await.status, 200);
    assert_eq!(house.ask(&looking, "GET", "/projects", Value::Null).await.status, 404);
    let again = format!("/people/{}/view", people.ids["their_member"]);
    assert_eq!(house.ask(&house.sign_in("owner").await, "POST", &again, Value::Null).await.status, 409);
}

async fn what_is_asked_of_a_sign_in_is_asked_of_who_looks(house: House) {
    let people = move_in(&house).await;
    let inside = json!({"networks": ["192.0.2.0/24"]});
    assert_eq!(house.ask(people.token("owner"), "PUT", "/organisation/access", inside).await.status, 200);
    let looking = looks(&house, &people, "admin", "their_member").await;
    assert_eq!(house.ask(&looking, "GET", "/projects", Value::Null).await.status, 200);
    house.move_to("198.51.100.7");
    let project = format!("/projects/{}", people.project);
    for path in ["/projects", &project] {
        let refused = house.ask(&looking, "GET", path, Value::Null).await;
        assert_eq!(refused.status, 403, "{path}: {refused:?}");
        assert!(["/problems/network", "/problems/viewing"].contains(&refused.text("type").as_str()), "{refused:?}");
    }
    assert_eq!(house.ask(&looking, "DELETE", "/session/view", Value::Null).await.status, 200, "the way back is open");
}

async fn nobody_else_begins_it(house: House) {
    let people = move_in(&house).await;
    let view = |name: &str| format!("/people/{}/view", people.ids[name]);
    for (who, as_whom, status) in [
        ("runs", "their_member", 403),
        ("their_admin", "their_member", 403),
        ("other_client", "their_member", 404),
        ("elsewhere", "their_member", 404),
        ("owner", "reads", 409),
        ("owner", "owner", 409),
    ] {
        let before = house.count().await.1;
        let token = house.sign_in(who).await;
        let moved = house.count().await.1;
        let refused = house.ask(&token, "POST", &view(as_whom), Value::Null).await;
        assert_eq!(refused.status, status, "{who} as {as_whom}: {refused:?}");
        assert_eq!(house.count().await.1, moved, "{before}");
    }
    // By a sign-in, and a fresh one.
    let owner = house.sign_in("owner").await;
    let scopes = json!({"name": "x", "scopes": ["session:change", "project:look"], "days": 1});
    let token = house.ask(&owner, "POST", "/account/tokens", scopes).await;
    if token.status == 200 {
        assert_eq!(house.ask(&token.text("token"), "POST", &view("their_member"), Value::Null).await.status, 403);
    }
    house.clock.set(house.door.now().plus_seconds(601));
    let stale = house.ask(&owner, "POST", &view("their_member"), Value::Null).await;
    assert_eq!((stale.status, &stale.body["type"]), (403, &json!("/problems/step_up")));
}

async fn a_bar_on_each_page_says_so_and_leads_back(house: House) {
    let people = move_in(&house).await;
    let mut browser = Browser::new(&house);
    browser.cookie = Some(format!("session={}", house.sign_in("owner").await));
    let page = browser.get("/people").await;
    let begin = format!("/people/{}/view/begin", people.ids["their_member"]);
    assert!(!page.forms().contains(&format!("/people/{}/view/begin", people.ids["reads"])));
    let begun = browser.send(&page, &begin, &[]).await;
    assert_eq!((begun.status, begun.header("location")), (303, "/"), "{begun:?}");
    let project = format!("/projects/{}", people.project);
    for path in ["/", "/projects", &project, "/trust"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        assert!(page.says("You see what their_member of Brightwater sees"), "{path}");
        assert!(page.forms().contains(&"/session/view/end".to_owned()), "{path}");
    }
    let messages = browser.get(&format!("{project}/messages")).await;
    // What they could do is shown, and refused with the reason.
    if messages.forms().contains(&format!("{project}/messages/post")) {
        let refused = browser.send(&messages, &format!("{project}/messages/post"), &[("text", "x")]).await;
        assert_eq!(refused.status, 403);
        assert!(refused.says("looking is all that is done then"), "{}", refused.body);
    }
    for path in ["/account", "/account/factor", "/organisations"] {
        let refused = browser.get(path).await;
        assert_eq!(refused.status, 403, "{path}");
        assert!(refused.says("looking is all that is done then"), "{path}");
    }
    house.clock.set(house.door.now().plus_seconds(30 * 60));
    let over = browser.get("/").await;
    assert_eq!(over.status, 403);
    assert!(over.says("Your time of looking as somebody else is over"), "{}", over.body);
    let ended = browser.send(&over, "/session/view/end", &[]).await;
    assert_eq!((ended.status, ended.header("location")), (303, "/people"), "{ended:?}");
    assert!(!browser.get("/clients").await.says("Looking as somebody else"));
}

on_both!(
    one_sees_what_they_see_and_nothing_else,
    whatever_is_no_look_is_refused_and_says_who_it_was,
    it_leaves_no_trace_but_the_record,
    it_ends_by_itself_and_with_the_rank,
    what_is_asked_of_a_sign_in_is_asked_of_who_looks,
    nobody_else_begins_it,
    a_bar_on_each_page_says_so_and_leads_back,
);
