//! The catalogue of checks: one file a check, each with a probe that gathers evidence and a judge that is a pure
//! function of it. A check that this version does not have stands in [`unbuilt`], so that no sum leaves it out.

use crate::verdict::{Dimension, Severity};

/// The declaration of a check, as `plimsoll explain ID` prints it.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// `AZ02`.
    pub id: &'static str,
    /// Its dimension.
    pub dimension: Dimension,
    /// Its severity.
    pub severity: Severity,
    /// `another tenant reads an object`.
    pub title: &'static str,
    /// Why it matters: two or three sentences in plain words.
    pub why: &'static str,
    /// How it is proved.
    pub how: &'static str,
    /// OWASP API Top 10 2023, ASVS 5.0, CWE, RFC, GDPR …
    pub references: &'static [&'static str],
    /// How it is usually closed.
    pub fix: &'static str,
    /// Whether this version can judge it.
    pub built: bool,
}
