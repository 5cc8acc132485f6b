//! Stories of where settings come from.

use std::collections::BTreeMap;

use clap::CommandFactory as _;
use proptest::prelude::*;

use super::*;
use crate::settings::Cli;

fn filled(words: &[&str], variables: &[(&str, &str)]) -> Result<Vec<String>> {
    let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
    let mut command = Cli::command();
    command.build();
    let words = std::iter::once("plimsoll-portal").chain(words.iter().copied()).map(OsString::from).collect();
    let filled = fill(&command, words, &|name| variables.get(name).map(OsString::from))?;
    Ok(filled.arguments.into_iter().skip(1).map(|word| word.into_string().unwrap()).collect())
}

fn file(text: &str) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("portal.toml");
    std::fs::write(&path, text).unwrap();
    (directory, path.display().to_string())
}

fn error(words: &[&str], variables: &[(&str, &str)]) -> String {
    format!("{:#}", filled(words, variables).unwrap_err())
}

#[test]
fn an_argument_counts_before_a_variable_and_that_before_the_file() {
    let (_directory, path) = file("listen = \"127.0.0.1:1\"\nbackup-every = \"1h\"\nkeep-record-days = 90\n");
    let words = ["serve", "--listen=127.0.0.1:3", "--config", &path];
    let filled = filled(&words, &[("PORTAL_LISTEN", "127.0.0.1:2"), ("PORTAL_BACKUP_EVERY", "2h")]).unwrap();
    let mut added = filled[words.len()..].to_vec();
    added.sort();
    assert_eq!(added, ["--backup-every=2h", "--keep-record-days=90"]);
}

#[test]
fn lists_and_switches() {
    let (_directory, path) =
        file("domain = [\"a.example\", \"b.example\"]\ndemo = false\nwebhooks-to-private = true\n");
    let added = filled(&["serve"], &[("PORTAL_CONFIG", &path), ("PORTAL_BEHIND_PROXY", "127.0.0.1, ::1")]).unwrap();
    let expected = [
        "--behind-proxy=127.0.0.1",
        "--behind-proxy=::1",
        "--domain=a.example",
        "--domain=b.example",
        "--webhooks-to-private",
    ];
    let mut added = added[1..].to_vec();
    added.sort();
    assert_eq!(added, expected);
}

#[test]
fn a_secret_stands_in_a_file_of_its_own() {
    let (directory, path) = file("database = { file = \"SECRET\" }\n");
    let secret = directory.path().join("secret");
    std::fs::write(&secret, "postgres://portal:wort@db/portal\n").unwrap();
    let secret = secret.display().to_string();
    std::fs::write(&path, format!("database = {{ file = {secret:?} }}\n")).unwrap();
    let expected = "--database=postgres://portal:wort@db/portal".to_owned();
    assert!(filled(&["serve", "--config", &path], &[]).unwrap().contains(&expected));
    assert!(filled(&["serve"], &[("DATABASE_URL_FILE", &secret)]).unwrap().contains(&expected));
    assert!(filled(&["serve"], &[("PORTAL_DATABASE_FILE", &secret)]).unwrap().contains(&expected));
    // What stands under its usual name is read where arguments are.
    let usual = [("DATABASE_URL", "postgres://x"), ("DATABASE_URL_FILE", &*secret)];
    assert_eq!(filled(&["serve"], &usual).unwrap(), ["serve"]);
}

