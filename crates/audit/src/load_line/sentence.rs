//! The two sentences that open every report: what is proved, and what is not known.

use std::collections::BTreeMap;

use crate::verdict::{Cause, CheckResult, Mark, Outcome, Severity, Verdict};

/// The first sentence, in three parts, so that a report can make the middle one stand out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// `Proved for a demo. You want a pilot: `
    pub before: String,
    /// `15 gaps`; empty where nothing is open.
    pub gaps: String,
    /// ` stand in the way.`
    pub after: String,
}

impl std::fmt::Display for Headline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}{}", self.before, self.gaps, self.after)
    }
}

/// `1 gap`, `2 gaps`, `2 objects left`: the number and the noun, which takes an s.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A noun with its article: `a note`, `an issue`, `a user`.
#[must_use]
pub fn one(noun: &str) -> String {
    let small = noun.to_lowercase();
    let sounds_otherwise = ["us", "uni", "uti", "uu", "eu", "one"].iter().any(|start| small.starts_with(start));
    let vowel = small.starts_with(['a', 'e', 'i', 'o', 'u']) && !sounds_otherwise;
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

/// What is proved, what is wanted, and what stands between.
#[must_use]
pub fn headline(outcome: &Outcome) -> Headline {
    let proved = if outcome.checks.iter().any(|check| check.verdict == Verdict::Holds) || outcome.proved > Mark::Demo {
        format!("Proved for {}.", one(outcome.proved.name()))
    } else {
        "Nothing is proved yet: a demo needs no proof.".to_owned()
    };
    let plain = |sentence: String| Headline { before: sentence, gaps: String::new(), after: String::new() };
    let open = standing(outcome).count();
    let (verb, them) = if open == 1 { ("stands", "gap") } else { ("stand", "gaps") };
    let next = target(outcome);
    match (outcome.wanted, next) {
        (Some(wanted), None) => {
            let spare = outcome.proved as u8 - wanted as u8;
            plain(match spare {
                0 => format!("{proved} That is what you want."),
                1 => format!("{proved} You want {}: you have a mark to spare.", one(wanted.name())),
                marks => format!("{proved} You want {}: you have {marks} marks to spare.", one(wanted.name())),
            })
        }
        (None, None) => plain(format!("{proved} Every check holds.")),
        (wanted, Some(next)) if open > 0 => {
            let (before, after) = match wanted {
                Some(wanted) => (format!("{proved} You want {}: ", one(wanted.name())), format!(" {verb} in the way.")),
                None => (format!("{proved} "), format!(" {verb} before {}.", one(next.name()))),
            };
            Headline { before, gaps: format!("{open} {them}"), after }
        }
        (_, Some(next)) => {
            let unproven = doubtful(outcome).count();
            let (are, checks) = if unproven == 1 { ("is", "check") } else { ("are", "checks") };
            let next = one(next.name());
            plain(match outcome.denominator.lost {
                true => format!(
                    "{proved} The service died on the way and did not come back: what stands before {next} is not known; \
                     {unproven} {checks} {are} not proved."
                ),
                false => format!(
                    "{proved} Nothing stands before {next} that we know of; {unproven} {checks} {are} not proved."
                ),
            })
        }
    }
}

/// What is not known, by cause, and that it is not counted.
#[must_use]
pub fn honesty(outcome: &Outcome) -> String {
    let doubtful: Vec<_> = doubtful(outcome).collect();
    if doubtful.is_empty() {
        return "Nothing on the way there is unproven.".to_owned();
    }
    let phases = match target(outcome).and_then(Mark::needs) {
        Some(Severity::Blocks) => "phase-1 ",
        Some(Severity::Prevents) => "phase-1 and phase-2 ",
        _ => "",
    };
    let more = if standing(outcome).next().is_some() { "more " } else { "" };
    let (checks, are) = if doubtful.len() == 1 { ("check", "is") } else { ("checks", "are") };
    format!(
        "{} {more}{phases}{checks} {are} unproven: {}. Nothing unproven is counted as good.",
        doubtful.len(),
        causes(&doubtful)
    )
}

/// The mark that the sentences speak of: what is wanted and not reached, or else the next one up.
fn target(outcome: &Outcome) -> Option<Mark> {
    match outcome.wanted {
        Some(_) => {
            outcome.dimensions.iter().filter(|line| line.wanted > Some(line.line)).filter_map(|l| l.wanted).min()
        }
        None => Mark::ALL.into_iter().find(|mark| outcome.proved < *mark),
    }
}

/// The mark that a dimension is measured by.
fn wanted_of(outcome: &Outcome, check: &str) -> Option<Mark> {
    let dimension = outcome.checks.iter().find(|result| result.id == check)?.dimension;
    match outcome.wanted {
        Some(_) => outcome.dimensions.iter().find(|line| line.dimension == dimension)?.wanted,
        None => target(outcome),
    }
}

/// The wanted load is more than a proved gap lets her carry. What is merely not proved is fog, and no alarm.
#[must_use]
pub fn overloaded(outcome: &Outcome) -> bool {
    outcome.wanted.is_some() && target(outcome).is_some() && standing(outcome).next().is_some()
}

/// Gaps that stand before the mark, each counted once.
fn standing(outcome: &Outcome) -> impl Iterator<Item = &crate::verdict::Gap> {
    outcome.gaps.iter().filter(|gap| {
        gap.waits_for.is_none() && wanted_of(outcome, &gap.check).is_some_and(|mark| mark.stopped_by(gap.severity))
    })
}

/// Checks that would have to hold for the mark and are not proved either way.
fn doubtful(outcome: &Outcome) -> impl Iterator<Item = &CheckResult> {
    outcome.checks.iter().filter(|check| {
        matches!(check.verdict, Verdict::Suspected | Verdict::Unproven)
            && wanted_of(outcome, &check.id).is_some_and(|mark| mark.stopped_by(check.severity))
    })
}

/// What is said of a dimension without a gap. Empty where nothing is unproven either.
pub(super) fn fog(checks: &[&CheckResult]) -> String {
    let unproven: Vec<_> = checks
        .iter()
        .copied()
        .filter(|check| matches!(check.verdict, Verdict::Suspected | Verdict::Unproven))
        .collect();
    if unproven.is_empty() { String::new() } else { "no gap that we know of".to_owned() }
}

/// `8 are not built into this version, 2 wait for a decision of yours`: the commonest cause first.
fn causes(checks: &[&CheckResult]) -> String {
    let mut numbers: BTreeMap<Option<Cause>, usize> = BTreeMap::new();
    for check in checks {
        let cause = if check.verdict == Verdict::Suspected { None } else { check.cause.or(Some(Cause::Undecided)) };
        *numbers.entry(cause).or_default() += 1;
    }
    let mut numbers: Vec<_> = numbers.into_iter().collect();
    numbers.sort_by_key(|(cause, number)| (std::cmp::Reverse(*number), *cause));
    numbers
        .into_iter()
        .map(|(cause, number)| format!("{number} {}", reason(cause, number == 1)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The verb and the rest of a cause, for one check or for several; `None` is a suspicion.
fn reason(cause: Option<Cause>, one: bool) -> &'static str {
    match (cause, one) {
        (None, true) => "is suspected and waits for a decision of yours",
        (None, false) => "are suspected and wait for a decision of yours",
        (Some(Cause::NotTold), true) => "needs something that plimsoll was not told",
        (Some(Cause::NotTold), false) => "need something that plimsoll was not told",
        (Some(Cause::NotReached), _) => "could not be reached",
        (Some(Cause::LeftOut), true) => "was left out of this run",
        (Some(Cause::LeftOut), false) => "were left out of this run",
        (Some(Cause::WaitsForAnswer), true) => "waits for a decision of yours",
        (Some(Cause::WaitsForAnswer), false) => "wait for a decision of yours",
        (Some(Cause::Unreviewed), true) => "waits for the matrix to be reviewed",
        (Some(Cause::Unreviewed), false) => "wait for the matrix to be reviewed",
        (Some(Cause::WaitsForGap), true) => "waits for another gap",
        (Some(Cause::WaitsForGap), false) => "wait for another gap",
        (Some(Cause::Undecided), _) => "could not be decided",
        (Some(Cause::OutOfDate), true) => "is older than the manifest allows",
        (Some(Cause::OutOfDate), false) => "are older than the manifest allows",
        (Some(Cause::NotBuilt), true) => "is not built into this version",
        (Some(Cause::NotBuilt), false) => "are not built into this version",
    }
}

#[cfg(test)]
mod tests {
    use super::one;

    #[test]
    fn nouns_take_their_article() {
        for noun in ["a note", "an issue", "a user", "an upload", "a unit", "a European", "an Order", "a one-time code"]
        {
            assert_eq!(one(noun.split_once(' ').unwrap().1), noun);
        }
    }
}
