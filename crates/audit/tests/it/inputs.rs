//! Services that no OpenAPI 3 document describes: what else names their actions is walked the same, and the same gap is
//! found.

use std::time::Duration;

use plimsoll::client::{Body, Client, Purpose, Request};
use plimsoll::recording::Recorder;
use plimsoll::verdict::Verdict;
use serde_json::{Value, json};

use crate::service::{Answer, Service, notes, rows};
use crate::story::{self, Story, Telling};

/// The service of notes where anybody reads any note.
fn leaking() -> Service {
    notes::service().replace("GET /notes/{note}", rows::show("note", |_, _, _| true))
}

/// The sound service without its document: only an input beside the manifest says what there is.
fn told_by(service: Service, name: &str, content: &str) -> Telling {
    story::notes(service).document(&format!("document = \"{name}\"")).file(name, content)
}

/// The gap is found where there is one, and the sound service has none.
async fn is_told_apart(name: &str, content: &str) {
    let story = told_by(leaking(), name, content).told().await;
    assert_eq!(story.verdict("AZ02", "GET /notes/{note}"), Some(Verdict::Gap), "{}", story.told());
    let story = told_by(notes::service(), name, content).told().await;
    assert_eq!(story.verdict("AZ02", "GET /notes/{note}"), Some(Verdict::Holds), "{}", story.told());
    assert_eq!(story.verdict("AZ03", "PUT /notes/{note}"), Some(Verdict::Holds), "{}", story.told());
    story.has_only(&[]);
}

fn swagger() -> String {
    let body = |fields: &[&str]| {
        let properties: serde_json::Map<String, Value> =
            fields.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
        let schema = json!({"type": "object", "required": fields, "properties": properties});
        json!({"in": "body", "name": "body", "required": true, "schema": schema})
    };
    let key = json!({"in": "path", "name": "note", "required": true, "type": "integer"});
    let done = json!({"200": {"description": "done"}});
    json!({
        "swagger": "2.0", "info": {"title": "Notes", "version": "1"},
        "securityDefinitions": {"key": {"type": "apiKey", "in": "header", "name": "Authorization"}}, "security": [{"key": []}],
        "paths": {
            "/accounts": {"post": {"security": [], "parameters": [body(&["name", "password"])], "responses": done}},
            "/session": {"post": {"security": [], "parameters": [body(&["name", "password"])], "responses": done}},
            "/whoami": {"get": {"responses": done}},
            "/notes": {"get": {"responses": done}, "post": {"parameters": [body(&["title", "body"])], "responses": done}},
            "/notes/{note}": {
                "parameters": [key], "get": {"responses": done}, "delete": {"responses": done},
                "put": {"parameters": [body(&["title", "body"])], "responses": done}},
        },
    })
    .to_string()
}

/// What a browser would have recorded while somebody used the service elsewhere.
fn recording() -> String {
    let entry = |verb: &str, path: &str, sent: Value, status: u16, answer: Value| {
        let mut entry = json!({
            "request": {"method": verb, "url": format!("https://notes.example.com{path}"),
                "headers": [{"name": "Authorization", "value": "Bearer recorded-token-1"}], "queryString": [], "cookies": []},
            "response": {"status": status, "headers": [],
                "content": {"mimeType": "application/json", "text": answer.to_string()}},
        });
        if !sent.is_null() {
            entry["request"]["postData"] = json!({"mimeType": "application/json", "text": sent.to_string()});
        }
        entry
    };
    let note = json!({"id": 12, "title": "Soup", "body": "hot"});
    let sent = json!({"title": "Soup", "body": "hot"});
    let person = json!({"name": "ann", "password": "recorded-password"});
    let mut entries = vec![
        entry("POST", "/accounts", person.clone(), 201, json!({"id": 3, "name": "ann"})),
        entry("POST", "/session", person, 201, json!({"session": {"key": "recorded-token-1"}})),
    ];
    for entry in &mut entries {
        entry["request"]["headers"] = json!([]);
    }
    entries.extend([
        entry("GET", "/whoami", Value::Null, 200, json!({"id": 3, "name": "ann", "role": "user"})),
        entry("POST", "/notes", sent.clone(), 201, note.clone()),
        entry("GET", "/notes", Value::Null, 200, json!({"items": [note]})),
        entry("GET", "/notes/12", Value::Null, 200, note.clone()),
        entry("PUT", "/notes/12", sent, 200, note),
        entry("DELETE", "/notes/12", Value::Null, 204, Value::Null),
        entry("GET", "/app.js", Value::Null, 200, Value::Null),
    ]);
    json!({"log": {"version": "1.2", "creator": {"name": "a browser", "version": "1"}, "entries": entries}}).to_string()
}

