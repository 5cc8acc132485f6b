//! Real portals under load, killed without a word at random moments. Whatever was acknowledged is there afterwards, with
//! its record, and the record holds.
//!
//! The bench `killed` runs the same far more often; this file is its source, too.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use door::store::{Settings, Store};
use door::verify::Verdict;
use door::{Clock as _, SystemClock};
use portal::Parts;
use portal::data::Data;
use portal::settings::Place;
use portal::wires::console;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use uuid::Uuid;

/// The binary that is killed.
const BINARY: &str = env!("CARGO_BIN_EXE_plimsoll-portal");
/// Callers that write at the same time.
pub(crate) const WRITERS: usize = 8;
/// A portal lives for at most this long under load.
const LIFE_MILLISECONDS_MAX: u64 = 250;

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Portals that were killed.
    pub(crate) kills: usize,
    /// How often the whole record was verified.
    pub(crate) verified: usize,
    /// Messages that were acknowledged.
    pub(crate) acknowledged: usize,
    /// Messages that were written, and whose caller never heard of it.
    pub(crate) unheard: usize,
}

/// A portal in a process of its own.
pub(crate) struct Instance {
    child: Child,
    pub(crate) origin: String,
    /// Kept open: whoever prints into a closed pipe ends.
    _said: Lines<BufReader<ChildStdout>>,
}

impl Instance {
    pub(crate) async fn start(place: &Place) -> Self {
        let mut command = Command::new(BINARY);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&place.data);
        command.env_remove("DATABASE_URL").env("RUST_LOG", "off");
        if let Some(url) = &place.database {
            command.env("DATABASE_URL", url);
        }
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = said.next_line().await.unwrap().expect("the portal says where it is");
        let origin = first.rsplit_once(" at ").expect("where it is").1.trim_end_matches('/').to_owned();
        Self { child, origin, _said: said }
    }

    /// Ends it as a power cut would.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }
}

/// A house with somebody in it who writes into a project.
pub(crate) struct World {
    pub(crate) client: reqwest::Client,
    pub(crate) session: String,
    pub(crate) messages: String,
}

impl World {
    pub(crate) async fn found(place: &Place) -> Self {
        let data = Data::open(place).unwrap();
        let door = Parts::real().door(&data, place, "http://localhost", false).await.unwrap();
        let founded = json!({"name": "Halden", "owner": "Maya", "mail": "maya@example.com",
                             "password": "a fine long password", "clients": ["Brightwater"]});
        let founded = console::pass(&door, "organisation.create", &founded.to_string()).await.unwrap();
        door.close().await;

        // A client wants one even where nothing is encrypted. A second call is no harm.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let instance = Instance::start(place).await;
        let mut world = Self { client: reqwest::Client::new(), session: String::new(), messages: String::new() };
        let maya = json!({"mail": "maya@example.com", "password": "a fine long password"});
        let session = world.post(&instance.origin, "/session", &maya).await.unwrap();
        world.session = session["token"].as_str().unwrap().to_owned();
        let project = json!({"title": "Booking site", "client": founded["clients"][0]});
        let project = world.post(&instance.origin, "/projects", &project).await.unwrap();
        world.messages = format!("/projects/{}/messages", project["id"].as_str().unwrap());
        world
    }

    /// The answer, if one came and it is a success.
    pub(crate) async fn post(&self, origin: &str, path: &str, body: &Value) -> Option<Value> {
        let request = self.client.post(format!("{origin}/api/v1{path}")).bearer_auth(&self.session);
        let request = request.header("content-type", "application/json").body(body.to_string());
        let answer = request.send().await.ok()?;
        if answer.status() != 200 {
            return None;
        }
        serde_json::from_slice(&answer.bytes().await.ok()?).ok()
    }

    /// Writes message after message until no answer comes any more.
    pub(crate) async fn write(self: Arc<Self>, origin: String, acknowledged: Arc<Mutex<BTreeSet<Uuid>>>) {
        while let Some(answer) = self.post(&origin, &self.messages, &json!({"text": "Is anybody there?"})).await {
            let id = answer["id"].as_str().and_then(|id| id.parse().ok()).unwrap();
            acknowledged.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        }
    }
}

/// Kills `kills` portals, one after the other. With more than one instance the others go on, and must be seen to.
///
/// After each kill, every acknowledged message is looked for. The whole record is verified after every `verify_each` kills
/// and after the last: it takes the longer the more there is, so a thousand times would take most of a day.
pub(crate) async fn kill_again_and_again(place: &Place, instances: usize, kills: usize, verify_each: usize) -> Tally {
    let world = Arc::new(World::found(place).await);
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let count = || acknowledged.lock().unwrap_or_else(PoisonError::into_inner).len();
    let mut tally = Tally::default();
    let mut running = Vec::new();
    for _ in 0..instances {
        running.push(Instance::start(place).await);
    }
    while tally.kills < kills {
        let mut writers = tokio::task::JoinSet::new();
        for (_, instance) in (0..WRITERS).zip(running.iter().cycle()) {
            writers.spawn(Arc::clone(&world).write(instance.origin.clone(), Arc::clone(&acknowledged)));
        }
        let mut random = [0; 2];
        getrandom::fill(&mut random).unwrap();
        let [random, whom] = random;
        tokio::time::sleep(Duration::from_millis(u64::from(random) * LIFE_MILLISECONDS_MAX / 255)).await;
        let mut killed = running.remove(usize::from(whom) % instances);
        killed.kill().await;
        tally.kills += 1;
        if instances > 1 {
            let before = count();
            while count() == before {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            writers.abort_all();
        }
        while writers.join_next().await.is_some() {}
        tally.unheard = every_message_is_there(place, &acknowledged).await;
        if tally.kills % verify_each == 0 || tally.kills == kills {
            the_record_holds(place).await;
            tally.verified += 1;
        }
        running.push(Instance::start(place).await);
    }
    tally.acknowledged = count();
    tally
}

/// Every acknowledged message is there. Gives how many more there are.
pub(crate) async fn every_message_is_there(place: &Place, acknowledged: &Mutex<BTreeSet<Uuid>>) -> usize {
    let store = open(place).await;
    let acknowledged = acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let rows = store.read().await.unwrap().all("SELECT id FROM message", vec![]).await.unwrap();
    let there: BTreeSet<Uuid> = rows.iter().map(|row| row.get("id").unwrap()).collect();
    store.close().await;
    let lost: Vec<_> = acknowledged.difference(&there).collect();
    assert!(lost.is_empty(), "acknowledged at {}, and not there: {lost:?}", SystemClock.now());
    there.difference(&acknowledged).count()
}

/// The whole record verifies.
pub(crate) async fn the_record_holds(place: &Place) {
    let store = open(place).await;
    let trust = Data::open(place).unwrap().trust().unwrap();
    let report = door::verify::verify(&store, &trust).await.unwrap();
    store.close().await;
    assert!(matches!(report.verdict(), Verdict::Verified | Verdict::SignedOnly), "{report}");
}

async fn open(place: &Place) -> Store {
    match &place.database {
        Some(url) => Store::open(&Settings::Postgres(url.clone())).await.unwrap(),
        None => Data::open(place).unwrap().store(place, &SystemClock).await.unwrap(),
    }
}
