//! `plimsoll baseline …` and `plimsoll audit --ratchet`: a run beside what may stand.

use std::fmt::Write as _;

use super::args::BaselineCommand;
use super::place::{Place, write};
use super::print;
use crate::baseline::{Baseline, Compared, NAME};
use crate::error::{Result, Trouble};
use crate::load_line::Exit;
use crate::report::view;
use crate::verdict::Outcome;

/// Takes gaps in, or holds the last run against what is there.
pub(super) fn baseline(command: &BaselineCommand, place: &Place) -> Result<Exit> {
    let outcome = place.last_outcome()?;
    match command {
        BaselineCommand::Accept { id, owner, why } => {
            let named = |words: &str| !words.trim().is_empty();
            if !named(owner) || !named(why) {
                return Err(Trouble::new("baseline accept", "wants a name and a reason that say something")
                    .hint("--owner jonas --why 'from before the audit'"));
            }
            let mut known = Baseline::load(&place.root)?.unwrap_or_default();
            let answer = format!("{owner}, {}: {why}", crate::walk::now().strftime("%Y-%m-%d"));
            let taken = known.accept(&outcome, id.as_deref(), &answer)?;
            let path = place.join(NAME);
            write(&path, &known.print())?;
            print(&format!("{} taken in; wrote {}. Commit it.\n", gaps(taken), path.display()));
            Ok(Exit::Holds)
        }
        BaselineCommand::Show => {
            let ratchet = Ratchet::new(load(place)?, &outcome);
            print(&ratchet.text());
            Ok(Exit::ratcheted(&outcome, false, &ratchet.compared))
        }
    }
}

/// The baseline that a ratchet needs.
pub(super) fn load(place: &Place) -> Result<Baseline> {
    Baseline::load(&place.root)?.ok_or_else(|| {
        Trouble::new(place.join(NAME).display().to_string(), "is not there, and --ratchet compares with it")
            .hint("plimsoll audit, then plimsoll baseline accept --owner NAME --why WORDS")
    })
}

/// A run beside the baseline.
pub(super) struct Ratchet<'a> {
    known: Baseline,
    pub(super) compared: Compared<'a>,
}

impl<'a> Ratchet<'a> {
    pub(super) fn new(known: Baseline, outcome: &'a Outcome) -> Self {
        let compared = known.compare(outcome);
        Self { known, compared }
    }

    /// Writes the baseline where it can be tighter, and says what is worse, better and as before.
    pub(super) fn tighten(mut self, place: &Place) -> Result<String> {
        let mut text = self.text();
        if self.known.tighten(&self.compared) {
            let path = place.join(NAME);
            write(&path, &self.known.print())?;
            let _ = writeln!(text, "  {} is tighter now: commit it", path.display());
        }
        Ok(text)
    }

    fn text(&self) -> String {
        let Compared { new, lost, closed, standing, won } = &self.compared;
        let mut text = format!(
            "\nratchet: {} new, {} closed, {} as before · {} proved no more, {} proved for the first time\n",
            new.len(),
            closed.len(),
            standing.len(),
            lost.len(),
            won.len()
        );
        for gap in new {
            let (id, words) = (&gap.id, view::printable(&gap.words));
            let _ = writeln!(text, "  ✘ new     {id}  {}  {words}", view::printable(&gap.subject));
        }
        for result in lost {
            let _ = writeln!(text, "  ◌ lost    {}  {}: {}", result.id, result.title, view::printable(&result.words));
        }
        for (check, subject) in closed {
            let _ = writeln!(text, "  ✔ closed  {check}  {}", view::printable(subject));
        }
        text
    }
}

fn gaps(number: usize) -> String {
    match number {
        1 => "1 gap".to_owned(),
        number => format!("{number} gaps"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn what_is_worse_and_better_is_named() {
        let outcome = samples::many_gaps();
        let mut known = Baseline::default();
        known.accept(&outcome, Some(&outcome.gaps[0].id), "jonas, 2026-11-23: old").unwrap();
        known.open.insert(("AZ01".into(), "GET /gone".into()), "jonas, 2026-11-23: old".into());
        insta::assert_snapshot!(Ratchet::new(known, &outcome).text());
    }

    #[test]
    fn without_a_baseline_the_next_step_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place { root: dir.path().to_owned() };
        assert!(load(&place).unwrap_err().to_string().contains("plimsoll baseline accept"));
    }
}
