//! AZ19: the second factor can be skipped.

mod guess;
mod judge;
mod probe;

pub use judge::judge;

use super::deeds::Tried;
use crate::checks::Check;
use crate::checks::say::Untried;
use crate::evidence::{ActorFact, Document, Exchange};
use crate::verdict::{Dimension, Severity};
use serde::{Deserialize, Serialize};

pub(super) use guess::probe as probe_guessing;
pub(super) use probe::probe;

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ19",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "second factor can be skipped",
    why: "The second step is often only a page. Whoever skips it, repeats a code, or tries all million codes is in with \
          the password alone.",
    how: "A throw-away account with a factor signs in with the password alone, and everything that works with both \
          steps is tried with that half a session: its own values in an answer, or something made that is read back, \
          are proof. Then the second step is tried with no code, a wrong one, one that was used, one of another \
          account, an old one, and a recovery code twice; half a session tries to take the factor away and to set up \
          another; and last codes are guessed, then the right one is sent.",
    references: &[
        "OWASP API2:2023",
        "ASVS 5.0 6.3.3",
        "ASVS 5.0 6.5.1",
        "ASVS 5.0 6.6.3",
        "RFC 6238 5.2",
        "CWE-287",
        "CWE-308",
    ],
    fix: "Issue no session before the second step, or one that opens nothing else; use up a code and a recovery code in \
          the transaction that lets in; count wrong codes for the account, wherever they come from.",
    built: true,
};

/// What one way around the second step came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Around {
    /// `the second step`, `codes`, `recovery codes`, `the factor itself`, `guessing`.
    pub subject: String,
    /// Why it was not tried, where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untried: Option<Untried>,
    /// The document speaks of no second factor, and nothing else does.
    #[serde(default)]
    pub absent: bool,
    /// Whose account it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<ActorFact>,
    /// Each try.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tries: Vec<Try>,
    /// With both steps it still worked afterwards.
    #[serde(default)]
    pub works_afterwards: bool,
    /// How the guessing went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guessed: Option<Guessed>,
}

/// One try to get in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Try {
    /// `with the password alone`, `with a code that was used`.
    pub how: String,
    /// What the second step answered, where it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Exchange>,
    /// What was done with what came of it.
    pub deeds: Vec<Tried>,
    /// It is meant to let in: the others mean something only if it does.
    #[serde(default)]
    pub may: bool,
}

/// Wrong codes, and then the right one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::checks) struct Guessed {
    /// Wrong codes that were answered.
    pub tries: u32,
    /// How many were meant to be sent.
    pub tries_max: u32,
    /// Sign-ins with the password that it took.
    pub sign_ins: u32,
    /// The try at which it was over, and how: `429`.
    pub limited: Option<(u32, String)>,
    /// Milliseconds of the first answer and of the last.
    pub millis: (u64, u64),
    /// The right code let in afterwards.
    pub right_lets_in: Option<bool>,
}

impl Document for Around {
    const KIND: &'static str = "around_second_step";
}
