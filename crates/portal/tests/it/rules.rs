//! The twelve rules that every route must pass, proved per rule and route. What a rule has nothing to say about is
//! `n/a` in the snapshot, with the reason, so that a new route cannot slip past unseen.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use door::{Entry, Relation, Relations, Way};
use portal::standing::{ADMIN, ASKER, CLIENT_ADMIN, CONTRIBUTOR, DECIDER, OWNER, PROJECT_ADMIN, SUBMITTER, VIEWER};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::house::{Answer, House, PASSWORD, People, move_in, on_both};
use crate::requests::hand_something_in;

/// A request of one action, with everything in order unless altered.
struct Route<'a> {
    entry: &'a Entry,
    verb: &'static str,
    path: &'static str,
}

impl Route<'_> {
    /// The path with its ids filled in.
    fn filled(&self, ids: &BTreeMap<&str, Uuid>) -> String {
        ids.iter().fold(self.path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), &id.to_string()))
    }

    fn in_a_project(&self) -> bool {
        self.path.contains("{project}")
    }

    fn nested(&self) -> bool {
        self.path.matches('{').count() > 1
    }

    /// An input that would be taken.
    fn input(&self, people: &People) -> Value {
        match self.entry.spec.name {
            "account.name.set" => json!({"name": "Maya"}),
            "account.mail.ask" => json!({"mail": "other@example.com"}),
            "account.mail.confirm" | "account.notice.end" => json!({"token": "x"}),
            "account.delete" => json!({"mail": "owner@example.com"}),
            "client.delete" => json!({"name": "Brightwater"}),
            "organisation.delete" => json!({"name": "Halden"}),
            "invitation.create" => json!({"mail": "new@example.com", "role": "client_member", "client": people.client}),
            "session.confirm" => json!({"password": PASSWORD}),
            "password.set" => json!({"old": PASSWORD, "new": "quite another one"}),
            "factor.confirm" => json!({"code": "123456"}),
            "passkey.confirm" => {
                json!({"credential": {"id": "AA", "response": {"clientDataJSON": "AA", "attestationObject": "AA"}}})
            }
            "passkey.name.set" => json!({"name": "Phone"}),
            "client.create" => json!({"name": "New client"}),
            "project.create" => json!({"title": "New project", "client": people.client}),
            "project.status.set" => json!({"status": "active", "sentence": "We began."}),
            "project.member.add" => json!({"person": people.ids["beside"], "role": "viewer"}),
            "membership.role.set" => json!({"role": "staff"}),
            "message.post" => json!({"text": "Hello"}),
            "credential.store" => json!({"title": "Mail", "secret": "s"}),
            "credential.reveal" => json!({"reason": "Moving the record"}),
            "request.create" => json!({"kind": "file", "title": "Photos"}),
            "request.comment.post" => json!({"text": "On Friday."}),
            "request.approve" => json!({"name": "owner"}),
            "request.changes.ask" | "request.reject" => json!({"words": "The button is green."}),
            "request.submit" => json!({"upload": people.upload}),
            "upload.begin" => json!({"name": "a.txt", "length": 5}),
            "webhook.create" | "webhook.address.set" => json!({"url": "https://siem.example/hook"}),
            "hold.create" => json!({"reason": "Case 12 O 34/26"}),
            "incident.open" => json!({"title": "A laptop was stolen", "text": "It was signed in."}),
            "incident.note" => json!({"kind": "note", "text": "All its sessions were ended."}),
            "service.create" => json!({"name": "Build", "role": "staff"}),
            "service.token.create" => json!({"name": "ci", "scopes": ["project:look"], "days": 1}),
            "organisation.factor.set" => json!({"days": 14}),
            "domain.joining.set" => json!({"open": false}),
            "organisation.join" => json!({"organisation": people.organisation}),
            "provider.requirement.set" => json!({"required": false}),
            "domain.add" => json!({"name": "rook.example"}),
            "organisation.mail.set" | "client.mail.set" => json!({"domains": ["example.com"]}),
            "organisation.look.set" => json!({"name": "Halden"}),
            "organisation.access.set" => json!({"unused_minutes": 480}),
            "retention.set" => json!({"messages_days": 30}),
            "processing.set" => {
                json!({"legal_name": "Halden GmbH", "address": "Quay 1, Hamburg", "contact": "privacy@example.com"})
            }
            "trail.export" => json!({"format": "csv"}),
            "directory.set" => json!({"role": "staff"}),
            "directory.group.standing.set" => json!({"gives": "admin"}),
            "directory.token.create" => json!({"name": "Entra", "days": 90}),
            "provider.set" => {
                json!({"handle": "halden", "issuer": "https://login.example", "client_id": "p", "client_secret": "s"})
            }
            "provider.subject.connect" => json!({"secret": "x"}),
            "token.create" => json!({"name": "ci", "scopes": ["project:look"], "days": 1}),
            _ => Value::Null,
        }
    }
}

