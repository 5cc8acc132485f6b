//! A portal in a process of its own, as an operator has it: its disk fills up, its certificate nears its end, its log and
//! its metrics tell nothing of anybody, and `doctor` names what is not wired.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use door::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::house::skipped;
use crate::watch::Sink;

const BINARY: &str = env!("CARGO_BIN_EXE_plimsoll-portal");

pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A portal that runs.
pub(crate) struct Process {
    child: Child,
    pub(crate) origin: String,
    log: PathBuf,
}

impl Process {
    /// Starts it by these words, of which the first is the program. Its log goes to a file.
    pub(crate) async fn start(words: &[&str], log: &Path) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env_remove("DATABASE_URL").env_remove("RUST_LOG");
        command.stdout(Stdio::piped()).stderr(std::fs::File::create(log).unwrap()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut origin = None;
        while let Some(line) = said.next_line().await.unwrap() {
            if let Some((_, at)) = line.rsplit_once(" at ") {
                origin = Some(at.trim_end_matches('/').to_owned());
                break;
            }
        }
        // Whoever prints into a closed pipe ends.
        tokio::spawn(async move { while let Ok(Some(_)) = said.next_line().await {} });
        let origin = origin.unwrap_or_else(|| panic!("{}", std::fs::read_to_string(log).unwrap()));
        Self { child, origin, log: log.to_owned() }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) async fn stop(mut self) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id().unwrap()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().await.unwrap();
    }
}

