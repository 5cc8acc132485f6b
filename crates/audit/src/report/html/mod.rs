//! The outcome as one self-contained HTML file: no script, no font, no address that it would ask. What a service said
//! is escaped everywhere, so a report about a hostile service can be opened and sent.

mod ship;

use askama::Template;

use super::view::{self, OpenCheck, Phase};
use crate::checks::Check;
use crate::error::{Result, Trouble};
use crate::load_line::{Headline, headline, honesty};
use crate::verdict::{Cause, CheckResult, Dimension, Finding, Gap, Outcome, Severity, Verdict};
use ship::Ship;

/// Renders the report. `declared` gives the checks their reasons and fixes.
///
/// # Errors
/// Never in practice: the template writes into memory.
pub fn render(outcome: &Outcome, declared: &[Check]) -> Result<String> {
    let page = Page {
        outcome,
        declared,
        headline: headline(outcome),
        honesty: honesty(outcome),
        ship: Ship::of(outcome),
        phases: view::phases(outcome),
        proved: view::ended(outcome, Verdict::Holds).collect(),
        decisions: view::decisions(outcome),
        unproven: view::unproven(outcome).into_iter().collect(),
        not_applicable: view::ended(outcome, Verdict::NotApplicable).collect(),
        notes: view::notes(outcome),
    };
    page.render().map_err(|error| Trouble::new("report.html", format!("cannot be written: {error}")))
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    outcome: &'a Outcome,
    declared: &'a [Check],
    headline: Headline,
    honesty: String,
    ship: Ship,
    phases: Vec<Phase<'a>>,
    proved: Vec<&'a CheckResult>,
    decisions: Vec<&'a Finding>,
    unproven: Vec<(Cause, Vec<&'a CheckResult>)>,
    not_applicable: Vec<&'a CheckResult>,
    notes: Vec<String>,
}

/// Filters of the templates.
#[expect(unreachable_pub, reason = "the macro makes a public builder of each filter")]
mod filters {
    use std::borrow::Borrow;
    use std::fmt::Display;

    /// What a service said, without characters that would reorder or hide what stands around them.
    #[askama::filter_fn]
    pub(super) fn plain(text: impl Display, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(crate::report::view::printable(&text.to_string()))
    }

    /// `2,156`.
    #[askama::filter_fn]
    pub(super) fn thousands(number: &u32, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(crate::report::view::thousands(*number))
    }

    /// `15 gaps`.
    #[askama::filter_fn]
    pub(super) fn count(number: impl Borrow<usize>, _: &dyn askama::Values, noun: &str) -> askama::Result<String> {
        Ok(crate::load_line::count(*number.borrow(), noun))
    }
}

impl Page<'_> {
    /// `22 Nov 2026, 09:41 UTC`, or the text itself where it is no time.
    fn day(&self) -> String {
        let text = &self.outcome.run.started_at;
        match text.parse::<jiff::Timestamp>() {
            Ok(time) => time.strftime("%-d %b %Y, %H:%M UTC").to_string(),
            Err(_) => text.clone(),
        }
    }

    /// `2 min 24 s`.
    fn took(&self) -> String {
        let seconds = self.outcome.run.duration_ms.div_ceil(1000);
        match (seconds / 60, seconds % 60) {
            (0, seconds) => format!("{seconds} s"),
            (minutes, seconds) => format!("{minutes} min {seconds} s"),
        }
    }

    fn signed(&self) -> String {
        self.outcome.run.signed_by.as_ref().map_or_else(|| "not signed".to_owned(), |key| format!("signed by {key}"))
    }

    fn declaration(&self, id: &str) -> Option<&Check> {
        self.declared.iter().find(|check| check.id == id)
    }

    /// The first three open checks, whatever their phase.
    fn next(&self) -> Vec<&OpenCheck<'_>> {
        self.phases.iter().flat_map(|phase| &phase.checks).filter(|open| self.counted(open) > 0).take(3).collect()
    }

    fn counted(&self, open: &OpenCheck<'_>) -> usize {
        open.gaps.iter().filter(|gap| gap.waits_for.is_none()).count()
    }

    /// The text in pieces, with whether each stands between backticks.
    fn prose<'t>(&self, text: &'t str) -> Vec<(bool, &'t str)> {
        text.split('`').enumerate().map(|(number, piece)| (number % 2 == 1, piece)).collect()
    }

    /// Whether a check of this phase is unproven.
    fn is_foggy(&self, severity: &Severity) -> bool {
        view::ended(self.outcome, Verdict::Unproven).any(|check| check.severity == *severity)
    }

    fn gaps(&self) -> usize {
        self.phases.iter().map(|phase| phase.counted).sum()
    }

    fn title(&self, dimension: &Dimension) -> String {
        ship::title(*dimension)
    }

    fn shown(&self, check: &CheckResult) -> String {
        view::shown(check)
    }

    /// What a check that holds was tried on.
    fn held(&self, check: &CheckResult) -> Vec<(&str, Vec<&Finding>)> {
        view::findings(self.outcome, &check.id, Verdict::Holds).into_iter().collect()
    }

    /// What keeps a check from being decided; nothing where its own sentence says it all.
    fn open_questions(&self, check: &CheckResult) -> Vec<(&str, Vec<&Finding>)> {
        let questions = view::findings(self.outcome, &check.id, Verdict::Unproven);
        let is_plain = questions.values().flatten().all(|finding| finding.cell.is_none()) && questions.len() == 1;
        if is_plain { Vec::new() } else { questions.into_iter().collect() }
    }

    fn heading(&self, cause: &Cause) -> &'static str {
        view::heading(*cause)
    }

    fn minutes(&self, cause: &Cause) -> Option<u32> {
        view::minutes(*cause)
    }

    /// The exhibits of a gap: those of its first finding that has any.
    fn exhibits<'g>(&self, gap: &'g Gap) -> &'g [crate::verdict::Exhibit] {
        gap.findings.iter().map(|finding| finding.exhibits.as_slice()).find(|all| !all.is_empty()).unwrap_or_default()
    }

    /// The same by hand, as far as it can be written on a line.
    fn by_hand<'g>(&self, gap: &'g Gap) -> Vec<&'g str> {
        self.exhibits(gap).iter().map(|exhibit| exhibit.curl.as_str()).filter(|line| !line.is_empty()).collect()
    }

    /// What the other findings of a gap say, where they say something else.
    fn others<'g>(&self, gap: &'g Gap) -> std::collections::BTreeSet<&'g str> {
        gap.findings.iter().map(|finding| finding.words.as_str()).filter(|words| *words != gap.words).collect()
    }

    /// Digests of the evidence documents of a gap, shortened for reading.
    fn evidence(&self, gap: &Gap) -> Vec<String> {
        let mut all: Vec<_> = gap.findings.iter().flat_map(|finding| &finding.evidence).collect();
        all.sort();
        all.dedup();
        all.into_iter().map(|digest| digest.chars().take(12).collect()).collect()
    }

    /// What the best single answer is, where nothing is open.
    fn best(&self) -> Option<(&CheckResult, u32)> {
        view::best_answer(self.outcome)
    }

    /// `3.6`: requests of cells ÷ cells sent.
    fn requests_a_cell(&self) -> String {
        let cells = &self.outcome.denominator;
        format!("{:.1}", f64::from(cells.requests_cells) / f64::from(cells.cells_sent.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    fn page(outcome: &Outcome) -> String {
        render(outcome, &samples::declared()).unwrap()
    }

    #[test]
    fn many_gaps() {
        insta::assert_snapshot!(page(&samples::many_gaps()));
    }

    #[test]
    fn clean_but_a_demo() {
        insta::assert_snapshot!(page(&samples::clean()));
    }

    #[test]
    fn fog() {
        insta::assert_snapshot!(page(&samples::fog()));
    }

    #[test]
    fn nothing_is_loaded_run_or_asked() {
        for outcome in [samples::many_gaps(), samples::clean(), samples::fog()] {
            let page = page(&outcome).to_lowercase();
            for bad in ["<script", "<link", "<img", "<iframe", "src=", "url(http", "@import", "javascript:", " onload"]
            {
                assert!(!page.contains(bad), "{bad}");
            }
        }
    }

    #[test]
    fn every_element_that_is_opened_is_closed() {
        for outcome in [samples::many_gaps(), samples::clean(), samples::fog()] {
            let page = page(&outcome);
            for name in
                ["main", "section", "table", "tr", "td", "details", "summary", "ol", "li", "p", "svg", "g", "div"]
            {
                let opened = page.matches(&format!("<{name}>")).count() + page.matches(&format!("<{name} ")).count();
                assert_eq!(opened, page.matches(&format!("</{name}>")).count(), "{name}");
            }
        }
    }
}
