//! The commands one after another, as a person types them, against a small service with one flaw.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use clap::Parser;
use serde_json::{Value, json};

use super::args::Cli;
use crate::error::Trouble;
use crate::load_line::Exit;
use crate::verdict::Verdict;

/// People by name, sessions by token, and notes with their owner.
#[derive(Default)]
struct Shop {
    people: BTreeMap<String, String>,
    sessions: BTreeMap<String, String>,
    notes: BTreeMap<u64, (String, String)>,
    /// Who asks for a note by its number need not own it.
    leaks: bool,
}

async fn answer(State(shop): State<Arc<Mutex<Shop>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 10_000).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
    let said = |code: StatusCode, value: Value| (code, Json(value)).into_response();
    let mut shop = shop.lock().unwrap();
    let bearer = parts.headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let caller = bearer.and_then(|token| shop.sessions.get(token)).cloned();
    let path = parts.uri.path().trim_matches('/').to_owned();
    match (parts.method.as_str(), path.as_str(), caller) {
        ("GET", "openapi.json", _) => said(StatusCode::OK, document()),
        ("GET", "health", _) => said(StatusCode::OK, json!({})),
        ("POST", "people", _) => {
            shop.people.insert(text("name"), text("password"));
            said(StatusCode::CREATED, json!({"name": text("name")}))
        }
        ("POST", "session", _) if shop.people.get(&text("name")) == Some(&text("password")) => {
            let token = format!("token-{}-of-{}", shop.sessions.len(), text("name"));
            shop.sessions.insert(token.clone(), text("name"));
            said(StatusCode::OK, json!({"token": token}))
        }
        (_, _, None) => said(StatusCode::UNAUTHORIZED, json!({"error": "sign in"})),
        ("GET", "me", Some(name)) => said(StatusCode::OK, json!({"name": name})),
        ("POST", "notes", Some(owner)) => {
            let id = shop.notes.len() as u64 + 1;
            shop.notes.insert(id, (owner, text("title")));
            said(StatusCode::CREATED, json!({"id": id, "title": text("title")}))
        }
        ("GET", path, Some(name)) => {
            let id = path.strip_prefix("notes/").and_then(|id| id.parse().ok()).unwrap_or(0);
            match shop.notes.get(&id).filter(|(owner, _)| shop.leaks || *owner == name) {
                Some((_, title)) => said(StatusCode::OK, json!({"id": id, "title": title})),
                None => said(StatusCode::NOT_FOUND, json!({"error": "no such thing"})),
            }
        }
        _ => said(StatusCode::NOT_FOUND, json!({"error": "no such thing"})),
    }
}

fn document() -> Value {
    let body = |fields: &[&str]| {
        let fields: BTreeMap<_, _> = fields.iter().map(|name| (*name, json!({"type": "string"}))).collect();
        let schema = json!({"type": "object", "required": fields.keys().collect::<Vec<_>>(), "properties": fields});
        json!({"content": {"application/json": {"schema": schema}}})
    };
    let done = json!({"200": {"description": "done"}});
    let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}]);
    json!({
        "openapi": "3.0.3",
        "info": {"title": "notes", "version": "1"},
        "paths": {
            "/people": {"post": {"requestBody": body(&["name", "password"]), "responses": done}},
            "/session": {"post": {"requestBody": body(&["name", "password"]), "responses": done}},
            "/me": {"get": {"responses": done}},
            "/notes": {"post": {"requestBody": body(&["title"]), "responses": done}},
            "/notes/{id}": {"get": {"parameters": id, "responses": done}}
        }
    })
}

/// Serves on a free port for as long as the test runs, and writes the manifest into a directory.
fn serve(dir: &Path) -> Arc<Mutex<Shop>> {
    let shop = Arc::new(Mutex::new(Shop { leaks: true, ..Shop::default() }));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().fallback(answer).with_state(Arc::clone(&shop));
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime
            .block_on(async { axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await.unwrap() });
    });
    let manifest = format!(
        "[target]\nurl = \"http://{address}\"\nmine = true\ndocument = \"/openapi.json\"\nhealth = \"GET /health\"\n\
         [sign_up]\nsend = 'POST /people {{\"name\":\"{{name}}\",\"password\":\"{{password}}\"}}'\n\
         [sign_in]\nsend = 'POST /session {{\"name\":\"{{name}}\",\"password\":\"{{password}}\"}}'\n\
         token = \"token\"\nuse = \"Authorization: Bearer {{token}}\"\nproof = \"GET /me\"\n\
         [actors]\nann = {{ role = \"user\", tenant = \"ann\" }}\nbob = {{ role = \"user\", tenant = \"bob\" }}\n"
    );
    fs::write(dir.join("plimsoll.toml"), manifest).unwrap();
    shop
}

