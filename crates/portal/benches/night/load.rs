//! People who write at a steady pace, each from an address of their own, and what they see of the portal second by second.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portal::Parts;
use portal::data::Data;
use portal::settings::Place;
use portal::wires::console;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// People: so many that none of them comes near what one may do in a minute, at whatever the portal can take.
const PEOPLE: usize = 240;
/// How many of them wait for an answer at the same time at full speed.
const AT_ONCE: usize = 48;
const PASSWORD: &str = "a fine long password";

/// What was seen in a second.
#[derive(Debug, Clone, Default)]
pub(crate) struct Second {
    /// Messages that were acknowledged.
    pub(crate) answered: u32,
    /// Messages that were not, whatever came instead.
    pub(crate) refused: u32,
    /// How long the slowest of a hundred took, in milliseconds.
    pub(crate) slowest_milliseconds: u32,
    /// What the process has in memory.
    pub(crate) memory_kib: u64,
}

/// Somebody who writes.
struct Writer {
    mail: String,
    address: String,
    session: Mutex<String>,
}

/// Those who write.
pub(crate) struct Load {
    client: reqwest::Client,
    origin: String,
    path: String,
    writers: Vec<Writer>,
    next: AtomicUsize,
    acknowledged: Mutex<BTreeSet<Uuid>>,
    lately: Mutex<Vec<Option<Duration>>>,
    /// Messages that were refused because their writer sends too many: then it is not the portal that is measured.
    limited: AtomicUsize,
}

/// An organisation whose people may all write into one project. Gives their addresses of mail, and where to write.
pub(crate) async fn found(place: &Place) -> (Vec<String>, (Uuid, String)) {
    let data = Data::open(place).unwrap();
    let door = Parts::real().door(&data, place, "http://localhost", false).await.unwrap();
    let founded = json!({"name": "Halden", "owner": "Maya", "mail": "maya@example.com", "password": PASSWORD,
                         "clients": ["Brightwater"]});
    let founded = console::pass(&door, "organisation.create", &founded.to_string()).await.unwrap();
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let mail = format!("p{number}@example.com");
        let person = json!({"mail": mail, "name": format!("P {number}"), "password": PASSWORD, "role": "admin",
                            "organisation": founded["organisation"]});
        console::pass(&door, "person.create", &person.to_string()).await.unwrap();
        people.push(mail);
    }
    door.close().await;
    (people, (id(&founded["clients"][0]), "Booking site".to_owned()))
}

fn id(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}

impl Load {
    /// Signs everybody in and makes the project.
    pub(crate) async fn begin(origin: &str, people: Vec<String>, (client, title): (Uuid, String)) -> Self {
        let writer =
            |(number, mail)| Writer { mail, address: format!("198.51.100.{}", number + 1), session: Mutex::default() };
        let (next, acknowledged, lately, limited) = Default::default();
        let mut load = Self {
            client: reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap(),
            origin: origin.to_owned(),
            path: String::new(),
            writers: people.into_iter().enumerate().map(writer).collect(),
            next,
            acknowledged,
            lately,
            limited,
        };
        for writer in &load.writers {
            let who = json!({"mail": writer.mail, "password": PASSWORD});
            let opened = load.post(writer, "/session", &who).await.expect("everybody can sign in");
            *writer.session.lock().unwrap() = opened["token"].as_str().unwrap().to_owned();
        }
        let project = json!({"title": title, "client": client});
        let project = load.post(&load.writers[0], "/projects", &project).await.unwrap();
        load.path = format!("/projects/{}/messages", id(&project["id"]));
        load
    }

    pub(crate) fn people(&self) -> usize {
        self.writers.len()
    }

    /// How many messages were refused because somebody wrote too many.
    pub(crate) fn limited(&self) -> usize {
        self.limited.load(Ordering::Relaxed)
    }

    pub(crate) fn acknowledged(&self) -> BTreeSet<Uuid> {
        self.acknowledged.lock().unwrap().clone()
    }

