//! AZ13: forbidden in this state, done all the same.

mod judge;
mod probe;
mod states;

use crate::checks::Check;
use crate::checks::say::Untried;
use crate::evidence::{Document, Exchange, Trial};
use crate::verdict::{Dimension, Severity};
use serde::{Deserialize, Serialize};

pub use judge::judge;
pub(super) use probe::probe;

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ13",
    dimension: Dimension::Authorization,
    severity: Severity::Prevents,
    title: "forbidden in this state, done all the same (archived, approved, locked)",
    why: "An approved document that can still be edited is not approved. State that only the page respects does not \
          protect anything.",
    how: "The manifest's line brings a fresh object into the state; then what the matrix forbids there (`when archived: …`) is \
          sent by those who could do it before, and what it changes is read back. Where neither tells, an action or a status \
          whose name sounds like an end is taken: if some writes are refused afterwards and the object's own fields can \
          still be changed, that is suspected, and anything else waits for your answer. One object and about three requests \
          for each write.",
    references: &["OWASP API6:2023", "ASVS 5.0 2.3.1", "ASVS 5.0 8.1.2", "CWE-841"],
    fix: "Put the state into the write (`… and state = 'open'`) and answer a conflict when no row was changed.",
    built: true,
};

/// What can still be done to something that was brought into a state.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Closed {
    /// `archived`.
    pub state: String,
    /// `project`; empty where nothing is ever closed.
    pub noun: String,
    /// The action that closes it, or what is told.
    pub by: String,
    /// Manifest or matrix name the state, and nobody guessed it.
    pub told: bool,
    /// Why it was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untried: Option<Untried>,
    /// How it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Exchange>,
    /// A read shows that something became of it.
    #[serde(default)]
    pub seen: bool,
    /// What was tried afterwards, each by one who could do it before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tries: Vec<Trial>,
}

impl Document for Closed {
    const KIND: &'static str = "closed";
}