fn collection() -> String {
    let request = |verb: &str, path: &str, sent: Option<&str>| {
        let mut request = json!({"method": verb, "url": {"raw": format!("{{{{base}}}}{path}")}});
        if let Some(sent) = sent {
            request["body"] = json!({"mode": "raw", "raw": sent, "options": {"raw": {"language": "json"}}});
        }
        json!({"name": format!("{verb} {path}"), "request": request})
    };
    let note = Some("{\"title\": \"{{title}}\", \"body\": \"hot\"}");
    let person = Some("{\"name\": \"{{name}}\", \"password\": \"{{password}}\"}");
    let item = [
        request("POST", "/accounts", person),
        request("POST", "/session", person),
        request("GET", "/whoami", None),
        json!({"name": "Notes", "item": [
            request("GET", "/notes", None), request("POST", "/notes", note), request("GET", "/notes/:note", None),
            request("PUT", "/notes/:note", note), request("DELETE", "/notes/:note", None)]}),
    ];
    json!({"info": {"name": "Notes", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "item": item, "variable": [{"key": "base", "value": "https://notes.example.com"}]})
    .to_string()
}

#[tokio::test]
async fn a_swagger_document_is_enough() {
    is_told_apart("swagger.json", &swagger()).await;
}

#[tokio::test]
async fn a_recording_is_enough() {
    is_told_apart("afternoon.har", &recording()).await;
}

/// What somebody does with the service through the recorder.
async fn used() -> String {
    let served = notes::service().serve().await.unwrap();
    let recorder = Recorder::open(&served.url).await.unwrap();
    let client = Client::new(recorder.url(), None, Duration::ZERO).unwrap();
    let ask = async |method: &str, path: &str, token: &str, body: Value| {
        let headers = vec![("authorization".to_owned(), format!("Bearer {token}"))];
        let headers = if token.is_empty() { Vec::new() } else { headers };
        let body = if body.is_null() { Body::None } else { Body::Json(body) };
        client.send(&Request { method: method.into(), path: path.into(), headers, body }, Purpose::Other).await.json()
    };
    let person = json!({"name": "una", "password": "una-and-her-password"});
    ask("POST", "/accounts", "", person.clone()).await;
    let session = ask("POST", "/session", "", person).await.unwrap();
    let token = session["session"]["key"].as_str().unwrap().to_owned();
    let note = ask("POST", "/notes", &token, json!({"title": "Soup", "body": "hot"})).await.unwrap();
    let item = format!("/notes/{}", note["id"]);
    ask("GET", "/whoami", &token, Value::Null).await;
    ask("GET", "/notes", &token, Value::Null).await;
    ask("GET", &item, &token, Value::Null).await;
    ask("PUT", &item, &token, json!({"title": "Cake", "body": "cold"})).await;
    ask("DELETE", &item, &token, Value::Null).await;
    let recording = recorder.finish().unwrap();
    assert_eq!(recording.summary.people, 1);
    let text = recording.archive.to_string();
    assert!(!text.contains(&token) && !text.contains("una-and-her"), "{text}");
    text
}

#[tokio::test]
async fn what_went_through_the_recorder_is_enough() {
    is_told_apart("recording.har", &used().await).await;
}

#[tokio::test]
async fn a_collection_is_enough() {
    is_told_apart("notes.postman_collection.json", &collection()).await;
}

/// A route that no document has and that forgot whose note it is.
fn with_a_hidden_route() -> Service {
    let raw = notes::page("GET /notes/{note}/raw", rows::show("note", |_, _, _| true));
    let mut service = notes::service().with(raw);
    service.action_mut("GET /notes/{note}/raw").is_public = false;
    service
}

fn finds_the_hidden_route(story: &Story, action: &str, input: &str) {
    assert_eq!(story.verdict("AZ02", action), Some(Verdict::Gap), "{}", story.told());
    let note = format!("1 action stands in no document, seen in {input}: {action}");
    assert!(story.outcome.notes.contains(&note), "{note}\n{:#?}", story.outcome.notes);
}

#[tokio::test]
async fn what_only_a_list_names_is_walked_too() {
    let unseen = story::notes(with_a_hidden_route()).told().await;
    unseen.is_sound();
    let lines =
        "document = \"/openapi.json\"\nroutes = { command = \"printf 'GET /notes\\\\nGET /notes/:id/raw\\\\n'\" }";
    let story = story::notes(with_a_hidden_route()).document(lines).told().await;
    finds_the_hidden_route(
        &story,
        "GET /notes/{id}/raw",
        "the routes of `printf 'GET /notes\\nGET /notes/:id/raw\\n'`",
    );
}

#[tokio::test]
async fn what_only_an_access_log_shows_is_walked_too() {
    let line = |request: &str, status: u16| {
        format!("127.0.0.1 - - [23/Nov/2026:05:52:27 +0000] \"{request} HTTP/1.1\" {status} 9\n")
    };
    let log = [line("GET /notes/7", 200), line("GET /notes/7/raw", 200), line("GET /wp-login.php", 404)].concat();
    let lines = "document = [\"access.log\", \"/openapi.json\"]";
    let story = story::notes(with_a_hidden_route()).document(lines).file("access.log", &log).told().await;
    finds_the_hidden_route(&story, "GET /notes/{note}/raw", "the access log access.log");
}

#[tokio::test]
async fn what_cannot_be_read_ends_the_audit_with_its_place() {
    let refused = async |document: &str| {
        let telling = story::notes(notes::service()).document(document).file("notes.txt", "hello\n");
        telling.tried().await.err().map(|trouble| trouble.to_string()).unwrap_or_default()
    };
    let text = refused("document = \"notes.txt\"").await;
    assert!(
        text.starts_with("notes.txt: no known kind of input") && text.contains("hint: read are OpenAPI 3"),
        "{text}"
    );
    let text = refused("routes = { command = \"exec sleep 20\", within = \"1s\" }").await;
    assert!(text.contains("`exec sleep 20`: printed no list in 1 second") && text.contains("hint: "), "{text}");
    let text = refused("routes = { command = \"echo no routes; exit 3\" }").await;
    assert!(text.contains("failed") && text.contains("no routes"), "{text}");
    let text = refused("document = \"missing.json\"").await;
    assert!(text.contains("there is no file missing.json"), "{text}");
}

/// A document that answers nobody who is not signed in.
#[tokio::test]
async fn a_document_that_is_closed() {
    let closed = |service: Service| {
        service.guard(|_, call| {
            (call.target == "/openapi.json" && call.who.is_none()).then(|| Answer::refused(401, "sign in first"))
        })
    };
    let story = story::notes(closed(leaking())).told().await;
    assert_eq!(story.verdict("AZ02", "GET /notes/{note}"), Some(Verdict::Gap), "{}", story.told());
    let story = story::notes(closed(notes::service())).told().await;
    story.is_sound();
    story.holds(&["AZ02 GET /notes/{note}", "AZ03 PUT /notes/{note}"]);
}

/// It is closed to everybody: nothing can be walked, and the place says so.
#[tokio::test]
async fn a_document_that_nobody_gets() {
    let closed = notes::service()
        .guard(|_, call| (call.target == "/openapi.json").then(|| Answer::refused(403, "not for anybody")));
    let refused = story::notes(closed).tried().await.err().unwrap().to_string();
    assert!(refused.contains("/openapi.json: answered 403"), "{refused}");
}

/// What only an administrator's document names is walked, too.
#[tokio::test]
async fn documents_that_differ_by_caller() {
    let done = json!({"200": {"description": "done"}});
    let of = |paths: &[&str]| {
        let paths: serde_json::Map<String, Value> =
            paths.iter().map(|path| ((*path).to_owned(), json!({"get": {"responses": done}}))).collect();
        json!({"openapi": "3.0.3", "info": {"title": "Notes", "version": "1"}, "paths": paths})
    };
    let (some, all) = (of(&["/whoami"]), of(&["/whoami", "/events"]));
    let service = notes::service().with(notes::page("GET /specification", move |world, call| {
        Answer::ok(if world.role(call) == "admin" { all.clone() } else { some.clone() })
    }));
    let story = story::notes(service).document("document = \"/specification\"").also(notes::RECORD).told().await;
    assert_eq!(story.outcome.denominator.actions, 2, "{}", story.told());
}
