//! AZ09: an answer holds what this actor must not see.

use super::super::Check;
use crate::evidence::{Document, Dossier, Run};
use crate::verdict::{Cause, Dimension, Finding, Severity, Strength, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ09",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "answer holds what this actor must not see (hashes, secrets, others' personal data)",
    why: "Whole rows end up in answers although the page shows three fields. Password hashes and other people's \
          addresses then travel to every browser.",
    how: "Every answer of the walk is searched for passwords and keys of those who walk, for what the manifest names \
          as secret, for digests of the known passwords, for texts in the form of a stored password, for fields that \
          the matrix hides, and for a secret that was given out when it was made. Whoever something is hidden from is asked for \
          it where others are shown it. What the request itself sent is no evidence. Salted digests are known by their form, not \
          computed.",
    references: &[
        "OWASP API3:2023 (BOPLA)",
        "ASVS 5.0 15.3.1",
        "ASVS 5.0 8.2.3",
        "ASVS 5.0 14.2.6",
        "CWE-200",
        "GDPR Art. 5(1)(c)",
    ],
    fix: "Name the fields of each answer one by one, in a type of its own, instead of giving out the row; give out no \
          credential after the moment in which it is made.",
    built: true,
};

/// What the findings are about, where no action is meant.
const SUBJECT: &str = "the service";

/// What the walk found in the answers that it searched since it last wrote this down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// Answers that were searched.
    pub answers: u32,
    /// Known secrets that were looked for.
    pub secrets: u32,
    /// What stood in them, each once.
    pub exposed: Vec<Exposed>,
    /// What the matrix hides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<HiddenField>,
}

/// A field that the matrix hides from a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenField {
    /// Its name.
    pub field: String,
    /// From whom.
    pub role: String,
    /// He was answered by something that shows it to somebody.
    pub looked: bool,
}

/// A secret in an answer. The secret itself is not written down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Exposed {
    /// `GET /users`.
    pub action: String,
    /// Who was answered.
    pub role: String,
    /// Where it stood: `users[].password_hash`; empty where the answer has no fields.
    pub field: String,
    /// What it is.
    pub kind: Kind,
}

/// What kind of secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The password of one who walks.
    Password,
    /// The key of another.
    Key,
    /// A value that the manifest names as secret.
    Told,
    /// The digest of a known password, by this function.
    Digest(String),
    /// A text in the form in which passwords are stored.
    Stored,
    /// A digest in a field that is called after a stored password.
    Column,
    /// A field that the matrix hides from this role.
    Hidden,
    /// What was given out when it was made, and is given out again.
    Again,
}

impl Document for Searched {
    const KIND: &'static str = "searched";
}

impl Kind {
    fn words(&self) -> String {
        match self {
            Self::Password => "somebody's password".into(),
            Self::Key => "somebody else's key".into(),
            Self::Told => "a value that the manifest names as secret".into(),
            Self::Digest(function) => format!("the {function} of somebody's password"),
            Self::Stored => "a stored password".into(),
            Self::Column => "the digest of a password or key".into(),
            Self::Hidden => "what the matrix hides".into(),
            Self::Again => "the secret that was given out when it was made".into(),
        }
    }
}

/// A finding for each action that gave something away; one that holds where none did.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Searched)> = dossier.all();
    if all.is_empty() || dossier.one::<Run>().is_none() {
        return Vec::new();
    }
    let mut by_action: BTreeMap<&str, BTreeMap<&Exposed, &str>> = BTreeMap::new();
    for (digest, searched) in &all {
        for exposed in &searched.exposed {
            by_action.entry(&exposed.action).or_default().entry(exposed).or_insert(digest);
        }
    }
    let mut findings: Vec<Finding> = by_action.into_iter().map(|(action, found)| exposes(action, &found)).collect();
    if findings.iter().any(|finding| finding.verdict == Verdict::Gap) {
        return findings;
    }
    let answers: u32 = all.iter().map(|(_, searched)| searched.answers).sum();
    let secrets = all.iter().map(|(_, searched)| searched.secrets).max().unwrap_or_default();
    let (verdict, cause, words) = match answers == 0 || secrets == 0 {
        true => (Verdict::Unproven, Some(Cause::Undecided), "no secret was known that could be looked for".to_owned()),
        false => (Verdict::Holds, None, format!("{answers} answers were searched for {secrets} known secrets")),
    };
    let evidence = all.iter().map(|(digest, _)| *digest);
    findings.push(Finding { cause, ..finding(evidence, SUBJECT, verdict, Strength::Fact, words) });
    let hidden: Vec<&HiddenField> = all.iter().flat_map(|(_, searched)| &searched.hidden).collect();
    let looked = |one: &HiddenField| {
        hidden.iter().any(|other| other.looked && (&other.field, &other.role) == (&one.field, &one.role))
    };
    let unseen: BTreeSet<(&str, &str)> =
        hidden.iter().filter(|one| !looked(one)).map(|one| (one.field.as_str(), one.role.as_str())).collect();
    for (field, role) in unseen {
        let words = format!("no {role} was answered by anything that shows `{field}`, so that nobody saw it hidden");
        let evidence = all.iter().map(|(digest, _)| *digest);
        let subject = format!("{field}, hidden from {role}");
        let unproven = finding(evidence, &subject, Verdict::Unproven, Strength::Matrix, words);
        findings.push(Finding { cause: Some(Cause::Undecided), ..unproven });
    }
    findings
}

fn exposes(action: &str, found: &BTreeMap<&Exposed, &str>) -> Finding {
    let hidden = found.keys().all(|exposed| exposed.kind == Kind::Hidden);
    let strength = if hidden { Strength::Matrix } else { Strength::Fact };
    let mut said: Vec<String> = Vec::new();
    for exposed in found.keys() {
        let place = if exposed.field.is_empty() { "the answer" } else { &exposed.field };
        let words = format!("{} in {place}, shown to {}", exposed.kind.words(), exposed.role);
        if !said.contains(&words) {
            said.push(words);
        }
    }
    let more = said.len().saturating_sub(2);
    let more = if more == 0 { String::new() } else { format!("; and {more} more") };
    let words = format!("{}{more}", said[..said.len().min(2)].join("; "));
    let evidence: BTreeSet<&str> = found.values().copied().collect();
    if found.keys().all(|exposed| exposed.kind == Kind::Again) {
        let answer = Some("nothing, where it is meant to be read again".to_owned());
        let suspected = finding(evidence, action, Verdict::Suspected, strength, words);
        return Finding { cause: Some(Cause::WaitsForAnswer), answer, ..suspected };
    }
    finding(evidence, action, Verdict::Gap, strength, words)
}

fn finding<'a>(
    evidence: impl IntoIterator<Item = &'a str>,
    subject: &str,
    verdict: Verdict,
    strength: Strength,
    words: String,
) -> Finding {
    Finding {
        check: CHECK.id.to_owned(),
        subject: subject.to_owned(),
        cell: None,
        verdict,
        cause: None,
        strength,
        words,
        answer: None,
        evidence: evidence.into_iter().map(str::to_owned).collect(),
        exhibits: Vec::new(),
    }
}
