//! How a client or an organisation ends: who may ask for it and how, what can be done until then, and how it is taken back.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{Answer, House, PASSWORD, People, move_in, on_both};
use crate::mail::Letters;
use crate::privacy::job;
use crate::promises::{done, later};

on_both!(
    a_client_ends_by_its_name_and_by_whom_it_may,
    an_organisation_ends_by_its_owner_alone,
    until_then_everything_is_read_and_nothing_changes,
    what_was_asked_for_can_be_taken_back,
    what_is_held_or_has_to_be_documented_does_not_end,
    those_who_could_keep_it_are_told_twice,
    the_pages_say_what_goes_and_until_when,
);

const DAY: i64 = 86_400;
pub(crate) const ORGANISATION: &str = "/organisation/deletion";

pub(crate) fn of_client(people: &People) -> String {
    format!("/clients/{}/deletion", people.client)
}

async fn delete(house: &House, token: &str, path: &str, name: &str) -> Answer {
    house.ask(token, "POST", path, json!({ "name": name })).await
}

/// A token of the owner's that may look at this noun and no more.
async fn looking_token(house: &House, people: &People, noun: &str) -> String {
    let wanted = json!({"name": "ci", "scopes": [format!("{noun}:look")], "days": 30});
    house.ask(people.token("owner"), "POST", "/account/tokens", wanted).await.text("token")
}

/// Somebody who gave the password, and owes the second step.
async fn half(house: &House, name: &str) -> String {
    let input = json!({"mail": format!("{name}@example.com"), "password": PASSWORD});
    house.ask("", "POST", "/session", input).await.text("token")
}

async fn a_client_ends_by_its_name_and_by_whom_it_may(house: House) {
    let people = move_in(&house).await;
    let path = of_client(&people);
    // Whoever knows of the client may not, its own admin neither; to everybody else it is not there.
    for name in ["runs", "beside", "their_admin", "their_member"] {
        assert_eq!(delete(&house, people.token(name), &path, "Brightwater").await.status, 403, "{name}");
        assert_eq!(house.ask(people.token(name), "GET", &path, Value::Null).await.status, 403, "{name}");
        assert_eq!(house.ask(people.token(name), "DELETE", &path, Value::Null).await.status, 403, "{name}");
    }
    for name in ["other_client", "elsewhere"] {
        for (verb, body) in [("POST", json!({"name": "Brightwater"})), ("GET", Value::Null), ("DELETE", Value::Null)] {
            assert_eq!(house.ask(people.token(name), verb, &path, body).await.status, 404, "{name} {verb}");
        }
    }
    let scope = looking_token(&house, &people, "client").await;
    assert_eq!(delete(&house, &scope, &path, "Brightwater").await.body["type"], "/problems/scope");
    assert_eq!(house.ask(&scope, "GET", &path, Value::Null).await.status, 200);
    // Only its own name will do, as it is written.
    for wrong in ["brightwater", "Kestrel", "Halden", "Brightwater GmbH"] {
        let refused = delete(&house, people.token("admin"), &path, wrong).await;
        assert_eq!((refused.status, refused.body["errors"]["name"].is_string()), (422, true), "{wrong}: {refused:?}");
    }
    assert_eq!(house.ask(people.token("admin"), "POST", &path, Value::Null).await.status, 422);
    assert_eq!(house.ask(people.token("owner"), "DELETE", &path, Value::Null).await.status, 409, "nothing was asked");
    house.clock.set(house.door.now().plus_seconds(601));
    let stale = delete(&house, people.token("owner"), &path, "Brightwater").await;
    assert_eq!(stale.body["type"], "/problems/step_up");
    house.with_app("admin", &house.sign_in("admin").await).await;
    let owes = half(&house, "admin").await;
    assert_eq!(delete(&house, &owes, &path, "Brightwater").await.body["type"], "/problems/second_step");
    let shown = done(&house, people.token("owner"), "GET", &path, Value::Null).await;
    assert_eq!((&shown["asked_at"], &shown["goes"]["projects"]), (&Value::Null, &json!(2)), "{shown}");

    let admin = house.sign_in("admin").await;
    let asked = delete(&house, &admin, &path, "Brightwater").await;
    assert_eq!((asked.status, &asked.body["due_at"]), (200, &json!(house.door.now().plus_seconds(30 * DAY))));
    assert_eq!(delete(&house, &admin, &path, "Brightwater").await.status, 409, "once");
    let owner = house.sign_in("owner").await;
    for verb in ["archive", "reopen"] {
        let refused = house.ask(&owner, "POST", &format!("/clients/{}/{verb}", people.client), Value::Null).await;
        assert_eq!((refused.status, &refused.body["detail"]), (409, &json!("It is to be deleted.")), "{verb}");
    }
    let events = done(&house, &owner, "GET", "/trail?action=client.delete", Value::Null).await;
    assert!(events["events"].as_array().unwrap().iter().any(|event| event["result"] == "done"), "{events}");
}

