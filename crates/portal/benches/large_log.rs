//! What stays quick when the record grows: the trail's first page, a proof, and what verifying all of it takes.
//!
//! `cargo bench -p plimsoll-portal --bench large_log` compares ten thousand events with a million;
//! `-- 10000 10000000` with ten million (some minutes, and thirteen gigabytes of disk).

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to say")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the figures are the output")]

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::connect_info::MockConnectInfo;
use axum::http::Request;
use door::ledger::Chain;
use door::ledger::event::{Draft, Outcome, Performer, Thing};
use door::record::{Sign, prove, seal};
use door::store::{Store, Value};
use door::{Clock as _, SystemClock, values};
use portal::settings::{Cli, Command};
use portal::wires::{Peer, console};
use portal::{Parts, data::Data};
use serde_json::json;
use uuid::Uuid;

/// Events that are written in one transaction.
const AT_ONCE: usize = 20_000;
/// How often each question is asked; the middle answer counts.
const ASKED: usize = 101;

#[tokio::main]
async fn main() {
    let mut sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![10_000, 1_000_000];
    }
    println!("{:>10}  first page  one action  one person  a proof   verify all", "events");
    for size in sizes {
        measure(size).await;
    }
}

async fn measure(size: usize) {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["portal", "serve", "--data", directory.path().to_str().unwrap()];
    let Command::Serve(serve) = <Cli as clap::Parser>::parse_from(arguments).command else { panic!("serve") };
    let data = Data::open(&serve.place).unwrap();
    // Limits are for strangers; here they would measure themselves.
    let mut parts = Parts::real();
    parts.catalogue = parts.catalogue.alter("trail.list", |entry| entry.spec.limits = &[]);
    let door = parts.door(&data, &serve.place, "http://house.example", false).await.unwrap();
    let input =
        json!({"name": "Halden", "owner": "Maya", "mail": "maya@example.com", "password": "a fine long password"});
    let made = console::pass(&door, "organisation.create", &input.to_string()).await.unwrap();
    let id = |name: &str| made[name].as_str().unwrap().parse::<Uuid>().unwrap();
    let (organisation, maya) = (id("organisation"), id("person"));
    let app = portal::serve::router(&door, &serve)
        .unwrap()
        .layer(MockConnectInfo(Peer(SocketAddr::from(([192, 0, 2, 7], 4711)))));
    fill(door.store(), &data, organisation, maya, size).await;

    let sign_in = json!({"mail": "maya@example.com", "password": "a fine long password"}).to_string();
    let answer = ask(&app, "POST", "/api/v1/session", "", sign_in).await;
    let session = answer["token"].as_str().unwrap().to_owned();
    let page = |query: &str| page(app.clone(), session.clone(), format!("/api/v1/trail?limit=50{query}"));
    let (first, action, person) =
        (page("").await, page("&action=credential.reveal").await, page(&format!("&actor={maya}")).await);

    let newest: i64 = value(door.store(), "SELECT max(n) AS number FROM ledger_leaf").await;
    let (mut times, sealer) = (Vec::new(), data.sealer().unwrap());
    for asked in 0..i64::try_from(ASKED).unwrap() {
        let began = Instant::now();
        // Here and there in the log, not one beside the other.
        assert!(prove(door.store(), &sealer, 1 + asked * 7919 % newest).await.unwrap().is_some());
        times.push(began.elapsed());
    }
    let began = Instant::now();
    let report = door::verify::verify(door.store(), &data.trust().unwrap()).await.unwrap();
    assert!(report.leaves >= u64::try_from(size).unwrap(), "{report}");
    let (all, memory) = (began.elapsed().as_secs_f64(), memory_megabytes());
    println!(
        "{size:>10}  {first:>10.1?}  {action:>10.1?}  {person:>10.1?}  {:>7.1?}   {all:.1} s, at most {memory} MB",
        middle(times)
    );
    door.close().await;
}

/// Writes events as the door does, seals them, signs.
async fn fill(store: &Store, data: &Data, organisation: Uuid, maya: Uuid, size: usize) {
    let now = SystemClock.now();
    let chain = Chain::Organisation(organisation);
    let (mut written, began) = (0, Instant::now());
    while written < size {
        let count = AT_ONCE.min(size - written);
        let events: Vec<Value> = (written..written + count)
            .flat_map(|number| {
                // One in a thousand is a reveal; one in ten is Maya's.
                let act = if number % 1000 == 0 { "credential.reveal" } else { "project.show" };
                let who = if number % 10 == 0 { maya } else { Uuid::from_u128(number as u128 % 20) };
                let draft = Draft::new(door::id::uuid_at(now), now.timestamp(), chain, act)
                    .actor(Performer::person(who).authenticated("password"))
                    .rule(act, vec!["staff"])
                    .request(door::id::uuid_at(now))
                    .observer("portal@0.1.0")
                    .target(Thing { kind: "project", id: Uuid::from_u128(number as u128 % 500) });
                let event = draft.finish(Outcome::Done).unwrap().event;
                values![chain.to_string(), event.bytes(), None::<String>]
            })
            .collect();
        let mut tx = store.write(true).await.unwrap();
        tx.insert_rows("INSERT INTO event (chain, body, private)", 3, &events).await.unwrap();
        tx.commit().await.unwrap();
        written += count;
        seal(store, Some(&data.sealer().unwrap()), SystemClock.now(), Sign::Now).await.unwrap();
        eprint!("\rfilling: {written} of {size}, {:.0} a second ", written as f64 / began.elapsed().as_secs_f64());
    }
    eprintln!();
    assert_eq!(value(store, "SELECT count(*) AS number FROM event_pending").await, 0);
}

async fn value(store: &Store, sql: &'static str) -> i64 {
    store.read().await.unwrap().one(sql, vec![]).await.unwrap().get("number").unwrap()
}

/// How long a page takes, in the middle.
async fn page(app: Router, session: String, path: String) -> Duration {
    let mut times = Vec::new();
    for _ in 0..ASKED {
        let began = Instant::now();
        let answer = ask(&app, "GET", &path, &session, String::new()).await;
        times.push(began.elapsed());
        assert_eq!(answer["events"].as_array().map_or(0, Vec::len).min(10), 10, "{path}: {answer}");
    }
    middle(times)
}

async fn ask(app: &Router, verb: &str, path: &str, session: &str, body: String) -> serde_json::Value {
    use tower::ServiceExt as _;
    let request = Request::builder()
        .method(verb)
        .uri(path)
        .header("authorization", format!("Bearer {session}"))
        .header("content-type", "application/json")
        .body(Body::from(body))
        .unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap()
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The most memory that this process had, as Linux counts it.
fn memory_megabytes() -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}
