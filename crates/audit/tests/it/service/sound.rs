//! The services of the tests are what they claim: else a story about them would prove nothing.

use serde_json::{Value, json};

use super::{Answer, Body, Service, World, notes, office};

/// A service without a network around it.
struct Bare {
    service: Service,
    world: World,
}

impl Bare {
    fn new(service: Service) -> Self {
        let mut world = World::default();
        service.seeds.iter().for_each(|seed| seed(&mut world));
        Self { service, world }
    }

    fn ask(&mut self, token: &str, line: &str, body: Value) -> Answer {
        let (method, target) = line.split_once(' ').unwrap();
        let call = super::Call {
            method: method.into(),
            target: target.into(),
            headers: [("authorization".to_owned(), format!("Bearer {token}"))].into(),
            ..super::Call::default()
        };
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.service.decide(&mut self.world, call, &bytes, &Value::Null)
    }

    fn sign_in(&mut self, name: &str, password: &str) -> String {
        let answer = self.ask("", "POST /session", json!({ "name": name, "password": password }));
        json_of(&answer)["session"]["key"].as_str().unwrap().to_owned()
    }
}

fn json_of(answer: &Answer) -> Value {
    match &answer.body {
        Body::Json(value) => value.clone(),
        _ => Value::Null,
    }
}

#[test]
fn notes_are_for_their_owner_alone() {
    let mut notes = Bare::new(notes::service());
    for name in ["ann", "bob"] {
        let made = notes.ask("", "POST /accounts", json!({ "name": name, "password": "secret" }));
        assert_eq!(made.status, 201);
    }
    let (ann, bob) = (notes.sign_in("ann", "secret"), notes.sign_in("bob", "secret"));
    let note = json_of(&notes.ask(&ann, "POST /notes", json!({ "title": "one", "body": "two" })))["id"].clone();
    let note = format!("/notes/{note}");
    let change = json!({ "title": "one", "body": "three" });
    assert_eq!(notes.ask(&bob, &format!("GET {note}"), Value::Null).status, 404);
    assert_eq!(notes.ask(&bob, &format!("PUT {note}"), change.clone()).status, 404);
    assert_eq!(notes.ask(&bob, &format!("DELETE {note}"), Value::Null).status, 404);
    assert_eq!(notes.ask("", &format!("GET {note}"), Value::Null).status, 401);
    assert_eq!(json_of(&notes.ask(&bob, "GET /notes", Value::Null))["items"], json!([]));
    assert_eq!(notes.ask(&ann, &format!("PUT {note}"), change).status, 200);
    assert_eq!(json_of(&notes.ask(&ann, &format!("GET {note}"), Value::Null))["body"], "three");
}

#[test]
fn a_company_keeps_its_walls_and_its_ranks() {
    let mut office = Bare::new(office::service());
    let mut token = |name: &str| office.sign_in(name, &format!("{name}-password"));
    let (olga, mia, max, vic, eve) = (token("olga"), token("mia"), token("max"), token("vic"), token("eve"));
    let project = json_of(&office.ask(&mia, "POST /projects", json!({ "title": "plan" })))["id"].clone();
    let path = format!("/projects/{project}");
    let status =
        |office: &mut Bare, token: &str, verb: &str| office.ask(token, &format!("{verb} {path}"), json!({})).status;
    assert_eq!(status(&mut office, &olga, "GET"), 200);
    assert_eq!(status(&mut office, &max, "GET"), 404);
    assert_eq!(status(&mut office, &eve, "GET"), 404);
    assert_eq!(status(&mut office, &eve, "DELETE"), 404);
    let max_key = office.world.people.iter().find(|person| person.name == "max").unwrap().id.clone();
    let member = json!({ "member": max_key.parse::<u64>().unwrap() });
    assert_eq!(office.ask(&max, &format!("POST {path}/members"), member.clone()).status, 404);
    assert_eq!(office.ask(&mia, &format!("POST {path}/members"), member).status, 204);
    assert_eq!(status(&mut office, &max, "GET"), 200);
    assert_eq!(status(&mut office, &max, "DELETE"), 404);
    assert_eq!(office.ask(&vic, "POST /projects", json!({ "title": "x" })).status, 403);
    assert_eq!(office.ask(&mia, "PUT /company", json!({ "title": "x" })).status, 403);
    assert_eq!(office.ask(&olga, "PUT /company", json!({ "title": "Acme" })).status, 200);
    assert_eq!(json_of(&office.ask(&mia, "GET /company", Value::Null))["title"], "Acme");
    assert_eq!(json_of(&office.ask(&eve, "GET /company", Value::Null))["title"], "evil");
    let evil = json_of(&office.ask(&eve, "GET /events", Value::Null)).to_string();
    assert!(!evil.contains("mia") && evil.contains("eve"), "{evil}");
}
