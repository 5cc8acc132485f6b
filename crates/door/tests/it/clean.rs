//! No false alarm: logs that nobody tampered with are VERIFIED, whatever happened in them.
//!
//! Each log is another one, drawn from its number: events in several chains, rows that come, change and go, refusals, seals
//! at any moment, persons erased, beginnings dropped, keys handed over, the schema noted. `CLEAN_LOGS=1000` draws a thousand;
//! without it there are a few, so that the tests stay quick.

use door::record::verify::{Outside, Trust, Verdict, verify};
use door::record::{Keeper, SealError, Sealer, Sign, seal};
use door::store::{Engine, Migration, Store};
use door::{MIGRATIONS, Time, values};
use ledger::event::{Draft, Operation, Performer, Pii, Thing};
use ledger::{Chain, commitment::Salt};
use uuid::Uuid;

use crate::log::{NOW, TOYS, client, later, make_and_paint, record, record_change, sealer};
use crate::world::Database;

/// Logs on SQLite when nothing is said. On PostgreSQL, where a database takes longer to make, a tenth.
const LOGS: u64 = 30;
const INSTALLATION: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001);

/// Numbers that follow from a seed (xorshift64*): the same log every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }
}

/// A log that is being drawn.
struct Log<'a> {
    store: &'a Store,
    sealer: Sealer,
    /// Seconds since the beginning.
    seconds: i64,
    toys: Vec<Uuid>,
    keys: u8,
}

impl Log<'_> {
    fn now(&self) -> Time {
        later(self.seconds)
    }

    fn keeper(&self) -> Keeper<'_> {
        Keeper {
            store: self.store,
            sealer: Some(&self.sealer),
            installation: INSTALLATION,
            observer: "test@1",
            now: self.now(),
        }
    }

    fn event(&self, draw: &mut Draw) -> Draft {
        let chains = [client(0), client(1), client(2), Chain::Organisation(INSTALLATION), Chain::Account(INSTALLATION)];
        let chain = chains[usize::try_from(draw.below(5)).unwrap()];
        let person = Uuid::from_u128(u128::from(0xc0 + draw.below(4)));
        let draft = Draft::new(door::id::uuid_at(self.now()), self.now().timestamp(), chain, "toy.paint")
            .actor(Performer::person(person))
            .target(Thing { kind: "toy", id: Uuid::from_u128(u128::from(draw.below(9))) });
        match draw.below(3) {
            0 => draft.fact("repeats", i64::try_from(draw.below(1000)).unwrap()),
            _ => draft.pii("actor.ip", Pii::new(person, "192.0.2.7"), Salt::new([7; 32])),
        }
    }

    /// Something that happens in a portal's life.
    async fn step(&mut self, draw: &mut Draw) {
        self.seconds += i64::try_from(draw.below(100)).unwrap();
        match draw.below(14) {
            0..=4 => {
                let mut tx = self.store.write(true).await.unwrap();
                for _ in 0..draw.below(40) {
                    record(&mut tx, self.event(draw)).await;
                }
                tx.commit().await.unwrap();
            }
            5 | 6 => {
                let mut tx = self.store.write(true).await.unwrap();
                self.toys.push(make_and_paint(&mut tx).await);
                tx.commit().await.unwrap();
            }
            7 => {
                if let Some(toy) = self.toys.pop() {
                    let mut tx = self.store.write(true).await.unwrap();
                    record_change(&mut tx, toy, 3, Operation::Delete).await;
                    tx.run("DELETE FROM toy WHERE id = $1", values![toy]).await.unwrap();
                    tx.commit().await.unwrap();
                }
            }
            8 | 9 => drop(seal(self.store, Some(&self.sealer), self.now(), Sign::WhenDue).await.unwrap()),
            10 => self.sign().await,
            11 => {
                let person = Uuid::from_u128(u128::from(0xc0 + draw.below(4)));
                self.keeper().erase(person, "request").await.unwrap();
                // Whatever happens in the same moment is not meant.
                self.seconds += 1;
            }
            12 => {
                self.sign().await;
                let (chain, before) = (client(u128::from(draw.below(3))), later(self.seconds / 2));
                self.keeper().prune(&chain, before, Performer::job()).await.unwrap();
            }
            _ => {
                self.keys += 1;
                let (origin, high_water) = (self.sealer.origin.clone(), self.sealer.high_water.clone());
                let next = Sealer::new(origin, [self.keys; 32].into(), high_water);
                match self.keeper().rotate_key(&next).await {
                    Ok(_) => self.sealer = next,
                    Err(error) => assert!(matches!(error, SealError::Empty), "{error}"),
                }
            }
        }
    }

    async fn sign(&self) {
        seal(self.store, Some(&self.sealer), self.now(), Sign::Now).await.unwrap();
    }
}

/// Draws a log and verifies it.
async fn clean(store: &Store, number: u64) {
    let directory = tempfile::tempdir().unwrap();
    let mut draw = Draw(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut log = Log { store, sealer: sealer(directory.path()), seconds: 0, toys: Vec::new(), keys: 1 };
    if draw.below(2) == 0 {
        log.keeper().record_schema().await.unwrap();
    }
    for _ in 0..4 + draw.below(12) {
        log.step(&mut draw).await;
    }
    let mut tx = store.write(true).await.unwrap();
    record(&mut tx, log.event(&mut draw)).await;
    tx.commit().await.unwrap();
    log.sign().await;
    let note = std::fs::read(&log.sealer.high_water).unwrap();
    let outside = [Outside { label: "file".to_owned(), note }];
    let mut trust = Trust::key(log.sealer.key().unwrap().verifier().clone()).outside(&outside);
    trust.erased = log.sealer.erased().unwrap();
    let report = verify(store, &trust).await.unwrap();
    assert_eq!(report.verdict(), Verdict::Verified, "log {number} on {:?}: {report}", store.engine());
    assert_eq!((report.faults.len(), report.signed), (0, report.leaves), "log {number}: {report}");
}

/// Draws them all. Gives how many there were.
async fn logs(engine: Engine, share: u64) -> u64 {
    let asked = std::env::var("CLEAN_LOGS").ok().map(|logs| logs.parse::<u64>().unwrap());
    let logs = (asked.unwrap_or(LOGS) / share).max(1);
    let migrations: Vec<Migration> = MIGRATIONS.iter().chain(TOYS).copied().collect();
    for number in 1..=logs {
        let Some(database) = Database::empty(engine).await else { return 0 };
        let store = database.open().await;
        store.migrate(&migrations, NOW).await.unwrap();
        clean(&store, number).await;
        store.close().await;
        database.remove().await;
    }
    logs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_alarm_on_sqlite() {
    println!("{} clean logs on SQLite, no alarm", logs(Engine::Sqlite, 1).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_alarm_on_postgres() {
    println!("{} clean logs on PostgreSQL, no alarm", logs(Engine::Postgres, 10).await);
}
