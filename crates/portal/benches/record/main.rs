//! What the record costs: the same small action with and without it, by turns in one run, for 1 to 64 writers.
//!
//! `cargo bench -p plimsoll-portal --bench record`; with `-- --picture FILE` the curves are drawn, too. PostgreSQL takes part
//! where `TEST_POSTGRES_URL` names a server; else that is said. Read the ratios; the machine is shared and noisy.
//!
//! The action is the one that posts a message: look up session, standing and project in a snapshot and once more in the
//! transaction, insert a row, commit. With the record come two statements, the event and its change, and the triggers and the
//! key that hold them together.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to say")]
#![expect(clippy::print_stdout, reason = "the figures are the output")]

mod picture;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use door::ledger::event::{Draft, Operation, Outcome, Performer, Row as Moved, Thing};
use door::ledger::{Chain, Hash};
use door::store::{Engine, Settings, Store, Tx};
use door::{Time, values};
use portal::Parts;
use portal::data::Data;
use portal::settings::Place;
use portal::wires::console;
use serde_json::json;
use uuid::Uuid;

use self::picture::Curve;

const WRITERS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];
/// Rounds by turns; of each side's rates the middle one counts.
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(500);

const SESSION: &str = "SELECT s.person AS person, s.organisation AS organisation FROM session s \
    LEFT JOIN session_seen v ON v.session = s.id WHERE s.person = $1 ORDER BY s.id LIMIT 1";
const STANDING: &str = "SELECT m.role AS role FROM membership m WHERE m.person = $1 AND m.organisation = $2 \
    AND m.state = 'active'";

/// A database with one person in one project.
#[derive(Clone)]
struct World {
    store: Store,
    organisation: Uuid,
    person: Uuid,
    project: Uuid,
}

