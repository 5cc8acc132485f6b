//! What docs/asvs.md says is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The requirements of chapters V6 to V8 at levels 1 and 2 (OWASP ASVS 5.0.0): for each section its first levels' ids.
const REQUIREMENTS: &[(&str, std::ops::RangeInclusive<u8>)] = &[
    ("6.1", 1..=3),
    ("6.2", 1..=12),
    ("6.3", 1..=4),
    ("6.4", 1..=4),
    ("6.5", 1..=5),
    ("6.6", 1..=3),
    ("6.8", 1..=4),
    ("7.1", 1..=3),
    ("7.2", 1..=4),
    ("7.3", 1..=2),
    ("7.4", 1..=5),
    ("7.5", 1..=2),
    ("7.6", 1..=2),
    ("8.1", 1..=2),
    ("8.2", 1..=3),
    ("8.3", 1..=1),
    ("8.4", 1..=1),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The names of all functions that are marked as tests, or run on both databases.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut places =
        vec![root().join("crates/portal/src"), root().join("crates/portal/tests"), root().join("crates/door")];
    while let Some(place) = places.pop() {
        for entry in std::fs::read_dir(&place).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                places.push(entry.path());
                continue;
            }
            let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
            let mut is_marked = false;
            for line in text.lines().map(str::trim) {
                let name = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "));
                let name = name.and_then(|rest| rest.split('(').next());
                match name {
                    Some(name) if is_marked || line.contains("(house: House)") => {
                        names.insert(name.to_owned());
                    }
                    _ => {}
                }
                is_marked = line == "#[test]" || line == "#[tokio::test]" || (is_marked && line.starts_with("#["));
            }
        }
    }
    names
}

/// The words between backticks that follow a word: `test` or `document`.
fn named<'a>(answer: &'a str, kind: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut rest = answer;
    while let Some(at) = rest.find(&format!("{kind} `")) {
        rest = &rest[at + kind.len() + 2..];
        let (name, after) = rest.split_once('`').unwrap();
        found.push(name);
        rest = after;
    }
    found
}

#[test]
fn every_requirement_is_answered_by_what_is_there() {
    let page = std::fs::read_to_string(root().join("docs/asvs.md")).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| ") && line[2..].starts_with(char::is_numeric))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let ids: Vec<String> =
        REQUIREMENTS.iter().flat_map(|(section, last)| last.clone().map(move |n| format!("{section}.{n}"))).collect();
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), ids, "each requirement once, in order");

    let tests = tests();
    assert!(tests.len() > 200, "only {} tests were found", tests.len());
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        let (id, answer) = (row[0], row[3]);
        let (by_test, by_document) = (named(answer, "test"), named(answer, "document"));
        for name in &by_test {
            assert!(tests.contains(*name), "{id}: there is no test {name}");
        }
        for name in &by_document {
            assert!(root().join(name).is_file(), "{id}: there is no document {name}");
        }
        let kind = match answer.split([':', ' ']).next().unwrap() {
            said @ ("n/a" | "open") => {
                assert!(answer.len() > said.len() + 10, "{id}: {said} without a reason");
                said
            }
            _ => {
                assert!(!by_test.is_empty() || !by_document.is_empty(), "{id}: answered by nothing: {answer}");
                "answered"
            }
        };
        *kinds.entry(kind).or_default() += 1;
    }
    println!("{kinds:?}");
}
