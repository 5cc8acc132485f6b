//! AZ17: a file is reachable by its URL without authorization.

use super::super::Check;
use super::exhibits::{exhibit, person};
use crate::evidence::{ANONYMOUS, ActorFact, Document, Dossier, Exchange, Form, Reading, Run, Trial};
use crate::verdict::{Cause, Dimension, Finding, Severity, Strength, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ17",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "file reachable by its URL without authorisation",
    why: "The record is protected, and the file behind it lies in a public bucket. Addresses leak by referrers, \
          histories and forwarded mails.",
    how: "A file with a canary in its bytes is stored by its owner; its address is asked for by anonymous and by \
          another tenant. The life of a signed address is not waited for by this version: such a file is unproven.",
    references: &["OWASP API1:2023", "ASVS 5.0 8.2.2", "ASVS 5.0 8.3.1", "CWE-425", "CWE-862"],
    fix: "Serve files through the action that checks, or by addresses signed for minutes; keep the bucket closed.",
    built: true,
};

/// What the findings are about, where no action is meant.
const SUBJECT: &str = "the service";

/// A file behind an address that an answer named, and who got it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// The action whose answer named it.
    pub action: String,
    /// The field that holds the address.
    pub field: String,
    /// The address carries a signature or an end of its life.
    pub signed: bool,
    /// Whose it is.
    pub owner: ActorFact,
    /// Who asked, and what came back.
    pub attempts: Vec<(ActorFact, Exchange)>,
    /// The owner's own request afterwards.
    pub control: Exchange,
}

impl Document for File {
    const KIND: &'static str = "file";
}

/// Whether an address carries what makes it a key of its own for a while.
pub fn signed(address: &str) -> bool {
    const WORDS: &[&str] =
        &["signature", "sig", "expires", "exp", "x-amz-signature", "x-goog-signature", "se", "token", "hmac"];
    let query = address.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| WORDS.contains(&name.to_lowercase().as_str()))
}

/// A finding for each action that names a file, and for each that gives one.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let mut found: BTreeMap<String, Finding> = BTreeMap::new();
    let files: Vec<(&str, File)> = dossier.all();
    for (digest, file) in &files {
        worse(&mut found, of_file(&run, digest, file));
    }
    let trials: Vec<(&str, Trial)> = dossier.all();
    for (digest, trial) in trials.iter().filter(|(_, trial)| gives_a_file(trial)) {
        worse(&mut found, of_trial(digest, trial));
    }
    if let (true, Some((digest, _))) = (found.is_empty(), dossier.all::<Run>().last()) {
        let words = "no action gives a file, and no answer names one".to_owned();
        return vec![finding(digest, SUBJECT, Verdict::NotApplicable, words)];
    }
    found.into_values().collect()
}

fn of_file(run: &Run, digest: &str, file: &File) -> Finding {
    let got = |exchange: &Exchange| {
        exchange.reading == Reading::Success && exchange.sightings.iter().any(|one| one.owner == file.owner.name)
    };
    if let Some((actor, exchange)) = file.attempts.iter().find(|(_, exchange)| got(exchange)) {
        let who = if actor.name == ANONYMOUS { "whoever knows the address".to_owned() } else { person(actor) };
        let words = format!("{who} gets {}'s file by its address alone (named in {})", person(&file.owner), file.field);
        if file.signed {
            let words = format!("{words}; the address is signed, and how long it lives was not waited for");
            return Finding {
                cause: Some(Cause::Undecided),
                ..finding(digest, &file.action, Verdict::Unproven, words)
            };
        }
        let shown = exhibit(run, "other", actor, exchange, "the owner's bytes");
        return Finding { exhibits: vec![shown], ..finding(digest, &file.action, Verdict::Gap, words) };
    }
    if file.control.reading != Reading::Success {
        let words = "the owner's own request failed afterwards, so a refusal means nothing".to_owned();
        return Finding { cause: Some(Cause::Undecided), ..finding(digest, &file.action, Verdict::Unproven, words) };
    }
    let words = format!("its file (named in {}) is given to nobody else", file.field);
    finding(digest, &file.action, Verdict::Holds, words)
}

/// A read that answers its owner with something that is neither data nor a page.
fn gives_a_file(trial: &Trial) -> bool {
    let Some(control) = trial.control.as_ref().filter(|one| one.reading == Reading::Success) else { return false };
    let kind = control.headers.get("content-type").map(|kind| kind.to_lowercase()).unwrap_or_default();
    let data = ["json", "html", "xml", "csv", "event-stream"].iter().any(|word| kind.contains(word));
    trial.form == Form::Read && !kind.is_empty() && !data && 0 < control.bytes
}

/// What strangers got of it. Where they got it, the action itself is open, and the other checks say so.
fn of_trial(digest: &str, trial: &Trial) -> Finding {
    let strangers = trial.attempts.iter().filter(|one| matches!(one.relation.as_str(), "anonymous" | "other tenant"));
    let served = strangers.clone().any(|one| one.exchanges.iter().any(|exchange| exchange.reading == Reading::Success));
    let refused = strangers.clone().all(|one| one.alive && one.exchanges.iter().all(|e| e.reading == Reading::Refusal));
    let (verdict, cause, words) = if served {
        let words = "the action itself answers strangers: AZ01 and AZ02 say whether it may".to_owned();
        (Verdict::Unproven, Some(Cause::WaitsForGap), words)
    } else if refused && strangers.count() != 0 {
        (Verdict::Holds, None, "its file is given to nobody else".to_owned())
    } else {
        (Verdict::Unproven, Some(Cause::Undecided), "nobody was refused it for certain".to_owned())
    };
    Finding { cause, ..finding(digest, &trial.action, verdict, words) }
}

fn worse(found: &mut BTreeMap<String, Finding>, new: Finding) {
    let rank = |finding: &Finding| match finding.verdict {
        Verdict::Gap => 0,
        Verdict::Unproven => 1,
        _ => 2,
    };
    match found.get_mut(&new.subject) {
        Some(known) if rank(known) <= rank(&new) => known.evidence.extend(new.evidence),
        _ => drop(found.insert(new.subject.clone(), new)),
    }
}

fn finding(digest: &str, subject: &str, verdict: Verdict, words: String) -> Finding {
    Finding {
        check: CHECK.id.to_owned(),
        subject: subject.to_owned(),
        cell: None,
        verdict,
        cause: None,
        strength: Strength::Wall,
        words,
        answer: None,
        evidence: vec![digest.to_owned()],
        exhibits: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn signatures_stand_in_the_query() {
        assert!(signed("/f/a.pdf?X-Amz-Signature=00&X-Amz-Expires=60") && signed("/f?exp=1&sig=2"));
        assert!(!signed("/files/token/signature.pdf") && !signed("/f?name=expires"));
    }

    proptest! {
        #[test]
        fn any_address_is_signed_or_not(address in ".*") {
            signed(&address);
        }
    }
}
