//! What the door costs: two actions beside a bare axum handler that runs the same SQL with the same session and standing.
//!
//! `cargo bench -p plimsoll-portal --bench beside_bare` — both sides in one run, in turns, on one SQLite database.
//! Read the ratios; the machine is shared and noisy.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to say")]
#![expect(clippy::print_stdout, reason = "the figures are the output")]

use std::net::SocketAddr;

use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::extract::connect_info::MockConnectInfo;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Request};
use axum::routing::{get, post};
use axum::{Json, Router};
use door::store::Store;
use door::values;
use portal::settings::{Cli, Command, Serve};
use portal::wires::{Peer, console};
use portal::{Parts, data::Data, secret};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

/// Rounds in turns; each round asks each side this often.
const ROUNDS: usize = 20;
const ASKED: usize = 50;
/// Writers at once.
const WRITERS: usize = 16;

const SESSION: &str = "SELECT s.person AS person, s.organisation AS organisation FROM session s \
    LEFT JOIN session_seen v ON v.session = s.id WHERE s.secret_hash = $1 AND s.expires_at > $2";
const STANDING: &str = "SELECT m.role AS role, m.client AS client, \
    (SELECT p.role FROM project_member p WHERE p.project = $3 AND p.person = m.person) AS project_role \
    FROM membership m WHERE m.person = $1 AND m.organisation = $2 AND m.state = 'active'";
const LIST: &str = "SELECT p.id AS id, p.title AS title, p.client AS client, c.name AS client_name, p.status AS status, \
    p.sentence AS sentence, p.status_at AS status_at, s.name AS status_by \
    FROM project p JOIN client c ON c.id = p.client JOIN person s ON s.id = p.status_by \
    WHERE p.organisation = $1 ORDER BY p.id DESC LIMIT 101";

#[derive(Clone)]
struct Bare {
    store: Store,
    now: door::Time,
}

async fn who(tx: &mut door::store::Tx, bare: &Bare, headers: &HeaderMap, project: Option<Uuid>) -> (Uuid, Uuid) {
    let shown = headers["authorization"].to_str().unwrap().trim_start_matches("Bearer ");
    let row = tx.one(SESSION, values![secret::hash(shown).as_slice(), bare.now]).await.unwrap();
    let (person, organisation): (Uuid, Uuid) = (row.get("person").unwrap(), row.get("organisation").unwrap());
    let standing = tx.maybe(STANDING, values![person, organisation, project]).await.unwrap();
    assert!(standing.is_some());
    (person, organisation)
}

async fn bare_list(State(bare): State<Bare>, headers: HeaderMap) -> Json<Value> {
    let mut tx = bare.store.read().await.unwrap();
    let (_, organisation) = who(&mut tx, &bare, &headers, None).await;
    let rows = tx.all(LIST, values![organisation]).await.unwrap();
    let text = |row: &door::store::Row, name: &str| row.get::<String>(name).unwrap();
    let projects: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({"id": row.get::<Uuid>("id").unwrap(), "title": text(row, "title"), "client": row.get::<Uuid>("client").unwrap(),
                   "client_name": text(row, "client_name"), "status": text(row, "status"), "sentence": text(row, "sentence"),
                   "status_by": text(row, "status_by"), "status_at": row.get::<door::Time>("status_at").unwrap()})
        })
        .collect();
    Json(json!({"projects": projects, "next": null}))
}

