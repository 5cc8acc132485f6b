//! A client that is archived: everything of it is read as before, nothing of it changes, and it can be reopened.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{House, People, move_in, on_both};

fn path(people: &People, verb: &str) -> String {
    format!("/clients/{}/{verb}", people.client)
}

/// What would change something of the client's, by whoever may.
fn changes(people: &People) -> Vec<(&'static str, &'static str, String, Value)> {
    let project = format!("/projects/{}", people.project);
    let add = json!({"person": people.ids["beside"], "role": "viewer"});
    let status = json!({"status": "active", "sentence": "We go on."});
    let invite = json!({"mail": "new@example.com", "role": "client_member", "client": people.client});
    vec![
        ("owner", "POST", format!("{project}/messages"), json!({"text": "Hello"})),
        ("their_admin", "POST", format!("{project}/messages"), json!({"text": "Hello"})),
        ("runs", "POST", format!("{project}/requests"), json!({"kind": "file", "title": "Photos"})),
        ("owner", "POST", format!("{project}/members"), add),
        ("owner", "DELETE", format!("{project}/members/{}", people.ids["reads"]), Value::Null),
        ("works", "POST", format!("{project}/credentials"), json!({"title": "Mail", "secret": "s"})),
        ("owner", "PUT", format!("{project}/status"), status.clone()),
        ("runs", "PUT", format!("{project}/status"), status),
        ("owner", "POST", "/projects".to_owned(), json!({"title": "Another", "client": people.client})),
        ("owner", "POST", "/invitations".to_owned(), invite.clone()),
        ("their_admin", "POST", "/invitations".to_owned(), invite),
    ]
}

async fn nothing_of_it_changes_and_everything_is_read(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let asked = json!({"kind": "file", "title": "Photos"});
    let requests = format!("/projects/{}/requests", people.project);
    let request = house.ask(people.token("runs"), "POST", &requests, asked).await.text("id");
    let done = house.ask(people.token("admin"), "POST", &path(&people, "archive"), Value::Null).await;
    assert_eq!(done.status, 200, "{done:?}");
    let again = house.ask(owner, "POST", &path(&people, "archive"), Value::Null).await;
    assert_eq!(again.status, 409, "it is archived already");

    for (name, verb, path, body) in changes(&people) {
        let before = house.count().await.1;
        let answer = house.ask(people.token(name), verb, &path, body).await;
        assert_eq!(
            (answer.status, &answer.body["detail"]),
            (409, &json!("It is archived with its client.")),
            "{name} {verb} {path}"
        );
        assert_eq!(house.count().await.1, before, "{name} {verb} {path}: nothing moved");
    }
    let request = format!("{requests}/{request}");
    for (name, verb, body) in [
        ("runs", "comments", json!({"text": "On Friday."})),
        ("runs", "withdraw", Value::Null),
        ("their_admin", "uploads", json!({"name": "a.txt", "length": 5})),
    ] {
        let answer = house.ask(people.token(name), "POST", &format!("{request}/{verb}"), body).await;
        assert_eq!(answer.status, 409, "{name} {verb}: {answer:?}");
    }
    for name in ["owner", "admin", "runs", "works", "reads", "their_admin", "their_member"] {
        for path in ["", "/messages", "/requests", "/members", "/credentials"] {
            let path = format!("/projects/{}{path}", people.project);
            assert_eq!(house.ask(people.token(name), "GET", &path, Value::Null).await.status, 200, "{name} {path}");
        }
    }
    let waiting = house.ask(people.token("their_admin"), "GET", "/requests", Value::Null).await;
    assert_eq!(waiting.body["requests"], json!([]), "nothing waits for anybody: {waiting:?}");
    // Whoever must not come in any more is put out all the same.
    let person = format!("/people/{}", people.ids["their_member"]);
    assert_eq!(house.ask(owner, "POST", &format!("{person}/suspend"), Value::Null).await.status, 200);

    let reopened = house.ask(owner, "POST", &path(&people, "reopen"), Value::Null).await;
    assert_eq!((reopened.status, &reopened.body["archived_at"]), (200, &Value::Null));
    let post = format!("/projects/{}/messages", people.project);
    assert_eq!(house.ask(people.token("works"), "POST", &post, json!({"text": "On we go"})).await.status, 200);
    assert_eq!(house.ask(owner, "POST", &path(&people, "reopen"), Value::Null).await.status, 409);
}

async fn owner_and_admin_do_it_and_nobody_else(house: House) {
    let people = move_in(&house).await;
    for verb in ["archive", "reopen"] {
        // Whoever knows of the client may not; to everybody else it is not there.
        for name in ["runs", "beside", "their_admin", "their_member"] {
            let answer = house.ask(people.token(name), "POST", &path(&people, verb), Value::Null).await;
            assert_eq!(answer.status, 403, "{name}: {answer:?}");
        }
        for name in ["other_client", "elsewhere"] {
            let answer = house.ask(people.token(name), "POST", &path(&people, verb), Value::Null).await;
            assert_eq!(answer.status, 404, "{name}: {answer:?}");
        }
    }
    let wanted = json!({"name": "ci", "scopes": ["client:look"], "days": 30});
    let token = house.ask(people.token("owner"), "POST", "/account/tokens", wanted).await.text("token");
    let refused = house.ask(&token, "POST", &path(&people, "archive"), Value::Null).await;
    assert_eq!(refused.body["type"], "/problems/scope");
    house.clock.set(house.door.now().plus_seconds(601));
    let stale = house.ask(people.token("owner"), "POST", &path(&people, "archive"), Value::Null).await;
    assert_eq!(stale.body["type"], "/problems/step_up");
    let shown = house.ask(people.token("owner"), "GET", "/clients", Value::Null).await;
    assert!(
        shown.body["clients"].as_array().unwrap().iter().all(|client| client["archived_at"].is_null()),
        "{shown:?}"
    );
}

async fn the_pages_say_so_and_leave_no_dead_button(house: House) {
    let people = move_in(&house).await;
    let mut owner = Browser::of(&house, "owner").await;
    let page = owner.get("/clients").await;
    let done = owner.send(&page, &format!("/clients/{}/archive", people.client), &[]).await;
    assert_eq!(done.header("location"), "/clients", "{done:?}");
    assert!(owner.follow(done).await.says("archived"));
    let project = format!("/projects/{}", people.project);
    let overview = owner.get(&project).await;
    assert!(overview.says("Brightwater is archived ("), "{overview:?}");
    for path in ["", "/messages", "/members", "/credentials", "/requests"] {
        let page = owner.get(&format!("{project}{path}")).await;
        let forms: Vec<String> = page.forms().into_iter().filter(|form| form.starts_with("/projects/")).collect();
        assert!(forms.iter().all(|form| form.ends_with("/reveal")), "{path}: {forms:?}");
    }
    assert!(
        !owner.get("/projects").await.body.contains(&format!("value=\"{}\"", people.client)),
        "no project is begun for it"
    );
    let petra = Browser::of(&house, "their_admin").await;
    let seen = petra.get(&project).await;
    assert!(seen.says("Brightwater is archived (") && !seen.body.contains("href=\"/clients\""), "{seen:?}");
}

on_both!(
    nothing_of_it_changes_and_everything_is_read,
    owner_and_admin_do_it_and_nobody_else,
    the_pages_say_so_and_leave_no_dead_button,
);
