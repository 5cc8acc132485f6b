//! What went wrong, where, and what to do next: the one error of this crate that a user sees.

use std::fmt;

/// A problem of the user's: bad input, or a target that cannot be walked. Exit code 2; 3 where the run was stopped from
/// outside before anything was judged.
///
/// Displayed as `PLACE: WRONG`, then an empty line and `hint: …` where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// File, line and key, or the address: `plimsoll.toml:12: actors.bob.rol`.
    pub place: String,
    /// One sentence, lowercase, without a full stop.
    pub wrong: String,
    /// The next step.
    pub hint: Option<String>,
    /// Somebody stopped the run: nothing is wrong, and nothing is proved.
    pub stopped: bool,
}

impl Trouble {
    /// A problem at a place.
    pub fn new(place: impl Into<String>, wrong: impl Into<String>) -> Self {
        Self { place: place.into(), wrong: wrong.into(), hint: None, stopped: false }
    }

    /// The run was stopped from outside.
    pub fn stopped(by: &str) -> Self {
        let wrong = "the run was stopped, and every process that it started has ended";
        Self { stopped: true, ..Self::new(by, wrong) }
    }

    /// The same with the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.wrong)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Trouble {}

/// What every fallible step of the audit returns.
pub type Result<T, E = Trouble> = std::result::Result<T, E>;
