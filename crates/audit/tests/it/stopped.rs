//! Somebody presses Ctrl-C while the manifest's own commands run: everything ends at once, and nothing is left.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::service::notes;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// How long the end may take, the service's own time to stop included.
const END_MAX: Duration = Duration::from_secs(8);

/// The number that a command wrote, once it is there.
fn number(file: &Path) -> Pid {
    let started = Instant::now();
    loop {
        let text = fs::read_to_string(file).unwrap_or_default();
        if let Ok(number) = text.trim().parse() {
            return Pid::from_raw(number).unwrap();
        }
        assert!(started.elapsed() < Duration::from_secs(20), "the command did not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a process has ended; one that waits for its reaper has.
fn has_ended(pid: Pid) -> bool {
    let state = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    test_kill_process(pid).is_err() || state.map_or(true, |text| text.contains(") Z "))
}

async fn stopped_by(signal: Signal) {
    let served = notes::service().serve().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    // The service is another one: what `start` runs only has to be ended.
    let manifest = format!(
        "[target]\nurl = \"{}\"\nmine = true\ndocument = \"/openapi.json\"\nhealth = \"GET /health\"\n\
         start = \"echo $$ > service; exec sleep 300\"\nprepare = [\"sleep 300 & echo $! > prepare; wait\"]\n{}",
        served.url,
        notes::MANIFEST
    );
    fs::write(at.join("plimsoll.toml"), manifest).unwrap();
    let mut audit = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["-q", "-m"])
        .arg(at.join("plimsoll.toml"))
        .args(["audit", "--unsigned"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let prepare = number(&at.join("prepare"));
    let service = number(&at.join("service"));
    kill_process(Pid::from_child(&audit), signal).unwrap();
    let started = Instant::now();
    while audit.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < END_MAX, "it goes on");
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = audit.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("the run was stopped"), "{said}");
    assert!(has_ended(prepare) && has_ended(service), "{said}");
    let left = fs::read_dir(at.join(".plimsoll").join("evidence")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "evidence of a run that was none");
    assert!(!at.join("plimsoll.lock").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_while_the_manifests_commands_run() {
    stopped_by(Signal::INT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signal_that_ends_a_job() {
    stopped_by(Signal::TERM).await;
}
