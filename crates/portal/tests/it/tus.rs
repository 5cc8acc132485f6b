//! A published tus client, against a real portal: `.ci/run packages` installs it.

use std::path::PathBuf;
use std::process::Stdio;

use portal::settings::Place;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use crate::house::skipped;
use crate::killed::{Instance, World};

/// Where `.ci/run` has installed a package of node's.
pub(crate) fn package(name: &str) -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
    let packages = cache.join("plimsoll/tools/node_modules");
    packages.join(name).is_dir().then_some(packages)
}

#[tokio::test]
async fn a_published_client_breaks_off_and_goes_on() {
    let Some(packages) = package("tus-js-client") else {
        skipped("tus-js-client is not installed: .ci/run packages");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().join("data"), database: None };
    let world = World::found(&place).await;
    let instance = Instance::start(&place).await;
    let requests = world.messages.replace("/messages", "/requests");
    let asked = json!({"kind": "approval", "title": "Checkout design"});
    let request = world.post(&instance.origin, &requests, &asked).await.unwrap();
    let request = format!("{requests}/{}", request["id"].as_str().unwrap());

    let path = directory.path().join("Zahlen für Ana.txt");
    let bytes: Vec<u8> = (0..50_000).flat_map(|n| format!("{n:09}\n").into_bytes()).collect();
    std::fs::write(&path, &bytes).unwrap();
    let mut command = Command::new("node");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/tus.mjs"));
    command.arg(format!("{}/api/v1{request}/uploads", instance.origin)).arg(&world.session).arg(&path);
    let run = command.env("NODE_PATH", packages).stdin(Stdio::null()).kill_on_drop(true).output().await.unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let said: Value = serde_json::from_slice(&run.stdout).unwrap();
    // It went on where it had been, and sent nothing twice.
    assert!(said["begins"].as_u64().unwrap() >= 200_000, "{said}");

    let upload = said["url"].as_str().unwrap().rsplit('/').next().unwrap();
    let handed =
        world.post(&instance.origin, &format!("{request}/versions"), &json!({"upload": upload})).await.unwrap();
    assert_eq!(handed["sha256"], hex::encode(Sha256::digest(&bytes)));
}
