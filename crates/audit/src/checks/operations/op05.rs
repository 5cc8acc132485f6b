//! OP05: restoring works, into a scratch place, and the restored service answers with the canaries.

use super::backup::BackedUp;
use super::op04::SUBJECT;
use crate::checks::Check;
use crate::checks::say::say;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity};
use std::collections::BTreeSet;

/// The declaration.
pub const CHECK: Check = Check {
    id: "OP05",
    dimension: Dimension::Operations,
    severity: Severity::Blocks,
    title: "restoring it works, into a scratch place, and the restored service answers with the canaries",
    why: "Nobody wants backups, everybody wants restores. The first try must not be on the worst day.",
    how: "Somebody has an object of each kind with canaries in it, files too, that a read has just shown him. A backup is \
          made and restored by the manifest's commands into a scratch place; the service that is started there must let him \
          in and show him the same, and nothing that was written after the backup.",
    references: &["GDPR Art. 32(1)(c)", "GDPR Art. 32(1)(d)", "SOC 2 A1.3"],
    fix: "Script the restore, run it every week, and look at what comes up.",
    built: true,
};

/// One finding.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, BackedUp)> = dossier.all();
    let Some((digest, seen)) = all.last() else { return Vec::new() };
    let about = say(&CHECK, SUBJECT, digest);
    let restored = &seen.restored;
    if let Some(failed) = &restored.failed {
        return vec![about.gap(failed.clone())];
    }
    if let Some(why) = seen.untried.as_ref().or(restored.untried.as_ref()) {
        return vec![about.untried(why)];
    }
    if restored.is_live {
        return vec![about.undecided("what is started shows what was written after the backup: it is the live data")];
    }
    let names = |there: bool| -> Vec<&str> {
        let names: BTreeSet<&str> =
            restored.shown.iter().filter(|(_, shown)| *shown == there).map(|(name, _)| name.as_str()).collect();
        names.into_iter().collect()
    };
    let (held, lost) = (names(true), names(false));
    vec![match (held.as_slice(), lost.as_slice()) {
        ([], []) => about.undecided("nothing was there to be known again"),
        (_, []) => about.holds(format!(
            "a fresh backup of {} bytes was restored and started; it shows {}",
            seen.bytes,
            held.join(", ")
        )),
        (_, lost) => about.gap(format!("the restored service does not show {}", lost.join(", "))),
    }]
}
