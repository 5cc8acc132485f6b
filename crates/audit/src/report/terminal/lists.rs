//! The lists of the report: gaps by phase, what is proved, what waits for a person, what was not looked at.

use std::collections::BTreeSet;
use std::fmt::Write;

use owo_colors::{OwoColorize, Style};

use super::columns::{cut, pad, wrap};
use super::{bold, grey, red};
use crate::load_line::count;
use crate::report::view::{self, printable};
use crate::verdict::{Cause, Outcome, Severity, Verdict};

/// Rows of a list that are shown before the rest is only counted; the HTML report has them all.
const ROWS_MAX: usize = 12;

/// Characters of one reason; what a service answered at length stands in the HTML report.
const WORDS_MAX: usize = 240;

/// Where the first column of a list ends.
const ID_WIDTH: usize = 11;

/// The gaps, by phase and check.
pub(super) fn phases(outcome: &Outcome, width: usize) -> String {
    let mut text = String::new();
    for phase in view::phases(outcome).into_iter().filter(|phase| !phase.checks.is_empty()) {
        let title = format!(" PHASE {} · {}", phase.severity.phase(), phase.severity.purpose());
        let _ = writeln!(text, "{} · {}", title.style(bold()), count(phase.counted, "gap").style(red()));
        for open in &phase.checks {
            let id = match open.gaps[..] {
                [only] => only.id.clone(),
                _ => open.check.id.clone(),
            };
            let mut note = String::new();
            if let Some(cause) = open.gaps.iter().find_map(|gap| gap.waits_for.as_ref()) {
                let _ = write!(note, " · waits for {cause}");
            }
            if let Some(waiver) = open.gaps.iter().find_map(|gap| gap.waived.as_ref()) {
                let _ = write!(note, " · waived by {}", printable(waiver));
            }
            let words = match open.gaps[..] {
                [only] => format!("{} · {}{note}", printable(&only.subject), printable(&only.words)),
                _ => {
                    let subjects: Vec<_> = open.gaps.iter().map(|gap| printable(&gap.subject)).collect();
                    let number = subjects.len();
                    let shown = if phase.severity == Severity::Blocks { 4 } else { 2 };
                    let more = if number > shown { format!(" · {} more", number - shown) } else { String::new() };
                    let subjects = subjects.into_iter().take(shown).collect::<Vec<_>>().join(" · ");
                    format!("{number} times: {} · {subjects}{more}{note}", printable(&open.gaps[0].words))
                }
            };
            item(&mut text, &id, red(), &words, width);
        }
        text.push('\n');
    }
    text.pop();
    text
}

/// A row of a list: an id, and words that hang behind it.
fn item(text: &mut String, id: &str, style: Style, words: &str, width: usize) {
    let indent = ID_WIDTH + 3;
    let words = wrap(&format!("{}{words}", " ".repeat(indent)), width, indent);
    let _ = writeln!(text, "  {} {}", pad(id, ID_WIDTH).style(style), words.trim_start());
}

pub(super) fn proved(outcome: &Outcome, width: usize) -> String {
    let checks: Vec<_> = view::ended(outcome, Verdict::Holds).collect();
    if checks.is_empty() {
        return format!(" {}\n  no check holds yet\n", "PROVED".style(bold()));
    }
    let (verb, noun) = if checks.len() == 1 { ("holds", "check") } else { ("hold", "checks") };
    let mut text = format!(" {} · {} {noun} {verb}\n", "PROVED".style(bold()), checks.len());
    for check in checks.iter().take(ROWS_MAX) {
        let words = format!("{} · {}", view::shown(check), printable(&check.words));
        item(&mut text, &format!("✔ {}", check.id), Style::new().green(), &words, width);
    }
    if checks.len() > ROWS_MAX {
        let _ = writeln!(text, "  … and {} more", checks.len() - ROWS_MAX);
    }
    text
}

pub(super) fn decisions(outcome: &Outcome, width: usize) -> String {
    let decisions = view::decisions(outcome);
    if decisions.is_empty() {
        return String::new();
    }
    let mut text = format!(" {} · {}\n", "ONLY YOU CAN SAY".style(bold()), count(decisions.len(), "question"));
    for finding in decisions.iter().take(ROWS_MAX) {
        let words = format!("{} · {}", printable(&finding.subject), printable(&finding.words));
        item(&mut text, &format!("? {}", finding.check), Style::new().yellow(), &words, width);
    }
    if decisions.len() > ROWS_MAX {
        let _ = writeln!(text, "  … and {} more", decisions.len() - ROWS_MAX);
    }
    let minutes = count(decisions.len(), "minute");
    let commands = view::decided_by(outcome).join(" · ");
    let _ = writeln!(text, "  {}  about {minutes}", commands.style(Style::new().cyan()));
    text
}

/// What is unproven, by cause, and the line that would answer it.
pub(super) fn unseen(outcome: &Outcome, width: usize) -> String {
    let causes = view::unproven(outcome);
    if causes.is_empty() && outcome.notes.is_empty() {
        return String::new();
    }
    let mut text = format!(" {}\n", "NOT LOOKED AT, OR NOT DECIDED".style(bold()));
    for (cause, checks) in &causes {
        let ids: Vec<_> = checks.iter().map(|check| check.id.as_str()).collect();
        let line = format!("  ◌ {} · {}: {}", checks.len(), view::heading(*cause), ids.join(" "));
        let _ = writeln!(text, "{}", wrap(&line, width, 4));
        if *cause == Cause::NotBuilt {
            continue;
        }
        let mut said = BTreeSet::new();
        for check in checks {
            let answer = check.answer.as_deref().map(|answer| format!("  →  {}", printable(answer)));
            let line = format!("{}{}", cut(&printable(&check.words), WORDS_MAX), answer.unwrap_or_default());
            if said.insert(line.clone()) && said.len() <= ROWS_MAX {
                item(&mut text, &format!("  {}", check.id), grey(), &line, width);
            }
        }
    }
    let notes = view::notes(outcome);
    for note in notes.iter().take(ROWS_MAX) {
        let _ = writeln!(text, "{}", wrap(&format!("  · {}", cut(&printable(note), 2 * WORDS_MAX)), width, 4));
    }
    if notes.len() > ROWS_MAX {
        let _ = writeln!(text, "  · and {} more in the report", notes.len() - ROWS_MAX);
    }
    text
}
