//! The example services as they stand in the repository: each started as its manifest says, walked, and judged. The sound
//! build has nothing to tell; what flaws.py says is found is found, by that check, in that place, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    assert!(manifest.contains("$QUAY_FLAWS"));
    std::fs::write(&path, manifest.replace("$QUAY_FLAWS", flaws)).unwrap();
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
    let print = "import flaws, json; print(json.dumps([found for _, found in flaws.FLAWS.values()]))";
    let said = Command::new("python3").args(["-B", "-c", print]).current_dir(example(name)).output().unwrap();
    let said: Vec<Vec<(String, String)>> = serde_json::from_slice(&said.stdout).unwrap();
    said.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sound_quay_has_nothing_to_tell() {
    let outcome = audited("quay", "").await;
    assert_eq!(gaps(&outcome), BTreeSet::new());
    let undecided: Vec<_> = outcome.findings.iter().filter(|finding| finding.verdict == Verdict::Suspected).collect();
    assert!(undecided.is_empty(), "{undecided:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_flaws_of_the_quay_are_found_where_they_are_said_to_be() {
    let planted = planted("quay");
    assert!(planted.len() > 20, "{planted:?}");
    let outcome = audited("quay", "all").await;
    assert_eq!(gaps(&outcome), planted);
}
