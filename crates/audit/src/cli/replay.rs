//! `plimsoll replay`: one gap of the last run, tried again on fresh objects.

use std::fmt::Write;
use std::path::Path;

use super::audit::{interruptible, progress, setup};
use super::auth::scratch;
use super::explain::find_gap;
use super::place::Place;
use super::print;
use crate::error::Result;
use crate::evidence::Dossier;
use crate::load_line::Exit;
use crate::report::view::printable;
use crate::verdict::{Finding, Verdict};
use crate::walk::Setup;

/// Walks the gap's action alone and says what became of the gap. The last run's report and evidence stay as they are.
pub(super) fn replay(id: &str, manifest: &Path, quiet: bool, place: &Place) -> Result<Exit> {
    let last = place.last_outcome()?;
    let gap = find_gap(&last, id)?;
    let scratch = scratch()?;
    let mut setup = setup(manifest, place)?;
    setup.evidence = scratch.path().join("evidence");
    setup.seed = last.run.seed;
    if let Some(check) = last.checks.iter().find(|check| check.id == gap.check) {
        setup.passes = [check.dimension].into();
    }
    setup.part.one = gap.findings.iter().find_map(|finding| finding.cell.as_ref()).map(|cell| cell.action.clone());
    let progress = progress(quiet);
    let walked = interruptible(crate::walk(&setup, progress.as_ref()))?;
    let dossier = Dossier::load(&walked.evidence)?;
    let findings = crate::judge(&dossier);
    let own: Vec<_> =
        findings.iter().filter(|finding| finding.check == gap.check && finding.subject == gap.subject).collect();
    let (exit, words) = ended(&own);
    let mut text = format!("{}  {} · {words}\n      {}\n\n", gap.id, printable(&gap.subject), sent_again(&setup));
    for finding in own {
        let who = finding.cell.as_ref().map_or_else(String::new, |cell| format!("{}, {} · ", cell.role, cell.relation));
        let _ = writeln!(text, "  {} {}{}", finding.verdict.sign(), printable(&who), printable(&finding.words));
        for exhibit in &finding.exhibits {
            let note = format!("{} {}", exhibit.status, exhibit.note);
            let (label, actor, request) =
                (printable(&exhibit.label), printable(&exhibit.actor), printable(&exhibit.request));
            let _ = writeln!(text, "      {label:<10} {actor:<16} {request}  {}", printable(note.trim()));
        }
    }
    print(&text);
    Ok(exit)
}

/// What a replay sends: one action with everything that it needs, or the whole pass, where its evidence is one piece.
fn sent_again(setup: &Setup) -> String {
    match (&setup.part.one, setup.passes.first()) {
        (Some(action), _) => format!("sent again: {} alone, on fresh objects", printable(action)),
        (None, Some(pass)) => format!("sent again: the whole pass `{}`, on fresh objects", pass.name()),
        (None, None) => "nothing was sent".to_owned(),
    }
}

/// The worst of what was found now.
fn ended(findings: &[&Finding]) -> (Exit, &'static str) {
    let any = |verdict| findings.iter().any(|finding| finding.verdict == verdict);
    if any(Verdict::Gap) {
        (Exit::Gap, "still open")
    } else if any(Verdict::Suspected) || any(Verdict::Unproven) || !any(Verdict::Holds) {
        (Exit::Unproven, "could not be decided this time")
    } else {
        (Exit::Holds, "closed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn nothing_found_is_not_closed() {
        assert_eq!(ended(&[]).0, Exit::Unproven);
        let outcome = samples::many_gaps();
        let gap = &outcome.gaps[0].findings[0];
        let holds = Finding { verdict: Verdict::Holds, ..gap.clone() };
        assert_eq!(ended(&[&holds]).0, Exit::Holds);
        assert_eq!(ended(&[&holds, gap]).0, Exit::Gap);
    }
}
