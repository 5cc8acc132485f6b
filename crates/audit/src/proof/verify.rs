//! Checking somebody's proof: the signature, the root of the evidence, and every verdict, judged again.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::dsse::Envelope;
use super::key::PublicKey;
use super::statement::{Claims, Statement};
use super::tree::evidence_root;
use crate::error::{Result, Trouble};
use crate::verdict::{Outcome, Severity, Verdict};

/// The file that holds the proof, beside the evidence and beside the report.
pub const NAME: &str = "proof.dsse.json";

/// One thing that was checked, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// `signature`, `evidence`, `verdicts`, `phase 1`.
    pub name: String,
    /// Whether it agrees.
    pub agrees: bool,
    /// One sentence; where it does not agree, the first difference.
    pub words: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// In order. After one that does not agree, those that would build on it are left out.
    pub checks: Vec<Check>,
    /// What was stated, where it could be read.
    pub claims: Claims,
}

impl Verified {
    /// Whether everything agrees.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.checks.iter().all(|check| check.agrees)
    }

    fn note(&mut self, name: &str, outcome: Result<String, String>) -> bool {
        let agrees = outcome.is_ok();
        let words = outcome.unwrap_or_else(|wrong| wrong);
        self.checks.push(Check { name: name.to_owned(), agrees, words });
        agrees
    }
}

/// Verifies the evidence in a directory against the proof that lies in it.
///
/// Without `trusted` the signature is checked by the key that the proof names, which shows that nothing was changed
/// since, not who signed. `judge` judges the evidence again. With a `phase` all its checks, and those of the phases
/// before it, must hold.
///
/// # Errors
/// When there is no proof, or it is not one. Evidence that does not agree is no error but a finding.
pub fn verify(
    dir: &Path,
    trusted: Option<&PublicKey>,
    phase: Option<Severity>,
    judge: &dyn Fn(&Path) -> Result<Outcome>,
) -> Result<Verified> {
    let path = dir.join(NAME);
    let place = path.display().to_string();
    let text = fs::read_to_string(&path).map_err(|error| {
        Trouble::new(&place, format!("cannot be read: {error}"))
            .hint("name a directory below .plimsoll/evidence whose run was signed")
    })?;
    let at = |trouble: Trouble| Trouble::new(format!("{place}: {}", trouble.place), trouble.wrong);
    let envelope: Envelope =
        serde_json::from_str(&text).map_err(|error| Trouble::new(&place, format!("is not an envelope: {error}")))?;
    let statement = Statement::from_json(&envelope.payload().map_err(at)?).map_err(at)?;
    let named = PublicKey::from_base64(&statement.predicate.plimsoll.public_key).map_err(at)?;

    let mut verified = Verified { checks: Vec::new(), claims: statement.predicate.plimsoll };
    let key = trusted.unwrap_or(&named);
    let signature = match (envelope.is_signed_by(key).map_err(at)?, trusted) {
        (true, Some(_)) => Ok(format!("{}, the key that you trust", key.id())),
        (true, None) => {
            Ok(format!("{}; whose key that is must be known from elsewhere: --trust {}", key.id(), key.to_base64()))
        }
        (false, Some(_)) => Err(format!("is not of {}; the proof names {}", key.id(), named.id())),
        (false, None) => Err("does not fit: the proof was changed after it was signed".to_owned()),
    };
    if !verified.note("signature", signature) {
        return Ok(verified);
    }
    let evidence = evidence(dir, &verified.claims);
    if !verified.note("evidence", evidence) {
        return Ok(verified);
    }
    let again = match judge(dir) {
        Ok(outcome) => match verified.claims.differs_from(&outcome) {
            None => Ok(format!("{} checks judged again: the same", verified.claims.verdicts.len())),
            Some(difference) => Err(difference),
        },
        Err(trouble) => Err(format!("cannot be judged again: {}: {}", trouble.place, trouble.wrong)),
    };
    if verified.note("verdicts", again)
        && let Some(phase) = phase
    {
        let holds = phase_holds(&verified.claims, phase);
        verified.note(&format!("phase {}", phase.phase()), holds);
    }
    Ok(verified)
}

/// Rebuilds the root: every document has the digest that the index says, and the index has the root that was signed.
fn evidence(dir: &Path, claims: &Claims) -> Result<String, String> {
    let index = fs::read_to_string(dir.join("index")).map_err(|error| format!("index cannot be read: {error}"))?;
    for digest in index.lines() {
        let name = format!("{digest}.json");
        // Only digests are names of documents: an index cannot lead out of the directory.
        let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_digest {
            return Err(format!("index was changed: {digest:?} is not a digest"));
        }
        let bytes = fs::read(dir.join(&name)).map_err(|error| format!("{name} cannot be read: {error}"))?;
        if hex::encode(Sha256::digest(&bytes)) != digest {
            return Err(format!("{name} was changed after it was written"));
        }
    }
    let root = evidence_root(index.lines()).ok_or("index was changed: it holds something that is not a digest")?;
    if root != claims.evidence_root {
        return Err(format!("index was changed: its root is {root}, {} was signed", claims.evidence_root));
    }
    // The root does not see how the last line ends, or how a digest is spelt; nothing may be changed at all.
    let written: String = index.lines().map(|digest| digest.to_ascii_lowercase() + "\n").collect();
    if index != written {
        return Err("index was changed: it is not written as plimsoll writes it".to_owned());
    }
    Ok(format!("{} documents, root {}", index.lines().count(), &root[..16]))
}