/// Whose sign-in an action wants that not everybody's relation to the object allows.
fn doer(route: &Route<'_>) -> &'static str {
    if route.entry.spec.may == Relations::of(&[SUBMITTER]) { "their_admin" } else { "owner" }
}

fn routes(house: &House) -> Vec<Route<'_>> {
    house
        .door
        .catalogue()
        .entries()
        .filter_map(|entry| match entry.spec.way {
            Way::Http(verb, path) => Some(Route { entry, verb: verb.name(), path }),
            _ => None,
        })
        .filter(|route| !route.entry.spec.may.meet(Relations::of(&[Relation::ANYONE])))
        .collect()
}

fn here(people: &People) -> BTreeMap<&'static str, Uuid> {
    BTreeMap::from([
        ("organisation", people.organisation),
        ("client", people.client),
        ("project", people.project),
        ("member", people.ids["reads"]),
        ("person", people.ids["reads"]),
        ("credential", people.credential),
        ("token", Uuid::from_u128(7)),
        ("session", Uuid::from_u128(8)),
        ("subject", Uuid::from_u128(9)),
        ("passkey", Uuid::from_u128(10)),
        ("webhook", people.webhook),
        ("hold", people.hold),
        ("incident", people.incident),
        ("invitation", people.invitation),
        ("service", people.service),
        ("domain", people.domain),
        ("group", people.group),
        ("request", people.request),
        ("version", people.version),
        ("upload", people.upload),
    ])
}

/// Asks and demands a status; nothing may have moved, and the denial must be on the record.
async fn denied(house: &House, route: &Route<'_>, token: &str, path: &str, body: Value, status: u16) {
    // Repeats within a minute are counted and not recorded again.
    house.clock.set(house.door.now().plus_seconds(61));
    let before = house.count().await;
    let answer: Answer = match route.entry.spec.name {
        "upload.append" => house.append(token, path).await,
        _ => house.ask(token, route.verb, path, body).await,
    };
    let name = route.entry.spec.name;
    assert_eq!(answer.status, status, "{name} {path}: {answer:?}");
    let after = house.count().await;
    assert_eq!(after.1, before.1, "{name}: something moved before the check");
    assert!(after.0 > before.0, "{name}: the denial is not on the record");
}

/// Sign-ins go stale while the clock is turned; this makes a fresh one.
async fn fresh(house: &House, people: &mut People, name: &'static str) {
    let token = house.sign_in(name).await;
    if name == "suspended" {
        let enter = format!("/organisations/{}/enter", people.organisation);
        house.ask(&token, "POST", &enter, Value::Null).await;
    }
    people.tokens.insert(name, token);
}