/// What is typed behind `plimsoll -q -m DIR/plimsoll.toml`.
fn typed(dir: &Path, words: &[&str]) -> Result<Exit, Trouble> {
    let manifest = dir.join("plimsoll.toml").display().to_string();
    let cli = Cli::parse_from(["plimsoll", "-q", "-m", &manifest].iter().chain(words));
    super::run(&cli)
}

#[test]
fn from_the_audit_to_the_proof_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let shop = serve(dir);
    let key = dir.join("key").display().to_string();

    assert_eq!(typed(dir, &["auth", "check"]), Ok(Exit::Holds));
    assert_eq!(typed(dir, &["plan"]), Ok(Exit::Holds));
    assert_eq!(typed(dir, &["audit", "--only", "authorization", "--key", &key]), Ok(Exit::Gap));
    let place = super::Place::beside(&dir.join("plimsoll.toml"));
    let outcome = place.last_outcome().unwrap();
    let ids: Vec<_> = outcome.gaps.iter().map(|gap| (gap.check.as_str(), gap.subject.as_str())).collect();
    assert_eq!(ids, [("AZ02", "GET /notes/{id}")]);
    for name in ["report.html", "report.json", "proof.dsse.json"] {
        assert!(dir.join(".plimsoll").join(name).is_file(), "{name}");
    }

    // The evidence alone says the same, and is what was signed.
    assert_eq!(typed(dir, &["judge"]), Ok(Exit::Gap));
    assert_eq!(typed(dir, &["verify"]), Ok(Exit::Holds));
    assert_eq!(typed(dir, &["verify", "--phase", "1"]), Ok(Exit::Gap));
    let id = outcome.gaps[0].id.clone();
    assert_eq!(typed(dir, &["explain", &id]), Ok(Exit::Holds));
    assert_eq!(typed(dir, &["fix"]), Ok(Exit::Holds));
    assert!(dir.join(".plimsoll/orders/p1-notes.md").is_file());

    // Tried again, it is still open; closed, it is seen to be closed.
    assert_eq!(typed(dir, &["replay", &id]), Ok(Exit::Gap));
    shop.lock().unwrap().leaks = false;
    assert_eq!(typed(dir, &["replay", &id]), Ok(Exit::Holds));
    assert_eq!(typed(dir, &["verify"]), Ok(Exit::Holds), "a replay leaves the evidence of the run alone");

    let evidence = place.evidence(None).unwrap();
    let index = fs::read_to_string(evidence.join("index")).unwrap();
    let document = evidence.join(format!("{}.json", index.lines().next_back().unwrap()));
    let changed = fs::read_to_string(&document).unwrap().replacen('1', "2", 1);
    fs::write(&document, changed).unwrap();
    assert_eq!(typed(dir, &["verify"]), Ok(Exit::Gap));
    assert!(typed(dir, &["judge"]).unwrap_err().wrong.contains("changed"));
}

#[test]
fn what_is_closed_holds_and_what_is_required_is_not_proved() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    serve(dir).lock().unwrap().leaks = false;
    assert_eq!(typed(dir, &["audit", "--unsigned", "--only", "authorization"]), Ok(Exit::Holds));
    let place = super::Place::beside(&dir.join("plimsoll.toml"));
    let outcome = place.last_outcome().unwrap();
    let reads = outcome.checks.iter().find(|check| check.id == "AZ02").unwrap();
    assert_eq!(reads.verdict, Verdict::Holds, "{}", reads.words);
    assert!(!dir.join(".plimsoll/proof.dsse.json").exists());
    let wanted = ["audit", "--unsigned", "--only", "authorization", "--require", "authorization=pilot"];
    assert_eq!(typed(dir, &wanted), Ok(Exit::Unproven));
    let outcome = place.last_outcome().unwrap();
    assert!(outcome.wanted.is_some() && 0 < outcome.denominator.actions, "what is required is kept in the evidence");
    assert_eq!(typed(dir, &["matrix", "draft"]), Ok(Exit::Holds));
    assert_eq!(typed(dir, &["matrix", "accept"]), Ok(Exit::Holds));
    assert_eq!(typed(dir, &["matrix", "show", "GET /notes/{id}"]), Ok(Exit::Holds));
}

#[test]
fn what_is_missing_or_unknown_is_named_with_a_hint() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    for words in [
        &["audit", "--unsigned"][..],
        &["explain", "AZ99"],
        &["explain", "score"],
        &["replay", "AZ02-0000"],
        &["judge", "nowhere"],
        &["verify"],
        &["matrix", "review"],
        &["fix"],
        &["next"],
    ] {
        let trouble = typed(dir, words).unwrap_err();
        assert!(trouble.hint.is_some(), "{words:?}: {trouble}");
    }
}
