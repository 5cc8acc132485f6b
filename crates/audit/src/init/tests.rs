//! Whatever was found and told, what is written can be read.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::manifest::Manifest;

/// A service of which nothing was seen but that it is there.
fn found() -> Found {
    Found {
        address: Address::parse("http://127.0.0.1:8080").unwrap(),
        asked: 0,
        inputs: Vec::new(),
        actions: 0,
        beside: Vec::new(),
        guarded: None,
        routes: vec!["GET /".to_owned()],
        sign_in: sign_in::find(&[], &[], &[]),
        sign_up: None,
        proof: None,
        health: None,
        policy: None,
        payments: Vec::new(),
        record: None,
        project: Project::default(),
    }
}

/// A shop in the browser, with everything that can be found.
fn shop() -> Found {
    let page = "<form method=post action=/login><input type=hidden name=csrf><input name=email><input type=password name=pw></form>";
    let told = |command: &str, file: &str| Some(Told { command: command.into(), file: file.into() });
    Found {
        address: Address::parse("https://staging.tallyhouse.dev").unwrap(),
        inputs: vec!["/openapi.json".into(), "recordings/afternoon.har".into()],
        actions: 61,
        sign_in: sign_in::find(&[], &[], &forms::with_password(page, "/login")),
        sign_up: Some(SignUp { what: "form at /signup (csrf, email, pw)".into(), send: None }),
        proof: Some(Proof { path: "/account".into(), is_likely: true }),
        health: Some("/healthz".into()),
        policy: Some(Policy { path: "/privacy".into(), promises: vec!["You can delete your account.".into()] }),
        payments: vec!["POST /orders/{order}/pay".into()],
        record: Some("/audit-log".into()),
        project: Project { start: told("npm start", "package.json"), ..Project::default() },
        ..found()
    }
}

fn person(text: &str) -> Person {
    Person::parse(text).unwrap()
}

/// The text, read as it would be with every variable set.
fn read(written: &Written) -> Result<Manifest> {
    Manifest::parse_with(&written.text, Path::new("plimsoll.toml"), &|_| Some("secret".to_owned()))
}

#[test]
fn everything_that_can_be_told() {
    let answers = Answers {
        require: Some(Mark::Pilot),
        record: Some("GET /audit-log -> items[]".into()),
        errors: Some("https://errors.tallyhouse.dev".into()),
        alerts: Some("none".into()),
        monitor: None,
        backup: Some("bin/backup {backup}".into()),
        restore: Some("bin/restore '{backup}' \"{scratch}\"".into()),
        disposable: true,
        people: vec![
            person("olga@tallyhouse.dev:owner:amber"),
            person("mick@tallyhouse.dev:member:amber"),
            person("otto@tallyhouse.dev:owner:birch"),
        ],
        authorized: Some(Authorized {
            by: "J. Doe".into(),
            contact: "security@tallyhouse.dev".into(),
            until: jiff::civil::date(2099, 12, 31),
        }),
    };
    let written = write(&shop(), &answers);
    insta::assert_snapshot!(written.text);
    let manifest = read(&written).unwrap();
    assert_eq!(manifest.actors.len(), 3);
    assert_eq!(written.todo, ["export OLGA_PASSWORD MICK_PASSWORD OTTO_PASSWORD"]);
}

#[test]
fn nothing_that_was_seen_and_nothing_that_was_told() {
    let written = write(&found(), &Answers::default());
    insta::assert_snapshot!(format!("{}\n──── todo\n{}\n", written.text, written.todo.join("\n")));
    assert!(written.routes.unwrap().ends_with("GET /\n"));
    assert_eq!(read(&write(&found(), &Answers::default())).unwrap().notes, [""; 0]);
}

#[test]
fn a_walk_elsewhere_waits_for_a_name() {
    let written = write(&shop(), &Answers::default());
    assert!(written.todo.iter().any(|todo| todo.contains("who allows the walk")), "{:?}", written.todo);
    let wrong = read(&written).unwrap_err();
    assert!(wrong.wrong.contains("nobody authorized the walk"), "{wrong}");
}

proptest! {
    #[test]
    fn whatever_is_written_is_read(
        names in proptest::collection::vec(".{1,12}", 2),
        text in ".{1,20}",
        people in proptest::collection::vec("[a-zA-Z.@-]{1,9}:[a-z]{1,5}x:[a-z*]{1,5}", 0..4),
        record in proptest::sample::select(vec!["none", "GET /events", "audit.jsonl", "bin/audit --all"]),
        disposable in any::<bool>(),
    ) {
        let fill = names.iter().enumerate().map(|(at, name)| (format!("{name}{at}"), "{password}".to_owned())).collect();
        let file = Told { command: text.clone(), file: text.clone() };
        let seen = Found {
            sign_in: SignIn { what: text.clone(), way: Way::Form("/login".into(), fill), ..found().sign_in },
            sign_up: Some(SignUp { what: text.clone(), send: None }),
            policy: Some(Policy { path: text.clone(), promises: Vec::new() }),
            guarded: Some((text.clone(), 401)),
            project: Project { start: Some(file.clone()), tests: Some(file.clone()), routes: None },
            ..found()
        };
        let told = Some(text.clone()).filter(|text| !text.trim().is_empty());
        let answers = Answers {
            people: people.iter().filter_map(|one| Person::parse(one).ok()).collect(),
            record: Some(record.to_owned()),
            errors: told.clone(),
            monitor: told.clone(),
            backup: told.clone(),
            disposable,
            ..Answers::default()
        };
        let seen = Found { policy: seen.policy.filter(|_| told.is_some()), ..seen };
        let written = write(&seen, &answers);
        prop_assert!(read(&written).is_ok(), "{}\n{}", read(&written).unwrap_err(), written.text);
    }
}
