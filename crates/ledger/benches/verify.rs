//! How close reading a whole log comes to SHA-256 alone: the same bytes, in one run, by turns.
//!
//! `cargo bench -p plimsoll-ledger --bench verify`

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made says enough by failing")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use ledger::event::{Draft, Event, Operation, Outcome, Performer, Pii, Row, Thing};
use ledger::leaf::Leaf;
use ledger::replay::{Replay, Stored};
use ledger::{Chain, ChainHead, Hash, commitment::Salt};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const LEAVES: u32 = 100_000;
const CHAINS: u32 = 100;
const ROUNDS: usize = 9;

fn id(number: u32) -> Uuid {
    format!("01930000-0000-7000-8000-{number:012x}").parse().unwrap()
}

/// A log as a portal writes it: bodies of some 700 bytes in a hundred chains.
fn log() -> Vec<(Leaf, Hash)> {
    let mut heads = vec![ChainHead::EMPTY; CHAINS as usize];
    let leaf = |number: u32| {
        let chain = Chain::Client(id(number % CHAINS));
        let row = Row {
            entity: "project",
            id: id(1),
            revision: 2,
            operation: Operation::Update,
            before: None,
            after: Some(Hash([1; 32])),
        };
        let event = Draft::new(id(number), "2026-11-22T00:42:12.345678Z".parse().unwrap(), chain, "project.status.set")
            .actor(Performer::person(id(7)).authenticated("password").session(id(8)))
            .rule("project.status.set", ["organisation admin"])
            .target(Thing { kind: "project", id: id(1) })
            .change(row)
            .pii("actor.ip", Pii::new(id(7), "192.0.2.7"), Salt::new([7; 32]))
            .finish(Outcome::Done);
        let head = &mut heads[(number % CHAINS) as usize];
        let leaf = head.next(chain, event.unwrap().event.bytes().to_vec());
        *head = ChainHead::after(&leaf);
        (leaf, head.last)
    };
    (0..LEAVES).map(leaf).collect()
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn main() {
    // `cargo test` builds and starts benches, too; there is nothing to test here.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let log = log();
    let bytes: Vec<Vec<u8>> = log.iter().map(|(leaf, _)| leaf.to_bytes()).collect();
    let total: usize = bytes.iter().map(Vec::len).sum();
    let hash_alone = || {
        for leaf in &bytes {
            black_box(Sha256::digest(leaf));
        }
    };
    let verify = || {
        let mut replay = Replay::default();
        for (leaf, hash) in &log {
            let Leaf { chain, sequence, previous, body } = leaf;
            let stored =
                Stored { chain: *chain, sequence: *sequence, previous: *previous, hash: *hash, body: Some(body) };
            replay.take(&stored, |_, _| ()).unwrap();
        }
        black_box(replay.root());
    };
    let read = || {
        for (leaf, _) in &log {
            black_box(Event::parse(&leaf.body).unwrap());
        }
    };
    let mut rounds: Vec<[f64; 3]> = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push([timed(hash_alone), timed(verify), timed(read)].map(|time| time.as_secs_f64()));
    }
    let median = |column: usize| {
        let mut times: Vec<f64> = rounds.iter().map(|round| round[column]).collect();
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    };
    let [alone, verify, read] = [0, 1, 2].map(median);
    println!("{LEAVES} leaves, {} bytes each, medians of {ROUNDS} rounds by turns", total / bytes.len());
    for (name, time) in [
        ("SHA-256 of the leaves", alone),
        ("verify: leaves, chains, tree", verify),
        ("read: bodies checked and parsed", read),
    ] {
        let (leaf, rate) = (time / f64::from(LEAVES) * 1e6, total as f64 / time / 1e6);
        println!("{name:32} {leaf:6.2} µs a leaf {rate:7.0} MB/s  {:5.2} of SHA-256's speed", alone / time);
    }
}
