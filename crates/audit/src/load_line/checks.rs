//! How each check ended: the worst of its findings, in one sentence.

use std::collections::{BTreeMap, BTreeSet};

use super::sentence::count;
use crate::checks::Check;
use crate::verdict::{Cause, CheckResult, Dimension, Finding, Gap, Verdict};

/// One result for each declared check, in the order of declaration.
pub(super) fn results(
    declared: &[Check],
    passes: &BTreeSet<Dimension>,
    findings: &[Finding],
    gaps: &[Gap],
) -> Vec<CheckResult> {
    declared
        .iter()
        .map(|check| {
            let own: Vec<_> = findings.iter().filter(|finding| finding.check == check.id).collect();
            let waived = gaps.iter().filter(|gap| gap.check == check.id).all(|gap| gap.waived.is_some());
            result(check, passes.contains(&check.dimension), waived, &own)
        })
        .collect()
}

fn result(check: &Check, ran: bool, waived: bool, findings: &[&Finding]) -> CheckResult {
    let with = |verdict| findings.iter().copied().filter(move |finding| finding.verdict == verdict);
    let first = |verdict| with(verdict).next();
    let (verdict, cause, words, answer) = if let Some(gap) = first(Verdict::Gap) {
        // Also where the check is not built: a told "none" is a gap without probing.
        let verdict = if waived && first(Verdict::Suspected).is_none() { Verdict::Waived } else { Verdict::Gap };
        (verdict, None, gap.words.clone(), None)
    } else if !check.built {
        let words = "this version of the audit cannot judge it".to_owned();
        (Verdict::Unproven, Some(Cause::NotBuilt), words, None)
    } else if let Some(suspected) = first(Verdict::Suspected) {
        (Verdict::Suspected, suspected.cause, suspected.words.clone(), suspected.answer.clone())
    } else if let Some(unproven) = commonest(with(Verdict::Unproven)) {
        let cause = unproven.cause.or(Some(Cause::Undecided));
        (Verdict::Unproven, cause, unproven.words.clone(), unproven.answer.clone())
    } else if with(Verdict::Holds).next().is_some() {
        (Verdict::Holds, None, held(with(Verdict::Holds)), None)
    } else if let Some(none) = first(Verdict::NotApplicable) {
        (Verdict::NotApplicable, None, none.words.clone(), None)
    } else if ran {
        let words = "nothing was found that it could be tried on".to_owned();
        (Verdict::Unproven, Some(Cause::NotReached), words, None)
    } else {
        let words = format!("this run left out the pass {}", check.dimension.name());
        (Verdict::Unproven, Some(Cause::LeftOut), words, Some("plimsoll audit".to_owned()))
    };
    let number = |is: &dyn Fn(&Finding) -> bool| {
        u32::try_from(findings.iter().filter(|finding| is(finding)).count()).unwrap_or(u32::MAX)
    };
    CheckResult {
        id: check.id.to_owned(),
        title: check.title.to_owned(),
        dimension: check.dimension,
        severity: check.severity,
        verdict,
        cause,
        words,
        answer,
        held: number(&|finding| finding.verdict == Verdict::Holds),
        cells: number(&|finding| finding.verdict != Verdict::NotApplicable),
    }
}

/// The first finding of the commonest cause: what would answer most.
fn commonest<'a>(unproven: impl Iterator<Item = &'a Finding>) -> Option<&'a Finding> {
    let mut by_cause: BTreeMap<Option<Cause>, Vec<&Finding>> = BTreeMap::new();
    for finding in unproven {
        by_cause.entry(finding.cause).or_default().push(finding);
    }
    // `max_by_key` takes the last of equals; reversed, the first cause in its order wins.
    by_cause.into_values().rev().max_by_key(Vec::len).and_then(|findings| findings.first().copied())
}

/// `30 actions, 60 cells`, or the words of the only finding.
fn held<'a>(findings: impl Iterator<Item = &'a Finding>) -> String {
    let findings: Vec<_> = findings.collect();
    if let [only] = findings[..] {
        return only.words.clone();
    }
    let subjects: BTreeSet<_> = findings.iter().map(|finding| &finding.subject).collect();
    let (noun, each) =
        if findings.iter().all(|finding| finding.cell.is_some()) { ("action", "cell") } else { ("subject", "finding") };
    format!("{} hold in {}", count(subjects.len(), noun), count(findings.len(), each))
}
