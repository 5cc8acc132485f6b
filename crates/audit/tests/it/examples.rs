//! The example services as they stand in the repository: each started as its manifest says, walked, and judged. The sound
//! build has nothing to tell; what its list of flaws says is found is found, by that check, in that place, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll::catalogue::{Action, Document};
use plimsoll::verdict::{Outcome, Verdict};

use crate::run;

/// The directory of an example.
fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

/// A copy of it in a directory of its own, with these flaws.
fn copy(name: &str, flaws: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(example(name)).unwrap().map(Result::unwrap).filter(|file| file.path().is_file()) {
        std::fs::copy(file.path(), directory.path().join(file.file_name())).unwrap();
    }
    let path = directory.path().join("plimsoll.toml");
    let manifest = std::fs::read_to_string(&path).unwrap();
    let variable = format!("${}_FLAWS", name.to_uppercase());
    assert!(manifest.contains(&variable));
    std::fs::write(&path, manifest.replace(&variable, flaws)).unwrap();
    directory
}

async fn audited(name: &str, flaws: &str) -> Outcome {
    run::audit(copy(name, flaws).path(), |_| {}).await.unwrap()
}

fn gaps(outcome: &Outcome) -> BTreeSet<(String, String)> {
    outcome.gaps.iter().map(|gap| (gap.check.clone(), gap.subject.clone())).collect()
}

/// Check and place of every flaw, as the example itself says.
fn planted(name: &str) -> BTreeSet<(String, String)> {
    let (command, arguments) = match example(name).join("flaws.py").exists() {
        true => (
            "python3",
            ["-B", "-c", "import flaws, json; print(json.dumps([found for _, found in flaws.FLAWS.values()]))"],
        ),
        false => {
            let print = "import('./flaws.mjs').then(({ FLAWS }) => console.log(JSON.stringify(Object.values(FLAWS).map((flaw) => flaw[1]))))";
            ("node", ["--no-warnings", "-e", print])
        }
    };
    let said = Command::new(command).args(arguments).current_dir(example(name)).output().unwrap();
    let said: Vec<Vec<(String, String)>> = serde_json::from_slice(&said.stdout).unwrap();
    said.into_iter().flatten().collect()
}

async fn has_nothing_to_tell(name: &str) {
    let outcome = audited(name, "").await;
    assert_eq!(gaps(&outcome), BTreeSet::new());
    let undecided: Vec<_> = outcome.findings.iter().filter(|finding| finding.verdict == Verdict::Suspected).collect();
    assert!(undecided.is_empty(), "{undecided:#?}");
}

async fn has_what_is_planted(name: &str, at_least: usize) {
    let planted = planted(name);
    assert!(planted.len() >= at_least, "{planted:?}");
    let outcome = audited(name, "all").await;
    assert_eq!(gaps(&outcome), planted);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sound_quay_has_nothing_to_tell() {
    has_nothing_to_tell("quay").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_flaws_of_the_quay_are_found_where_they_are_said_to_be() {
    has_what_is_planted("quay", 27).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sound_chandlery_has_nothing_to_tell() {
    has_nothing_to_tell("chandlery").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_flaws_of_the_chandlery_are_found_from_its_recording_alone() {
    has_what_is_planted("chandlery", 12).await;
}

/// The actions that a recording names.
fn actions(recording: &Path) -> Vec<String> {
    let document = Document { place: "a recording".to_owned(), bytes: std::fs::read(recording).unwrap() };
    let catalogue = plimsoll::catalogue::read(&[document], "http://127.0.0.1:80").unwrap();
    catalogue.actions.iter().map(Action::name).collect()
}

/// The chandlery's own browser tests, behind the recorder: `.ci/run packages` installs what they need.
#[test]
fn the_suite_of_the_chandlery_draws_its_map() {
    let tools = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let tools = tools.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"))).unwrap_or_default();
    let packages = tools.join("plimsoll/tools/node_modules");
    let chromium = Path::new("/usr/bin/chromium");
    if !packages.join("playwright-core").is_dir() || !chromium.exists() {
        eprintln!("SKIPPED: playwright-core or chromium is not installed: .ci/run packages");
        return;
    }
    let directory = copy("chandlery", "");
    let run = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["record", "--out", "fresh.har", "--", "node", "suite.mjs"])
        .current_dir(directory.path())
        .env("NODE_PATH", packages)
        .env("CHROMIUM", chromium)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success() && said.contains("`node` ended well"),
        "{said}{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let fresh = directory.path().join("fresh.har");
    assert_eq!(actions(&fresh), actions(&example("chandlery").join("suite.har")));
    let text = std::fs::read_to_string(&fresh).unwrap();
    assert!(!text.contains("seven herons") && text.contains("_csrf="), "{said}");
    assert!(said.contains("secrets removed before anything was written") && said.contains("5 people seen"), "{said}");
}
