//! `plimsoll explain`: a check, a gap, or the score, in words; with what the last run found, where there is one.

use std::fmt::Write;

use owo_colors::{OwoColorize, Style};

use super::place::Place;
use crate::checks::{self, Check};
use crate::error::{Result, Trouble};
use crate::load_line::count;
use crate::nearest::nearest;
use crate::report::terminal::{pad, width, wrap};
use crate::report::view::{printable, shown};
use crate::verdict::{Cause, Dimension, Gap, Outcome, Severity, Verdict};

/// Where the texts begin, behind their labels.
const INDENT: usize = 12;

pub(super) fn text(id: Option<&str>, place: &Place) -> Result<String> {
    let width = width().clamp(60, 120);
    let Some(id) = id else { return Ok(list(checks::all(), place.last_outcome().ok().as_ref(), width)) };
    if id.eq_ignore_ascii_case("score") {
        return Ok(score(&place.last_outcome()?));
    }
    if let Some(check) = checks::find(id) {
        return Ok(check_text(check, place.last_outcome().ok().as_ref(), None, width));
    }
    let check = id.split_once('-').and_then(|(check, _)| checks::find(check));
    let Some(check) = check else { return Err(unknown(id)) };
    let outcome = place.last_outcome()?;
    let gap = find_gap(&outcome, id)?;
    Ok(check_text(check, Some(&outcome), Some(gap), width))
}

/// The gap with this id in the last run.
pub(super) fn find_gap<'o>(outcome: &'o Outcome, id: &str) -> Result<&'o Gap> {
    outcome.gaps.iter().find(|gap| gap.id.eq_ignore_ascii_case(id)).ok_or_else(|| {
        let wrong = "the last run has no such gap";
        let hint = match nearest(id, outcome.gaps.iter().map(|gap| gap.id.as_str())) {
            Some(near) => format!("did you mean {near}? If it was open before, it is closed now"),
            None => "if it was open before, it is closed now; `.plimsoll/report.html` lists the open ones".to_owned(),
        };
        Trouble::new(id, wrong).hint(hint)
    })
}

fn unknown(id: &str) -> Trouble {
    let ids = checks::all().iter().map(|check| check.id);
    let near = nearest(&id.to_uppercase(), ids);
    let near = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
    Trouble::new(id, "is no check, gap or `score`").hint(format!("{near}`plimsoll explain` lists all checks"))
}

/// Every check, by dimension, with how it ended.
fn list(declared: &[Check], outcome: Option<&Outcome>, width: usize) -> String {
    let mut text = String::new();
    for dimension in Dimension::ALL {
        let heading = format!("{} {}", dimension.number(), dimension.name());
        let _ = writeln!(text, "{} · {}", heading.style(Style::new().bold()), dimension.question());
        for check in declared.iter().filter(|check| check.dimension == dimension) {
            let result = outcome.and_then(|outcome| outcome.checks.iter().find(|result| result.id == check.id));
            let sign = match result {
                Some(result) => result.verdict.sign(),
                None if check.built => " ",
                None => Verdict::Unproven.sign(),
            };
            let note = if check.built { "" } else { " (not built into this version)" };
            let line = format!("  {sign} {}  {}  {}{note}", check.id, check.severity.phase(), check.title);
            let _ = writeln!(text, "{}", wrap(&line, width, 13));
        }
        text.push('\n');
    }
    text.push_str("✔ holds  ✘ gap  ? suspected  ◌ unproven  – does not apply   · the number is the phase\n");
    text
}

