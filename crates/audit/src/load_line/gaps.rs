//! Gaps: one for each check and subject, however many findings show it, with an id that stays the same over runs.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::{Facts, Waiver};
use crate::checks::Check;
use crate::verdict::{Finding, Gap, Verdict};

/// Checks that cannot hold while another is open on the same subject: (the one that waits, the one it waits for).
const FOLLOWS: [(&str, &str); 4] = [("PR02", "PR01"), ("PR03", "PR01"), ("OP02", "OP01"), ("OP05", "OP04")];

/// Hex digits of the subject's hash in an id, where they suffice to tell the subjects of the check apart.
const DIGITS: usize = 4;

/// The gaps that the findings show, by phase, check and subject. The findings are expected in their order.
pub(super) fn gaps(declared: &[Check], facts: &Facts, findings: &[Finding]) -> Vec<Gap> {
    let mut subjects: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for finding in findings {
        subjects.entry(&finding.check).or_default().insert(&finding.subject);
    }
    let mut shown: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.verdict == Verdict::Gap) {
        shown.entry((&finding.check, &finding.subject)).or_default().push(finding);
    }
    let mut gaps: Vec<Gap> = shown
        .into_iter()
        .filter_map(|((check, subject), findings)| {
            let id = id(check, subject, &subjects[check]);
            Some(Gap {
                severity: declared.iter().find(|known| known.id == check)?.severity,
                waived: waived(&facts.waivers, &facts.run.started_at, &id, check, subject),
                id,
                check: check.to_owned(),
                subject: subject.to_owned(),
                words: findings.first()?.words.clone(),
                waits_for: None,
                findings: findings.into_iter().cloned().collect(),
            })
        })
        .collect();
    let causes: BTreeMap<(String, String), String> =
        gaps.iter().map(|gap| ((gap.check.clone(), gap.subject.clone()), gap.id.clone())).collect();
    for gap in &mut gaps {
        let cause = FOLLOWS.iter().find(|(waiting, _)| *waiting == gap.check).map(|(_, cause)| *cause);
        gap.waits_for = cause.and_then(|cause| causes.get(&(cause.to_owned(), gap.subject.clone())).cloned());
    }
    let place = |gap: &Gap| declared.iter().position(|check| check.id == gap.check);
    gaps.sort_by(|a, b| (a.severity, place(a), &a.subject).cmp(&(b.severity, place(b), &b.subject)));
    gaps
}

/// `AZ02-5c1e`. More digits only where another subject of the same check, open or not, begins with the same ones: so
/// the id of a gap does not change when its neighbour is closed.
fn id(check: &str, subject: &str, subjects: &BTreeSet<&str>) -> String {
    let own = digest(subject);
    let shared = subjects
        .iter()
        .filter(|other| **other != subject)
        .map(|other| own.bytes().zip(digest(other).bytes()).take_while(|(a, b)| a == b).count())
        .max()
        .unwrap_or(0);
    let digits = DIGITS.max(shared + 1).min(own.len());
    format!("{check}-{}", &own[..digits])
}

fn digest(subject: &str) -> String {
    hex::encode(Sha256::digest(subject.as_bytes()))
}

/// Owner and last day of the waiver that covers the gap on the day of the run.
fn waived(waivers: &[Waiver], started_at: &str, id: &str, check: &str, subject: &str) -> Option<String> {
    let day = started_at.get(..10).unwrap_or(started_at);
    let named = format!("{check} {subject}");
    let waiver = waivers.iter().find(|waiver| (waiver.gap == id || waiver.gap == named) && day <= &*waiver.until)?;
    Some(format!("{} until {}", waiver.owner, waiver.until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_only_where_they_collide() {
        // Found by search: both hashes begin with the same four digits.
        let (a, b) = colliding();
        let alone = BTreeSet::from([a.as_str()]);
        let both = BTreeSet::from([a.as_str(), b.as_str()]);
        assert_eq!(id("AZ02", &a, &alone).len(), "AZ02-".len() + 4);
        assert_ne!(id("AZ02", &a, &both), id("AZ02", &b, &both));
        assert!(id("AZ02", &a, &both).starts_with(&id("AZ02", &a, &alone)));
    }

    fn colliding() -> (String, String) {
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for number in 0.. {
            let subject = format!("GET /things/{number}");
            if let Some(other) = seen.insert(digest(&subject)[..4].to_owned(), subject.clone()) {
                return (other, subject);
            }
        }
        unreachable!("sixteen bits collide")
    }

    #[test]
    fn a_waiver_ends_with_its_last_day() {
        let waiver = Waiver {
            gap: "AZ20 POST /signup".to_owned(),
            owner: "jonas".to_owned(),
            reason: "invitation only".to_owned(),
            until: "2026-11-22".to_owned(),
        };
        let on = |day: &str| waived(std::slice::from_ref(&waiver), day, "AZ20-0000", "AZ20", "POST /signup");
        assert_eq!(on("2026-11-22T23:59:59Z").as_deref(), Some("jonas until 2026-11-22"));
        assert_eq!(on("2026-11-23T00:00:00Z"), None);
    }
}