async fn every_route_passes_the_twelve_rules(house: House) {
    let mut people = move_in(&house).await;
    hand_something_in(&house, &mut people).await;
    let hook = json!({"url": "https://siem.example/hook"});
    people.webhook = house.ask(people.token("owner"), "POST", "/webhooks", hook).await.text("id").parse().unwrap();
    let hold = json!({"reason": "Case 12 O 34/26"});
    let hold = house.ask(people.token("owner"), "POST", "/retention/holds", hold).await;
    people.hold = hold.text("id").parse().unwrap();
    let incident = json!({"title": "A laptop was stolen", "text": "It was signed in."});
    let incident = house.ask(people.token("owner"), "POST", "/incidents", incident).await;
    people.incident = incident.text("id").parse().unwrap();
    let invited = json!({"mail": "invited@example.com", "role": "client_member", "client": people.client});
    let invited = house.ask(people.token("owner"), "POST", "/invitations", invited).await;
    people.invitation = invited.text("id").parse().unwrap();
    let service = json!({"name": "Build", "role": "staff"});
    let service = house.ask(people.token("owner"), "POST", "/services", service).await;
    people.service = service.text("id").parse().unwrap();
    let domain =
        house.ask(people.token("owner"), "POST", "/organisation/domains", json!({"name": "halden.example"})).await;
    people.domain = domain.text("id").parse().unwrap();
    let mut proved: BTreeMap<(u8, &str), String> = BTreeMap::new();
    // What asks for a second factor is tried by somebody who has one, so that it is refused for nothing else.
    let directory = crate::directory::set_up(&house, &people).await;
    let group = json!({"displayName": "Editors"});
    people.group = crate::directory::say(&house, &directory, "POST", "/Groups", group).await.id().parse().unwrap();
    let routes = routes(&house);
    for route in &routes {
        // The owner signs in anew for each rule, and a hundred codes a day are taken.
        house.clock.set(house.door.now().plus_seconds(1800));
        let name = route.entry.spec.name;
        let body = route.input(&people);
        let mut ids = here(&people);
        if name == "membership.resume" {
            ids.insert("person", people.ids["gone"]);
        }
        let path = route.filled(&ids);
        let mut note = |rule: u8, words: &str| {
            proved.insert((rule, name), words.to_owned());
        };

        // 1 · another tenant → 404
        if [
            "{project}",
            "{organisation}",
            "{client}",
            "{person}",
            "{webhook}",
            "{hold}",
            "{incident}",
            "{invitation}",
            "{service}",
            "{domain}",
            "{group}",
        ]
        .iter()
        .any(|id| route.path.contains(id))
        {
            denied(&house, route, people.token("elsewhere"), &path, body.clone(), 404).await;
            note(1, "proved");
        } else {
            note(1, "n/a: names no object; rows are scoped, see rule 10");
        }

        // 2 · same tenant, not a member → 404: staff in no project, another client's people
        if route.in_a_project() {
            for outsider in ["beside", "other_client"] {
                denied(&house, route, people.token(outsider), &path, body.clone(), 404).await;
            }
            note(2, "proved");
        } else if route.path.contains("{client}") {
            denied(&house, route, people.token("other_client"), &path, body.clone(), 404).await;
            note(2, "proved for another client's people");
        } else if route.path.contains("{person}") {
            denied(&house, route, people.token("their_admin"), &path, body.clone(), 404).await;
            note(2, "proved for a client's admin and one of the organisation's own people");
        } else {
            note(2, "n/a: not in a project");
        }

        // 3 · too low a role → 403
        let viewer = Relations::of(&[VIEWER]);
        let member = Relations::of(&[portal::standing::CLIENT_MEMBER]);
        if route.path.contains("{upload}") {
            denied(&house, route, people.token("reads"), &path, body.clone(), 404).await;
            note(3, "proved (as not there: an upload is its own person's)");
        } else if route.in_a_project() && !route.entry.spec.may.meet(viewer) {
            denied(&house, route, people.token("reads"), &path, body.clone(), 403).await;
            note(3, "proved");
        } else if !route.entry.spec.may.meet(member)
            && !route.entry.spec.may.meet(Relations::of(&[Relation::SELF]))
            && !route.in_a_project()
        {
            // The organisation's own people are not there for a client's.
            let ours = ["{person}", "{service}", "{domain}", "{group}"].iter().any(|id| route.path.contains(id));
            let low = if ours { "beside" } else { "their_member" };
            // The token of a service is looked up first; there is none of that number.
            let status = if route.path.contains("{token}") { 404 } else { 403 };
            denied(&house, route, people.token(low), &path, body.clone(), status).await;
            note(3, "proved");
        } else {
            note(3, "n/a: the lowest role may");
        }

        // 4 · no active membership left → 401; suspended here, active elsewhere → 404
        denied(&house, route, people.token("gone"), &path, body.clone(), 401).await;
        if route.in_a_project() || ["{organisation}", "{client}", "{person}"].iter().any(|id| route.path.contains(id)) {
            denied(&house, route, people.token("suspended"), &path, body.clone(), 404).await;
        }
        note(4, "proved");

        // 5 · an id in the body that differs from the id in the path
        if route.verb == "GET" || !route.path.contains('{') {
            note(5, "n/a: no id in the path, or no body");
        } else {
            fresh(&house, &mut people, doer(route)).await;
            let mut altered = if body.is_null() { json!({}) } else { body.clone() };
            altered["project"] = json!(people.other_project);
            let before = house.count().await.1;
            if ["{token}", "{session}", "{subject}", "{passkey}"].iter().any(|id| route.path.contains(id)) {
                note(5, "n/a: loaded by the caller's own account");
            } else if name == "upload.append" {
                note(5, "n/a: its body is bytes");
            } else if name == "directory.group.standing.set" {
                note(5, "proved in nobody_else_says_what_groups_are_or_give: it names a project of the caller's own");
            } else {
                let answer = house.ask(people.token(doer(route)), route.verb, &path, altered).await;
                assert_eq!(answer.status, 422, "{name}: {answer:?}");
                assert_eq!(house.count().await.1, before, "{name}: something moved");
                note(5, "proved");
            }
        }

        // 6 · moving an object checks where it leaves and where it goes
        note(6, "n/a: nothing moves in this version");

        // 7 · a nested id belongs to its parent
        if route.nested() {
            fresh(&house, &mut people, "owner").await;
            let mut ids = here(&people);
            ids.insert("project", people.other_project);
            denied(&house, route, people.token("owner"), &route.filled(&ids), body.clone(), 404).await;
            note(7, "proved");
        } else {
            note(7, "n/a: one id or none");
        }

        // 8 · a token's scope names the verb
        fresh(&house, &mut people, "owner").await;
        let wrong = if name.starts_with("client.") { "message:look" } else { "client:look" };
        let wanted = json!({"name": format!("for {name}"), "scopes": [wrong], "days": 1});
        let token = house.ask(people.token("owner"), "POST", "/account/tokens", wanted).await.text("token");
        if ["{token}", "{session}", "{upload}", "{subject}", "{passkey}"].iter().any(|id| route.path.contains(id)) {
            denied(&house, route, &token, &path, body.clone(), 404).await;
            note(8, "proved (as not there: it is loaded first, for its own person)");
        } else {
            denied(&house, route, &token, &path, body.clone(), 403).await;
            note(8, "proved");
        }

        // 9 · the bulk variant equals the single one
        if name == "request.bundle" {
            note(9, "proved: one place, one rule, and `files_go_out_as_they_came_in`");
        } else {
            note(9, "n/a: no bulk variant");
        }
        // 10 · fields by role, in a test of its own
        note(
            10,
            if matches!(
                name,
                "message.list"
                    | "request.show"
                    | "request.waiting"
                    | "organisation.show"
                    | "membership.list"
                    | "membership.report"
                    | "project.list"
                    | "client.list"
                    | "trail.list"
                    | "trust.show"
                    | "trail.export"
            ) {
                "proved in each_role_sees_only_its_own"
            } else {
                "n/a: the same for every role that may"
            },
        );
        if name == "invitation.list" {
            note(10, "proved in nobody_gives_more_than_he_has: a client's people see those to their company");
        }
        if name == "provider.subject.remove" {
            for rule in [1, 3] {
                note(
                    rule,
                    "proved in what_ends_it_ends_its_sign_ins_at_once: an owner's or one's own, else 403 or 404",
                );
            }
        }
        // 11, 12 · `denied` demands both of every denial above
        note(11, "proved");
        note(12, "proved");

        // Nobody signed in → 401 everywhere.
        denied(&house, route, "", &path, body.clone(), 401).await;
    }
    insta::assert_snapshot!("twelve_rules", table(&proved));
}