fn check_text(check: &Check, outcome: Option<&Outcome>, gap: Option<&Gap>, width: usize) -> String {
    let bold = Style::new().bold();
    let phase = format!("phase {}, {}", check.severity.phase(), check.severity.purpose());
    let mut text = format!("{}  {} · {phase}\n", check.id.style(bold), check.title.style(bold));
    if !check.references.is_empty() {
        let _ = writeln!(text, "{}", wrap(&format!("      {}", check.references.join(" · ")), width, 6));
    }
    text.push('\n');
    paragraph(&mut text, "Why", check.why, width);
    paragraph(&mut text, "How", check.how, width);
    match outcome {
        Some(outcome) => here(&mut text, check, outcome, gap, width),
        None => paragraph(&mut text, "Here", "no run yet: plimsoll audit", width),
    }
    paragraph(&mut text, "Fix", check.fix, width);
    if let Some(gap) = gap.or_else(|| outcome?.gaps.iter().find(|gap| gap.check == check.id)) {
        let line = format!(
            "[[waive]] gap = \"{}\", owner, reason, until: silences the exit code, never raises the line",
            gap.id
        );
        paragraph(&mut text, "Not a gap?", &line, width);
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// A label, and text that hangs behind it.
fn paragraph(text: &mut String, label: &str, words: &str, width: usize) {
    let words = wrap(&format!("{}{}", " ".repeat(INDENT), words.replace('\n', " ")), width, INDENT);
    let label = pad(label, INDENT);
    let _ = writeln!(text, "{}{}\n", label.style(Style::new().bold()), words.trim_start());
}

/// What the last run found: the check's end, and its gaps with their evidence.
fn here(text: &mut String, check: &Check, outcome: &Outcome, only: Option<&Gap>, width: usize) {
    let Some(result) = outcome.checks.iter().find(|result| result.id == check.id) else { return };
    let gaps: Vec<_> = match only {
        Some(gap) => vec![gap],
        None => outcome.gaps.iter().filter(|gap| gap.check == check.id).collect(),
    };
    let said = match result.verdict {
        Verdict::Gap | Verdict::Waived => {
            format!("{} · {} of {} cells hold", count(gaps.len(), "gap"), result.held, result.cells)
        }
        Verdict::Holds => format!("holds: {} · {}", shown(result), printable(&result.words)),
        Verdict::Unproven if result.cause == Some(Cause::NotBuilt) => "not built into this version".to_owned(),
        other => {
            let answer = result.answer.as_deref().map(|answer| format!(" → {}", printable(answer)));
            format!("{}: {}{}", other.name(), printable(&result.words), answer.unwrap_or_default())
        }
    };
    paragraph(text, "Here", &format!("{said} · run of {}", outcome.run.started_at), width);
    for gap in gaps {
        gap_text(text, gap, width);
    }
    if only.is_none() {
        let undecided = outcome.findings.iter().filter(|finding| finding.check == check.id);
        let undecided = undecided.filter(|finding| matches!(finding.verdict, Verdict::Suspected | Verdict::Unproven));
        for finding in undecided {
            let answer = finding.answer.as_deref().map(|answer| format!(" → {}", printable(answer)));
            let who = finding.cell.as_ref().map(|cell| format!(" · {}, {}", cell.role, cell.relation));
            let line = format!(
                "  {} {}{} · {}{}",
                finding.verdict.sign(),
                printable(&finding.subject),
                who.map_or_else(String::new, |who| printable(&who)),
                printable(&finding.words),
                answer.unwrap_or_default()
            );
            let _ = writeln!(text, "{}", wrap(&line, width, 4));
        }
        if !text.ends_with("\n\n") {
            text.push('\n');
        }
    }
}

/// One gap: its subject, its evidence line by line, and how to see it.
fn gap_text(text: &mut String, gap: &Gap, width: usize) {
    let red = Style::new().red().bold();
    let _ = writeln!(text, "  {}  {}", format!("✘ {}", gap.id).style(red), printable(&gap.subject));
    let _ = writeln!(text, "{}", wrap(&format!("    {}", printable(&gap.words)), width, 4));
    if let Some(cause) = &gap.waits_for {
        let _ = writeln!(text, "    waits for {cause}");
    }
    if let Some(waiver) = &gap.waived {
        let _ = writeln!(text, "    waived by {}", printable(waiver));
    }
    let exhibits = gap.findings.iter().map(|finding| &finding.exhibits).find(|exhibits| !exhibits.is_empty());
    for exhibit in exhibits.into_iter().flatten() {
        let status = if exhibit.status == 0 { "no answer".to_owned() } else { exhibit.status.to_string() };
        let line = format!(
            "    {} {} {status} {:>7} bytes  {}",
            pad(&printable(&exhibit.label), 9),
            pad(&printable(&exhibit.actor), 16),
            exhibit.bytes,
            printable(&exhibit.note)
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = writeln!(text, "    See it yourself   plimsoll replay {}", gap.id);
    let by_hand = exhibits.into_iter().flatten().filter(|exhibit| !exhibit.curl.is_empty());
    for (number, exhibit) in by_hand.enumerate() {
        let label = if number == 0 { "or by hand" } else { "" };
        let _ = writeln!(text, "    {label:<15}   {}", printable(&exhibit.curl));
    }
    text.push('\n');
}

/// How the figures come about, with those of the last run.
fn score(outcome: &Outcome) -> String {
    let mut text = String::from(
        "proved    weight of the checks that hold ÷ weight of the checks that apply\n\
         possible  the same, with every unproven check counted as holding\n\n\
         A check weighs 10 (phase 1), 3 (phase 2) or 1 (phase 3). It holds only if nothing about it is open, suspected or\n\
         unproven. Checks that this version does not have count as unproven. A proved breach between tenants makes the\n\
         span of authorization 0; the span without it stands beside. A waiver moves nothing.\n\n\
         pilot needs every check of phase 1, a paying client those of phases 1 and 2, enterprise all. A service carries\n\
         what its weakest dimension carries.\n\n",
    );
    for line in &outcome.dimensions {
        let weight = |verdicts: &[Verdict]| -> u32 {
            let checks = outcome.checks.iter().filter(|check| check.dimension == line.dimension);
            checks.filter(|check| verdicts.contains(&check.verdict)).map(|check| check.severity.weight()).sum()
        };
        let proved = weight(&[Verdict::Holds]);
        let open = weight(&[Verdict::Gap, Verdict::Waived]);
        let fog = weight(&[Verdict::Suspected, Verdict::Unproven]);
        let applies = proved + open + fog;
        let capped = line.uncapped.map_or("", |_| "   → 0: a breach between tenants");
        let _ = writeln!(
            text,
            "{:<14} proved {proved} ÷ {applies}   possible ({proved} + {fog}) ÷ {applies}   = {}…{}{capped}",
            line.dimension.name(),
            line.uncapped.map_or(line.proved, |(proved, _)| proved),
            line.uncapped.map_or(line.possible, |(_, possible)| possible),
        );
    }
    let missing = |severity: Severity| {
        let short = |verdict: Verdict| !matches!(verdict, Verdict::Holds | Verdict::NotApplicable);
        outcome.checks.iter().filter(|check| check.severity == severity && short(check.verdict)).count()
    };
    let _ = writeln!(
        text,
        "\nproved: {}. Not holding: {} of phase 1, {} of phase 2, {} of phase 3.",
        outcome.proved.name(),
        missing(Severity::Blocks),
        missing(Severity::Prevents),
        missing(Severity::Trust)
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_check_with_a_gap() {
        let (outcome, declared) = (samples::many_gaps(), samples::declared());
        insta::assert_snapshot!(plain(&check_text(&declared[1], Some(&outcome), None, 100)));
    }

    #[test]
    fn a_check_that_waits() {
        let (outcome, declared) = (samples::fog(), samples::declared());
        insta::assert_snapshot!(plain(&check_text(&declared[1], Some(&outcome), None, 100)));
    }

    #[test]
    fn the_score_with_its_figures() {
        insta::assert_snapshot!(score(&samples::many_gaps()));
    }

    #[test]
    fn an_unknown_id_gets_a_hint() {
        assert!(unknown("az99").hint.unwrap().contains("did you mean AZ"));
        let trouble = find_gap(&samples::many_gaps(), "AZ02-8504").unwrap_err();
        assert!(trouble.hint.unwrap().starts_with("did you mean AZ02-8503?"));
    }
}
