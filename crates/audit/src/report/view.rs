//! What every report shows, in the order in which it is shown, so that they agree.

use std::collections::BTreeMap;

use crate::load_line::count;
use crate::verdict::{Cause, CheckResult, Dimension, Finding, Gap, Outcome, Severity, Verdict};

/// The gaps of one phase, by check.
#[derive(Debug)]
pub struct Phase<'a> {
    /// Which phase.
    pub severity: Severity,
    /// Gaps that are counted: those that wait for another are not.
    pub counted: usize,
    /// The checks that are open, with their gaps.
    pub checks: Vec<OpenCheck<'a>>,
}

/// A check and its gaps.
#[derive(Debug)]
pub struct OpenCheck<'a> {
    /// The check.
    pub check: &'a CheckResult,
    /// Its gaps, at least one.
    pub gaps: Vec<&'a Gap>,
}

/// The three phases, also the empty ones.
#[must_use]
pub fn phases(outcome: &Outcome) -> Vec<Phase<'_>> {
    Severity::ALL
        .into_iter()
        .map(|severity| {
            let checks: Vec<_> = outcome
                .checks
                .iter()
                .map(|check| OpenCheck {
                    check,
                    gaps: outcome.gaps.iter().filter(|gap| gap.check == check.id).collect(),
                })
                .filter(|open| open.check.severity == severity && !open.gaps.is_empty())
                .collect();
            let gaps = checks.iter().flat_map(|open| &open.gaps);
            Phase { severity, counted: gaps.filter(|gap| gap.waits_for.is_none()).count(), checks }
        })
        .collect()
}

/// The checks that ended so.
pub fn ended(outcome: &Outcome, verdict: Verdict) -> impl Iterator<Item = &CheckResult> {
    outcome.checks.iter().filter(move |check| check.verdict == verdict)
}

/// What a check that holds has shown. The titles of authorization say what must not happen, the others what must.
#[must_use]
pub fn shown(check: &CheckResult) -> String {
    match check.dimension {
        Dimension::Authorization => format!("never: {}", check.title),
        _ => check.title.clone(),
    }
}

/// The findings of a check that ended so, by what they are about.
#[must_use]
pub fn findings<'o>(outcome: &'o Outcome, check: &str, verdict: Verdict) -> BTreeMap<&'o str, Vec<&'o Finding>> {
    let mut by_subject: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in outcome.findings.iter().filter(|finding| finding.check == check && finding.verdict == verdict) {
        by_subject.entry(&finding.subject).or_default().push(finding);
    }
    by_subject
}

/// What only a person can decide: the effect is proved or there is a sign, and the rule is not known.
#[must_use]
pub fn decisions(outcome: &Outcome) -> Vec<&Finding> {
    let waits =
        |finding: &&Finding| finding.verdict == Verdict::Suspected || finding.cause == Some(Cause::WaitsForAnswer);
    let mut decisions: Vec<_> = outcome.findings.iter().filter(waits).collect();
    let severity =
        |finding: &Finding| outcome.checks.iter().find(|check| check.id == finding.check).map(|c| c.severity);
    decisions.sort_by_key(|finding| severity(finding));
    decisions
}

/// Where what only a person can decide is decided: who may do what in the matrix, the rest check by check.
#[must_use]
pub fn decided_by(outcome: &Outcome) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for finding in decisions(outcome) {
        let check = outcome.checks.iter().find(|check| check.id == finding.check);
        let command = match check.map(|check| check.dimension) {
            Some(Dimension::Authorization) => "plimsoll matrix review".to_owned(),
            _ => format!("plimsoll explain {}", finding.check),
        };
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
    commands
}

/// The checks that are unproven, by cause: first what costs least to answer.
#[must_use]
pub fn unproven(outcome: &Outcome) -> BTreeMap<Cause, Vec<&CheckResult>> {
    let mut by_cause: BTreeMap<Cause, Vec<&CheckResult>> = BTreeMap::new();
    for check in ended(outcome, Verdict::Unproven) {
        by_cause.entry(check.cause.unwrap_or(Cause::Undecided)).or_default().push(check);
    }
    by_cause
}

/// What an unproven check needs, as a heading.
#[must_use]
pub const fn heading(cause: Cause) -> &'static str {
    match cause {
        Cause::NotTold => "plimsoll was not told",
        Cause::NotReached => "could not be reached",
        Cause::LeftOut => "left out of this run",
        Cause::WaitsForAnswer => "waits for a decision of yours",
        Cause::Unreviewed => "is refused, and nobody reviewed whether it should be",
        Cause::WaitsForGap => "waits for another gap",
        Cause::Undecided => "could not be decided",
        Cause::OutOfDate => "older than the manifest allows",
        Cause::NotBuilt => "not built into this version",
    }
}