/// Whether every check up to this phase holds or does not apply.
fn phase_holds(claims: &Claims, phase: Severity) -> Result<String, String> {
    let upto: Vec<_> = claims.verdicts.iter().filter(|(_, ended)| ended.severity <= phase).collect();
    let bad: Vec<_> =
        upto.iter().filter(|(_, ended)| !matches!(ended.verdict, Verdict::Holds | Verdict::NotApplicable)).collect();
    match bad.first() {
        None => Ok(format!("all {} checks hold", upto.len())),
        Some((id, ended)) => {
            Err(format!("{} of {} checks do not hold; {id} is {}", bad.len(), upto.len(), ended.verdict.name()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::key::Key;
    use crate::proof::sign;
    use crate::report::samples;

    /// A directory with three documents and their proof.
    fn proved(dir: &Path) -> Outcome {
        let documents = ["{\"kind\":\"run\"}", "{\"kind\":\"trial\",\"n\":1}", "{\"kind\":\"trial\",\"n\":2}"];
        let digests = documents.map(|document| hex::encode(Sha256::digest(document)));
        for (document, digest) in documents.iter().zip(&digests) {
            fs::write(dir.join(format!("{digest}.json")), document).unwrap();
        }
        fs::write(dir.join("index"), digests.join("\n") + "\n").unwrap();
        let mut outcome = samples::clean();
        outcome.run.evidence_root = evidence_root(digests.iter().map(String::as_str)).unwrap();
        let envelope = sign(&mut outcome, digests.len(), &Key::from_seed([7; 32])).unwrap();
        fs::write(dir.join(NAME), serde_json::to_string_pretty(&envelope).unwrap()).unwrap();
        outcome
    }

    fn failing(dir: &Path, outcome: &Outcome) -> Option<Check> {
        let verified = verify(dir, None, None, &|_| Ok(outcome.clone())).ok()?;
        verified.checks.into_iter().find(|check| !check.agrees)
    }

    #[test]
    fn what_was_signed_agrees() {
        let dir = tempfile::tempdir().unwrap();
        let outcome = proved(dir.path());
        let key = Key::from_seed([7; 32]).public();
        let verified = verify(dir.path(), Some(&key), None, &|_| Ok(outcome.clone())).unwrap();
        assert!(verified.agrees(), "{verified:?}");
        assert_eq!(verified.checks.len(), 3);
    }

    #[test]
    fn one_changed_byte_anywhere_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let outcome = proved(dir.path());
        let files: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 5);
        let mut tried = 0;
        for file in files {
            let bytes = fs::read(&file).unwrap();
            for at in 0..bytes.len() {
                let mut changed = bytes.clone();
                changed[at] ^= 0x20;
                fs::write(&file, &changed).unwrap();
                let refused = match verify(dir.path(), None, None, &|_| Ok(outcome.clone())) {
                    Ok(verified) => !verified.agrees(),
                    Err(_) => true,
                };
                // White space and the name of the key are no part of what is signed.
                let harmless = !refused && file.ends_with(NAME) && is_same_envelope(&bytes, &changed);
                assert!(refused || harmless, "{} byte {at}", file.display());
                tried += usize::from(refused);
            }
            fs::write(&file, &bytes).unwrap();
        }
        assert!(tried > 1000, "{tried}");
        assert!(failing(dir.path(), &outcome).is_none());
    }

    fn is_same_envelope(a: &[u8], b: &[u8]) -> bool {
        let read = |bytes: &[u8]| {
            let mut envelope: Envelope = serde_json::from_slice(bytes).unwrap();
            envelope.signatures.iter_mut().for_each(|signature| signature.keyid.clear());
            envelope
        };
        read(a) == read(b)
    }

    #[test]
    fn the_first_changed_document_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let outcome = proved(dir.path());
        let index = fs::read_to_string(dir.path().join("index")).unwrap();
        let second = index.lines().nth(1).unwrap();
        fs::write(dir.path().join(format!("{second}.json")), "{\"kind\":\"trial\",\"n\":3}").unwrap();
        let check = failing(dir.path(), &outcome).unwrap();
        assert_eq!((check.name.as_str(), check.words.contains(second)), ("evidence", true));
    }

    #[test]
    fn a_document_that_was_left_out_is_missed() {
        let dir = tempfile::tempdir().unwrap();
        let outcome = proved(dir.path());
        let index = fs::read_to_string(dir.path().join("index")).unwrap();
        let shorter: String = index.lines().skip(1).map(|line| format!("{line}\n")).collect();
        fs::write(dir.path().join("index"), shorter).unwrap();
        assert!(failing(dir.path(), &outcome).unwrap().words.starts_with("index was changed: its root"));
    }

    #[test]
    fn another_judgement_names_the_first_difference() {
        let dir = tempfile::tempdir().unwrap();
        proved(dir.path());
        let check = failing(dir.path(), &samples::fog()).unwrap();
        assert_eq!(check.name, "verdicts");
        assert_eq!(check.words, "AT01 was stated as holds, and is unproven");
    }

    #[test]
    fn another_key_is_not_trusted() {
        let dir = tempfile::tempdir().unwrap();
        let outcome = proved(dir.path());
        let other = Key::from_seed([8; 32]).public();
        let verified = verify(dir.path(), Some(&other), None, &|_| Ok(outcome.clone())).unwrap();
        assert!(!verified.agrees());
        assert_eq!(verified.checks.len(), 1, "nothing is built on a signature that does not fit");
    }

    #[test]
    fn a_phase_holds_only_with_every_check() {
        let dir = tempfile::tempdir().unwrap();
        let outcome = proved(dir.path());
        let verified = verify(dir.path(), None, Some(Severity::Blocks), &|_| Ok(outcome.clone())).unwrap();
        let last = verified.checks.last().unwrap();
        assert_eq!((last.name.as_str(), last.agrees), ("phase 1", false));
        assert_eq!(last.words, "3 of 18 checks do not hold; AT07 is unproven");
    }
}
