//! What the documents say to type is typed here: the quarter of an hour that wires everything, and the runbook.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use portal::backup::Kit;
use portal::watch::runbook::{ALERTS, Block, CASES};
use tokio::process::Command;

use crate::house::skipped;
use crate::outside::letter_box;
use crate::watch::Sink;
use crate::watch_process::{Process, free_port};

const BINARY: &str = env!("CARGO_BIN_EXE_plimsoll-portal");

/// A machine: a directory to work in, the portal's program by its name, and what stands for the names in a document.
struct Machine {
    directory: tempfile::TempDir,
    path: String,
    names: Vec<(String, String)>,
}

impl Machine {
    /// None where something is not installed that everybody has, which is said.
    async fn new(names: Vec<(String, String)>) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let programs = directory.path().join("bin");
        std::fs::create_dir(&programs).unwrap();
        std::fs::copy(BINARY, programs.join("plimsoll-portal")).unwrap();
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        let machine = Self { directory, path, names };
        if machine.run("curl --version").await.0 != Some(0) {
            skipped("what the documents say to type cannot be tried: apt-get install curl");
            return None;
        }
        Some(machine)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn here(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, here)| text.replace(name, here))
    }

    /// Types a command. Gives its exit code and what it said.
    async fn run(&self, command: &str) -> (Option<i32>, String) {
        let mut shell = Command::new("sh");
        shell.args(["-c", &self.here(command)]).current_dir(self.directory.path()).env("PATH", &self.path);
        let done = shell.env_remove("DATABASE_URL").output().await.unwrap();
        let said = [done.stdout, done.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        (done.status.code(), said)
    }

    async fn start(&self, command: &str) -> Process {
        let command = format!("cd '{}' && exec {}", self.directory.path().display(), self.here(command));
        let command = command.replace("exec plimsoll-portal", &format!("exec {BINARY}"));
        Process::start(&["sh", "-c", &command], &self.file("log")).await
    }
}

/// The blocks between fences, with what stands behind the first fence.
fn blocks(document: &str) -> Vec<(&str, String)> {
    let mut lines = document.lines();
    let mut blocks = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push((kind, block.join("\n")));
        }
    }
    blocks
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_of_an_hour_wires_everything() {
    let (sink, (mail, letters)) = (Sink::up().await, letter_box().await);
    let (port, metrics) = (free_port(), free_port());
    let asked = format!("curl -sS -H 'x-forwarded-for: 192.0.2.7' http://127.0.0.1:{port}/readyz");
    let directory = tempfile::tempdir().unwrap();
    let names = [
        ("https://KEY@sentry.example/1", format!("http://key@{}/1", sink.address)),
        ("https://hooks.slack.example/services/KEY", sink.url("/slack")),
        ("https://pager.example/KEY", sink.url("/alerts")),
        ("smtps://portal%40example.com:PASSWORD@mail.example", format!("smtp://{mail}")),
        ("https://heartbeat.example/KEY", sink.url("/beat")),
        ("127.0.0.1:9090", format!("127.0.0.1:{metrics}")),
        ("/mnt/backups", directory.path().join("backups").display().to_string()),
        ("curl -sS https://portal.example/readyz", asked),
    ];
    let names = names.map(|(name, here)| (name.to_owned(), here)).to_vec();
    let Some(mut machine) = Machine::new(names).await else { return };
    let begun = Instant::now();
    let mut portal = None;
    let document =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/fifteen-minutes.md")).unwrap();
    let mut typed = 0;
    for (kind, block) in blocks(&document) {
        if let Some(name) = kind.strip_prefix("toml ") {
            let listen = format!("listen = \"127.0.0.1:{port}\"\n");
            std::fs::write(machine.file(name), machine.here(&block) + "\n" + &listen).unwrap();
            continue;
        }
        assert_eq!(kind, "sh");
        for command in block.lines() {
            typed += 1;
            if command.contains(" serve ") {
                portal = Some(machine.start(command).await);
                continue;
            }
            if command.ends_with("doctor --config portal.toml") {
                press(&sink, port).await;
            }
            let (code, said) = machine.run(command).await;
            match command.ends_with("--send") {
                // Everything arrives, and nobody has said yet that they saw it.
                true => assert!(code == Some(3) && said.contains("not wired somebody_sees"), "{said}"),
                false if command.ends_with("doctor --config portal.toml") => assert_eq!(code, Some(0), "{said}"),
                false => assert_eq!(code, Some(0), "{command}: {said}"),
            }
            if command.contains("recovery-kit print") {
                let kit = Kit::read(&machine.file("recovery-kit.txt")).unwrap().group();
                machine.names.push(("XXXX-XXXX".to_owned(), kit));
            }
        }
    }
    assert_eq!(typed, 10, "as many as the document has");
    assert_eq!(letters.lock().unwrap().len(), 2, "an alert, and a letter as people get them");
    println!("everything is wired after {} seconds of the machine's time", begun.elapsed().as_secs());
    portal.unwrap().stop().await;
}

