//! What must hold of every settling, tried on findings that nobody would have thought of.

use proptest::prelude::*;

use super::*;
use crate::verdict::{Cause, Cell, Severity, Strength};

/// Checks of every severity in every dimension; the last one is not built.
const DECLARED: [Check; 11] = [
    check("AZ02", Dimension::Authorization, Severity::Blocks, true),
    check("AZ12", Dimension::Authorization, Severity::Prevents, true),
    check("AT01", Dimension::AuditTrail, Severity::Blocks, true),
    check("AT10", Dimension::AuditTrail, Severity::Trust, true),
    check("PR01", Dimension::Promises, Severity::Blocks, true),
    check("PR02", Dimension::Promises, Severity::Blocks, true),
    check("DE01", Dimension::Detection, Severity::Blocks, true),
    check("DE05", Dimension::Detection, Severity::Prevents, true),
    check("OP01", Dimension::Operations, Severity::Blocks, true),
    check("OP02", Dimension::Operations, Severity::Prevents, true),
    check("OP17", Dimension::Operations, Severity::Trust, false),
];

const fn check(id: &'static str, dimension: Dimension, severity: Severity, built: bool) -> Check {
    Check { id, dimension, severity, title: "a check", why: "", how: "", references: &[], fix: "", built }
}

const VERDICTS: [Verdict; 5] =
    [Verdict::Holds, Verdict::Gap, Verdict::Suspected, Verdict::Unproven, Verdict::NotApplicable];

fn finding() -> impl Strategy<Value = Finding> {
    let causes = [Cause::NotTold, Cause::NotReached, Cause::WaitsForAnswer, Cause::Unreviewed, Cause::Undecided];
    (0..DECLARED.len(), 0..4_u8, prop::sample::select(&VERDICTS[..]), prop::sample::select(causes.to_vec()), 0..3_usize)
        .prop_map(|(check, subject, verdict, cause, relation)| Finding {
            check: DECLARED[check].id.to_owned(),
            subject: format!("GET /things/{subject}"),
            cell: (relation > 0).then(|| Cell {
                action: format!("GET /things/{subject}"),
                role: "member".to_owned(),
                relation: ["owner", "other tenant", "same tenant"][relation].to_owned(),
            }),
            verdict,
            cause: (verdict == Verdict::Unproven).then_some(cause),
            strength: Strength::Wall,
            words: "words".to_owned(),
            answer: None,
            evidence: Vec::new(),
            exhibits: Vec::new(),
        })
}

fn findings() -> impl Strategy<Value = Vec<Finding>> {
    prop::collection::vec(finding(), 0..40)
}

fn facts(waivers: Vec<Waiver>, wanted: Option<Mark>) -> Facts {
    Facts {
        run: RunFacts { started_at: "2026-11-22T09:41:00Z".to_owned(), ..RunFacts::default() },
        require: Require { all: wanted, named: BTreeMap::new() },
        passes: Dimension::ALL.into(),
        waivers,
        ..Facts::default()
    }
}

fn settled(findings: &[Finding]) -> Outcome {
    settle(&DECLARED, facts(Vec::new(), None), findings.to_vec())
}

fn waive(finding: &Finding) -> Waiver {
    Waiver {
        gap: format!("{} {}", finding.check, finding.subject),
        owner: "jonas".to_owned(),
        reason: "for now".to_owned(),
        until: "2026-12-31".to_owned(),
    }
}

