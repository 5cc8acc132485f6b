//! `plimsoll.baseline` as text: one fact a line, sorted, so that a diff shows who let what stand.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::{Baseline, NAME};
use crate::error::{Result, Trouble};

const HEADER: &str = "\
# What stands open and who answers for it, and what was proved. `plimsoll audit --ratchet` fails on what is worse.
# It tightens by itself; `plimsoll baseline accept` loosens it. Commit it.
";
/// Between a gap and who answers for it.
const ANSWER: &str = "  # ";

impl Baseline {
    /// The baseline in a directory; nothing where there is none yet.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn load(directory: &Path) -> Result<Option<Self>> {
        let path = directory.join(NAME);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text, &path.display().to_string()).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Trouble::new(path.display().to_string(), format!("cannot be read: {error}"))),
        }
    }

    /// Reads the text.
    ///
    /// # Errors
    /// At the first line that is neither `open CHECK SUBJECT  # WHO: WHY` nor `proved CHECK …`, with its number.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        let mut baseline = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong =
                |words: &str, hint: &str| Trouble::new(format!("{place}:{}", number + 1), words.to_owned()).hint(hint);
            match line.split_once(' ') {
                Some(("open", gap)) => {
                    let (gap, answer) = gap.rsplit_once(ANSWER).ok_or_else(|| {
                        wrong("does not say who answers for the gap", "open CHECK SUBJECT  # NAME, DAY: WHY")
                    })?;
                    let (check, subject) = gap.trim().split_once(' ').ok_or_else(|| {
                        wrong(
                            "names a check without what it is about",
                            "open AZ02 GET /projects/{id}  # NAME, DAY: WHY",
                        )
                    })?;
                    baseline.open.insert((check.to_owned(), one_line(subject)), one_line(answer));
                }
                Some(("proved", checks)) => {
                    baseline.proved.extend(checks.split_whitespace().map(str::to_owned));
                }
                _ => return Err(wrong("is no line of a baseline", "a line begins with `open`, `proved` or `#`")),
            }
        }
        Ok(baseline)
    }

    /// The text. Reading it gives the same baseline.
    #[must_use]
    pub fn print(&self) -> String {
        let mut text = HEADER.to_owned();
        for ((check, subject), answer) in &self.open {
            let _ = writeln!(text, "open {check} {subject}{ANSWER}{answer}");
        }
        // One line a dimension: a check that comes or goes is a small diff.
        let kinds: BTreeSet<&str> = self.proved.iter().map(|check| kind(check)).collect();
        for wanted in kinds {
            let checks: Vec<&str> =
                self.proved.iter().map(String::as_str).filter(|check| kind(check) == wanted).collect();
            let _ = writeln!(text, "proved {}", checks.join(" "));
        }
        text
    }
}

/// `AZ` of `AZ02`.
fn kind(check: &str) -> &str {
    check.trim_end_matches(|letter: char| letter.is_ascii_digit())
}

/// Words in one line, single spaces between them: so no text can look like two lines, or like an answer.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