#[test]
fn another_command_takes_what_it_knows() {
    let (_directory, path) = file("data = \"d\"\nlisten = \"127.0.0.1:1\"\nbackup-to = \"/mnt\"\n");
    let taken = |words: &[&str]| {
        let filled = filled(&[words, &["--config", &path]].concat(), &[]).unwrap();
        let mut added = filled[words.len() + 2..].to_vec();
        added.sort();
        added
    };
    assert_eq!(taken(&["backup"]), ["--backup-to=/mnt", "--data=d"]);
    assert_eq!(taken(&["backup", "--to", "/elsewhere"]), ["--data=d"]);
    assert_eq!(taken(&["openapi"]), [""; 0]);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let wrong = |text: &str| {
        let (_directory, path) = file(text);
        error(&["serve", "--config", &path], &[]).replace(&path, "portal.toml")
    };
    insta::assert_snapshot!(
        [
            wrong("data = \"d\"\nlisten_ = \"x\"\n"),
            wrong("domian = \"x\"\n"),
            wrong("colour = \"x\"\n"),
            wrong("data = 1.5\n"),
            wrong("data = [\"d\", { a = 1 }]\n"),
            wrong("data = { path = \"x\" }\n"),
            wrong("data = { file = \"/nowhere/at/all\" }\n"),
            wrong("data \"d\"\n"),
            wrong("demo = \"perhaps\"\n"),
            error(&["serve", "--config", "/nowhere/at/all"], &[]),
            error(&["serve"], &[("SENTRY_DSN_FILE", ""), ("DATABASE_URL_FILE", "/nowhere/at/all")]),
        ]
        .join("\n---\n")
    );
}

#[test]
fn the_reference_is_the_one_in_the_documents() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let mut command = Cli::command();
    command.build();
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == reference(&command), "make it anew: plimsoll-portal config reference > docs/configuration.md");
}

/// What `config check` prints, and its exit code.
async fn checked(words: &[&str]) -> (String, std::process::ExitCode) {
    let mut command = Cli::command();
    command.build();
    let words = ["plimsoll-portal", "config", "check"].iter().chain(words).map(OsString::from).collect();
    let filled = fill(&command, words, &|_| None).unwrap();
    let matches = command.try_get_matches_from_mut(filled.arguments).unwrap();
    let cli = <Cli as clap::FromArgMatches>::from_arg_matches(&matches).unwrap();
    let crate::settings::Command::Config(crate::settings::Config::Check(serve)) = cli.command else { panic!() };
    let said = said_to_check(&command, matches.subcommand().unwrap().1, &filled.origins);
    let mut printed = String::new();
    let code = check(&serve, &said, &door::SystemClock, &mut |line| printed += &format!("{line}\n")).await.unwrap();
    (printed, code)
}

#[tokio::test]
async fn a_check_tells_what_is_set_and_whether_it_works() {
    let (directory, path) = file("listen = \"127.0.0.1:0\"\nbackup-to = \"b\"\n");
    let data = directory.path().join("data").display().to_string();
    let (printed, code) = checked(&["--config", &path, "--data", &data]).await;
    assert_eq!(code, std::process::ExitCode::SUCCESS, "{printed}");
    assert!(printed.contains("backup-to  b") && printed.contains("portal.toml:2"), "{printed}");
    assert!(!directory.path().join("data").exists(), "it makes nothing");
}

#[tokio::test]
async fn a_check_names_what_would_not_work_and_no_secret() {
    let held = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let listen = held.local_addr().unwrap().to_string();
    let nobody = "postgres://portal:secret-word@127.0.0.1:1/portal?connect_timeout=1";
    let words =
        ["--listen", &listen, "--database", nobody, "--files", "/nowhere/at/all", "--tls-cert", "/nowhere/c.pem"];
    let words = [&words[..], &["--tls-key", "/nowhere/k.pem", "--data", "/proc/nowhere"]].concat();
    let (printed, code) = checked(&words).await;
    assert_eq!(code, std::process::ExitCode::from(1), "{printed}");
    for what in ["data", "database", "address", "https", "files"] {
        assert!(printed.contains(&format!("✘ {what} ")), "{what} is not named: {printed}");
    }
    assert!(!printed.contains("secret-word"), "{printed}");
}

proptest! {
    #[test]
    fn no_command_line_makes_it_panic(words in proptest::collection::vec("[a-z=-]{0,12}|serve|--config", 0..6)) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let _ = filled(&words, &[]);
    }
}
