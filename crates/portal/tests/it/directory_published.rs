//! A published checker of SCIM servers, against a real portal: `.ci/run packages` installs it.

use std::path::PathBuf;
use std::process::Stdio;

use door::{Clock as _, SystemClock};
use portal::identity::factor::Secret;
use portal::settings::Place;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::house::skipped;
use crate::killed::{Instance, World};
use crate::tus::package;

/// Where `.ci/run` has installed Python's packages.
async fn python() -> Option<PathBuf> {
    let python = package("tus-js-client")?.parent()?.join("bin/python");
    let looks = Command::new(&python).args(["-c", "import httpx2, scim2_tester"]).stderr(Stdio::null()).status().await;
    looks.is_ok_and(|status| status.success()).then_some(python)
}

#[tokio::test]
async fn a_published_checker_finds_nothing_wrong() {
    let Some(python) = python().await else {
        skipped("scim2-tester is not installed: .ci/run packages");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let place = Place { data: directory.path().join("data"), database: None };
    let world = World::found(&place).await;
    let instance = Instance::start(&place).await;
    let begun = world.post(&instance.origin, "/account/factor", &json!({})).await.unwrap();
    let secret = Secret::parse(begun["secret"].as_str().unwrap()).unwrap();
    let code = json!({"code": secret.code(SystemClock.now())});
    world.post(&instance.origin, "/account/factor/confirm", &code).await.unwrap();
    let set = world.client.put(format!("{}/api/v1/directory", instance.origin)).bearer_auth(&world.session);
    let set = set.header("content-type", "application/json").body(json!({"role": "staff"}).to_string());
    assert_eq!(set.send().await.unwrap().status(), 200);
    let wanted = json!({"name": "checker", "days": 1});
    let token = world.post(&instance.origin, "/directory/tokens", &wanted).await.unwrap();

    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/directory.py"));
    command.arg(format!("{}/scim/v2", instance.origin)).arg(token["token"].as_str().unwrap());
    let run = command.stdin(Stdio::null()).kill_on_drop(true).output().await.unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let said: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(said["wrong"], json!([]), "{said:#}");
    assert!(said["right"].as_u64().unwrap() >= 30, "{said:#}");
}
