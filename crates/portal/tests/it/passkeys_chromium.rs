//! Passkeys in a real browser, with a virtual authenticator: `.ci/run packages` installs what it needs.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

use crate::house::{House, PASSWORD, move_in, skipped};
use crate::tus::package;

/// Where Debian installs it.
const CHROMIUM: &str = "/usr/bin/chromium";

#[tokio::test(flavor = "multi_thread")]
async fn somebody_adds_one_signs_in_with_it_and_reveals_a_secret() {
    let Some(packages) = package("puppeteer-core") else {
        skipped("puppeteer-core is not installed: .ci/run packages");
        return;
    };
    if !Path::new(CHROMIUM).exists() {
        skipped("chromium is not installed: .ci/run packages");
        return;
    }
    let (house, origin) = House::listening().await;
    let people = move_in(&house).await;
    let credential = format!("/projects/{}/credentials/{}", people.project, people.credential);
    let mut command = Command::new("node");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/passkeys.mjs"));
    command.args([&origin, "owner@example.com", PASSWORD, &credential]);
    command.args(std::env::var_os("PICTURES").map(PathBuf::from));
    command.env("NODE_PATH", packages).env("CHROMIUM", CHROMIUM).kill_on_drop(true);
    let mut run = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut says, mut listens) = (BufReader::new(run.stdout.take().unwrap()).lines(), run.stdin.take().unwrap());
    let mut last = String::new();
    while let Some(line) = says.next_line().await.unwrap() {
        if line == "later" {
            // So much that what is sensitive asks again.
            house.clock.set(house.door.now().plus_seconds(601));
            listens.write_all(b"\n").await.unwrap();
        } else {
            last = line;
        }
    }
    let mut wrong = String::new();
    run.stderr.take().unwrap().read_to_string(&mut wrong).await.unwrap();
    assert!(run.wait().await.unwrap().success(), "{wrong}");
    let seen: Value = serde_json::from_str(&last).unwrap();
    assert_eq!(seen["errors"], json!([]), "the script failed");
    assert_eq!(seen["codes"], 10);
    assert_eq!(seen["names"], json!(["Chrome on Linux"]));
    assert_eq!(
        [&seen["cancelled"], &seen["twice"]],
        [
            "Nothing came of it: it was cancelled, or took too long. Press the button to try again.",
            "This device has a passkey for your account already.",
        ]
    );
    assert_eq!([&seen["signed_in"], &seen["second"]], ["/clients", "/projects"]);
    assert_eq!(seen["secret"], "h7#Kq");
    assert_eq!(seen["without_script"], "Your browser knows no passkeys", "said, and the other ways in are there");
}
