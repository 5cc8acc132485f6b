//! Each gap is found where it is, and nothing else; the clean portal has none.
//!
//! Many are opened at once, where none excludes another: what is found must be what was opened, no more and no less.

use std::collections::BTreeSet;

use audit::checks;
use audit::verdict::{Dimension, Verdict};
use gaps::{GAPS, Gap};

use crate::harbour::gaps;
use crate::launched;

/// Gaps that are opened together.
const TOGETHER: [&[u8]; 6] = [
    &[1, 2, 3, 14, 16, 18, 19],
    // The same action as the third, by another check.
    &[9],
    &[28, 30],
    &[29, 31, 32, 33],
    &[35, 36, 37, 38, 39, 40],
    &[43, 44, 45, 46],
];

#[tokio::test(flavor = "multi_thread")]
async fn the_clean_portal_has_none() {
    let clean = launched::audit(&[], Dimension::ALL.into()).await;
    let standing = gaps(&clean);
    assert!(standing.is_empty(), "false alarms on the clean portal: {standing:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn authorization_and_audit_trail() {
    are_found(TOGETHER[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_through_another_project() {
    are_found(TOGETHER[1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn promises_without_a_button() {
    are_found(TOGETHER[2]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn promises() {
    are_found(TOGETHER[3]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn detection() {
    are_found(TOGETHER[4]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn operations() {
    are_found(TOGETHER[5]).await;
}

/// Opens gaps, and audits the dimensions that they are in.
async fn are_found(numbers: &[u8]) {
    let opened: Vec<&Gap> = GAPS.iter().filter(|gap| numbers.contains(&gap.number)).collect();
    assert_eq!(opened.len(), numbers.len(), "some of {numbers:?} cannot be opened");
    let dimension = |gap: &&Gap| checks::find(gap.check).unwrap().dimension;
    let outcome = launched::audit(numbers, opened.iter().map(dimension).collect()).await;
    let expected: BTreeSet<String> = opened.iter().map(|gap| format!("{} {}", gap.check, gap.subject)).collect();
    let found: BTreeSet<String> = gaps(&outcome).into_iter().collect();
    let missed: Vec<_> = expected.difference(&found).collect();
    let of_missed = |check: &str| missed.iter().any(|missed| missed.starts_with(check));
    let told: Vec<_> = (outcome.findings.iter())
        .filter(|one| of_missed(&one.check) && one.verdict != Verdict::Holds)
        .map(|one| format!("{} {}: {}", one.check, one.subject, one.words))
        .collect();
    // The same may be seen in a second place: “deletion · the database” beside “deletion”.
    let is_part = |one: &str| expected.iter().any(|whole| one.starts_with(&format!("{whole} · ")));
    let alarms: Vec<_> = found.difference(&expected).filter(|one| !is_part(one)).collect();
    assert!(missed.is_empty() && alarms.is_empty(), "missed {missed:#?} ({told:#?}), false alarms {alarms:#?}");
}

#[test]
fn every_gap_is_opened_once() {
    let mut all: Vec<u8> = TOGETHER.concat();
    all.sort_unstable();
    assert_eq!(all, GAPS.iter().map(|gap| gap.number).collect::<Vec<_>>());
}

#[test]
fn an_unknown_gap_is_refused() {
    assert!(gaps::parts(&[200]).is_err_and(|wrong| wrong.contains("200")));
}
