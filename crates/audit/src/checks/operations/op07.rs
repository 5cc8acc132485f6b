//! OP07: backups are encrypted.

use super::backup::BackedUp;
use super::op04::SUBJECT;
use crate::checks::Check;
use crate::checks::say::say;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity};

/// The declaration.
pub const CHECK: Check = Check {
    id: "OP07",
    dimension: Dimension::Operations,
    severity: Severity::Prevents,
    title: "backups are encrypted",
    why: "A backup holds everything, and lies where fewer people look.",
    how: "Planted canaries are searched in the bytes of a backup, unpacked too, in plain text, hex, base64 and UTF-16; and no \
          file of it may be a database or a dump that anybody can open. That the canaries are in it at all is shown by \
          restoring it.",
    references: &["GDPR Art. 32(1)(a)", "ASVS 5.0 14.2.4", "CWE-311"],
    fix: "Encrypt before it leaves the machine, to a key that is not on it.",
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
    let clear = &seen.clear;
    let in_it = seen.restored.shown.iter().any(|(_, shown)| *shown);
    vec![if let Some(canary) = clear.canaries.first() {
        about.gap(format!("anybody can read it: {canary}"))
    } else if let Some(open) = clear.open.first() {
        about.gap(format!("anybody can open it: {open}"))
    } else if seen.bytes == 0 {
        about.waits_for_gap("there is nothing to be read")
    } else if let Some(packed) = clear.packed.first() {
        about.undecided(format!("{packed}, and what is in it was not looked at"))
    } else if !in_it {
        match &seen.restored.untried {
            Some(why) => about.untried(why),
            None => about.waits_for_gap("nothing readable is in it; that anything is in it at all is not shown"),
        }
    } else {
        about.holds(format!("nothing that it restores can be read in its {} bytes", seen.bytes))
    }]
}