/// Somebody opens the link of the test alert and presses the button.
async fn press(sink: &Sink, port: u16) {
    let seen = sink.alerts("test")[0]["seen"].as_str().unwrap().to_owned();
    let token = seen.strip_prefix("https://portal.example/alerts/").unwrap();
    let sent = reqwest::Client::new()
        .post(format!("http://127.0.0.1:{port}/alerts"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://portal.example")
        .header("sec-fetch-site", "same-origin")
        .body(format!("token={token}"));
    let answer = sent.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    // What the portal knows of who asked from outside is written down with its next round.
    tokio::time::sleep(Duration::from_secs(11)).await;
}

/// How commands begin that speak to what a test has not: another machine, a service manager, a certificate of a name.
const ELSEWHERE: &[&str] = &[
    "openssl s_client",
    "timedatectl",
    "psql",
    "systemctl",
    "journalctl",
    "uptime",
    "curl -sS https://portal.example",
    "plimsoll-portal restore --from /mnt/backups --kit kit.txt --data plimsoll-data --database",
];

fn runbook() -> Vec<(&'static str, String)> {
    let commands = |blocks: Vec<Block>| {
        let texts =
            blocks.into_iter().filter_map(|block| if let Block::Commands(text) = block { Some(text) } else { None });
        texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let chapters = ALERTS.iter().chain(CASES);
    chapters.flat_map(|chapter| commands(chapter.blocks()).into_iter().map(|command| (chapter.id, command))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_runbook_do_what_they_should() {
    let directory = tempfile::tempdir().unwrap();
    let backups = directory.path().join("backups").display().to_string();
    let Some(mut machine) = Machine::new(vec![("/mnt/backups".to_owned(), backups)]).await else { return };
    let portal = machine.start("plimsoll-portal serve --data plimsoll-data --listen 127.0.0.1:0").await;
    machine.names.push(("http://127.0.0.1:8080".to_owned(), portal.origin.clone()));
    prepare(&mut machine).await;
    let (mut elsewhere, mut restores) = (vec![0; ELSEWHERE.len()], Vec::new());
    for (page, command) in runbook() {
        if let Some(index) = ELSEWHERE.iter().position(|begins| command.starts_with(begins)) {
            elsewhere[index] += 1;
            continue;
        }
        if command.starts_with("plimsoll-portal restore --from") {
            restores.push((page, command));
            continue;
        }
        let (code, said) = machine.run(&command).await;
        let expected: &[i32] = if command.contains(" doctor ") { &[0, 3] } else { &[0] };
        assert!(code.is_some_and(|code| expected.contains(&code)), "{page}: {command}: {code:?} {said}");
    }
    assert!(elsewhere.iter().all(|times| *times > 0), "one is in no page any more: {elsewhere:?}");
    // What is put back is put back while nothing runs.
    portal.stop().await;
    assert!(!restores.is_empty());
    for (page, command) in restores {
        let (code, said) = machine.run(&command).await;
        assert_eq!(code, Some(0), "{page}: {command}: {said}");
        let (code, said) = machine.run("plimsoll-portal verify --data plimsoll-data").await;
        assert_eq!(code, Some(0), "{page}: {said}");
    }
}

/// An organisation with somebody in it, a backup, and a kit.
async fn prepare(machine: &mut Machine) {
    let founded = r#"{"name":"Halden","owner":"Maya","mail":"maya@example.com","password":"a fine long password"}"#;
    let (code, said) = machine.run(&format!("plimsoll-portal do organisation.create '{founded}'")).await;
    assert_eq!(code, Some(0), "{said}");
    let organisation = said.lines().find_map(|line| line.strip_prefix("organisation=")).unwrap().to_owned();
    let joins = format!(
        r#"{{"mail":"tom@example.com","name":"Tom","password":"a fine long password","organisation":"{organisation}","role":"staff"}}"#
    );
    let (code, said) = machine.run(&format!("plimsoll-portal do person.create '{joins}'")).await;
    assert_eq!(code, Some(0), "{said}");
    let person = said.lines().find_map(|line| line.strip_prefix("person=")).unwrap();
    machine.names.push((r#""organisation":"…""#.to_owned(), format!(r#""organisation":"{organisation}""#)));
    machine.names.push((r#""person":"…""#.to_owned(), format!(r#""person":"{person}""#)));
    for command in [
        "plimsoll-portal recovery-kit print --data plimsoll-data > kit.txt",
        "plimsoll-portal backup --data plimsoll-data --to /mnt/backups",
    ] {
        let (code, said) = machine.run(command).await;
        assert_eq!(code, Some(0), "{command}: {said}");
    }
    assert!(Path::new(&machine.file("kit.txt")).exists());
}