fn table(proved: &BTreeMap<(u8, &str), String>) -> String {
    let mut text = String::new();
    let mut last = 0;
    for ((rule, name), words) in proved {
        if *rule != last {
            let _ = writeln!(text, "rule {rule}");
            last = *rule;
        }
        let _ = writeln!(text, "  {name:<24} {words}");
    }
    text
}

async fn each_role_sees_only_its_own(house: House) {
    let people = move_in(&house).await;
    let messages = format!("/projects/{}/messages", people.project);
    for (text, visibility) in [("do we bill the extra round?", "internal"), ("The draft is ready.", "client")] {
        house.ask(people.token("owner"), "POST", &messages, json!({"text": text, "visibility": visibility})).await;
    }
    let texts = |answer: Answer| -> Vec<String> {
        answer.body["messages"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts(house.ask(people.token("reads"), "GET", &messages, Value::Null).await).len(), 2);
    let theirs = house.ask(people.token("their_admin"), "GET", &messages, Value::Null).await;
    assert!(!theirs.body.to_string().contains("visibility"), "{theirs:?}");
    assert_eq!(texts(theirs), ["The draft is ready."]);

    let projects = async |name: &str| {
        let answer = house.ask(people.token(name), "GET", "/projects", Value::Null).await;
        answer.body["projects"].as_array().unwrap().len()
    };
    assert_eq!(projects("owner").await, 2);
    assert_eq!(projects("their_admin").await, 2);
    assert_eq!(projects("their_member").await, 1);
    assert_eq!(projects("reads").await, 1);
    assert_eq!(projects("beside").await, 0);
    assert_eq!(projects("other_client").await, 0);
    assert_eq!(projects("elsewhere").await, 0);
    let search = house.ask(people.token("other_client"), "GET", "/projects?search=shop", Value::Null).await;
    assert_eq!(search.body["projects"], json!([]));

    let shown = format!("/organisations/{}", people.organisation);
    let colleagues = house.ask(people.token("their_member"), "GET", &shown, Value::Null).await;
    assert_eq!(colleagues.body["people"].as_array().unwrap().len(), 2, "{colleagues:?}");
    let everybody = house.ask(people.token("beside"), "GET", &shown, Value::Null).await;
    assert!(everybody.body["people"].as_array().unwrap().len() > 6);

    // A client's admin is told of the company's people and nobody else's.
    let theirs = house.ask(people.token("their_admin"), "GET", "/people", Value::Null).await;
    assert_eq!(theirs.body["people"].as_array().unwrap().len(), 2, "{theirs:?}");
    let everybody = house.ask(people.token("admin"), "GET", "/people", Value::Null).await;
    assert!(everybody.body["people"].as_array().unwrap().len() > 8, "{everybody:?}");

    let report = house.ask(people.token("their_admin"), "POST", "/people/report", Value::Null).await;
    let theirs = report.body.as_str().unwrap().lines().skip(1).map(|line| line.split(',').nth(2).unwrap());
    assert!(theirs.clone().count() >= 2 && theirs.clone().all(|company| company == "Brightwater"), "{report:?}");

    // Clients are told who sees what is theirs, and nobody else.
    let sees = async |name: &str| -> Vec<String> {
        let trust = house.ask(people.token(name), "GET", "/trust", Value::Null).await;
        trust.body["sees"].as_array().unwrap().iter().map(|who| who["name"].as_str().unwrap().to_owned()).collect()
    };
    assert!(sees("owner").await.contains(&"beside".to_owned()));
    assert_eq!(sees("their_member").await, ["admin", "owner", "reads", "runs", "works"]);

    // The client's slice of the record holds the client's events and nothing internal.
    let trail = house.ask(people.token("their_admin"), "GET", "/trail?limit=200", Value::Null).await;
    let chain = format!("client/{}", people.client);
    let events = trail.body["events"].as_array().unwrap();
    assert!(!events.is_empty());
    assert!(events.iter().all(|event| event["chain"] == json!(chain)), "{events:?}");
    let posts = events.iter().filter(|event| event["action"] == "message.post").count();
    assert_eq!(posts, 1);
    // A copy ends where it was asked for.
    house.clock.set(house.door.now().plus_seconds(1));
    let copy = house.ask(people.token("their_admin"), "POST", "/trail/export", json!({"format": "jsonl"})).await;
    let copy: Vec<Value> =
        copy.body.as_str().unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(copy.len() >= events.len() && copy.iter().all(|event| event["chain"] == json!(chain)), "{copy:?}");
}

async fn a_removed_member_is_out_at_once(house: House) {
    let people = move_in(&house).await;
    let project = format!("/projects/{}", people.project);
    assert_eq!(house.ask(people.token("reads"), "GET", &project, Value::Null).await.status, 200);
    let member = format!("{project}/members/{}", people.ids["reads"]);
    assert_eq!(house.ask(people.token("runs"), "DELETE", &member, Value::Null).await.status, 200);
    assert_eq!(house.ask(people.token("reads"), "GET", &project, Value::Null).await.status, 404);
    assert_eq!(house.ask(people.token("runs"), "DELETE", &member, Value::Null).await.status, 404);
}

async fn foreign_ids_in_a_body_are_not_there(house: House) {
    let people = move_in(&house).await;
    let before = house.count().await.1;
    let foreign = [
        ("POST", "/projects".to_owned(), json!({"title": "x", "client": Uuid::from_u128(5)})),
        (
            "POST",
            format!("/projects/{}/members", people.project),
            json!({"person": people.ids["elsewhere"], "role": "viewer"}),
        ),
        (
            "POST",
            format!("/projects/{}/members", people.project),
            json!({"person": people.ids["other_client"], "role": "viewer"}),
        ),
        (
            "POST",
            format!("/projects/{}/members", people.project),
            json!({"person": people.ids["gone"], "role": "viewer"}),
        ),
    ];
    for (verb, path, body) in foreign {
        let answer = house.ask(people.token("owner"), verb, &path, body).await;
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
    }
    assert_eq!(house.count().await.1, before);
    // Another organisation's client, by its owner's own hand.
    let mine =
        house.ask(people.token("elsewhere"), "POST", "/projects", json!({"title": "x", "client": people.client})).await;
    assert_eq!(mine.status, 404);
}

async fn nobody_is_more_than_the_matrix_says(house: House) {
    let mut people = move_in(&house).await;
    hand_something_in(&house, &mut people).await;
    let by_the_object = Relations::of(&[ASKER, SUBMITTER, DECIDER]);
    let relations: [(&str, &[Relation]); 6] = [
        ("owner", &[OWNER]),
        ("admin", &[ADMIN]),
        ("runs", &[PROJECT_ADMIN, portal::standing::STAFF]),
        ("works", &[CONTRIBUTOR, portal::standing::STAFF]),
        ("reads", &[VIEWER, portal::standing::STAFF]),
        ("their_admin", &[CLIENT_ADMIN]),
    ];
    let looks =
        |route: &&Route<'_>| route.in_a_project() && route.verb == "GET" && !route.entry.spec.may.meet(by_the_object);
    for route in routes(&house).iter().filter(looks) {
        for (name, held) in relations {
            let path = route.filled(&here(&people));
            let answer = house.ask(people.token(name), "GET", &path, Value::Null).await;
            let may = route.entry.spec.may.meet(Relations::of(held));
            // A state that does not fit is no question of who may.
            let let_in = matches!(answer.status, 200 | 409);
            assert_eq!(let_in, may, "{} as {name}: {answer:?}", route.entry.spec.name);
        }
    }
}

on_both!(
    every_route_passes_the_twelve_rules,
    each_role_sees_only_its_own,
    a_removed_member_is_out_at_once,
    foreign_ids_in_a_body_are_not_there,
    nobody_is_more_than_the_matrix_says,
);
