//! What the audit costs: requests a cell, and its own processor time a request, on a sound service and on one where
//! everything is open. `cargo bench -p plimsoll --bench walk`; the figures and how to read them: `benches/README.md`.
//!
//! The services run in a process of their own, so that only the audit's time is counted. Each is walked by the audit,
//! walked once more with the lock of the first walk, and then asked as often by a bare client; all stand side by side.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "its output is its purpose")]

#[path = "../tests/it/run.rs"]
mod run;
#[path = "../tests/it/service/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use what this does not")]
mod service;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use service::{Service, notes, rows};

const RUNS: usize = 3;

/// A service by its name.
type Named = (&'static str, fn() -> Service);

/// What is walked.
const SERVICES: [Named; 2] = [("sound", notes::service), ("all open", all_open)];

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let asked: Vec<String> = std::env::args().collect();
    if let Some(at) = asked.iter().position(|argument| argument == "--serve") {
        let wanted = SERVICES.iter().find(|(name, _)| *name == asked[at + 1]).unwrap();
        runtime.block_on(serve(wanted.1()));
        return;
    }
    println!(
        "{:<10} {:>8} {:>6} {:>9} {:>14} {:>14} {:>7}",
        "service", "requests", "cells", "per cell", "audit µs/req", "bare µs/req", "ratio"
    );
    for (name, _) in SERVICES {
        for _ in 0..RUNS {
            for line in runtime.block_on(measure(name)) {
                println!("{line}");
            }
        }
    }
}

/// Serves until the parent ends it.
async fn serve(service: Service) {
    let served = service.serve().await.unwrap();
    println!("{}", served.url);
    std::future::pending::<()>().await;
}

/// A walk, another one with its lock, and as many bare requests as the first sent.
async fn measure(name: &str) -> Vec<String> {
    let server = Server::start(name);
    let directory = tempfile::tempdir().unwrap();
    let manifest = format!(
        "[target]\nurl = \"{}\"\nmine = true\ndisposable = true\ndocument = \"/openapi.json\"\nhealth = \"GET /health\"\n{}",
        server.url,
        notes::MANIFEST
    );
    std::fs::write(directory.path().join("plimsoll.toml"), manifest).unwrap();
    let mut walks = Vec::new();
    for (number, what) in [name.to_owned(), "… again".to_owned()].into_iter().enumerate() {
        let before = processor_time();
        let evidence = directory.path().join(format!("evidence-{number}"));
        let outcome = run::audit(directory.path(), |setup| setup.evidence = evidence).await.unwrap();
        walks.push((what, outcome.denominator, processor_time() - before));
    }
    let before = processor_time();
    let asked = walks[0].1.requests;
    bare(&server.url, asked).await;
    let bare = each(processor_time() - before, asked);
    let lines = walks.iter().map(|(what, counted, audit)| {
        let audit = each(*audit, counted.requests);
        format!(
            "{what:<10} {:>8} {:>6} {:>9.2} {audit:>14.0} {bare:>14.0} {:>7.1}",
            counted.requests,
            counted.cells_sent,
            f64::from(counted.requests_cells) / f64::from(counted.cells_sent.max(1)),
            audit / bare
        )
    });
    lines.collect()
}

/// Microseconds a request.
fn each(time: Duration, requests: u32) -> f64 {
    time.as_secs_f64() * 1e6 / f64::from(requests.max(1))
}

/// The same number of requests without any thought: one client, one connection, one after another.
async fn bare(url: &str, requests: u32) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for _ in 0..requests {
        let answer = client.get(format!("{url}/whoami")).bearer_auth("nobody").send().await.unwrap();
        answer.bytes().await.unwrap();
    }
}

/// User and system time of this process (`CLOCK_PROCESS_CPUTIME_ID`).
fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.try_into().unwrap_or(0), now.tv_nsec.try_into().unwrap_or(0))
}

/// A service in a process of its own, ended with this value.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(name: &str) -> Self {
        let started = Instant::now();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--serve", name])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        assert!(started.elapsed() < Duration::from_secs(30), "the service took too long to start");
        Self { child, url: url.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Every wall is open: each object can be read, changed and removed by everybody who is signed in.
fn all_open() -> Service {
    fn anybody(_: &service::World, _: &service::Call, _: &service::Row) -> bool {
        true
    }
    let comment = || vec![service::text("text")];
    notes::service()
        .replace("GET /notes", rows::list("note", anybody))
        .replace("GET /search", rows::list("note", anybody))
        .replace("GET /notes/{note}", rows::show("note", anybody))
        .replace("PUT /notes/{note}", rows::update("note", notes::note_fields(), anybody))
        .replace("DELETE /notes/{note}", rows::delete("note", anybody))
        .replace("POST /notes/{note}/comments", rows::create_below("note", "comment", comment(), anybody))
        .replace("GET /notes/{note}/comments", rows::list_below("note", "comment", anybody))
        .replace("GET /notes/{note}/comments/{comment}", rows::show_below("note", "comment", anybody))
        .replace("DELETE /notes/{note}/comments/{comment}", rows::delete_below("note", "comment", anybody))
}