impl World {
    async fn found(place: &Place) -> Self {
        let data = Data::open(place).unwrap();
        let parts = Parts::real();
        let door = parts.door(&data, place, "http://localhost", false).await.unwrap();
        let input = json!({"name": "Halden", "owner": "Maya", "mail": "maya@example.com",
                           "password": "a fine long password", "clients": ["Brightwater"]});
        let made = console::pass(&door, "organisation.create", &input.to_string()).await.unwrap();
        let id = |value: &serde_json::Value| value.as_str().unwrap().parse::<Uuid>().unwrap();
        let (organisation, person) = (id(&made["organisation"]), id(&made["person"]));
        let world = Self { store: door.store().clone(), organisation, person, project: now_id() };
        let mut tx = world.store.write(true).await.unwrap();
        let project = "INSERT INTO project (id, rev, salt, organisation, client, title, status, sentence, status_by, \
                       status_at, made_at) VALUES ($1, 1, $2, $3, $4, 'Site', 'active', 'We began.', $5, 1, 1)";
        let own = values![world.project, [1; 32], organisation, id(&made["clients"][0]), person];
        tx.run(project, own).await.unwrap();
        record(&mut tx, &world, "project", portal::projects::PROJECT.entity, world.project).await;
        tx.run(
            if world.store.engine() == Engine::Sqlite {
                "CREATE TABLE bare_message (id BLOB PRIMARY KEY, project BLOB NOT NULL, author BLOB NOT NULL, \
                 visibility TEXT NOT NULL, text TEXT NOT NULL, posted_at INTEGER NOT NULL) STRICT"
            } else {
                "CREATE TABLE bare_message (id UUID PRIMARY KEY, project UUID NOT NULL, author UUID NOT NULL, \
                 visibility TEXT NOT NULL, text TEXT NOT NULL, posted_at BIGINT NOT NULL)"
            },
            vec![],
        )
        .await
        .unwrap();
        tx.run("CREATE INDEX bare_message_project ON bare_message (project, posted_at)", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        world
    }

    /// Looks up what a decision needs.
    async fn decide(&self, tx: &mut Tx) {
        tx.maybe(SESSION, values![self.person]).await.unwrap();
        tx.one(STANDING, values![self.person, self.organisation]).await.unwrap();
        let project = "SELECT id FROM project t WHERE id = $1 AND organisation = $2";
        tx.one(project, values![self.project, self.organisation]).await.unwrap();
    }

    /// Posts a message, with its record or without.
    async fn post(&self, recorded: bool) {
        let mut tx = self.store.read().await.unwrap();
        self.decide(&mut tx).await;
        drop(tx);
        let mut tx = self.store.write(false).await.unwrap();
        self.decide(&mut tx).await;
        let id = now_id();
        let own = values![id, self.project, self.person, "client", "The draft is ready.", 1_i64];
        if recorded {
            let insert = "INSERT INTO message (id, rev, salt, project, author, visibility, text, posted_at) \
                          VALUES ($1, 1, $7, $2, $3, $4, $5, $6)";
            let own = own.into_iter().chain(values![[1; 32]]).collect();
            tx.run(insert, own).await.unwrap();
            record(&mut tx, self, "message", portal::messages::MESSAGE.entity, id).await;
        } else {
            let insert = "INSERT INTO bare_message (id, project, author, visibility, text, posted_at) \
                          VALUES ($1, $2, $3, $4, $5, $6)";
            tx.run(insert, own).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Actions a second that `writers` come to together.
    async fn rate(&self, writers: usize, recorded: bool) -> f64 {
        let done = Arc::new(AtomicU64::new(0));
        let began = Instant::now();
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..writers {
            let (world, done) = (self.clone(), Arc::clone(&done));
            all.spawn(async move {
                while began.elapsed() < ROUND {
                    world.post(recorded).await;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        all.join_all().await;
        f64::from(u32::try_from(done.load(Ordering::Relaxed)).unwrap()) / began.elapsed().as_secs_f64()
    }
}

fn now_id() -> Uuid {
    door::id::uuid_at(Time(1_763_772_132_345_678))
}

/// The record of a made row, as the door writes it: the event and its change.
async fn record(tx: &mut Tx, world: &World, entity: &'static str, number: i64, id: Uuid) {
    let now = Time(1_763_772_132_345_678).timestamp();
    let chain = Chain::Organisation(world.organisation);
    let after = Some(Hash([7; 32]));
    let moved = Moved { entity, id, revision: 1, operation: Operation::Create, before: None, after };
    let event = Draft::new(now_id(), now, chain, "message.post")
        .actor(Performer::person(world.person).authenticated("password"))
        .rule("message.post", vec!["staff", "contributor"])
        .request(now_id())
        .observer("portal@0.1.0")
        .target(Thing { kind: entity, id })
        .change(moved)
        .finish(Outcome::Done)
        .unwrap();
    let values = values![chain.to_string(), event.event.bytes(), None::<String>];
    let insert = "INSERT INTO event (chain, body, private) VALUES ($1, $2, $3) RETURNING n";
    if world.store.engine() == Engine::Postgres {
        let both = "WITH e AS (INSERT INTO event (chain, body, private) VALUES ($1, $2, $3) RETURNING n) \
                    INSERT INTO change (entity, pk, rev, op, n, after) SELECT $4, $5, 1, 'c', n, $6 FROM e";
        let values = values.into_iter().chain(values![number, id, [7; 32]]).collect();
        tx.run(both, values).await.unwrap();
    } else {
        let n: i64 = tx.one(insert, values).await.unwrap().get("n").unwrap();
        let change = "INSERT INTO change (entity, pk, rev, op, n, after) VALUES ($1, $2, 1, 'c', $3, $4)";
        tx.run(change, values![number, id, n, [7; 32]]).await.unwrap();
    }
}

fn middle(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// Both curves of an engine: without the record, and with it.
async fn curves(name: &'static str, world: &World) -> [Curve; 2] {
    let mut curves = [Curve::new(name, "without the record"), Curve::new(name, "with the record")];
    println!("{name:<12} writers   without/s      with/s   with ÷ without");
    for writers in WRITERS {
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            without.push(world.rate(writers, false).await);
            with.push(world.rate(writers, true).await);
        }
        let (without, with) = (middle(without), middle(with));
        println!("{:<12} {writers:>7} {without:>11.0} {with:>11.0} {:>16.2}", "", with / without);
        curves[0].points.push((writers, without));
        curves[1].points.push((writers, with));
    }
    curves
}

/// Milliseconds that a flush of four kilobytes takes in this directory.
fn flush_milliseconds(directory: &Path) -> f64 {
    let mut file = std::fs::File::create(directory.join("flush")).unwrap();
    let times = (0..200).map(|_| {
        file.write_all(&[0; 4096]).unwrap();
        let began = Instant::now();
        file.sync_data().unwrap();
        began.elapsed().as_secs_f64() * 1000.0
    });
    middle(times.collect())
}

/// The commits in SQLite's write-ahead log: frames that say how large the database is after them
/// (sqlite.org/fileformat2.html section 4.1).
fn commits(database: &Path) -> usize {
    let log = std::fs::read(database.with_extension("db-wal")).unwrap();
    let page = usize::try_from(u32::from_be_bytes(log[8..12].try_into().unwrap())).unwrap();
    log[32..].chunks_exact(24 + page).filter(|frame| frame[8..16] == log[16..24] && frame[4..8] != [0; 4]).count()
}

/// Acknowledged actions for each commit, which is a flush, with 64 writers.
async fn actions_a_flush(place: &Place) -> f64 {
    let world = World::found(place).await;
    let database = place.data.join("portal.db");
    let before = commits(&database);
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let world = world.clone();
        all.spawn(async move {
            // Few enough that the log is not begun anew, which would forget what was counted.
            world.post(true).await;
            world.post(true).await;
        });
    }
    all.join_all().await;
    128.0 / f64::from(u32::try_from(commits(&database) - before).unwrap())
}

#[tokio::main]
async fn main() {
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str, database| Place { data: directory.path().join(name), database };
    println!("a flush of 4 KiB takes {:.2} ms here", flush_milliseconds(directory.path()));
    let counted = actions_a_flush(&place("counted", None)).await;
    println!("SQLite, 64 writers: {counted:.0} acknowledged actions a flush");

    let mut all = Vec::from(curves("SQLite", &World::found(&place("sqlite", None)).await).await);
    match std::env::var("TEST_POSTGRES_URL") {
        Ok(server) => {
            let store = Store::open(&Settings::Postgres(server.clone())).await.unwrap();
            let mut tx = store.write(true).await.unwrap();
            tx.run("DROP SCHEMA IF EXISTS record_bench CASCADE", vec![]).await.unwrap();
            tx.run("CREATE SCHEMA record_bench", vec![]).await.unwrap();
            tx.commit().await.unwrap();
            store.close().await;
            let database = Some(format!("{server}?options=-csearch_path%3Drecord_bench"));
            all.extend(curves("PostgreSQL", &World::found(&place("postgres", database)).await).await);
        }
        Err(_) => println!("PostgreSQL: SKIPPED, TEST_POSTGRES_URL names no server"),
    }
    let arguments: Vec<String> = std::env::args().collect();
    if let Some([_, file]) = arguments.windows(2).find(|pair| pair[0] == "--picture") {
        std::fs::write(PathBuf::from(file), picture::draw(&all)).unwrap();
    }
}
