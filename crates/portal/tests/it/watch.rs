//! What is wrong is said once, to somebody, and it is said when it is over: each alert by its real fault.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use door::store::{self, Engine, Store};
use door::{Credential, Door, Way, id::uuid_at};
use portal::Parts;
use portal::data::Data;
use portal::settings::{Cli, Command};
use portal::watch::{Settings, Watch};
use portal::world::World;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch as channel;
use tokio::task::JoinSet;

use crate::backup::Backups;
use crate::house::{House, START, move_in, on_both};
use crate::requests::hand_something_in;

on_both!(
    a_job_that_stops_and_one_that_fails,
    a_record_that_is_not_sealed,
    a_clock_that_jumps,
    somebody_who_takes_and_tries_too_much,
    somebody_who_asks_no_more,
    backups_and_drills_that_fail_or_do_not_come,
    two_instances_say_it_once,
);

/// Somebody who is told things over HTTP.
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<AtomicU16>,
}

/// What was heard.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Sink {
    pub(crate) async fn up() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let (heard, answers) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicU16::new(200)));
        let (kept, status) = (Arc::clone(&heard), Arc::clone(&answers));
        let take = async move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let body = String::from_utf8_lossy(&body).into_owned();
            kept.lock().unwrap().push(Heard { path: uri.path().to_owned(), headers, body });
            StatusCode::from_u16(status.load(Ordering::SeqCst)).unwrap()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await.unwrap() });
        Self { address, heard, answers }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers so from now on.
    pub(crate) fn answers(&self, status: u16) {
        self.answers.store(status, Ordering::SeqCst);
    }

    /// What arrived at a path.
    pub(crate) fn at(&self, path: &str) -> Vec<Heard> {
        self.heard.lock().unwrap().iter().filter(|heard| heard.path == path).cloned().collect()
    }

    /// The alerts of a rule, as a program gets them.
    pub(crate) fn alerts(&self, rule: &str) -> Vec<Value> {
        let documents = self.at("/alerts").into_iter().map(|heard| serde_json::from_str::<Value>(&heard.body).unwrap());
        documents.filter(|document| document["rule"] == rule).collect()
    }

    /// Waits until this was said of a rule, of all that it found together, and nothing else.
    pub(crate) async fn hears(&self, rule: &str, kinds: &[&str]) {
        let mut said: Vec<String> = Vec::new();
        for _ in 0..200 {
            let alerts = self.alerts(rule);
            said = alerts.iter().map(|alert| alert["kind"].as_str().unwrap().replace("alert.", "")).collect();
            if said == kinds {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("of {rule} was said {said:?} and not {kinds:?}");
    }
}

/// The settings of somebody who is told everything at one place.
pub(crate) fn settings(sink: &Sink) -> Settings {
    Settings {
        alert_webhook: sink.url("/alerts").parse().ok(),
        alert_slack: sink.url("/slack").parse().ok(),
        heartbeat: sink.url("/beat").parse().ok(),
        sentry_dsn: format!("http://key@{}/7", sink.address).parse().ok(),
        // Rounds are made by hand.
        watch_every: "1h".parse().unwrap(),
        ..Settings::default()
    }
}

/// The parts of a house that is watched.
pub(crate) fn parts(sink: &Sink) -> Parts {
    let program = env!("CARGO_BIN_EXE_plimsoll-portal").into();
    Parts { watch: settings(sink), program, ..Parts::real() }
}

/// A house that is watched.
pub(crate) struct Watched {
    pub(crate) house: House,
    pub(crate) watch: Arc<Watch>,
    pub(crate) sink: Sink,
    _stop: channel::Sender<bool>,
    _jobs: JoinSet<()>,
}

/// Begins to watch a door.
fn begin(door: &Arc<Door>) -> (Arc<Watch>, channel::Sender<bool>, JoinSet<()>) {
    let watch = Arc::clone(&door.world::<World>().unwrap().watch);
    let ((stop, stopping), mut jobs) = (channel::channel(false), JoinSet::new());
    portal::watch::start(&watch, door, &stopping, &mut jobs);
    (watch, stop, jobs)
}

impl Watched {
    pub(crate) async fn over(house: House) -> Self {
        let sink = Sink::up().await;
        Self::with(house, sink, |parts| parts).await
    }

    pub(crate) async fn with(house: House, sink: Sink, alter: impl FnOnce(Parts) -> Parts) -> Self {
        let house = house.under(alter(parts(&sink))).await;
        let (watch, stop, jobs) = begin(&house.door);
        Self { house, watch, sink, _stop: stop, _jobs: jobs }
    }

    /// A round at so many seconds after the start.
    pub(crate) async fn at(&self, second: i64) {
        self.house.clock.set(START.plus_seconds(second));
        portal::watch::round(&self.watch, &self.house.door).await;
    }

    /// Every job of the schedule runs once.
    pub(crate) async fn run_jobs(&self) {
        for entry in self.house.door.catalogue().entries() {
            if let Way::Job { .. } = entry.spec.way {
                run_job(&self.house.door, entry.spec.name).await.unwrap();
            }
        }
    }

    pub(crate) async fn ready(&self) -> (u16, String) {
        let request = Request::get("/readyz").header("user-agent", "monitor/1").body(Body::empty()).unwrap();
        let (status, _, body) = self.house.send(request).await;
        (status.as_u16(), String::from_utf8(body).unwrap())
    }
}

pub(crate) async fn run_job(door: &Arc<Door>, name: &'static str) -> door::Result<()> {
    let request =
        door::Request { credential: Credential::Job(name), id: uuid_at(door.now()), ..door::Request::default() };
    door.pass(name, request).await.map(drop)
}

pub(crate) async fn run(store: &Store, sql: &'static str) {
    let mut tx = store.write(true).await.unwrap();
    tx.run(sql, vec![]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_job_that_stops_and_one_that_fails(house: House) {
    let watched = Watched::over(house).await;
    watched.run_jobs().await;
    watched.at(10).await;
    assert_eq!(watched.ready().await, (200, "ready\n".to_owned()));
    // Everything runs but the job that is due each second.
    let names = watched.house.door.catalogue().entries().map(|entry| (entry.spec.name, entry.spec.way));
    let others = names.filter(|(name, way)| matches!(way, Way::Job { .. }) && *name != "ledger.seal");
    let others: Vec<_> = others.map(|(name, _)| name).collect();
    for second in [60, 100] {
        for job in &others {
            run_job(&watched.house.door, job).await.unwrap();
        }
        watched.at(second).await;
    }
    watched.sink.hears("job-stopped", &["opened"]).await;
    let alert = watched.sink.alerts("job-stopped").remove(0);
    assert!(alert["alert"].as_str().unwrap().ends_with(" ledger.seal") && alert["severity"] == "critical", "{alert}");
    let (status, words) = watched.ready().await;
    assert_eq!(status, 200, "requests are served");
    assert!(words.starts_with("degraded\njob ledger.seal: "), "{words}");
    watched.run_jobs().await;
    watched.at(110).await;
    assert_eq!(watched.ready().await, (200, "ready\n".to_owned()));
    watched.run_jobs().await;
    watched.at(141).await;
    watched.sink.hears("job-stopped", &["opened", "recovered"]).await;

    let store = watched.house.door.store();
    run(store, "ALTER TABLE session RENAME TO session_away").await;
    for _ in 0..5 {
        run_job(&watched.house.door, "session.sweep").await.unwrap_err();
    }
    watched.at(150).await;
    watched.sink.hears("job-failing", &["opened"]).await;
    run(store, "ALTER TABLE session_away RENAME TO session").await;
    watched.run_jobs().await;
    watched.at(160).await;
    watched.at(191).await;
    watched.sink.hears("job-failing", &["opened", "recovered"]).await;
    // Errors of jobs are reported with their names, and the reports tell nothing else.
    let reports = watched.sink.at("/api/7/envelope/");
    assert!(reports.iter().any(|report| report.body.contains("job session.sweep failed")), "{reports:?}");
}

async fn a_record_that_is_not_sealed(house: House) {
    let watched = Watched::over(house).await;
    watched.house.door.checkpoint().await.unwrap();
    watched.at(0).await;
    move_in(&watched.house).await;
    watched.at(130).await;
    watched.at(200).await;
    watched.sink.hears("record", &["opened"]).await;
    assert!(watched.sink.alerts("record")[0]["words"].as_str().unwrap().ends_with("events wait to be sealed."));
    watched.house.door.checkpoint().await.unwrap();
    watched.at(210).await;
    watched.at(241).await;
    watched.sink.hears("record", &["opened", "recovered"]).await;
}

async fn a_clock_that_jumps(house: House) {
    let watched = Watched::over(house).await;
    watched.at(0).await;
    watched.at(10).await;
    watched.at(3700).await;
    watched.sink.hears("clock", &["opened"]).await;
    // What is signed now is from a time that comes again once the clock is put right.
    move_in(&watched.house).await;
    watched.house.door.checkpoint().await.unwrap();
    watched.at(50).await;
    for minute in 1..20 {
        watched.at(50 + 60 * minute).await;
    }
    assert_eq!(watched.sink.alerts("clock").len(), 1, "the checkpoint is still ahead of the clock");
    for minute in 20..80 {
        watched.at(50 + 60 * minute).await;
    }
    let kinds = watched.sink.alerts("clock");
    assert_eq!(kinds.last().unwrap()["kind"], "alert.recovered", "{kinds:?}");
}

async fn somebody_who_takes_and_tries_too_much(house: House) {
    let mut people = move_in(&house).await;
    hand_something_in(&house, &mut people).await;
    let watched = Watched::over(house).await;
    let (house, sink) = (&watched.house, &watched.sink);
    let start = house.door.now().seconds_since(START);
    house.door.seal().await.unwrap();
    watched.at(start).await;
    let (project, version, request) = (people.project, people.version, people.request);
    house.with_app("owner", people.token("owner")).await;
    for _ in 0..10 {
        let path = format!("/projects/{project}/credentials/{}/reveal", people.credential);
        let reason = json!({"reason": "Moving the record"});
        assert_eq!(house.ask(people.token("owner"), "POST", &path, reason).await.status, 200);
    }
    let path = format!("/projects/{project}/requests/{request}/versions/{version}/download");
    for _ in 0..50 {
        assert_eq!(house.send_bytes(people.token("runs"), "GET", &path, &[], vec![]).await.0, 200);
    }
    for _ in 0..20 {
        let path = format!("/projects/{}/messages", uuid_at(house.door.now()));
        assert_eq!(house.ask(people.token("reads"), "GET", &path, Value::Null).await.status, 404);
    }
    house.door.seal().await.unwrap();
    watched.at(start + 10).await;
    for rule in ["mass-reveal", "mass-download", "denials"] {
        sink.hears(rule, &["opened"]).await;
        let alert = sink.alerts(rule).remove(0).to_string();
        assert!(!alert.contains("example.com") && !alert.contains(&people.ids["owner"].to_string()), "{alert}");
    }
    watched.at(start + 700).await;
    watched.at(start + 731).await;
    for rule in ["mass-reveal", "mass-download", "denials"] {
        sink.hears(rule, &["opened", "recovered"]).await;
    }
}

async fn somebody_who_asks_no_more(house: House) {
    let watched = Watched::over(house).await;
    watched.at(0).await;
    watched.at(700).await;
    assert!(watched.sink.alerts("silence").is_empty(), "what nobody ever did cannot have stopped");
    for _ in 0..3 {
        watched.ready().await;
    }
    watched.at(710).await;
    watched.at(1320).await;
    watched.sink.hears("silence", &["opened"]).await;
    let alert = watched.sink.alerts("silence").remove(0);
    assert!(!alert.to_string().contains("monitor/1"), "what they call themselves is not repeated: {alert}");
    watched.ready().await;
    watched.at(1330).await;
    watched.at(1361).await;
    watched.sink.hears("silence", &["opened", "recovered"]).await;
}

async fn backups_and_drills_that_fail_or_do_not_come(house: House) {
    let (backups, sink) = (Backups::new(), Sink::up().await);
    let to = backups.repository.to_str().unwrap();
    let arguments =
        ["portal", "serve", "--backup-to", to, "--backup-every", "1h", "--backup-keep", "9", "--drill-every", "2h"];
    let Command::Serve(serve) = <Cli as clap::Parser>::parse_from(arguments).command else { panic!("serve") };
    let watched = Watched::with(house, sink, |parts| Parts { backup: serve.backup.clone(), ..parts }).await;
    let (door, sink) = (&watched.house.door, &watched.sink);
    watched.at(0).await;
    // Something else lies where backups should.
    std::fs::write(&backups.repository, "not a directory").unwrap();
    run_job(door, "backup.run").await.unwrap_err();
    watched.at(10).await;
    sink.hears("backup-failed", &["opened"]).await;
    watched.at(7300).await;
    sink.hears("backup-overdue", &["opened"]).await;
    std::fs::remove_file(&backups.repository).unwrap();
    run_job(door, "backup.run").await.unwrap();
    door.seal().await.unwrap();
    watched.at(7310).await;
    watched.at(7341).await;
    sink.hears("backup-failed", &["opened", "still", "recovered"]).await;
    sink.hears("backup-overdue", &["opened", "recovered"]).await;
    // A piece of it is lost.
    let chunk = backups.chunks().remove(0);
    let away = chunk.with_extension("away");
    std::fs::rename(&chunk, &away).unwrap();
    run_job(door, "backup.drill").await.unwrap_err();
    watched.at(7350).await;
    sink.hears("drill-failed", &["opened"]).await;
    watched.at(14_500).await;
    sink.hears("drill-overdue", &["opened"]).await;
    std::fs::rename(&away, &chunk).unwrap();
    run_job(door, "backup.run").await.unwrap();
    run_job(door, "backup.drill").await.unwrap();
    door.seal().await.unwrap();
    watched.at(14_510).await;
    watched.at(14_541).await;
    sink.hears("drill-failed", &["opened", "still", "recovered"]).await;
    sink.hears("drill-overdue", &["opened", "recovered"]).await;
}

async fn two_instances_say_it_once(house: House) {
    let watched = Watched::over(house).await;
    let data = Data::open(&watched.house.place).unwrap();
    let parts = Parts { clock: watched.house.clock.clone(), ..parts(&watched.sink) };
    let door = parts.door(&data, &watched.house.place, "http://house.example", false).await.unwrap();
    let (other, _stop, _jobs) = begin(&door);
    let at = async |second| {
        watched.at(second).await;
        portal::watch::round(&other, &door).await;
    };
    watched.house.door.checkpoint().await.unwrap();
    at(0).await;
    move_in(&watched.house).await;
    at(130).await;
    at(200).await;
    watched.sink.hears("record", &["opened"]).await;
    at(4000).await;
    watched.sink.hears("record", &["opened", "still"]).await;
    watched.house.door.checkpoint().await.unwrap();
    at(4010).await;
    at(4045).await;
    watched.sink.hears("record", &["opened", "still", "recovered"]).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    watched.sink.hears("record", &["opened", "still", "recovered"]).await;
    door.close().await;
}

/// Somebody else holds what every write needs, until this is dropped.
pub(crate) async fn hold(house: &House) -> (Store, store::Tx) {
    let settings = match &house.place.database {
        None => store::Settings::Sqlite(house.directory.path().join("portal.db")),
        Some(url) => store::Settings::Postgres(url.clone()),
    };
    let other = Store::open(&settings).await.unwrap();
    let mut held = other.write(true).await.unwrap();
    if house.door.store().engine() == Engine::Postgres {
        held.run("LOCK TABLE limit_count, event IN EXCLUSIVE MODE", vec![]).await.unwrap();
    }
    (other, held)
}
