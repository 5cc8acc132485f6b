//! The catalogue of checks: one file a check, each with a probe that gathers evidence and a judge that is a pure
//! function of it. A check that this version does not have stands in `unbuilt`, so that no sum leaves it out.

pub mod audit_trail;
pub mod authorization;
pub mod detection;
mod expiry;
mod moments;
pub mod operations;
pub mod promises;
mod say;
mod told;
mod unbuilt;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::error::Result;
use crate::evidence::{Dossier, Lost};
use crate::verdict::{Cause, Dimension, Finding, Severity, Verdict};
use crate::walk::World;

/// The checks that have a file of their own. Adding one touches that file and this list.
const BUILT: &[Check] = &[
    authorization::az01::CHECK,
    authorization::az02::CHECK,
    authorization::az03::CHECK,
    authorization::az04::CHECK,
    authorization::az05::CHECK,
    authorization::az06::CHECK,
    authorization::az07::CHECK,
    authorization::az08::CHECK,
    authorization::az09::CHECK,
    authorization::az10::CHECK,
    authorization::az11::CHECK,
    authorization::az12::CHECK,
    authorization::az13::CHECK,
    authorization::az14::CHECK,
    authorization::az15::CHECK,
    authorization::az16::CHECK,
    authorization::az17::CHECK,
    authorization::az18::CHECK,
    authorization::az19::CHECK,
    authorization::az20::CHECK,
    authorization::az21::CHECK,
    authorization::az22::CHECK,
    audit_trail::at01::CHECK,
    audit_trail::at02::CHECK,
    audit_trail::at03::CHECK,
    audit_trail::at04::CHECK,
    promises::pr01::CHECK,
    promises::pr02::CHECK,
    promises::pr03::CHECK,
    promises::pr04::CHECK,
    promises::pr05::CHECK,
    promises::pr06::CHECK,
    promises::pr09::CHECK,
    detection::de01::CHECK,
    detection::de02::CHECK,
    detection::de03::CHECK,
    detection::de04::CHECK,
    detection::de05::CHECK,
    detection::de08::CHECK,
    operations::op01::CHECK,
    operations::op03::CHECK,
    operations::op04::CHECK,
    operations::op05::CHECK,
    operations::op06::CHECK,
    operations::op07::CHECK,
    operations::op08::CHECK,
    operations::op13::CHECK,
    operations::op14::CHECK,
];

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

/// Every check there is, built or not, in the order of the passes and then by id.
pub fn all() -> &'static [Check] {
    static ALL: LazyLock<Vec<Check>> = LazyLock::new(|| {
        let unbuilt = unbuilt::TABLES.into_iter().flatten();
        let unbuilt = unbuilt.filter(|check| BUILT.iter().all(|built| built.id != check.id));
        let mut all: Vec<Check> = BUILT.iter().chain(unbuilt).copied().collect();
        all.sort_by_key(|check| (check.dimension, check.id));
        all
    });
    &ALL
}

/// Gathers the evidence of one pass, beside that of the walk itself.
///
/// # Errors
/// When the evidence cannot be written.
pub async fn probe(world: &mut World<'_>, pass: Dimension) -> Result<()> {
    // What came before may have ended sessions, as is its business.
    for at in 0..world.actors.len() {
        if !world.actors[at].fact.throw_away {
            world.revive(Some(at)).await;
        }
    }
    told::probe(world, pass)?;
    match pass {
        Dimension::AuditTrail => audit_trail::probe(world).await,
        Dimension::Promises => promises::probe(world).await,
        Dimension::Detection => detection::probe(world).await,
        Dimension::Operations => operations::probe(world).await,
        Dimension::Authorization => authorization::probe(world).await,
    }
}

/// What locks accounts and uses up limits: it comes last, for what it locks stays locked.
///
/// # Errors
/// When the evidence cannot be written.
pub async fn probe_last(world: &mut World<'_>, passes: &BTreeSet<Dimension>) -> Result<()> {
    // From here on a 429 is an answer and not a reason to wait.
    world.client.stop_pausing();
    if passes.contains(&Dimension::Authorization) {
        authorization::probe_last(world).await?;
    }
    if passes.contains(&Dimension::Operations) {
        operations::probe_last(world).await?;
    }
    Ok(())
}