async fn an_organisation_ends_by_its_owner_alone(house: House) {
    let people = move_in(&house).await;
    for name in ["admin", "runs", "beside", "their_admin", "their_member", "other_client"] {
        assert_eq!(delete(&house, people.token(name), ORGANISATION, "Halden").await.status, 403, "{name}");
        assert_eq!(house.ask(people.token(name), "DELETE", ORGANISATION, Value::Null).await.status, 403, "{name}");
    }
    // Whoever is elsewhere asks for the end of that, by its name.
    let elsewhere = delete(&house, people.token("elsewhere"), ORGANISATION, "Halden").await;
    assert_eq!(elsewhere.status, 422, "{elsewhere:?}");
    assert_eq!(delete(&house, "", ORGANISATION, "Halden").await.status, 401);
    let scope = looking_token(&house, &people, "organisation").await;
    assert_eq!(delete(&house, &scope, ORGANISATION, "Halden").await.body["type"], "/problems/scope");
    house.with_app("owner", people.token("owner")).await;
    let owes = half(&house, "owner").await;
    assert_eq!(delete(&house, &owes, ORGANISATION, "Halden").await.body["type"], "/problems/second_step");
    let owner = house.sign_in("owner").await;
    assert_eq!(house.ask(&owner, "DELETE", ORGANISATION, Value::Null).await.status, 409, "nothing was asked");
    assert_eq!(delete(&house, &owner, ORGANISATION, "Pallas").await.status, 422);
    // The same request twice is done once.
    let twice = async || {
        let request = axum::http::Request::post(format!("/api/v1{ORGANISATION}"))
            .header("authorization", format!("Bearer {owner}"))
            .header("content-type", "application/json")
            .header("idempotency-key", "once");
        house.send(request.body(json!({"name": "Halden"}).to_string().into()).unwrap()).await
    };
    let (first, again) = (twice().await, twice().await);
    assert_eq!((first.0.as_u16(), &first.2), (200, &again.2));
    assert_eq!(delete(&house, &owner, ORGANISATION, "Halden").await.status, 409, "once");
    let admin = house.ask(people.token("admin"), "GET", ORGANISATION, Value::Null).await;
    assert_eq!((admin.status, admin.body["asked_by"].as_str()), (200, Some("owner")), "an admin sees it: {admin:?}");
}