/// Minutes of a person's time that an answer takes, roughly; nothing that a person does builds a check.
#[must_use]
pub const fn minutes(cause: Cause) -> Option<u32> {
    match cause {
        Cause::WaitsForAnswer | Cause::Unreviewed | Cause::LeftOut => Some(1),
        Cause::NotTold => Some(3),
        Cause::OutOfDate => Some(5),
        Cause::NotReached => Some(5),
        Cause::Undecided => Some(10),
        Cause::WaitsForGap | Cause::NotBuilt => None,
    }
}

/// The one answer that moves most: the heaviest unproven check a minute, and what answers it.
#[must_use]
pub fn best_answer(outcome: &Outcome) -> Option<(&CheckResult, u32)> {
    let answerable = outcome.checks.iter().filter_map(|check| {
        let cause = match check.verdict {
            Verdict::Suspected => Cause::WaitsForAnswer,
            Verdict::Unproven => check.cause?,
            _ => return None,
        };
        Some((check, minutes(cause)?))
    });
    // The first of equals, in the order of the checks.
    answerable.min_by_key(|(check, minutes)| std::cmp::Reverse(check.severity.weight() * 60 / minutes))
}

/// `GET /x`, or `GET /x and 4 more`.
#[must_use]
pub fn subjects(gaps: &[&Gap]) -> (String, usize) {
    let first = gaps.first().map_or_else(String::new, |gap| gap.subject.clone());
    (first, gaps.len().saturating_sub(1))
}

/// `local (disposable)`.
#[must_use]
pub fn environment(outcome: &Outcome) -> String {
    let run = &outcome.run;
    if run.disposable { format!("{} (disposable)", run.environment) } else { run.environment.clone() }
}

/// What the walk has to say, what the service died of first. Actions that were not reached, or left out, for the same reason share a line; what was left out comes last.
#[must_use]
pub fn notes(outcome: &Outcome) -> Vec<String> {
    let (unreached, rest) = shared(&outcome.notes, "not reached");
    let (left_out, rest) = shared(&rest, "left out");
    let (died, rest): (Vec<String>, Vec<String>) =
        rest.into_iter().partition(|note| note.starts_with("the service died at "));
    [died, unreached, rest, left_out].concat()
}

/// Those of the notes that begin so, a line for each reason, the commonest first; and the others.
fn shared(notes: &[String], beginning: &str) -> (Vec<String>, Vec<String>) {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut rest = Vec::new();
    for note in notes {
        let told = note.strip_prefix(beginning).and_then(|rest| rest.strip_prefix(": "));
        match told.and_then(|rest| rest.split_once(": ")) {
            Some((action, why)) => by_reason.entry(why).or_default().push(action),
            None => rest.push(note.clone()),
        }
    }
    let mut by_reason: Vec<_> = by_reason.into_iter().collect();
    by_reason.sort_by_key(|(_, actions)| std::cmp::Reverse(actions.len()));
    let line = |(why, actions): (&str, Vec<&str>)| {
        format!("{} {beginning}: {why} · {}", count(actions.len(), "action"), actions.join(" · "))
    };
    (by_reason.into_iter().map(line).collect(), rest)
}

/// The number with its thousands apart: `2,156`.
#[must_use]
pub fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The same text without what a terminal would obey: a service may put escape sequences into what is shown of it.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => ' ',
            // Marks that reorder text could show an action as another one.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_that_were_not_reached_for_one_reason_share_a_line() {
        let mut outcome = crate::report::samples::fog();
        outcome.notes = [
            "not reached: GET /a: needs a key",
            "left out: POST /in: it is the sign-in",
            "no page",
            "not reached: PUT /a: needs a key",
        ]
        .map(str::to_owned)
        .into();
        let left_out = "1 action left out: it is the sign-in · POST /in";
        assert_eq!(notes(&outcome), ["2 actions not reached: needs a key · GET /a · PUT /a", "no page", left_out]);
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([7, 702, 2156, 1_234_567].map(thousands), ["7", "702", "2,156", "1,234,567"]);
    }

    #[test]
    fn what_a_service_says_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c\r\nd"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd} d");
    }
}
