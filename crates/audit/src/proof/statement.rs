//! What is signed: an in-toto Statement v1 with the test-result predicate v0.1, and, as an extension field of that
//! predicate, every verdict and the root of the evidence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::key::PublicKey;
use crate::error::{Result, Trouble};
use crate::verdict::{Cause, Mark, Outcome, Severity, Verdict};

/// The type of the payload in the envelope.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// The type of the statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// The type of the predicate.
pub const PREDICATE_TYPE: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// The statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// Always [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    pub statement_type: String,
    /// What it is about: the evidence, and the commit where there is one.
    pub subject: Vec<Resource>,
    /// Always [`PREDICATE_TYPE`].
    pub predicate_type: String,
    /// What it says.
    pub predicate: Predicate,
}

/// A name and digests, by algorithm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// What it is called.
    pub name: String,
    /// Its digests: `gitCommit`, `sha256`, `rfc6962Sha256`.
    pub digest: BTreeMap<String, String>,
}

/// The test-result predicate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Predicate {
    /// `FAILED` with a gap, `WARNED` with something unproven, `PASSED` otherwise.
    pub result: String,
    /// The manifest.
    pub configuration: Vec<Resource>,
    /// Ids of the checks that hold.
    pub passed_tests: Vec<String>,
    /// Ids of the checks that are suspected or unproven.
    pub warned_tests: Vec<String>,
    /// Ids of the checks with a gap.
    pub failed_tests: Vec<String>,
    /// What a test result has no field for.
    pub plimsoll: Claims,
}

/// Everything that is compared when the evidence is judged again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    /// Version of the audit that judged.
    pub version: String,
    /// `tallyhouse`.
    pub service: String,
    /// `local`.
    pub environment: String,
    /// The address that was walked.
    pub url: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// The mark that is proved.
    pub proved: Mark,
    /// How every check ended, by id.
    pub verdicts: BTreeMap<String, Ended>,
    /// Ids of the gaps that are open.
    pub gaps: Vec<String>,
    /// Root of the Merkle tree over the evidence, hex.
    pub evidence_root: String,
    /// How many documents it holds.
    pub evidence_documents: u64,
    /// The key that signs, base64. Whose it is must be known from elsewhere.
    pub public_key: String,
}

/// How one check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The phase of the check: its severity.
    pub severity: Severity,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is unproven, where it is.
    pub cause: Option<Cause>,
}

impl Statement {
    /// What an outcome states.
    #[must_use]
    pub fn of(outcome: &Outcome, documents: usize, key: PublicKey) -> Self {
        let run = &outcome.run;
        let ids = |verdicts: &[Verdict]| -> Vec<String> {
            let checks = outcome.checks.iter().filter(|check| verdicts.contains(&check.verdict));
            checks.map(|check| check.id.clone()).collect()
        };
        let passed = ids(&[Verdict::Holds]);
        let warned = ids(&[Verdict::Suspected, Verdict::Unproven]);
        let failed = ids(&[Verdict::Gap, Verdict::Waived]);
        let result = match (failed.is_empty(), warned.is_empty()) {
            (false, _) => "FAILED",
            (true, false) => "WARNED",
            (true, true) => "PASSED",
        };
        let resource = |name: &str, algorithm: &str, digest: &str| Resource {
            name: name.to_owned(),
            digest: BTreeMap::from([(algorithm.to_owned(), digest.to_owned())]),
        };
        let mut subject = vec![resource("evidence", "rfc6962Sha256", &run.evidence_root)];
        subject.extend(run.commit.as_ref().map(|commit| resource(&run.service, "gitCommit", commit)));
        Self {
            statement_type: STATEMENT_TYPE.to_owned(),
            subject,
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: Predicate {
                result: result.to_owned(),
                configuration: vec![resource("manifest", "sha256", &run.manifest_digest)],
                passed_tests: passed,
                warned_tests: warned,
                failed_tests: failed,
                plimsoll: Claims::of(outcome, documents, key),
            },
        }
    }

    /// The bytes that are signed.
    ///
    /// # Errors
    /// Never in practice: every part can be written as JSON.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| Trouble::new("statement", format!("cannot be written: {error}")))
    }

    /// Reads what [`Statement::to_json`] wrote.
    ///
    /// # Errors
    /// When it is not a statement of this kind.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        let statement: Self = serde_json::from_slice(bytes)
            .map_err(|error| Trouble::new("payload", format!("is not a statement of plimsoll: {error}")))?;
        if statement.statement_type != STATEMENT_TYPE || statement.predicate_type != PREDICATE_TYPE {
            let wrong = format!("is a {} about {}", statement.statement_type, statement.predicate_type);
            return Err(Trouble::new("payload", wrong));
        }
        Ok(statement)
    }
}

impl Claims {
    fn of(outcome: &Outcome, documents: usize, key: PublicKey) -> Self {
        let run = &outcome.run;
        Self {
            version: run.version.clone(),
            service: run.service.clone(),
            environment: run.environment.clone(),
            url: run.url.clone(),
            started_at: run.started_at.clone(),
            proved: outcome.proved,
            verdicts: verdicts(outcome),
            gaps: outcome.gaps.iter().map(|gap| gap.id.clone()).collect(),
            evidence_root: run.evidence_root.clone(),
            evidence_documents: documents as u64,
            public_key: key.to_base64(),
        }
    }

    /// The first difference between what was stated and what the same evidence gives now, in words.
    #[must_use]
    pub fn differs_from(&self, outcome: &Outcome) -> Option<String> {
        let now = verdicts(outcome);
        for (id, ended) in &self.verdicts {
            match now.get(id) {
                Some(same) if same == ended => {}
                Some(other) => {
                    return Some(format!(
                        "{id} was stated as {}, and is {}",
                        ended.verdict.name(),
                        other.verdict.name()
                    ));
                }
                None => return Some(format!("{id} was stated as {}, and is not judged", ended.verdict.name())),
            }
        }
        // A check that was declared later says nothing about what was stated.
        let gaps: Vec<_> = outcome.gaps.iter().map(|gap| gap.id.clone()).collect();
        let known = |gap: &&String| gap.split_once('-').is_some_and(|(check, _)| self.verdicts.contains_key(check));
        if let Some(gone) = self.gaps.iter().find(|gap| !gaps.contains(gap)) {
            return Some(format!("the gap {gone} was stated, and is not found"));
        }
        if let Some(new) = gaps.iter().filter(known).find(|gap| !self.gaps.contains(gap)) {
            return Some(format!("the gap {new} is found, and was not stated"));
        }
        let (stated, found) = (self.proved.name(), outcome.proved.name());
        (self.proved != outcome.proved).then(|| format!("the line was stated as {stated}, and is {found}"))
    }
}

fn verdicts(outcome: &Outcome) -> BTreeMap<String, Ended> {
    let ended = outcome.checks.iter().map(|check| {
        let ended = Ended { severity: check.severity, verdict: check.verdict, cause: check.cause };
        (check.id.clone(), ended)
    });
    ended.collect()
}
