//! A hundred people sign in at once: what others feel of it who only look at a page.
//!
//! `cargo bench -p plimsoll-portal --bench sign_in`. The portal is a process of its own on SQLite. Somebody asks for the list
//! of projects twenty times a second, for twenty seconds with nothing else going on, and for as long as a hundred people sign
//! in together, five times over. What is compared is how long those looks took. Hashing passwords takes as much processor as
//! it gets; that it gets half of the cores is what this shows.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has nothing to say")]
#![expect(clippy::print_stdout, reason = "the figures are the output")]

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use portal::Parts;
use portal::data::Data;
use portal::settings::Place;
use portal::wires::console;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

const BINARY: &str = env!("CARGO_BIN_EXE_plimsoll-portal");
const PASSWORD: &str = "a fine long password";
/// People who sign in at once.
const PEOPLE: usize = 100;
/// How often they do. A second apart, so that no limit of any of them is reached.
const ROUNDS: usize = 5;
/// Looks while nothing else goes on.
const IDLE: Duration = Duration::from_secs(20);
/// From one look to the next.
const BETWEEN: Duration = Duration::from_millis(50);

#[tokio::main]
async fn main() {
    // A client wants one even where nothing is encrypted. A second call is no harm.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().join("data"), database: None };
    let people = found(&place).await;
    let (mut portal, origin) = up(&place).await;
    let client = Client::builder().timeout(Duration::from_secs(60)).build().unwrap();

    let looker = sign_in(&client, &origin, "owner@example.com", "198.51.100.1").await;
    let stop = Arc::new(AtomicBool::new(false));
    let idle = tokio::spawn(look(client.clone(), origin.clone(), looker.clone(), Arc::clone(&stop)));
    tokio::time::sleep(IDLE).await;
    stop.store(true, Ordering::Relaxed);
    let idle = idle.await.unwrap();

    let stop = Arc::new(AtomicBool::new(false));
    let beside = tokio::spawn(look(client.clone(), origin.clone(), looker, Arc::clone(&stop)));
    let mut took = Vec::new();
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        let mut comers = JoinSet::new();
        for (number, mail) in people.iter().cloned().enumerate() {
            let (client, origin) = (client.clone(), origin.clone());
            comers.spawn(async move {
                let begun = Instant::now();
                sign_in(&client, &origin, &mail, &format!("203.0.113.{}", number + 1)).await;
                begun.elapsed()
            });
        }
        took.extend(comers.join_all().await);
    }
    let all = begun.elapsed();
    stop.store(true, Ordering::Relaxed);
    let beside = beside.await.unwrap();
    portal.kill().await.unwrap();

    println!("{:>28}  looks   median      p99", "");
    row("nothing else going on", &idle);
    row("beside a hundred sign-ins", &beside);
    println!("p99 beside them is {:.1} times that of before", ratio(at(&beside, 99), at(&idle, 99)));
    println!(
        "{} sign-ins in {:.1} s: {:.0} a second; the middle one took {:.1} s, the slowest {:.1} s",
        took.len(),
        all.as_secs_f64(),
        f64::from(u32::try_from(took.len()).unwrap()) / all.as_secs_f64(),
        at(&took, 50).as_secs_f64(),
        at(&took, 100).as_secs_f64()
    );
}

/// An organisation with an owner and a hundred people.
async fn found(place: &Place) -> Vec<String> {
    let data = Data::open(place).unwrap();
    let door = Parts::real().door(&data, place, "http://localhost", false).await.unwrap();
    let founded = json!({"name": "Halden", "owner": "Owner", "mail": "owner@example.com", "password": PASSWORD,
                         "clients": ["Brightwater"]});
    let founded = console::pass(&door, "organisation.create", &founded.to_string()).await.unwrap();
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let mail = format!("p{number}@example.com");
        let person = json!({"mail": mail, "name": format!("P {number}"), "password": PASSWORD, "role": "staff",
                            "organisation": founded["organisation"]});
        console::pass(&door, "person.create", &person.to_string()).await.unwrap();
        people.push(mail);
    }
    door.close().await;
    people
}

/// The portal, once it answers, and where.
async fn up(place: &Place) -> (Child, String) {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = Command::new(BINARY);
    command.args(["serve", "--behind-proxy", "127.0.0.1", "--listen", &free.to_string(), "--data"]).arg(&place.data);
    command.env_remove("DATABASE_URL").env("RUST_LOG", "off");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while !lines.next_line().await.unwrap().expect("it says where it is").contains(" at ") {}
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, format!("http://{free}"))
}

/// Signs in from an address, and gives the session's secret.
async fn sign_in(client: &Client, origin: &str, mail: &str, address: &str) -> String {
    let request = client.post(format!("{origin}/api/v1/session")).header("x-forwarded-for", address);
    let body = json!({"mail": mail, "password": PASSWORD}).to_string();
    let answer = request.header("content-type", "application/json").body(body).send().await.unwrap();
    let opened: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    opened["token"].as_str().unwrap_or_else(|| panic!("{mail} is not let in: {opened}")).to_owned()
}

/// Looks at the list of projects again and again, and says how long each look took.
async fn look(client: Client, origin: String, session: String, stop: Arc<AtomicBool>) -> Vec<Duration> {
    let mut turn = tokio::time::interval(BETWEEN);
    let mut took = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        turn.tick().await;
        let begun = Instant::now();
        let request = client.get(format!("{origin}/api/v1/projects")).header("x-forwarded-for", "198.51.100.1");
        let answer = request.bearer_auth(&session).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
        took.push(begun.elapsed());
    }
    took
}

/// So many per cent took no longer.
fn at(took: &[Duration], percent: usize) -> Duration {
    let mut took = took.to_vec();
    took.sort_unstable();
    took.get((took.len() * percent / 100).min(took.len().saturating_sub(1))).copied().unwrap_or_default()
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(f64::EPSILON)
}

fn row(what: &str, took: &[Duration]) {
    let milliseconds = |took: Duration| took.as_secs_f64() * 1000.0;
    println!(
        "{what:>28}  {:>5}  {:>5.1} ms  {:>5.1} ms",
        took.len(),
        milliseconds(at(took, 50)),
        milliseconds(at(took, 99))
    );
}