proptest! {
    #[test]
    fn a_gap_more_never_raises_anything(findings in findings(), mut more in finding()) {
        more.verdict = Verdict::Gap;
        more.cause = None;
        let before = settled(&findings);
        let after = settled(&[findings, vec![more]].concat());
        prop_assert!(after.proved <= before.proved);
        for (before, after) in before.dimensions.iter().zip(&after.dimensions) {
            prop_assert!(after.line <= before.line);
            // A check that did not apply before weighs something now; the part that is proved cannot grow by that.
            prop_assert!(after.proved <= before.proved, "{before:?}\n{after:?}");
            prop_assert!(after.possible <= before.possible, "{before:?}\n{after:?}");
        }
    }

    #[test]
    fn a_waiver_moves_no_line(findings in findings(), which in prop::collection::vec(any::<bool>(), 40)) {
        let waivers = findings.iter().zip(which).filter(|(_, waived)| *waived).map(|(finding, _)| waive(finding));
        let plain = settled(&findings);
        let waived = settle(&DECLARED, facts(waivers.collect(), None), findings);
        for (plain, waived) in plain.dimensions.iter().zip(&waived.dimensions) {
            prop_assert_eq!(plain, waived);
        }
    }

    #[test]
    fn only_what_holds_is_proved(findings in findings()) {
        let outcome = settled(&findings);
        for line in &outcome.dimensions {
            let checks: Vec<_> = outcome.checks.iter().filter(|check| check.dimension == line.dimension).collect();
            prop_assert!(line.proved <= line.possible);
            if line.proved > 0 && checks.iter().any(|check| check.verdict != Verdict::NotApplicable) {
                prop_assert!(checks.iter().any(|check| check.verdict == Verdict::Holds));
            }
            for check in &checks {
                if line.line.stopped_by(check.severity) {
                    prop_assert!(matches!(check.verdict, Verdict::Holds | Verdict::NotApplicable), "{check:?}");
                }
                if check.verdict == Verdict::Holds {
                    let own = findings.iter().filter(|finding| finding.check == check.id);
                    let bad = own.into_iter().find(|f| !matches!(f.verdict, Verdict::Holds | Verdict::NotApplicable));
                    prop_assert_eq!(bad, None);
                }
            }
            let sum = line.holds + line.open + line.unproven + line.not_applicable + line.not_built;
            prop_assert_eq!(sum as usize, checks.len());
        }
    }

    #[test]
    fn what_is_unproven_only_ever_gains_by_holding(findings in findings()) {
        let as_proved: Vec<_> = findings.iter().cloned().map(|mut finding| {
            if finding.verdict == Verdict::Unproven {
                finding.verdict = Verdict::Holds;
                finding.cause = None;
            }
            finding
        }).collect();
        for (fog, clear) in settled(&findings).dimensions.iter().zip(&settled(&as_proved).dimensions) {
            prop_assert!(fog.proved <= clear.proved && fog.line <= clear.line);
            prop_assert!(fog.possible >= clear.proved);
        }
    }

    #[test]
    fn the_order_of_findings_does_not_matter(findings in findings()) {
        let backwards: Vec<_> = findings.iter().rev().cloned().collect();
        prop_assert_eq!(settled(&findings), settled(&backwards));
    }

    #[test]
    fn every_finding_is_told_once(mut findings in findings()) {
        let outcome = settled(&findings);
        let told = outcome.findings.len() + outcome.gaps.iter().map(|gap| gap.findings.len()).sum::<usize>();
        findings.sort_by(|a, b| order(a).cmp(&order(b)));
        findings.dedup();
        prop_assert_eq!(told, findings.len());
        let ids: BTreeSet<_> = outcome.gaps.iter().map(|gap| &gap.id).collect();
        prop_assert_eq!(ids.len(), outcome.gaps.len());
        let cells = &outcome.denominator;
        prop_assert_eq!(
            cells.cells_possible, cells.cells_not_applicable + cells.cells_not_reached + cells.cells_sent
        );
        prop_assert!(cells.cells_conclusive <= cells.cells_sent);
    }

    #[test]
    fn the_exit_never_hides_an_open_gap_or_fog(
        findings in findings(),
        wanted in prop::option::of(prop::sample::select(&Mark::ALL[..])),
    ) {
        let outcome = settle(&DECLARED, facts(Vec::new(), wanted), findings);
        let exit = Exit::of(&outcome, false);
        if exit == Exit::Holds {
            match wanted {
                Some(wanted) => prop_assert!(outcome.proved >= wanted),
                None => prop_assert!(outcome.gaps.is_empty()),
            }
        }
        if exit == Exit::Unproven && wanted.is_some() {
            prop_assert!(outcome.proved < wanted.unwrap_or(Mark::Demo));
        }
        prop_assert!(Exit::of(&outcome, true) >= exit || exit == Exit::Gap);
    }

    #[test]
    fn the_sentences_can_always_be_said(
        findings in findings(),
        wanted in prop::option::of(prop::sample::select(&Mark::ALL[..])),
    ) {
        let outcome = settle(&DECLARED, facts(Vec::new(), wanted), findings);
        let headline = headline(&outcome).to_string();
        prop_assert!(headline.contains("roved") && headline.ends_with('.'), "{headline}");
        prop_assert!(honesty(&outcome).ends_with('.'));
    }
}

#[test]
fn a_proved_breach_between_tenants_sinks_its_dimension_and_no_other() {
    let mut breach = sample("AZ02", Verdict::Gap);
    breach.cell = Some(Cell {
        action: "GET /things/1".to_owned(),
        role: "owner".to_owned(),
        relation: "other tenant".to_owned(),
    });
    let mut unrecorded = breach.clone();
    unrecorded.check = "AT01".to_owned();
    let outcome = settled(&[breach, unrecorded, sample("AZ12", Verdict::Holds), sample("AT10", Verdict::Holds)]);
    let [authorization, audit_trail, ..] = &outcome.dimensions[..] else { unreachable!("five dimensions") };
    assert_eq!((authorization.proved, authorization.possible, authorization.uncapped), (0, 0, Some((23, 23))));
    assert_eq!((audit_trail.proved, audit_trail.possible, audit_trail.uncapped), (9, 9, None));
}

#[test]
fn what_follows_from_another_gap_waits_for_it_and_is_not_counted() {
    let outcome = settled(&[sample("PR01", Verdict::Gap), sample("PR02", Verdict::Gap)]);
    let [cause, follower] = &outcome.gaps[..] else { unreachable!("two gaps") };
    assert_eq!(follower.waits_for.as_ref(), Some(&cause.id));
    assert_eq!(outcome.dimensions[2].gaps, 1);
}

#[test]
fn a_run_in_which_nothing_was_proved_is_not_green() {
    let outcome = settled(&[sample("AZ02", Verdict::Unproven)]);
    assert_eq!(Exit::of(&outcome, false), Exit::Unproven);
}

fn sample(check: &str, verdict: Verdict) -> Finding {
    Finding {
        check: check.to_owned(),
        subject: "GET /things/1".to_owned(),
        cell: None,
        verdict,
        cause: None,
        strength: Strength::Wall,
        words: "words".to_owned(),
        answer: None,
        evidence: Vec::new(),
        exhibits: Vec::new(),
    }
}