async fn bare_post(
    State(bare): State<Bare>,
    Path(project): Path<Uuid>,
    headers: HeaderMap,
    Json(input): Json<Value>,
) -> Json<Value> {
    let mut tx = bare.store.write(false).await.unwrap();
    let (person, organisation) = who(&mut tx, &bare, &headers, Some(project)).await;
    let known = "SELECT id FROM project WHERE id = $1 AND organisation = $2";
    assert!(tx.maybe(known, values![project, organisation]).await.unwrap().is_some());
    let id = door::id::uuid_at(bare.now);
    tx.run(
        "INSERT INTO bare_message (id, project, author, text, posted_at) VALUES ($1, $2, $3, $4, $5)",
        values![id, project, person, input["text"].as_str().unwrap(), bare.now],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    Json(json!({ "id": id }))
}

async fn ask(app: &Router, verb: &str, path: &str, token: &str, body: Option<&Value>) -> Value {
    let request = Request::builder()
        .method(verb)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
        .unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Times one side for a round, one request after another.
async fn one_by_one(
    app: &Router,
    verb: &str,
    path: &str,
    token: &str,
    body: Option<&Value>,
    times: &mut Vec<Duration>,
) {
    for _ in 0..ASKED {
        let started = Instant::now();
        ask(app, verb, path, token, body).await;
        times.push(started.elapsed());
    }
}

/// Requests a second with several writers at once.
async fn together(app: &Router, path: &str, token: &str, body: &Value) -> f64 {
    let started = Instant::now();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..WRITERS {
        let (app, path, token, body) = (app.clone(), path.to_owned(), token.to_owned(), body.clone());
        writers.spawn(async move {
            for _ in 0..ASKED {
                ask(&app, "POST", &path, &token, Some(&body)).await;
            }
        });
    }
    writers.join_all().await;
    f64::from(u32::try_from(WRITERS * ASKED).unwrap()) / started.elapsed().as_secs_f64()
}

fn main() {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(measure());
}

async fn measure() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["portal", "serve", "--data", directory.path().to_str().unwrap()];
    let Command::Serve(serve) = <Cli as clap::Parser>::parse_from(arguments).command else { panic!("serve") };
    let (app, bare, token, project) = world(&serve).await;
    let (list, posts) = ("/api/v1/projects", format!("/api/v1/projects/{project}/messages"));
    let body = json!({"text": "The draft is ready."});

    let (mut door_list, mut bare_list) = (Vec::new(), Vec::new());
    let (mut door_post, mut bare_post) = (Vec::new(), Vec::new());
    let (mut door_rate, mut bare_rate) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        one_by_one(&app, "GET", list, &token, None, &mut door_list).await;
        one_by_one(&bare, "GET", list, &token, None, &mut bare_list).await;
        one_by_one(&app, "POST", &posts, &token, Some(&body), &mut door_post).await;
        one_by_one(&bare, "POST", &posts, &token, Some(&body), &mut bare_post).await;
        door_rate.push(together(&app, &posts, &token, &body).await);
        bare_rate.push(together(&bare, &posts, &token, &body).await);
    }
    let line = |what: &str, door: Duration, bare: Duration| {
        let ratio = door.as_secs_f64() / bare.as_secs_f64();
        println!("{what:<28} door {door:>10.0?}   bare {bare:>10.0?}   ratio {ratio:.2}");
    };
    line("project.list, 50 projects", median(door_list), median(bare_list));
    line("message.post, one writer", median(door_post), median(bare_post));
    let middle = |mut rates: Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    };
    let (door, bare) = (middle(door_rate), middle(bare_rate));
    println!("message.post, {WRITERS} writers     door {door:>8.0}/s   bare {bare:>8.0}/s   ratio {:.2}", bare / door);
}

async fn world(serve: &Serve) -> (Router, Router, String, Uuid) {
    let data = Data::open(&serve.place).unwrap();
    // Limits are for strangers; here they would measure themselves.
    let mut parts = Parts::real();
    for name in ["project.list", "message.post"] {
        parts.catalogue = parts.catalogue.alter(name, |entry| entry.spec.limits = &[]);
    }
    let door = parts.door(&data, &serve.place, "http://house.example", false).await.unwrap();
    let input = json!({"name": "Halden", "owner": "Maya", "mail": "maya@example.com", "password": "a fine long password",
                       "clients": ["Brightwater"]});
    let made = console::pass(&door, "organisation.create", &input.to_string()).await.unwrap();
    let app = portal::serve::router(&door, serve)
        .unwrap()
        .layer(MockConnectInfo(Peer(SocketAddr::from(([192, 0, 2, 7], 4711)))));
    let sign_in = json!({"mail": "maya@example.com", "password": "a fine long password"});
    let token = ask(&app, "POST", "/api/v1/session", "", Some(&sign_in)).await["token"].as_str().unwrap().to_owned();
    let mut project = Uuid::nil();
    for number in 0..50 {
        let wanted = json!({"title": format!("Project {number}"), "client": made["clients"][0]});
        let made = ask(&app, "POST", "/api/v1/projects", &token, Some(&wanted)).await;
        project = made["id"].as_str().unwrap().parse().unwrap();
    }
    let store = door.store().clone();
    let mut tx = store.write(true).await.unwrap();
    let table = "CREATE TABLE bare_message (id BLOB PRIMARY KEY, project BLOB NOT NULL, author BLOB NOT NULL, \
                 text TEXT NOT NULL, posted_at INTEGER NOT NULL) STRICT";
    tx.run(table, vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let bare = Router::new()
        .route("/api/v1/projects", get(bare_list))
        .route("/api/v1/projects/{project}/messages", post(bare_post))
        .with_state(Bare { store, now: door.now() });

    (app, bare, token, project)
}
