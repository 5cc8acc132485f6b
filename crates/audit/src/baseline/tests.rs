use proptest::prelude::*;

use super::*;
use crate::report::samples;
use crate::verdict::Severity;

const ANSWER: &str = "jonas, 2026-11-23: the old client needs it";

/// A run with gaps, and one where all of them are closed.
fn runs() -> (Outcome, Outcome) {
    let mut open = samples::many_gaps();
    open.gaps.retain(|gap| gap.waived.is_none());
    let mut closed = open.clone();
    for result in closed.checks.iter_mut().filter(|result| result.verdict == Verdict::Gap) {
        result.verdict = Verdict::Holds;
    }
    closed.gaps.clear();
    (open, closed)
}

#[test]
fn what_is_accepted_is_not_new() {
    let (open, _) = runs();
    let mut baseline = Baseline::default();
    assert_eq!(baseline.compare(&open).new.len(), open.gaps.len());
    assert_eq!(baseline.accept(&open, None, ANSWER).unwrap(), open.gaps.len());
    let compared = baseline.compare(&open);
    assert!(!compared.is_worse() && compared.won.is_empty(), "{compared:?}");
    assert_eq!(compared.standing.len(), open.gaps.len());
}

#[test]
fn one_more_gap_is_new_and_hides_behind_none() {
    let (mut open, _) = runs();
    let mut baseline = Baseline::default();
    baseline.accept(&open, None, ANSWER).unwrap();
    let another = Gap { subject: "GET /elsewhere".into(), severity: Severity::Trust, ..open.gaps[0].clone() };
    open.gaps.push(another);
    let compared = baseline.compare(&open);
    assert_eq!(compared.new.iter().map(|gap| gap.subject.as_str()).collect::<Vec<_>>(), ["GET /elsewhere"]);
}

#[test]
fn what_is_closed_leaves_and_is_new_when_it_comes_back() {
    let (open, closed) = runs();
    let mut baseline = Baseline::default();
    baseline.accept(&open, None, ANSWER).unwrap();
    let compared = baseline.compare(&closed);
    assert_eq!(compared.closed.len(), open.gaps.len());
    assert!(baseline.tighten(&compared) && baseline.open.is_empty());
    assert_eq!(baseline.compare(&open).new.len(), open.gaps.len());
}

#[test]
fn silence_closes_nothing() {
    let (open, mut silent) = runs();
    let mut baseline = Baseline::default();
    baseline.accept(&open, None, ANSWER).unwrap();
    for result in &mut silent.checks {
        (result.verdict, result.cause) = (Verdict::Unproven, Some(Cause::NotReached));
    }
    silent.findings.clear();
    let compared = baseline.compare(&silent);
    assert!(compared.closed.is_empty() && compared.standing.len() == open.gaps.len());
}

#[test]
fn what_was_proved_and_is_not_any_more_is_worse() {
    let (_, mut run) = runs();
    let mut baseline = Baseline::default();
    let won = baseline.compare(&run).won.len();
    assert!(0 < won);
    let compared = baseline.compare(&run);
    baseline.tighten(&compared);
    for result in run.checks.iter_mut().filter(|result| result.verdict == Verdict::Holds) {
        (result.verdict, result.cause) = (Verdict::Unproven, Some(Cause::Undecided));
    }
    assert_eq!(baseline.compare(&run).lost.len(), won);
    for result in &mut run.checks {
        result.cause = result.cause.map(|_| Cause::LeftOut);
    }
    assert!(baseline.compare(&run).lost.is_empty(), "what this run was not asked for is no loss");
}

#[test]
fn one_gap_is_accepted_by_its_id() {
    let (open, _) = runs();
    let mut baseline = Baseline::default();
    assert_eq!(baseline.accept(&open, Some(&open.gaps[0].id), ANSWER).unwrap(), 1);
    assert_eq!(baseline.compare(&open).new.len(), open.gaps.len() - 1);
    assert!(baseline.accept(&open, Some("AZ99-0000"), ANSWER).unwrap_err().to_string().contains(&open.gaps[0].id));
}

#[test]
fn mistakes_are_named() {
    let wrong = |text: &str| Baseline::parse(text, "plimsoll.baseline").unwrap_err().to_string();
    insta::assert_snapshot!(
        [wrong("# fine\n\nclosed AZ02 GET /x"), wrong("open AZ02 GET /x"), wrong("open AZ02  # jonas: no subject"),]
            .join("\n\n")
    );
}

proptest! {
    #[test]
    fn text_and_baseline_are_the_same(
        open in proptest::collection::btree_map(("[A-Z]{2}[0-9]{2}", "\\PC{1,40}"), "\\PC{0,40}", 0..6),
        proved in proptest::collection::btree_set("[A-Z]{2}[0-9]{2}", 0..9),
    ) {
        let fits = |subject: &str| !text::one_line(subject).is_empty();
        let open = open.into_iter().filter(|((_, subject), answer)| fits(subject) && fits(answer));
        let open = open.map(|((check, subject), answer)| ((check, text::one_line(&subject)), text::one_line(&answer)));
        let baseline = Baseline { open: open.collect(), proved };
        prop_assert_eq!(Baseline::parse(&baseline.print(), "x").unwrap(), baseline);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*(\n\\PC*){0,4}") {
        let _ = Baseline::parse(&text, "x");
    }
}
