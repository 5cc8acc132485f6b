//! What the manifest says there is none of: a gap at once, with the line as evidence and without any probing. A check
//! need not be built for it: that there is nothing to check is known all the same.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::evidence::{Document, Dossier};
use crate::manifest::Told;
use crate::verdict::{Dimension, Finding, Strength, Verdict};
use crate::walk::World;

/// A key of the manifest, the check whose subject it names, what that subject is called, and the pass it belongs to.
/// What follows from a missing backup has its subject, so that it waits for it.
const TOLD: [(&str, &str, &str, Dimension); 8] = [
    ("promises.policy", "PR01", "the privacy policy", Dimension::Promises),
    ("errors.to", "DE01", "errors", Dimension::Detection),
    ("alerts.to", "DE02", "alerts", Dimension::Detection),
    ("monitor.at", "DE04", "the outside monitor", Dimension::Detection),
    ("backup.make", "OP04", "the backup", Dimension::Operations),
    ("backup.restore", "OP05", "the backup", Dimension::Operations),
    ("tests.run", "OP09", "the tests", Dimension::Operations),
    ("scans.sarif", "OP16", "the scans", Dimension::Operations),
];

/// A told `none`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ToldNone {
    /// `DE02`.
    pub check: String,
    /// `alerts`.
    pub subject: String,
    /// `plimsoll.toml:41`.
    pub place: String,
    /// `alerts.to`.
    pub key: String,
}

impl Document for ToldNone {
    const KIND: &'static str = "told_none";
}

/// Writes down what the manifest says there is none of, as far as it belongs to a pass.
pub(super) fn probe(world: &World<'_>, pass: Dimension) -> Result<()> {
    for (key, check, subject, _) in TOLD.into_iter().filter(|(.., dimension)| *dimension == pass) {
        let told = match key {
            "promises.policy" => Some(&world.manifest.promises.policy),
            _ => world.manifest.told.get(key),
        };
        if told == Some(&Told::None) {
            let place = world.manifest.place(key);
            world.store.add(&ToldNone { check: check.into(), subject: subject.into(), place, key: key.into() })?;
        }
    }
    Ok(())
}

/// A gap for each.
pub(super) fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, ToldNone)> = dossier.all();
    let findings = all.into_iter().map(|(digest, told)| Finding {
        check: told.check,
        subject: told.subject,
        cell: None,
        verdict: Verdict::Gap,
        cause: None,
        strength: Strength::Fact,
        words: format!("there is none: {} says {} = \"none\"", told.place, told.key),
        answer: None,
        evidence: vec![digest.to_owned()],
        exhibits: Vec::new(),
    });
    findings.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks;

    #[test]
    fn each_belongs_to_the_pass_of_its_check() {
        for (key, check, _, dimension) in TOLD {
            assert_eq!(checks::find(check).map(|check| check.dimension), Some(dimension), "{key}");
        }
    }
}
