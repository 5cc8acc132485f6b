//! How long it takes to verify a whole database, beside SHA-256 of the same leaves: `cargo bench -p plimsoll-door --bench
//! verify`, with `-- 1000000` for a million events.
//!
//! Half of the events make a row of a recorded table, half are refusals; each keeps a value about a person. SHA-256 runs on
//! one core, the verifier on as many as there are; `cores` says how many it kept busy.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to say")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the figures are the output")]

use std::time::Instant;

use door::record::verify::{Outside, Report, Trust, Verdict, verify};
use door::record::{Sealer, Sign, seal};
use door::store::{Migration, Settings, Step, Store, Value};
use door::{MIGRATIONS, Time, values};
use ledger::commitment::{Salt, of_row};
use ledger::event::{Draft, Operation, Outcome, Performer, Pii, Row, Thing};
use ledger::{Chain, Hash};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Events that are measured without an argument.
const EVENTS: u64 = 100_000;
/// Events that are written in one transaction.
const AT_ONCE: u64 = 10_000;
const NOW: Time = Time(1_763_772_132_345_678);
const TOYS: Migration = Migration {
    version: 2,
    name: "toys",
    steps: &[Step::Recorded { table: "toy", entity: 7, columns: "colour {text} NOT NULL, " }],
};

#[tokio::main]
async fn main() {
    // `cargo test` builds and starts benches, too; there is nothing to test here.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let events = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(EVENTS);
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&Settings::Sqlite(directory.path().join("log.db"))).await.unwrap();
    store.migrate(&MIGRATIONS.iter().copied().chain([TOYS]).collect::<Vec<_>>(), NOW).await.unwrap();
    let sealer = Sealer::new("bench.example/record/1", [1; 32].into(), directory.path().join("high-water"));
    let began = Instant::now();
    let mut bytes = 0;
    for first in (0..events).step_by(usize::try_from(AT_ONCE).unwrap()) {
        bytes += fill(&store, first..events.min(first + AT_ONCE)).await;
        seal(&store, Some(&sealer), NOW, Sign::Now).await.unwrap();
    }
    eprintln!("filled in {:.1} s", began.elapsed().as_secs_f64());

    // The leaf adds a header of some 160 bytes to each body.
    let leaf = vec![7; usize::try_from(bytes / events).unwrap() + 160];
    let began = Instant::now();
    for _ in 0..events {
        std::hint::black_box(Sha256::digest(std::hint::black_box(&leaf)));
    }
    let hashing = began.elapsed().as_secs_f64();

    let outside = [Outside { label: "file".to_owned(), note: std::fs::read(&sealer.high_water).unwrap() }];
    let trust = Trust::key(sealer.key().unwrap().verifier().clone()).outside(&outside);
    let (began, before) = (Instant::now(), processor_seconds());
    let report: Report = verify(&store, &trust).await.unwrap();
    let (took, busy) = (began.elapsed().as_secs_f64(), processor_seconds() - before);
    assert_eq!((report.verdict(), report.leaves), (Verdict::Verified, events), "{report}");
    println!("{events} events of {} bytes, {} rows", bytes / events, report.rows);
    println!("SHA-256 of the leaves: {hashing:.2} s");
    println!(
        "verify: {took:.2} s, {:.0} events a second, {:.1} cores, at most {} MB, {:.2} of SHA-256's speed",
        events as f64 / took,
        busy / took,
        status("VmHWM:") / 1024,
        hashing / took
    );
}

/// Writes events as the door does. Gives the bytes of their bodies.
async fn fill(store: &Store, numbers: std::ops::Range<u64>) -> u64 {
    let (mut events, mut toys, mut changes, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let mut tx = store.write(true).await.unwrap();
    let made: Vec<Uuid> = numbers.clone().map(|_| door::id::uuid_at(NOW)).collect();
    for id in made.iter().step_by(2) {
        toys.extend(values![*id, 1_i64, [3; 32], "red"]);
    }
    tx.insert_rows("INSERT INTO toy (id, rev, salt, colour)", 4, &toys).await.unwrap();
    for (number, id) in numbers.zip(made) {
        let chain = Chain::Client(Uuid::from_u128(u128::from(number % 50)));
        let person = Uuid::from_u128(u128::from(number % 20));
        let draft = Draft::new(door::id::uuid_at(NOW), NOW.timestamp(), chain, "toy.make")
            .actor(Performer::person(person).authenticated("password").session(door::id::uuid_at(NOW)))
            .rule("toy.make", vec!["staff"])
            .request(door::id::uuid_at(NOW))
            .observer("bench@1")
            .target(Thing { kind: "toy", id })
            .pii("actor.ip", Pii::new(person, "192.0.2.7"), Salt::new([7; 32]));
        let recorded = if number % 2 == 0 {
            let state = format!("colour 4 tred\nentity 2 i7\nid 33 x{}\nrev 2 i1\n", id.simple());
            let after = of_row(&Salt::new([3; 32]), "toy", id, 1, state.as_bytes());
            changes.extend(values![7_i64, id, 1_i64, "c", i64::try_from(number + 1).unwrap(), Some(after.0)]);
            let row =
                Row { entity: "toy", id, revision: 1, operation: Operation::Create, before: None, after: Some(after) };
            draft.change(row).finish(Outcome::Done)
        } else {
            draft.fact("repeats", 1_u32).finish(Outcome::Denied)
        };
        let recorded = recorded.unwrap();
        let kept = recorded.values.iter().map(|value| {
            let salt = Hash(*value.salt.as_bytes());
            serde_json::json!({"field": value.field, "subject": value.subject, "salt": salt, "value": value.value})
        });
        let kept = serde_json::Value::Array(kept.collect()).to_string();
        bytes += recorded.event.bytes().len() as u64;
        events.extend(values![chain.to_string(), recorded.event.bytes(), kept]);
    }
    tx.insert_rows("INSERT INTO event (chain, body, private)", 3, &events).await.unwrap();
    let changes: Vec<Value> = changes;
    tx.insert_rows("INSERT INTO change (entity, pk, rev, op, n, after)", 6, &changes).await.unwrap();
    tx.commit().await.unwrap();
    bytes
}

/// A line of `/proc/self/status`, in kilobytes.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim().split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// Seconds that all threads of this process have computed, as Linux counts them: user and system time in hundredths.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let times: u64 = after.split_whitespace().skip(11).take(2).filter_map(|time| time.parse::<u64>().ok()).sum();
    times as f64 / 100.0
}