    /// Guesses at somebody's password, from one address.
    pub(crate) async fn guess(&self) {
        let request =
            self.client.post(format!("{}/api/v1/session", self.origin)).header("x-forwarded-for", "203.0.113.9");
        let wrong = json!({"mail": "maya@example.com", "password": "not the right one"}).to_string();
        // Whatever is answered: that the others go on is what counts.
        let _ = request.header("content-type", "application/json").body(wrong).send().await;
    }

    async fn post(&self, writer: &Writer, path: &str, body: &Value) -> Option<Value> {
        let session = writer.session.lock().unwrap().clone();
        let request = self.client.post(format!("{}/api/v1{path}", self.origin)).bearer_auth(session);
        let request = request.header("x-forwarded-for", &writer.address).header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.ok()?;
        if answer.status() == 429 {
            self.limited.fetch_add(1, Ordering::Relaxed);
        }
        if answer.status() != 200 {
            return None;
        }
        serde_json::from_slice(&answer.bytes().await.ok()?).ok()
    }

    /// The next one writes a message.
    async fn write(&self) -> bool {
        let writer = &self.writers[self.next.fetch_add(1, Ordering::Relaxed) % self.writers.len()];
        let begun = Instant::now();
        let answer = self.post(writer, &self.path, &json!({"text": "Is anybody there?"})).await;
        if let Some(answer) = &answer {
            self.acknowledged.lock().unwrap().insert(id(&answer["id"]));
        }
        self.lately.lock().unwrap().push(answer.is_some().then(|| begun.elapsed()));
        answer.is_some()
    }

    /// How many messages a second are taken when everybody writes as fast as they are answered.
    pub(crate) async fn at_full_speed(self: &Arc<Self>, time: Duration) -> f64 {
        let begun = Instant::now();
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..AT_ONCE {
            let load = Arc::clone(self);
            writers.spawn(async move {
                let mut count = 0_u32;
                while begun.elapsed() < time {
                    count += u32::from(load.write().await);
                }
                count
            });
        }
        let count: u32 = writers.join_all().await.into_iter().sum();
        self.lately.lock().unwrap().clear();
        f64::from(count) / begun.elapsed().as_secs_f64()
    }

    /// Writes so many messages a second, whether they are answered or not, until it is told to stop. What is seen in each
    /// second, of the process of this number.
    pub(crate) fn at(
        self: &Arc<Self>,
        rate: f64,
        process: Arc<AtomicI32>,
    ) -> (Arc<AtomicBool>, JoinHandle<Vec<Second>>) {
        let stop = Arc::new(AtomicBool::new(false));
        let (load, stopping) = (Arc::clone(self), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut turn = tokio::time::interval(Duration::from_secs_f64(1.0 / rate.max(1.0)));
            while !stopping.load(Ordering::Relaxed) {
                turn.tick().await;
                let load = Arc::clone(&load);
                tokio::spawn(async move { load.write().await });
            }
        });
        let (load, stopping) = (Arc::clone(self), Arc::clone(&stop));
        let sampler = tokio::spawn(async move {
            let mut seconds = Vec::new();
            let mut turn = tokio::time::interval(Duration::from_secs(1));
            turn.tick().await;
            while !stopping.load(Ordering::Relaxed) {
                turn.tick().await;
                let lately = std::mem::take(&mut *load.lately.lock().unwrap());
                seconds.push(second(lately, process.load(Ordering::Relaxed)));
            }
            seconds
        });
        (stop, sampler)
    }
}

fn second(lately: Vec<Option<Duration>>, process: i32) -> Second {
    let all = lately.len();
    let mut took: Vec<Duration> = lately.into_iter().flatten().collect();
    took.sort_unstable();
    let slowest = took.get((took.len() * 99 / 100).min(took.len().saturating_sub(1)));
    Second {
        answered: u32::try_from(took.len()).unwrap(),
        refused: u32::try_from(all - took.len()).unwrap(),
        slowest_milliseconds: slowest.map_or(0, |took| u32::try_from(took.as_millis()).unwrap()),
        memory_kib: memory(process),
    }
}

/// What a process has in memory, in KiB; 0 when there is none of this number.
fn memory(process: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
