//! The page that hands a file in, in a real browser, with and without script: `.ci/run packages` installs what it needs.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use portal::settings::Place;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use crate::house::skipped;
use crate::killed::{Instance, World};
use crate::tus::package;

/// Where Debian installs it.
const CHROMIUM: &str = "/usr/bin/chromium";

#[tokio::test]
async fn a_file_is_handed_in_over_a_bad_line_and_without_script() {
    let Some(packages) = package("puppeteer-core") else {
        skipped("puppeteer-core is not installed: .ci/run packages");
        return;
    };
    if !Path::new(CHROMIUM).exists() {
        skipped("chromium is not installed: .ci/run packages");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().join("data"), database: None };
    let world = World::found(&place).await;
    let instance = Instance::start(&place).await;
    let requests = world.messages.replace("/messages", "/requests");
    let asked = json!({"kind": "approval", "title": "Figures of the year"});
    let request = world.post(&instance.origin, &requests, &asked).await.unwrap();
    let request = format!("{requests}/{}", request["id"].as_str().unwrap());

    // More than two parts, and the last not whole.
    let path = directory.path().join("figures.csv");
    let bytes: Vec<u8> = (0..2_000_000).flat_map(|n| format!("{n:09}\n").into_bytes()).collect();
    std::fs::write(&path, &bytes).unwrap();
    let mut command = Command::new("node");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/chromium.mjs"));
    command.args([&instance.origin, "maya@example.com", "a fine long password", &request]).arg(&path);
    command.args(std::env::var_os("PICTURES").map(PathBuf::from));
    command.env("NODE_PATH", packages).env("CHROMIUM", CHROMIUM).stdin(Stdio::null()).kill_on_drop(true);
    let run = command.output().await.unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let seen: Value = serde_json::from_slice(&run.stdout).unwrap();

    assert_eq!(seen["errors"], json!([]), "the script failed");
    assert_eq!(seen["words"][0].as_str().unwrap().rsplit(" / ").next(), Some("20.0 MB"), "{seen}");
    // What was acknowledged is not sent again: not after the line was dead, not on the page that was opened again.
    let offsets: Vec<u64> = seen["offsets"].as_array().unwrap().iter().map(|one| one.as_u64().unwrap()).collect();
    let reopened = usize::try_from(seen["reopened"].as_u64().unwrap()).unwrap();
    assert_eq!(offsets.iter().filter(|offset| **offset == 0).count(), 1, "{seen}");
    assert!(offsets.is_sorted() && offsets[reopened] > 0, "{seen}");
    assert_eq!([&seen["with"], &seen["without"]], ["Version 1: figures.csv", "Version 2: figures.csv"], "{seen}");

    let client = &world.client;
    let versions = client.get(format!("{}/api/v1{request}/versions", instance.origin)).bearer_auth(&world.session);
    let versions: Value = serde_json::from_slice(&versions.send().await.unwrap().bytes().await.unwrap()).unwrap();
    let hashes: Vec<&Value> = versions["versions"].as_array().unwrap().iter().map(|one| &one["sha256"]).collect();
    let sha256 = hex::encode(Sha256::digest(&bytes));
    assert_eq!(hashes, [sha256.as_str(), sha256.as_str()], "{versions}");
}
