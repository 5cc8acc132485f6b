//! The outcome for the person at the keyboard. Everything is said in words and signs; colour only repeats it.
//!
//! The text always carries colours; who prints it sends it through `anstream`, which takes them out where standard
//! output is no terminal or `NO_COLOR` is set.

mod columns;
mod lists;
mod mark;

use std::fmt::Write;

use owo_colors::{OwoColorize, Style};

pub use columns::{pad, wrap};

use super::view;
use crate::load_line::{Exit, headline, honesty, overloaded};
use crate::verdict::{DimensionLine, Outcome};
use view::{printable, thousands};

/// Widths that the layout is made for; a terminal beyond them is treated as one at the limit.
const WIDTH_MIN: usize = 60;
const WIDTH_MAX: usize = 120;
/// Fewer looks whether the service was up yet are not worth a word.
const WAITING_MIN: u32 = 10;

/// Where the run left its files, as the user would type them; empty where it wrote none.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// `.plimsoll/report.html`
    pub html: String,
    /// `.plimsoll/report.json`
    pub json: String,
    /// `.plimsoll/evidence/2026-11-22T094100Z`
    pub evidence: String,
    /// `.plimsoll/proof.dsse.json`, where the run is signed.
    pub proof: Option<String>,
}

/// The width of this terminal in columns, or 100 where there is none.
#[must_use]
pub fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(columns, _)| usize::from(columns.0))
}

/// The whole report.
#[must_use]
pub fn render(outcome: &Outcome, places: &Places, exit: Exit, width: usize) -> String {
    let width = width.clamp(WIDTH_MIN, WIDTH_MAX);
    let mut text = String::new();
    for part in [
        facts(outcome),
        mark::ladder(outcome, width),
        sentences(outcome, width),
        table(outcome, width),
        lists::phases(outcome, width),
        lists::proved(outcome, width),
        lists::decisions(outcome, width),
        lists::unseen(outcome, width),
        denominator(outcome, width),
        files(places),
        next(outcome, exit, width),
    ] {
        if !part.is_empty() {
            text.push_str(&part);
            text.push('\n');
        }
    }
    text
}

fn bold() -> Style {
    Style::new().bold()
}

fn grey() -> Style {
    Style::new().dimmed()
}

fn red() -> Style {
    Style::new().red().bold()
}

/// One line: what was audited.
fn facts(outcome: &Outcome) -> String {
    let run = &outcome.run;
    let mut parts = vec![printable(&run.service).style(bold()).to_string(), printable(&view::environment(outcome))];
    parts.extend(run.commit.as_ref().map(|commit| format!("commit {}", printable(commit))));
    parts.push(format!("seed {}", run.seed));
    parts.join(" · ") + "\n"
}

fn sentences(outcome: &Outcome, width: usize) -> String {
    let headline = headline(outcome);
    let style = if headline.gaps.is_empty() { bold() } else { red() };
    let mut text = String::new();
    if overloaded(outcome) {
        text.push_str(" OVERLOADED. ");
    } else {
        text.push(' ');
    }
    let text = wrap(&format!("{text}{headline}"), width, 1).style(style).to_string();
    format!("{text}\n{}\n", wrap(&format!(" {}", honesty(outcome)), width, 1).style(grey()))
}

/// The five lines: mark, span as a bar, gaps, and the worst in words.
fn table(outcome: &Outcome, width: usize) -> String {
    let bar_width = if width < 80 { 10 } else { 20 };
    let (name_width, span_width) = (14, bar_width + 8);
    let heading =
        format!(" {:name_width$} {:name_width$} {:span_width$} {:>4}\n", "", "line", "proved…possible", "gaps");
    let mut text = heading.style(grey()).to_string();
    for line in &outcome.dimensions {
        let name = pad(line.dimension.name(), name_width);
        let mark = pad(line.line.name(), name_width);
        let span = format!("{:>3} {} {:>3}", line.proved, bar(line, bar_width), line.possible);
        let gaps = if line.gaps == 0 { "–".to_owned() } else { line.gaps.to_string() };
        let gaps = format!("{gaps:>4}");
        let gaps = if line.gaps == 0 { gaps } else { gaps.style(red()).to_string() };
        let _ = write!(text, " {} {mark} {span} {gaps}", name.style(bold()));
        let worst = worst(line);
        // Beside the figures where there is room for a clause, else on a line of its own.
        let used = 1 + name_width + 1 + name_width + 1 + span_width + 1 + 4 + 2;
        if worst.is_empty() {
            text.push('\n');
        } else if used + 30 <= width {
            let _ = writeln!(text, "  {}", columns::cut(&worst, width - used));
        } else {
            let _ = writeln!(text, "\n{}", wrap(&format!("    {worst}"), width, 4));
        }
    }
    text
}

/// `█` proved, `▒` possible, `·` open; a hold that a breach emptied says so with a cross.
fn bar(line: &DimensionLine, width: usize) -> String {
    let cells = |per_cent: u8| usize::from(per_cent) * width / 100;
    if line.uncapped.is_some() {
        return format!("✘{}", "·".repeat(width - 1)).style(red()).to_string();
    }
    let (proved, possible) = (cells(line.proved), cells(line.possible));
    format!("{}{}{}", "█".repeat(proved), "▒".repeat(possible - proved), "·".repeat(width - possible))
}

