//! Rows that must be gone after a time: one is made, the time is let pass, and what is left is counted.

use super::Check;
use super::say::{Untried, say};
use crate::checks::detection::{doer, send};
use crate::error::Result;
use crate::evidence::{Document, Dossier};
use crate::manifest::Class;
use crate::verdict::Finding;
use crate::walk::World;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One class of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Expiry {
    /// The manifest's section: `retention` or `expired`.
    pub section: String,
    /// `session`; empty where no class is told.
    pub class: String,
    /// Why it was not tried, or not to its end.
    pub untried: Option<Untried>,
    /// How many there were before one was made, with it, and after the time.
    pub counts: [u64; 3],
}

impl Document for Expiry {
    const KIND: &'static str = "expiry";
}

/// Tries each class of a section.
pub(super) async fn probe(world: &mut World<'_>, section: &str, classes: &BTreeMap<String, Class>) -> Result<()> {
    for (name, class) in classes {
        let mut seen = Expiry { section: section.to_owned(), class: name.clone(), ..Expiry::default() };
        if world.manifest.target.disposable {
            seen.untried = pass(world, class, &mut seen.counts).await.err();
        } else {
            let words = "time is only let pass where everything may be lost";
            seen.untried = Some(Untried::not_told(words, "[target] disposable = true"));
        }
        world.store.add(&seen)?;
    }
    if classes.is_empty() {
        let line =
            format!("[{section}.CLASS] make = \"…\", later = \"COMMAND\" that lets the time pass, count = \"COMMAND\"");
        let untried = Untried::not_told("no class is told", line);
        world.store.add(&Expiry { section: section.to_owned(), untried: Some(untried), ..Expiry::default() })?;
    }
    Ok(())
}

async fn pass(world: &mut World<'_>, class: &Class, counts: &mut [u64; 3]) -> std::result::Result<(), Untried> {
    counts[0] = count(world, &class.count).await?;
    if let Some(make) = &class.make {
        let at = doer(world, make);
        send(world, make, at).await.map_err(Untried::undecided)?;
    }
    counts[1] = count(world, &class.count).await?;
    let Some(later) = &class.later else {
        return Err(Untried::not_told(
            "nothing lets the time pass",
            "later = \"COMMAND\", which lets it pass and clears away",
        ));
    };
    let at = doer(world, later);
    send(world, later, at).await.map_err(Untried::undecided)?;
    counts[2] = count(world, &class.count).await?;
    Ok(())
}

/// The last number that a command prints.
async fn count(world: &World<'_>, command: &str) -> std::result::Result<u64, Untried> {
    match world.target.run_with(command, &[]).await {
        Ok(ended) if ended.well => {
            number(&ended.text()).ok_or_else(|| Untried::undecided(format!("`{command}` prints no number")))
        }
        Ok(ended) => Err(Untried::undecided(format!("`{command}` failed: {}", ended.last_words()))),
        Err(trouble) => Err(Untried::undecided(format!("{}: {}", trouble.place, trouble.wrong))),
    }
}

fn number(text: &str) -> Option<u64> {
    text.split(|c: char| !c.is_ascii_digit()).rfind(|digits| !digits.is_empty())?.parse().ok()
}

/// One finding for each class.
pub(super) fn judge(check: &Check, dossier: &Dossier, section: &str) -> Vec<Finding> {
    let all: Vec<(&str, Expiry)> = dossier.all();
    all.iter().filter(|(_, seen)| seen.section == section).map(|(digest, seen)| of(check, digest, seen)).collect()
}

fn of(check: &Check, digest: &str, seen: &Expiry) -> Finding {
    let subject = if seen.class.is_empty() { section_words(&seen.section) } else { &seen.class };
    let about = say(check, subject, digest);
    if let Some(why) = &seen.untried {
        return about.untried(why);
    }
    let [before, with, after] = seen.counts;
    match () {
        () if with == 0 => about.undecided("there was none, and so none that could go"),
        () if after < with && after <= before => about.holds(format!("of {with} rows {after} are left after the time")),
        () if after < with => {
            about.undecided(format!("of {with} rows {after} are left after the time, and {before} were there before"))
        }
        () => about.gap(format!("{after} rows are left after the time, and {with} were there before it")),
    }
}

fn section_words(section: &str) -> &'static str {
    if section == "retention" { "stated periods" } else { "what has expired" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_number_counts() {
        assert_eq!(number(" count\n-------\n    17\n(1 row: 17)\n"), Some(17));
        assert_eq!(number("none"), None);
    }

    proptest! {
        #[test]
        fn any_output_is_read(text in ".*") {
            let _ = number(&text);
        }
    }
}
