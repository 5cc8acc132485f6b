//! The line of a dimension: its mark, its span, and what is worst.

use super::Require;
use crate::verdict::{CheckResult, Dimension, DimensionLine, Gap, Mark, Verdict};

/// The relation of an attacker to whom a proved breach crosses from one tenant to another.
const OTHER_TENANT: &str = "other tenant";

/// Settles one dimension from how its checks ended and the gaps that are open.
pub(super) fn line(dimension: Dimension, require: &Require, checks: &[CheckResult], gaps: &[Gap]) -> DimensionLine {
    let checks: Vec<_> = checks.iter().filter(|check| check.dimension == dimension).collect();
    let gaps: Vec<_> = gaps.iter().filter(|gap| checks.iter().any(|check| check.id == gap.check)).collect();
    let number = |is: &dyn Fn(&CheckResult) -> bool| {
        u32::try_from(checks.iter().filter(|check| is(check)).count()).unwrap_or(u32::MAX)
    };
    let built = |check: &CheckResult| check.cause != Some(crate::verdict::Cause::NotBuilt);
    let unproven = |check: &CheckResult| matches!(check.verdict, Verdict::Suspected | Verdict::Unproven);
    let span = span(&checks);
    let breach = gaps.iter().find(|gap| is_breach_between_tenants(dimension, gap));
    let (proved, possible) = if breach.is_some() { (0, 0) } else { span };
    DimensionLine {
        dimension,
        line: mark(&checks),
        wanted: require.of(dimension),
        proved,
        possible,
        uncapped: breach.map(|_| span),
        holds: number(&|check| check.verdict == Verdict::Holds),
        open: number(&|check| matches!(check.verdict, Verdict::Gap | Verdict::Waived)),
        unproven: number(&|check| unproven(check) && built(check)),
        not_applicable: number(&|check| check.verdict == Verdict::NotApplicable),
        not_built: number(&|check| !built(check)),
        gaps: u32::try_from(gaps.iter().filter(|gap| gap.waits_for.is_none()).count()).unwrap_or(u32::MAX),
        worst: worst(breach.copied(), &gaps, &checks),
    }
}

/// The highest mark of which every check, of every phase up to it, holds or does not apply.
fn mark(checks: &[&CheckResult]) -> Mark {
    let good = |check: &CheckResult| matches!(check.verdict, Verdict::Holds | Verdict::NotApplicable);
    Mark::ALL
        .into_iter()
        .take_while(|mark| checks.iter().all(|check| good(check) || !mark.stopped_by(check.severity)))
        .last()
        .unwrap_or(Mark::Demo)
}

/// Proved and possible, in per cent of the weight that applies, rounded down so that 100 means all.
fn span(checks: &[&CheckResult]) -> (u8, u8) {
    let weight = |is: &dyn Fn(Verdict) -> bool| -> u32 {
        checks.iter().filter(|check| is(check.verdict)).map(|check| check.severity.weight()).sum()
    };
    let applies = weight(&|verdict| verdict != Verdict::NotApplicable);
    let proved = weight(&|verdict| verdict == Verdict::Holds);
    let open = weight(&|verdict| matches!(verdict, Verdict::Gap | Verdict::Waived));
    // Where no check applies nothing is missing.
    let share = |part: u32| (part * 100).checked_div(applies).map_or(100, |share| u8::try_from(share).unwrap_or(100));
    (share(proved), share(applies - open))
}

/// One proved breach between tenants makes the span of its dimension 0. Only authorization is about who reaches what;
/// a refused attempt of a stranger that left no record is a gap of the audit trail, not a breach.
fn is_breach_between_tenants(dimension: Dimension, gap: &Gap) -> bool {
    dimension == Dimension::Authorization
        && gap.findings.iter().filter_map(|finding| finding.cell.as_ref()).any(|cell| cell.relation == OTHER_TENANT)
}

/// The worst thing that is known, in words; where nothing is, what most of the fog is made of.
fn worst(breach: Option<&Gap>, gaps: &[&Gap], checks: &[&CheckResult]) -> String {
    if let Some(gap) = breach.or(gaps.first().copied()) {
        return format!("{} {}", gap.check, gap.words);
    }
    let mut doubtful: Vec<_> = checks
        .iter()
        .filter(|check| check.verdict == Verdict::Suspected)
        .map(|check| format!("{} suspected: {}", check.id, check.words))
        .collect();
    doubtful.truncate(1);
    doubtful.pop().unwrap_or_else(|| super::sentence::fog(checks))
}