/// Runs the portal's own command.
async fn command(words: &[&str]) -> (Option<i32>, String) {
    let done: Output = Command::new(BINARY).args(words).env_remove("DATABASE_URL").output().await.unwrap();
    let said = [done.stdout, done.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    (done.status.code(), said)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_fills_up() {
    use std::io::Write as _;

    let tried = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output().await;
    if !tried.is_ok_and(|tried| tried.status.success()) {
        skipped("no small disk can be mounted: unshare -rm mount -t tmpfs none /mnt");
        return;
    }
    let (directory, sink) = (tempfile::tempdir().unwrap(), Sink::up().await);
    let data = directory.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let (to, log) = (sink.url("/alerts"), directory.path().join("log"));
    let small = "mount -t tmpfs -o size=24m,mode=700 none \"$0\" && exec \"$@\"";
    let data = data.to_str().unwrap();
    let words = ["unshare", "-rm", "sh", "-c", small, data, BINARY, "serve", "--listen", "127.0.0.1:0", "--data", data];
    let words: Vec<&str> = words.into_iter().chain(["--alert-webhook", &to, "--watch-every", "1s"]).collect();
    let portal = Process::start(&words, &log).await;
    // Its disk as we see it from outside.
    let inside = PathBuf::from(format!("/proc/{}/root{data}/filler", portal.child.id().unwrap()));
    let mut filler = std::fs::File::create(&inside).unwrap();
    let free = || {
        let disk = rustix::fs::statvfs(inside.parent().unwrap()).unwrap();
        usize::try_from(disk.f_bavail * disk.f_frsize).unwrap()
    };
    // Less than a twentieth is left …
    filler.write_all(&vec![0; free() - 1024 * 1024]).unwrap();
    sink.hears("disk", &["opened"]).await;
    // … and then nothing.
    let _ = filler.write_all(&vec![0; 2 * 1024 * 1024]);
    let client = reqwest::Client::new();
    for _ in 0..400 {
        if !sink.alerts("database").is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    sink.hears("database", &["opened"]).await;
    assert_eq!(client.get(format!("{}/readyz", portal.origin)).send().await.unwrap().status(), 503);
    drop(filler);
    std::fs::remove_file(&inside).unwrap();
    for _ in 0..600 {
        if sink.alerts("database").len() == 2 && sink.alerts("disk").len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    sink.hears("disk", &["opened", "recovered"]).await;
    sink.hears("database", &["opened", "recovered"]).await;
    assert_eq!(client.get(format!("{}/readyz", portal.origin)).send().await.unwrap().status(), 200);
}

/// Writes a pair that is good for so many days.
fn pair(directory: &Path, days: i64) {
    let mut wanted = rcgen::CertificateParams::new(["portal.example".to_owned()]).unwrap();
    let end = SystemClock.now().plus_seconds(days * 24 * 3600).timestamp().to_zoned(jiff::tz::TimeZone::UTC);
    let [month, day] = [end.month(), end.day()].map(|number| u8::try_from(number).unwrap());
    wanted.not_after = rcgen::date_time_ymd(end.year().into(), month, day);
    let key = rcgen::KeyPair::generate().unwrap();
    let made = wanted.self_signed(&key).unwrap();
    std::fs::write(directory.join("key.pem"), key.serialize_pem()).unwrap();
    std::fs::write(directory.join("chain.pem"), made.pem()).unwrap();
}

#[tokio::test]
async fn a_certificate_near_its_end() {
    let (directory, sink) = (tempfile::tempdir().unwrap(), Sink::up().await);
    pair(directory.path(), 5);
    let path = |name: &str| directory.path().join(name).display().to_string();
    let (data, chain, key, to) = (path("data"), path("chain.pem"), path("key.pem"), sink.url("/alerts"));
    let words = [BINARY, "serve", "--listen", "127.0.0.1:0", "--data", &data, "--tls-cert", &chain, "--tls-key", &key];
    let words: Vec<&str> = words.into_iter().chain(["--alert-webhook", &to, "--watch-every", "1s"]).collect();
    let _portal = Process::start(&words, &directory.path().join("log")).await;
    sink.hears("certificate", &["opened"]).await;
    pair(directory.path(), 90);
    for _ in 0..600 {
        if sink.alerts("certificate").len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    sink.hears("certificate", &["opened", "recovered"]).await;
}

/// What nobody may find in a log or among metrics.
const CANARY: &str = "canary-5a9c";

#[tokio::test]
async fn a_fresh_demo_its_log_its_metrics_and_its_doctor() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data").display().to_string();
    let metrics = format!("127.0.0.1:{}", free_port());
    let words = [BINARY, "serve", "--demo", "--listen", "127.0.0.1:0", "--data", &data, "--log-format", "json"];
    let words: Vec<&str> = words.into_iter().chain(["--metrics-listen", &metrics]).collect();
    let portal = Process::start(&words, &directory.path().join("log")).await;
    let client = reqwest::Client::builder().user_agent(CANARY).build().unwrap();
    let at = |path: &str| format!("{}{path}", portal.origin);

    // A walk: pages, a sign-in that fails and one that does not, things with ids, things that do not exist.
    let people = ["maya@haldenrook.example", &format!("{CANARY}@example.com")].map(str::to_owned);
    let mut session = String::new();
    for mail in &people {
        for password in [CANARY, portal::demo::PASSWORD] {
            let input = json!({"mail": mail, "password": password}).to_string();
            let sent = client.post(at("/api/v1/session")).header("content-type", "application/json").body(input);
            let answer: Value = serde_json::from_str(&sent.send().await.unwrap().text().await.unwrap()).unwrap();
            session = answer["token"].as_str().map_or(session, str::to_owned);
        }
    }
    assert!(!session.is_empty(), "somebody is in the demo");
    let mut numbers = Vec::new();
    for path in ["/", "/sign-in", &format!("/{CANARY}?q={CANARY}"), "/projects", "/trail", "/readiness", "/account"] {
        let answer = client.get(at(path)).bearer_auth(&session).send().await.unwrap();
        numbers.push(answer.headers()["x-request-id"].to_str().unwrap().to_owned());
        let answer = client.get(at(&format!("/api/v1{path}"))).bearer_auth(&session).send().await.unwrap();
        numbers.push(answer.headers()["x-request-id"].to_str().unwrap().to_owned());
    }
    let text = client.get(format!("http://{metrics}/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(
        text.contains("portal_action_seconds_bucket{action=\"session.open\",outcome=\"done\",le=\"+Inf\"} 1"),
        "{text}"
    );
    assert!(
        text.contains("portal_requests_total{status=\"4xx\"}") && text.contains("portal_alerts_open{rule=\"database\"")
    );
    assert_eq!(client.get(at("/metrics")).send().await.unwrap().status(), 404, "they are on their own listener only");

    let log = portal.log();
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    for number in &numbers {
        assert!(lines.iter().any(|line| line["request"] == **number), "no line of {number}: {log}");
    }
    for secret in [CANARY, &session, portal::demo::PASSWORD, "haldenrook", "Maya", "192.0.2", "@"] {
        assert!(!log.contains(secret) && !text.contains(secret), "{secret}");
    }
    portal.stop().await;

    // Nothing is wired there but the database and the record.
    let (code, said) = command(&["doctor", "--data", &data]).await;
    let names = |mark: &str| -> Vec<String> {
        let lines = said.lines().filter_map(|line| line.strip_prefix(mark));
        lines.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
    };
    assert_eq!(code, Some(3), "{said}");
    assert_eq!(names("wired "), ["database", "record"], "{said}");
    let not = [
        "https",
        "errors",
        "alerts",
        "somebody_sees",
        "heartbeat",
        "outside",
        "backup",
        "drill",
        "recovery_kit",
        "second_factor",
        "mail",
    ];
    assert_eq!(names("not wired "), not, "{said}");
    assert!(said.contains("2 of 13 are wired; about "), "{said}");
}
