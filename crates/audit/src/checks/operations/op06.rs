//! OP06: a damaged backup is refused, naming what is wrong, with the live data untouched.

use super::backup::BackedUp;
use super::op04::SUBJECT;
use crate::checks::Check;
use crate::checks::say::say;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "OP06",
    dimension: Dimension::Operations,
    severity: Severity::Prevents,
    title: "a damaged backup is refused, naming what is wrong, with the live data untouched",
    why: "A restore that half works over the live data turns one loss into two.",
    how: "Of copies of a backup that restores well, one has a byte changed in the middle of its biggest file, one that file \
          cut in half, one that file empty. Restoring each must end with an error and say something, and the live service \
          must show what it showed before.",
    references: &["SOC 2 A1.3", "ASVS 5.0 16.5.3", "CWE-354"],
    fix: "Write a manifest of digests into the backup, check it first, and restore beside, not over.",
    built: true,
};

/// One finding.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, BackedUp)> = dossier.all();
    let Some((digest, seen)) = all.last() else { return Vec::new() };
    let about = say(&CHECK, SUBJECT, digest);
    if let Some(why) = &seen.untried {
        return vec![about.untried(why)];
    }
    if !seen.restored.well {
        return vec![match &seen.restored.untried {
            Some(why) => about.untried(why),
            None => about.waits_for_gap("a backup that is whole is not restored either"),
        }];
    }
    let tried = || seen.damaged.iter().filter(|one| one.untried.is_none());
    vec![if let Some(believed) = tried().find(|one| one.well) {
        about.gap(format!("a backup of which {} is restored without a word", believed.how))
    } else if let Some(lost) = seen.live_lost.first() {
        about.gap(format!("after damaged backups were refused, the live service does not show {lost} any more"))
    } else if let Some(one) = seen.damaged.iter().find_map(|one| one.untried.as_ref()) {
        about.undecided(format!("no damaged copy could be tried: {one}"))
    } else if let Some(silent) = tried().find(|one| one.words.is_empty()) {
        about.suspected(format!("a backup of which {} is refused, and nothing says why", silent.how))
    } else {
        match tried().next() {
            Some(first) => about.holds(format!("{} damaged copies were refused: “{}”", tried().count(), first.words)),
            None => about.undecided("no damaged copy was tried"),
        }
    }]
}
