//! A walk in parts, as it is typed: several shards that are joined, and a broken walk that goes on, say the same as one walk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use plimsoll::report::json;
use plimsoll::verdict::{Outcome, Verdict};
use rustix::process::{Pid, Signal, kill_process};

use crate::service::rows;
use crate::service::{Served, Service, office};
use crate::story;

/// A removal that nothing holds back, and a list that is not filtered.
fn leaky() -> Service {
    office::service()
        .replace("GET /projects", rows::list("project", |_, _, _| true))
        .replace("DELETE /projects/{project}", rows::delete("project", |_, _, _| true))
}

/// A service, and the directory from which it is walked.
struct Place {
    served: Served,
    directory: tempfile::TempDir,
}

impl Place {
    async fn new() -> Self {
        let served = leaky().serve().await.unwrap();
        let directory = story::office(leaky()).written(&served.url);
        Self { served, directory }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.arg("-q").arg("-m").arg(self.directory.path().join("plimsoll.toml")).args(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn typed(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn evidence(&self) -> Vec<PathBuf> {
        let all = fs::read_dir(self.directory.path().join(".plimsoll/evidence")).into_iter().flatten();
        let mut all: Vec<PathBuf> = all.map(|entry| entry.unwrap().path()).collect();
        all.sort();
        all
    }

    fn outcome(&self) -> Outcome {
        outcome(self.directory.path())
    }
}

fn outcome(directory: &Path) -> Outcome {
    json::read(&fs::read_to_string(directory.join(".plimsoll/report.json")).unwrap(), "report.json").unwrap()
}

/// What is said of each cell and of each subject that has none.
fn verdicts(outcome: &Outcome) -> BTreeMap<String, Verdict> {
    let gaps = outcome.gaps.iter().flat_map(|gap| &gap.findings);
    let all = outcome.findings.iter().chain(gaps);
    all.map(|finding| (format!("{} {} {:?}", finding.check, finding.subject, finding.cell), finding.verdict)).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn three_shards_say_what_one_walk_says() {
    let whole = Place::new().await;
    assert_eq!(whole.typed(&["audit", "--unsigned"]).status.code(), Some(1));
    let whole = whole.outcome();

    let place = Place::new().await;
    for shard in ["1/3", "3/3", "2/3"] {
        let output = place.typed(&["audit", "--shard", shard]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(said(&output).contains("plimsoll merge"), "{}", said(&output));
    }
    let parts = place.evidence();
    let parts: Vec<&str> = parts.iter().map(|part| part.to_str().unwrap()).collect();
    assert_eq!(parts.len(), 3);

    // What a shard alone proves is never more than its share.
    let alone = place.typed(&["judge", "--json", parts[0]]);
    let alone = json::read(&String::from_utf8_lossy(&alone.stdout), "judge").unwrap();
    let elsewhere = verdicts(&alone);
    assert!(
        verdicts(&whole)
            .iter()
            .filter(|(_, verdict)| **verdict == Verdict::Holds)
            .any(|(cell, _)| { elsewhere.get(cell) == Some(&Verdict::Unproven) })
    );

    let missing = place.typed(&["merge", "--unsigned", parts[0], parts[1]]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(said(&missing).contains("shard 2/3 is missing"), "{}", said(&missing));

    let joined = place.typed(&["merge", "--unsigned", parts[0], parts[1], parts[2]]);
    assert_eq!(joined.status.code(), Some(1), "{}", said(&joined));
    assert_eq!(verdicts(&place.outcome()), verdicts(&whole));
    assert_eq!(place.outcome().denominator.reached, whole.denominator.reached);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_walk_goes_on() {
    let whole = Place::new().await;
    assert_eq!(whole.typed(&["audit", "--unsigned"]).status.code(), Some(1));
    let whole = whole.outcome();

    let place = Place::new().await;
    let nothing = place.typed(&["audit", "--resume"]);
    assert!(said(&nothing).contains("no walk to go on with"), "{}", said(&nothing));

    let mut audit = place.command(&["audit", "--unsigned"]).spawn().unwrap();
    let started = Instant::now();
    // The first actions are done when something is written down that says so.
    while !place.evidence().iter().any(|part| has_share(part)) {
        assert!(
            started.elapsed() < Duration::from_secs(60) && audit.try_wait().unwrap().is_none(),
            "no action was done"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    kill_process(Pid::from_child(&audit), Signal::INT).unwrap();
    let output = audit.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("plimsoll audit --resume"), "{}", said(&output));
    let before = requests(&place.served);

    let output = place.typed(&["audit", "--resume", "--unsigned"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(verdicts(&place.outcome()), verdicts(&whole));
    assert_eq!(place.evidence().len(), 1, "both parts lie in one place");
    assert!(0 < before);

    let again = place.typed(&["audit", "--resume"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(said(&again).contains("came to its end"), "{}", said(&again));
}

fn requests(served: &Served) -> u64 {
    served.look(|world| world.counters.get("requests").copied().unwrap_or(0))
}

fn has_share(part: &Path) -> bool {
    let files = fs::read_dir(part).into_iter().flatten().flatten();
    files.filter_map(|file| fs::read_to_string(file.path()).ok()).any(|text| text.contains("\"kind\":\"share\""))
}
