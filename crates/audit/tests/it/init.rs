//! `plimsoll init` as a person types it, against services that run, and the walk with what it wrote.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use plimsoll::evidence::Dossier;
use plimsoll::manifest::Manifest;
use plimsoll::verdict::{Dimension, Outcome};

use crate::run;
use crate::service::{Answer, Call, Row, Service, World, notes, people, rows};

/// What was printed, and the exit code.
struct Typed {
    exit: Option<i32>,
    said: String,
    wrong: String,
}

/// Types `plimsoll …` in a directory, with these variables. Nobody sits at the terminal.
async fn typed(directory: &Path, words: &[&str], variables: &[(&str, &str)]) -> Typed {
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(words)
        .current_dir(directory)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Typed { exit: output.status.code(), said: text(&output.stdout), wrong: text(&output.stderr) }
}

/// Types `plimsoll init URL …`, which has to work.
async fn begun(directory: &Path, url: &str, more: &[&str]) -> String {
    let typed = typed(directory, &[&["init", url], more].concat(), &[]).await;
    assert_eq!(typed.exit, Some(0), "{}", typed.wrong);
    typed.said
}

fn manifest(directory: &Path) -> String {
    fs::read_to_string(directory.join("plimsoll.toml")).unwrap()
}

/// Everything that was printed and written, with the port left out.
fn assert_written(name: &str, said: &str, directory: &Path) {
    let text = format!("{said}\n──── plimsoll.toml\n{}", manifest(directory));
    insta::with_settings!({ filters => vec![(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT")] }, {
        insta::assert_snapshot!(name, text);
    });
}

/// The walk of authorization with the manifest as it was written.
async fn walked(directory: &Path) -> Outcome {
    run::audit(directory, |setup| setup.passes = [Dimension::Authorization].into()).await.unwrap()
}

fn gaps(outcome: &Outcome) -> Vec<(&str, &str)> {
    outcome.gaps.iter().map(|gap| (gap.check.as_str(), gap.subject.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_where_anybody_signs_up_is_walked_without_an_edit() {
    let served = notes::service().serve().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(".gitignore"), "/node_modules\n").unwrap();
    fs::write(directory.path().join("package.json"), r#"{"scripts": {"start": "node ."}}"#).unwrap();
    fs::write(directory.path().join("playwright.config.ts"), "").unwrap();
    let said = begun(directory.path(), &served.url, &[]).await;
    assert_written("anybody_signs_up", &said, directory.path());
    assert_eq!(fs::read_to_string(directory.path().join(".gitignore")).unwrap(), "/node_modules\n.plimsoll/\n");
    let before = served.look(|world| world.people.len());
    assert_eq!(before, 1, "init makes nobody");
    let outcome = walked(directory.path()).await;
    assert_eq!(gaps(&outcome), []);
    assert!(20 < outcome.denominator.cells_conclusive, "{:?}", outcome.denominator);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flaw_is_found_by_the_first_walk() {
    fn anybody(_: &World, _: &Call, _: &Row) -> bool {
        true
    }
    let leaky = notes::service().replace("GET /notes/{note}", rows::show("note", anybody));
    let served = leaky.serve().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    begun(directory.path(), &served.url, &["--require", "pilot"]).await;
    assert_eq!(gaps(&walked(directory.path()).await), [("AZ02", "GET /notes/{note}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_and_people_who_are_named() {
    let served = notes::web().serve().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let people = ["--actor", "ann:user:ann", "--actor", "bob:user:bob", "--alerts", "none"];
    let said = begun(at, &served.url, &people).await;
    assert_written("a_form", &said, at);
    let without = typed(at, &["auth", "check"], &[]).await;
    assert_eq!(without.exit, Some(2));
    assert!(without.wrong.contains("ANN_PASSWORD is not set"), "{}", without.wrong);
    let variables = [("ANN_PASSWORD", "ann-password"), ("BOB_PASSWORD", "bob-password")];
    let checked = typed(at, &["-q", "auth", "check"], &variables).await;
    assert_eq!(checked.exit, Some(0), "{}", checked.wrong);
    let text = manifest(at).replace("env:ANN_PASSWORD", "file:ann").replace("env:BOB_PASSWORD", "file:bob");
    fs::write(at.join("plimsoll.toml"), text).unwrap();
    fs::write(at.join("ann"), "ann-password").unwrap();
    fs::write(at.join("bob"), "bob-password").unwrap();
    let outcome = walked(at).await;
    assert_eq!(gaps(&outcome), []);
    assert!(15 < outcome.denominator.cells_conclusive, "{:?}", outcome.denominator);
}

/// A page with a form by which anybody makes an account.
fn sign_up_page(_: &mut World, _: &Call) -> Answer {
    let form = "<form method=post action=/signup><input name=name required><input type=password name=password></form>";
    Answer::html(200, format!("<!doctype html><title>Sign up</title>{form}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_made_by_a_form_too() {
    let service =
        notes::web().with(notes::page("GET /signup", sign_up_page)).with(notes::page("POST /signup", people::sign_up));
    let served = service.serve().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let said = begun(directory.path(), &served.url, &[]).await;
    assert!(said.contains("form at /signup (name, password): two people"), "{said}");
    let outcome = walked(directory.path()).await;
    assert_eq!(gaps(&outcome), []);
    assert!(15 < outcome.denominator.cells_conclusive, "{:?}", outcome.denominator);
}

/// The service without its document.
fn undocumented(service: Service) -> Service {
    service.guard(|_, call| (call.target == "/openapi.json").then(Answer::missing))
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_document_the_first_pages_draw_the_map() {
    let served = undocumented(notes::web()).serve().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let said = begun(at, &served.url, &[]).await;
    assert_written("no_document", &said, at);
    let routes = fs::read_to_string(at.join("routes.txt")).unwrap();
    assert!(routes.ends_with("GET /\nGET /login\nPOST /login\nGET /privacy\n"), "{routes}");
    // Every open place is a variable that is not set, and nothing else.
    Manifest::parse_with(&manifest(at), &at.join("plimsoll.toml"), &|_| Some("secret".into())).unwrap();
    let wrong = Manifest::load(&at.join("plimsoll.toml")).unwrap_err().to_string();
    assert!(wrong.contains("ANN_PASSWORD is not set"), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_in_the_directory_will_do() {
    let served = undocumented(notes::service()).serve().await.unwrap();
    let document = notes::service().serve().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let client = plimsoll::client::Client::new(&document.url, None, std::time::Duration::ZERO).unwrap();
    let request =
        plimsoll::client::Request { method: "GET".into(), path: "/openapi.json".into(), ..Default::default() };
    let answer = client.send(&request, plimsoll::client::Purpose::Other).await;
    fs::create_dir(directory.path().join("docs")).unwrap();
    fs::write(directory.path().join("docs/openapi.json"), answer.body).unwrap();
    begun(directory.path(), &served.url, &[]).await;
    assert!(manifest(directory.path()).contains("document = \"docs/openapi.json\""));
    assert!(20 < walked(directory.path()).await.denominator.cells_conclusive);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_is_written_over_only_by_force() {
    let served = notes::service().serve().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    fs::write(at.join("plimsoll.toml"), "mine").unwrap();
    let refused = typed(at, &["init", &served.url], &[]).await;
    assert_eq!((refused.exit, manifest(at).as_str()), (Some(2), "mine"));
    assert!(refused.wrong.contains("--force"), "{}", refused.wrong);
    assert_eq!(served.look(|world| world.counters.get("requests").copied()), None, "nothing was asked");
    begun(at, &served.url, &["--force"]).await;
    assert!(Manifest::load(&at.join("plimsoll.toml")).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_looked_at_is_said_with_the_next_step() {
    let directory = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, wrong, hint) in [
        (format!("http://{free}"), "nothing listens there", "start the service"),
        ("https://tallyhouse.invalid".to_owned(), "nobody says that it is yours", "--yes"),
        ("ftp://127.0.0.1".to_owned(), "is not an http address", "plimsoll init"),
    ] {
        let typed = typed(directory.path(), &["init", &url], &[]).await;
        assert_eq!(typed.exit, Some(2), "{url}");
        assert!(typed.wrong.contains(wrong) && typed.wrong.contains(hint), "{url}: {}", typed.wrong);
    }
    assert!(!directory.path().join("plimsoll.toml").exists());
}

/// The example in Python, ended with this value.
struct Quay {
    child: Child,
    url: String,
}

impl Quay {
    fn start() -> Self {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/quay");
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = Command::new("python3")
            .args(["-B", "service.py", "--port", &free.to_string()])
            .current_dir(example)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It says where it is once it listens.
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains(&free.to_string()), "{line}");
        Self { child, url: format!("http://127.0.0.1:{free}") }
    }
}

impl Drop for Quay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_example_that_nobody_wrote_for_this() {
    let quay = Quay::start();
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let people = ["hm-alster:harbourmaster:alster", "skipper-alster:skipper:alster", "skipper-boddam:skipper:boddam"];
    let people = people.map(|person| person.replacen(':', "@quay.example:", 1));
    let people: Vec<&str> = people.iter().flat_map(|person| ["--actor", person]).collect();
    let said = begun(at, &quay.url, &people).await;
    assert_written("quay", &said, at);
    let password = "nine otters in the rain";
    let variables = ["HM_ALSTER", "SKIPPER_ALSTER", "SKIPPER_BODDAM"].map(|name| format!("{name}_PASSWORD"));
    let variables: Vec<(&str, &str)> = variables.iter().map(|name| (name.as_str(), password)).collect();
    let audit = typed(at, &["-q", "audit", "--unsigned", "--only", "authorization"], &variables).await;
    assert_eq!(audit.exit, Some(0), "{}{}", audit.said, audit.wrong);
    let runs: Vec<PathBuf> =
        fs::read_dir(at.join(".plimsoll/evidence")).unwrap().map(|run| run.unwrap().path()).collect();
    let outcome = plimsoll::outcome(&Dossier::load(&runs[0]).unwrap());
    assert!(100 < outcome.denominator.cells_conclusive, "{:?}", outcome.denominator);
}