async fn until_then_everything_is_read_and_nothing_changes(house: House) {
    let people = move_in(&house).await;
    let owner = people.token("owner");
    let project = format!("/projects/{}", people.project);
    let invitation = json!({"mail": "new@example.com", "role": "staff"});
    let invited = done(&house, owner, "POST", "/invitations", invitation.clone()).await;
    let link = invited["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let ci = json!({"name": "ci", "scopes": ["message:change", "project:look"], "days": 30});
    let ci = house.ask(people.token("works"), "POST", "/account/tokens", ci).await.text("token");
    assert_eq!(delete(&house, owner, ORGANISATION, "Halden").await.status, 200);
    let changes = [
        ("owner", "POST", format!("{project}/messages"), json!({"text": "Hello"})),
        ("their_admin", "POST", format!("{project}/messages"), json!({"text": "Hello"})),
        ("works", "POST", format!("{project}/credentials"), json!({"title": "Mail", "secret": "s"})),
        ("runs", "POST", format!("{project}/requests"), json!({"kind": "file", "title": "Photos"})),
        ("runs", "PUT", format!("{project}/status"), json!({"status": "active", "sentence": "On."})),
        ("owner", "POST", "/projects".to_owned(), json!({"title": "Another", "client": people.client})),
        ("admin", "POST", "/clients".to_owned(), json!({"name": "Another"})),
        ("admin", "POST", format!("/clients/{}/archive", people.client), Value::Null),
        ("admin", "POST", of_client(&people), json!({"name": "Brightwater"})),
        ("admin", "POST", "/invitations".to_owned(), json!({"mail": "other@example.com", "role": "staff"})),
        ("owner", "PUT", format!("/people/{}/role", people.ids["works"]), json!({"role": "admin"})),
        ("owner", "PUT", "/organisation/look".to_owned(), json!({"name": "Halden II"})),
        ("owner", "PUT", "/retention".to_owned(), json!({"messages_days": 30})),
    ];
    for (name, verb, path, body) in changes {
        let before = house.count().await.1;
        let answer = house.ask(people.token(name), verb, &path, body).await;
        assert_eq!(
            (answer.status, &answer.body["detail"]),
            (409, &json!("It is to be deleted.")),
            "{name} {verb} {path}: {answer:?}"
        );
        assert_eq!(house.count().await.1, before, "{name} {verb} {path}: nothing moved");
    }
    let by_token = house.ask(&ci, "POST", &format!("{project}/messages"), json!({"text": "Hello"})).await;
    assert_eq!(by_token.status, 409, "{by_token:?}");
    // Whoever was invited before comes too late.
    let account = json!({"token": link, "name": "Nora Berg", "password": "nine otters in the rain"});
    let accepted = house.ask("", "POST", "/invitations/accept", account).await;
    assert_eq!((accepted.status, &accepted.body["detail"]), (409, &json!("It is to be deleted.")), "{accepted:?}");

    for name in ["owner", "admin", "runs", "works", "reads", "their_admin", "their_member"] {
        for path in ["", "/messages", "/requests", "/members", "/credentials"] {
            let answer = house.ask(people.token(name), "GET", &format!("{project}{path}"), Value::Null).await;
            assert_eq!(answer.status, 200, "{name} {path}: {answer:?}");
        }
    }
    let copy = house.ask(owner, "POST", &format!("/organisations/{}/copy", people.organisation), Value::Null).await;
    assert_eq!(copy.status, 200, "everything can be taken along");
    // One's own is one's own, and whoever must not come in is put out all the same.
    assert_eq!(house.ask(people.token("works"), "PUT", "/account/name", json!({"name": "W"})).await.status, 200);
    let reads = format!("/people/{}", people.ids["reads"]);
    assert_eq!(house.ask(owner, "POST", &format!("{reads}/suspend"), Value::Null).await.status, 200);
    assert_eq!(house.ask(owner, "DELETE", &reads, Value::Null).await.status, 200);
    let held = house.ask(owner, "POST", "/retention/holds", json!({"reason": "A case"})).await;
    assert_eq!(held.status, 200, "what a court asks for is held still");
    // Nobody else notices.
    let elsewhere = house.ask(people.token("elsewhere"), "POST", "/clients", json!({"name": "Another"})).await;
    assert_eq!(elsewhere.status, 200, "{elsewhere:?}");
}

async fn what_was_asked_for_can_be_taken_back(house: House) {
    let mut people = move_in(&house).await;
    let post = format!("/projects/{}/messages", people.project);
    let owner = people.token("owner").to_owned();
    let archived_at = async |house: &House, token: &str| {
        let listed = done(house, token, "GET", "/clients", Value::Null).await;
        listed["clients"][0]["archived_at"].clone()
    };
    // A client stands as it stood before: open …
    assert_eq!(delete(&house, &owner, &of_client(&people), "Brightwater").await.status, 200);
    let refused = house.ask(people.token("works"), "POST", &post, json!({"text": "Hello"})).await;
    assert_eq!(refused.body["detail"], "It is archived with its client.");
    let listed = done(&house, &owner, "GET", "/clients", Value::Null).await;
    assert_eq!(listed["clients"][0]["deleted_at"], json!(house.door.now().plus_seconds(30 * DAY)), "{listed}");
    later(&house, &mut people, 29).await;
    job(&house, "organisation.erase").await;
    let owner = people.token("owner").to_owned();
    assert_eq!(house.ask(&owner, "DELETE", &of_client(&people), Value::Null).await.status, 200);
    assert_eq!(house.ask(&owner, "DELETE", &of_client(&people), Value::Null).await.status, 409, "once");
    assert_eq!(archived_at(&house, &owner).await, Value::Null);
    assert_eq!(house.ask(&owner, "POST", &post, json!({"text": "On we go"})).await.status, 200);
    // … or archived.
    done(&house, &owner, "POST", &format!("/clients/{}/archive", people.client), Value::Null).await;
    assert_eq!(delete(&house, &owner, &of_client(&people), "Brightwater").await.status, 200);
    done(&house, &owner, "DELETE", &of_client(&people), Value::Null).await;
    assert!(archived_at(&house, &owner).await.is_string());
    done(&house, &owner, "POST", &format!("/clients/{}/reopen", people.client), Value::Null).await;

    assert_eq!(delete(&house, &owner, ORGANISATION, "Halden").await.status, 200);
    later(&house, &mut people, 29).await;
    job(&house, "organisation.erase").await;
    let owner = people.token("owner").to_owned();
    done(&house, &owner, "DELETE", ORGANISATION, Value::Null).await;
    assert_eq!(house.ask(&owner, "POST", &post, json!({"text": "On we go"})).await.status, 200);
    // Its time does not come any more.
    later(&house, &mut people, 3).await;
    assert_eq!(job(&house, "organisation.erase").await, json!({"items": 0, "waiting": 0, "more": false}));
    let owner = people.token("owner").to_owned();
    let shown = done(&house, &owner, "GET", ORGANISATION, Value::Null).await;
    assert_eq!((&shown["asked_at"], &shown["goes"]["projects"]), (&Value::Null, &json!(2)));
}

async fn what_is_held_or_has_to_be_documented_does_not_end(house: House) {
    let mut people = move_in(&house).await;
    let owner = people.token("owner").to_owned();
    let hold = async |token: &str, what: Value| done(&house, token, "POST", "/retention/holds", what).await;
    let lift = async |token: &str, hold: &Value| {
        let path = format!("/retention/holds/{}/lift", hold["id"].as_str().unwrap());
        done(&house, token, "POST", &path, Value::Null).await;
    };
    // A hold on the client, on a project of it, or on everything.
    for what in [json!({"client": people.client}), json!({"project": people.project}), json!({})] {
        let mut wanted = what.clone();
        wanted["reason"] = json!("Case 12 O 34/26");
        let held = hold(&owner, wanted).await;
        for (path, name) in [(of_client(&people), "Brightwater"), (ORGANISATION.to_owned(), "Halden")] {
            let refused = delete(&house, &owner, &path, name).await;
            assert_eq!((refused.status, &refused.body["detail"]), (409, &json!("held")), "{what} {path}");
            let shown = done(&house, &owner, "GET", &path, Value::Null).await;
            assert_eq!(shown["kept_by"][0]["reason"], "Case 12 O 34/26", "it says which: {shown}");
        }
        lift(&owner, &held).await;
    }
    let other = done(&house, &owner, "GET", "/clients", Value::Null).await["clients"][1]["id"].clone();
    let elsewhere = hold(&owner, json!({"client": other, "reason": "Another matter"})).await;
    let shown = done(&house, &owner, "GET", &of_client(&people), Value::Null).await;
    assert_eq!(shown["kept_by"], json!([]), "another client's hold is its own");
    lift(&owner, &elsewhere).await;
    // A breach that is not closed has to be documented; it is the organisation's.
    let breach = json!({"title": "A laptop was stolen", "text": "It was signed in."});
    let breach = done(&house, &owner, "POST", "/incidents", breach).await;
    let refused = delete(&house, &owner, ORGANISATION, "Halden").await;
    assert_eq!((refused.status, &refused.body["detail"]), (409, &json!("open incident")));
    let note = format!("/incidents/{}/entries", breach["id"].as_str().unwrap());
    for kind in ["authority_not_told", "people_not_told", "closed"] {
        done(&house, &owner, "POST", &note, json!({"kind": kind, "text": "No risk."})).await;
    }
    // One that comes in between counts, and what waits for it goes as soon as it is lifted.
    assert_eq!(delete(&house, &owner, &of_client(&people), "Brightwater").await.status, 200);
    let held = hold(&owner, json!({"client": people.client, "reason": "Case 12 O 34/26"})).await;
    later(&house, &mut people, 31).await;
    while job(&house, "organisation.erase").await["more"] == json!(true) {}
    assert_eq!(job(&house, "organisation.erase").await["waiting"], 1);
    let owner = people.token("owner").to_owned();
    assert_eq!(house.ask(&owner, "GET", &format!("/projects/{}", people.project), Value::Null).await.status, 200);
    lift(&owner, &held).await;
    while job(&house, "organisation.erase").await["more"] == json!(true) {}
    assert_eq!(house.ask(&owner, "GET", &format!("/projects/{}", people.project), Value::Null).await.status, 404);
    assert_eq!(house.ask(&owner, "DELETE", &of_client(&people), Value::Null).await.status, 404, "too late");
}

async fn those_who_could_keep_it_are_told_twice(house: House) {
    let mut people = move_in(&house).await;
    let (house, letters) = Letters::of(house).await;
    letters.arrive(&house).await;
    let to = |arrived: &[String]| {
        let mut to: Vec<String> = arrived
            .iter()
            .filter_map(|letter| letter.lines().find_map(|line| line.strip_prefix("To: ")).map(str::to_owned))
            .collect();
        to.sort();
        to
    };
    let admin = house.sign_in("admin").await;
    letters.arrive(&house).await;
    assert_eq!(delete(&house, &admin, &of_client(&people), "Brightwater").await.status, 200);
    let arrived = letters.arrive(&house).await;
    assert_eq!(to(&arrived), ["admin@example.com", "owner@example.com"]);
    assert!(arrived[0].contains("Subject: Brightwater is to be deleted"), "{}", arrived[0]);
    assert!(arrived[0].contains(&format!("http://house.example{}", of_client(&people))), "{}", arrived[0]);
    house.clock.set(house.door.now().plus_seconds(27 * DAY - 60));
    assert_eq!(job(&house, "organisation.erase").await["more"], false, "it is not soon");
    house.clock.set(house.door.now().plus_seconds(61));
    assert_eq!(job(&house, "organisation.erase").await["more"], true);
    assert_eq!(job(&house, "organisation.erase").await["more"], false, "once");
    let arrived = letters.arrive(&house).await;
    assert_eq!(to(&arrived), ["admin@example.com", "owner@example.com"]);
    assert!(arrived[0].contains("Subject: Brightwater will be deleted in three days"), "{}", arrived[0]);
    later(&house, &mut people, 0).await;
    assert_eq!(house.ask(people.token("owner"), "DELETE", &of_client(&people), Value::Null).await.status, 200);
}

async fn the_pages_say_what_goes_and_until_when(house: House) {
    let people = move_in(&house).await;
    let mut owner = Browser::of(&house, "owner").await;
    let clients = owner.get("/clients").await;
    assert!(clients.body.contains(&format!("href=\"{}\"", of_client(&people))), "{clients:?}");
    let page = owner.get(&of_client(&people)).await;
    assert!(page.says("Type “Brightwater” to delete it. You can bring it back until"), "{page:?}");
    assert!(page.says("2 projects") && page.says("1 secret") && page.says("2 people’s way in"), "{page:?}");
    let form = format!("{}/delete", of_client(&people));
    let wrong = owner.send(&page, &form, &[("name", "Kestrel")]).await;
    assert_eq!((wrong.status, wrong.marked()), (422, vec!["Is not the name of this client.".to_owned()]), "{wrong:?}");
    let sent = owner.send(&wrong, &form, &[("name", "Brightwater")]).await;
    let page = owner.follow(sent).await;
    assert!(page.says("Brightwater will be deleted"), "{page:?}");
    assert!(!page.forms().contains(&form) && page.forms().contains(&format!("{}/keep", of_client(&people))));
    assert!(owner.get("/clients").await.says("to be deleted"));
    let petra = Browser::of(&house, "their_admin").await;
    assert!(petra.get("/").await.says("This will be deleted"), "the client's people are told");
    let kept = owner.send(&page, &format!("{}/keep", of_client(&people)), &[]).await;
    assert!(owner.follow(kept).await.says("Type “Brightwater” to delete it."));
    assert!(!petra.get("/").await.says("This will be deleted"));

    assert!(owner.get("/organisation/settings").await.body.contains("href=\"/organisation/deletion\""));
    let page = owner.get(ORGANISATION).await;
    assert!(page.says("2 clients") && page.says("2 projects"), "{page:?}");
    let sent = owner.send(&page, "/organisation/deletion/delete", &[("name", "Halden")]).await;
    let asked = owner.follow(sent).await;
    assert!(asked.says("This will be deleted") && asked.says("owner asked for it,"), "{asked:?}");
    // No page has a dead button from now on.
    let left = ["/organisation/deletion/keep", "/retention/holds/create", "/session/close"];
    let project = format!("/projects/{}", people.project);
    for path in ["/", "/clients", "/projects", "/organisation/settings", "/retention", &project] {
        let page = owner.get(path).await;
        assert!(page.says("This will be deleted"), "{path}: {page:?}");
        let dead: Vec<_> = page.forms().into_iter().filter(|form| !left.contains(&form.as_str())).collect();
        assert!(dead.is_empty(), "{path}: {dead:?}");
    }
    let admin = Browser::of(&house, "admin").await.get(ORGANISATION).await;
    assert!(admin.says("owner asked for it,") && !admin.forms().contains(&left[0].to_owned()), "{admin:?}");
    let page = owner.get(ORGANISATION).await;
    let kept = owner.send(&page, left[0], &[]).await;
    assert!(!owner.follow(kept).await.says("This will be deleted"));
}
