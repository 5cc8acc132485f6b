//! What a trial proves, and what it does not.

use super::*;
use crate::checks::authorization::tests::{exchange, look, run, trial};
use crate::evidence::{Reading, Secrets, Sighting, Store};
use crate::verdict::Cause;

fn judged(trial: &Trial, matrix: Option<&str>) -> Finding {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("run");
    let store = Store::create(&dir, Secrets::default()).unwrap();
    store.add(&Run { matrix: matrix.map(str::to_owned), ..run() }).unwrap();
    store.add(trial).unwrap();
    let mut findings = judge(&Dossier::load(&dir).unwrap());
    findings.retain(|finding| finding.cell.is_some());
    assert_eq!(findings.len(), 1);
    findings.remove(0)
}

#[test]
fn a_refusal_holds_only_with_a_living_attacker_and_a_working_control() {
    assert_eq!(judged(&trial(), None).verdict, Verdict::Holds);
    let mut dead = trial();
    dead.attempts[0].alive = false;
    assert_eq!(judged(&dead, None).cause, Some(Cause::Undecided));
    let mut uncontrolled = trial();
    uncontrolled.control = Some(exchange("ann", 500, Reading::Failure));
    assert_eq!(judged(&uncontrolled, None).verdict, Verdict::Unproven);
    let mut blind = trial();
    blind.witness = None;
    assert_eq!(judged(&blind, None).verdict, Verdict::Unproven);
    let mut limited = trial();
    limited.attempts[0].exchanges = vec![exchange("bob", 429, Reading::Limited)];
    assert_eq!(judged(&limited, None).verdict, Verdict::Unproven);
}

#[test]
fn state_is_proof_and_status_is_not() {
    let mut lying_denial = trial();
    lying_denial.after = Some(look(&[("title", "b")]));
    let finding = judged(&lying_denial, None);
    assert_eq!((finding.verdict, finding.check.as_str()), (Verdict::Gap, "AZ03"));
    assert!(finding.words.contains("although it was answered 404"), "{}", finding.words);
    let mut lying_success = trial();
    lying_success.attempts[0].exchanges = vec![exchange("bob", 200, Reading::Success)];
    assert_eq!(judged(&lying_success, None).verdict, Verdict::Holds);
}

#[test]
fn a_change_that_is_refused_and_shows_the_object_all_the_same() {
    let mut telling = trial();
    let mut told = exchange("bob", 200, Reading::Success);
    let (canary, noun, field) = ("plim7secret".to_owned(), "note".to_owned(), "title".to_owned());
    told.sightings = vec![Sighting { canary, noun, field, owner: "ann".into(), party: None }];
    telling.attempts[0].exchanges = vec![told];
    assert_eq!(judged(&telling, None).verdict, Verdict::Gap);
}

#[test]
fn whoever_does_not_belong_to_the_place_is_refused_for_no_rank() {
    let mut outside = trial();
    outside.attempts[0].relation = "same tenant".into();
    let row = "plimsoll.matrix 1\n# action anon user\nPUT /notes/{id} - -\n";
    assert_eq!(judged(&outside, Some(row)).verdict, Verdict::Holds);
    outside.attempts[0].outside = true;
    assert_eq!(judged(&outside, Some(row)).cause, Some(Cause::NotTold));
}

#[test]
fn what_may_have_failed_before_anybody_asked_who_he_is_does_not_hold() {
    let mut invalid = trial();
    invalid.attempts[0].exchanges = vec![exchange("bob", 422, Reading::Invalid)];
    assert_eq!(judged(&invalid, None).verdict, Verdict::Unproven);
    invalid.attempts[0].like_missing = Some(true);
    assert_eq!(judged(&invalid, None).verdict, Verdict::Holds);
}

#[test]
fn colleagues_are_for_the_matrix_to_judge() {
    let mut trial = trial();
    trial.attempts[0].relation = "same tenant".into();
    trial.after = Some(look(&[("title", "b")]));
    assert_eq!(judged(&trial, None).cause, Some(Cause::WaitsForAnswer));
    let row = |reach: &str| format!("plimsoll.matrix 1\n# action anon user\nPUT /notes/{{id}} - {reach}\n");
    assert_eq!(judged(&trial, Some(&row("own"))).check, "AZ04");
    assert_eq!(judged(&trial, Some(&row("-"))).check, "AZ05");
    assert_eq!(judged(&trial, Some(&row("own"))).verdict, Verdict::Gap);
    assert_eq!(judged(&trial, Some(&row("own?"))).cause, Some(Cause::WaitsForAnswer));
}