fn worst(line: &DimensionLine) -> String {
    let worst = printable(&line.worst);
    match line.uncapped {
        Some((proved, possible)) => format!("{worst} ({proved}…{possible} but for it)"),
        None => worst,
    }
}

/// What was possible, sent and conclusive, and what it cost.
fn denominator(outcome: &Outcome, width: usize) -> String {
    let cells = &outcome.denominator;
    let of = |number: u32, words: &str| (number > 0).then(|| format!("{} {words}", thousands(number)));
    let parts: Vec<_> = [
        Some(format!("cells {} possible", thousands(cells.cells_possible))),
        of(cells.cells_not_applicable, "do not apply"),
        of(cells.cells_not_reached, "not reached"),
        Some(format!("{} sent", thousands(cells.cells_sent))),
        Some(format!("{} conclusive", thousands(cells.cells_conclusive))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let ends: Vec<_> = [
        of(cells.cells_hold, "hold"),
        of(cells.cells_open, "open"),
        of(cells.cells_awaiting, "wait for your matrix"),
        of(cells.cells_sent.saturating_sub(cells.cells_conclusive), "undecided"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let ends = if ends.is_empty() { String::new() } else { format!(": {}", ends.join(", ")) };
    let cell = f64::from(cells.requests_cells) / f64::from(cells.cells_sent.max(1));
    let costs: Vec<_> = [
        Some(count_of(cells.requests, "request")),
        (cells.cells_sent > 0).then(|| format!("{cell:.1} a cell")),
        of(cells.requests_set_up, "to set up"),
        of(cells.requests_clean_up, "to clean up"),
        (WAITING_MIN <= cells.requests_waiting)
            .then(|| format!("{} more until it was up", thousands(cells.requests_waiting))),
        Some(format!("{} left behind", count_of(cells.objects_left, "object"))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let left_out = of(cells.left_out, "left out").map(|words| format!(" · {words}")).unwrap_or_default();
    let reached = format!(" {} · {} reached{left_out}", count_of(cells.actions, "action"), thousands(cells.reached));
    [reached, format!(" {}{ends}", parts.join(" · ")), format!(" {}", costs.join(" · "))]
        .iter()
        .map(|line| wrap(line, width, 1) + "\n")
        .collect::<String>()
        .style(grey())
        .to_string()
}

/// `1 request`, `2,156 requests`.
fn count_of(number: u32, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

fn files(places: &Places) -> String {
    // Who only judges again wrote nothing.
    if places.html.is_empty() {
        return format!(" evidence  {}\n", places.evidence);
    }
    let mut text = format!(" report    {}\n           {}\n evidence  {}\n", places.html, places.json, places.evidence);
    let _ = match &places.proof {
        Some(proof) => writeln!(text, " proof     {proof}"),
        None => writeln!(text, " proof     none: this run is not signed"),
    };
    text
}

/// One thing to do, and how the process ends.
fn next(outcome: &Outcome, exit: Exit, width: usize) -> String {
    let step = outcome.gaps.iter().find(|gap| gap.waits_for.is_none() && gap.waived.is_none()).map_or_else(
        || match view::best_answer(outcome) {
            Some((check, _)) => format!("plimsoll explain {}", check.id),
            None => format!("plimsoll verify {}", printable(&outcome.run.evidence_dir)),
        },
        |gap| format!("plimsoll explain {}", gap.id),
    );
    let exit = format!("exit {}", exit.code());
    let used = " next  ".len() + step.chars().count() + exit.len();
    let between = if used + 2 <= width { " ".repeat(width - used) } else { "\n ".to_owned() };
    format!(" next  {}{between}{exit}\n", step.style(Style::new().cyan()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    fn plain(outcome: &Outcome, width: usize) -> String {
        let places = Places {
            html: ".plimsoll/report.html".to_owned(),
            json: ".plimsoll/report.json".to_owned(),
            evidence: outcome.run.evidence_dir.clone(),
            proof: outcome.run.signed_by.as_ref().map(|_| ".plimsoll/proof.dsse.json".to_owned()),
        };
        let text = render(outcome, &places, Exit::of(outcome, false), width);
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn many_gaps() {
        insta::assert_snapshot!(plain(&samples::many_gaps(), 100));
    }

    #[test]
    fn clean_but_a_demo() {
        insta::assert_snapshot!(plain(&samples::clean(), 100));
    }

    #[test]
    fn fog() {
        insta::assert_snapshot!(plain(&samples::fog(), 100));
    }

    #[test]
    fn narrow() {
        insta::assert_snapshot!(plain(&samples::many_gaps(), 60));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_none_ends_in_spaces() {
        for outcome in [samples::many_gaps(), samples::clean(), samples::fog()] {
            for width in [60, 80, 100, 120] {
                for line in plain(&outcome, width).lines() {
                    assert!(line.chars().count() <= width, "{width}: {line}");
                    assert_eq!(line, line.trim_end(), "{width}");
                }
            }
        }
    }
}