/// What all built checks say of the evidence. In a pass in which the service was lost nothing holds but what cells show.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let mut findings = judge_all(dossier);
    let lost: BTreeSet<Dimension> = dossier.all::<Lost>().into_iter().map(|(_, lost)| lost.dimension).collect();
    let is_lost = |finding: &Finding| find(&finding.check).is_some_and(|check| lost.contains(&check.dimension));
    for finding in &mut findings {
        if finding.verdict == Verdict::Holds && finding.cell.is_none() && is_lost(finding) {
            finding.verdict = Verdict::Unproven;
            finding.cause = Some(Cause::Undecided);
            finding.words =
                format!("the service died while this was looked at, so that it shows little: {}", finding.words);
        }
    }
    findings
}

fn judge_all(dossier: &Dossier) -> Vec<Finding> {
    let walked = authorization::judge(dossier);
    [
        authorization::az03::judge(dossier, &walked),
        walked,
        authorization::az05::judge(dossier),
        authorization::az06::judge(dossier),
        authorization::az07::judge(dossier),
        authorization::az08::judge(dossier),
        authorization::az09::judge(dossier),
        authorization::az12::judge(dossier),
        authorization::az13::judge(dossier),
        authorization::az14::judge(dossier),
        authorization::az15::judge(dossier),
        authorization::az16::judge(dossier),
        authorization::az17::judge(dossier),
        authorization::az18::judge(dossier),
        authorization::az19::judge(dossier),
        authorization::az20::judge(dossier),
        authorization::az21::judge(dossier),
        authorization::az22::judge(dossier),
        audit_trail::judge(dossier),
        promises::judge(dossier),
        detection::judge(dossier),
        operations::judge(dossier),
        told::judge(dossier),
    ]
    .concat()
}

/// The check with this id, in any case: `az02`.
pub fn find(id: &str) -> Option<&'static Check> {
    all().iter().find(|check| check.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids run without a hole in each dimension, and each is accounted for exactly once.
    #[test]
    fn all_seventy_one_are_accounted_for() {
        let expected: Vec<String> = [("AZ", 22), ("AT", 12), ("PR", 10), ("DE", 10), ("OP", 17)]
            .into_iter()
            .flat_map(|(prefix, last)| (1..=last).map(move |n| format!("{prefix}{n:02}")))
            .collect();
        let found: Vec<&str> = all().iter().map(|check| check.id).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_id_belongs_to_the_dimension_of_its_prefix() {
        for check in all() {
            let prefix = match check.dimension {
                Dimension::Authorization => "AZ",
                Dimension::AuditTrail => "AT",
                Dimension::Promises => "PR",
                Dimension::Detection => "DE",
                Dimension::Operations => "OP",
            };
            assert!(check.id.starts_with(prefix), "{} stands in {:?}", check.id, check.dimension);
        }
    }

    /// What `explain` prints is written for every check: sentences that end, titles that do not, references that
    /// name a standard we know the spelling of.
    #[test]
    fn every_check_explains_itself() {
        let standards = ["OWASP API", "ASVS 5.0 ", "CWE-", "RFC ", "GDPR Art. ", "SOC 2 ", "Directive ", "SARIF "];
        for check in all() {
            for (field, text) in [("why", check.why), ("how", check.how), ("fix", check.fix)] {
                assert!(text.len() > 40 && text.ends_with('.'), "{}: {field}: {text}", check.id);
                assert!(!text.contains("  "), "{}: {field} holds a double space: {text}", check.id);
            }
            assert!(!check.title.is_empty() && !check.title.ends_with('.'), "{}", check.id);
            assert!(!check.references.is_empty(), "{} names no reference", check.id);
            for reference in check.references {
                assert!(standards.iter().any(|s| reference.starts_with(s)), "{}: {reference}", check.id);
            }
        }
    }

    #[test]
    fn what_is_built_has_left_the_table_of_what_is_not() {
        for built in BUILT {
            assert!(built.built, "{} stands among the built checks and says it is not", built.id);
            let twice = unbuilt::TABLES.into_iter().flatten().any(|check| check.id == built.id);
            assert!(!twice, "{} has a file of its own: take it out of checks/unbuilt", built.id);
        }
    }

    #[test]
    fn a_check_is_found_in_any_case() {
        assert_eq!(find("az02").map(|check| check.id), Some("AZ02"));
        assert!(find("AZ99").is_none());
    }
}
