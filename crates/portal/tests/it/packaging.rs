//! What is shipped beside the program: the service unit and its settings.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use tokio::net::UnixDatagram;

use crate::house::skipped;

const BINARY: &str = env!("CARGO_BIN_EXE_plimsoll-portal");

fn packaging() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_unit_is_sound_and_leaves_little_to_attack() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        return skipped("there is no systemd-analyze");
    }
    let directory = tempfile::tempdir().unwrap();
    let unit = directory.path().join("plimsoll-portal.service");
    let text = std::fs::read_to_string(packaging().join("plimsoll-portal.service")).unwrap();
    std::fs::write(&unit, text.replace("/usr/local/bin/plimsoll-portal", BINARY)).unwrap();
    let verified = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&unit).output().unwrap();
    assert!(verified.status.success() && said(&verified).trim().is_empty(), "{}", said(&verified));
    // Of ten, where ten is everything: 2.0.
    let rated = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--threshold=20", "--no-pager"])
        .arg(&unit)
        .output()
        .unwrap();
    assert!(rated.status.success(), "{}", said(&rated));
}

#[test]
fn the_settings_that_come_along_could_be_started_with() {
    let directory = tempfile::tempdir().unwrap();
    let checked = Command::new(BINARY)
        .args(["config", "check", "--listen=127.0.0.1:0", "--redirect-from=127.0.0.1:0", "--config"])
        .arg(packaging().join("portal.toml"))
        .arg("--data")
        .arg(directory.path().join("data"))
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", said(&checked));
    assert!(said(&checked).contains("A portal would start so."), "{}", said(&checked));
}

#[tokio::test]
async fn the_service_manager_is_told_when_it_serves_and_when_it_stops() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    let mut portal = tokio::process::Command::new(BINARY)
        .args(["serve", "--listen=127.0.0.1:0", "--data"])
        .arg(directory.path().join("data"))
        .env_remove("DATABASE_URL")
        .env("NOTIFY_SOCKET", &socket)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let told = async || {
        let mut message = [0; 256];
        let length = tokio::time::timeout(Duration::from_secs(60), manager.recv(&mut message)).await.unwrap().unwrap();
        String::from_utf8_lossy(&message[..length]).trim().to_owned()
    };
    assert_eq!(told().await, "READY=1");
    let asked = Command::new("kill").arg(portal.id().unwrap().to_string()).status().unwrap();
    assert!(asked.success());
    assert_eq!(told().await, "STOPPING=1");
    assert!(tokio::time::timeout(Duration::from_secs(60), portal.wait()).await.unwrap().unwrap().success());
}
