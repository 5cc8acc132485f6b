//! DE01: a provoked error reaches the error tracker, without secrets or personal data.

use super::outage::Outage;
use super::provoked::{self, Provocation};
use super::{exposure, outage, settings};
use crate::checks::Check;
use crate::checks::say::{Say, say};
use crate::error::Result;
use crate::evidence::Dossier;
use crate::sinks::{Arrival, SENTRY};
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::World;
use std::time::Duration;

/// The declaration.
pub const CHECK: Check = Check {
    id: "DE01",
    dimension: Dimension::Detection,
    severity: Severity::Blocks,
    title: "a provoked error reaches the error tracker, without secrets or personal data",
    why: "Users do not report errors, they leave. A tracker whose key is not set looks the same as one with \
          nothing to report.",
    how: "An error is provoked, by the manifest's line or by taking the database away, while the tracker's address \
          points at the audit's receiver. The event must arrive, and hold no secret, no mail address of whoever sent the \
          request and nothing that he wrote. A setting that production lacks is a gap by its name alone.",
    references: &["ASVS 5.0 16.3.4", "ASVS 5.0 16.5.4", "ASVS 5.0 16.2.5", "SOC 2 CC7.2"],
    fix: "Set the key in every environment, refuse to start without it in production, and filter bodies and \
          headers before sending.",
    built: true,
};

/// What it is about.
const SUBJECT: &str = "errors";
/// How long an event may take, where the manifest does not say.
const WITHIN: Duration = Duration::from_secs(10);

/// Provokes an error where the manifest says how.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let told = world.manifest.instruments.errors.clone();
    let Some(step) = told.provoke else { return Ok(()) };
    let mut seen = Provocation { what: SUBJECT.into(), given: outage::given(world), ..Provocation::default() };
    let mark = world.sinks.mark();
    let canary = provoked::cause(world, &step, &mut seen).await;
    let arrived = world.sinks.wait(mark, told.within.unwrap_or(WITHIN), Arrival::is_error_event).await;
    seen.tracked = arrived.iter().any(Arrival::is_error_event);
    let at = provoked::doer(world, &step);
    seen.exposed = at.map(|at| exposure::in_events(world, &arrived, at, canary)).unwrap_or_default();
    seen.arrivals = arrived.iter().take(20).map(Arrival::shortened).collect();
    world.store.add(&seen).map(drop)
}

/// One finding for this environment, and one for production's settings.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    if let Some((digest, words)) = settings::lacking(dossier, settings::of_tracker) {
        findings.push(say(&CHECK, "errors · production's setting", digest).gap(words));
    }
    let provoked: Vec<(&str, Provocation)> = dossier.all();
    let outages: Vec<(&str, Outage)> = dossier.all();
    if let Some((digest, seen)) = provoked.iter().find(|(_, seen)| seen.what == SUBJECT) {
        let say = say(&CHECK, SUBJECT, digest);
        findings.push(match &seen.untried {
            Some(why) => say.untried(why),
            None => arrived(say, &seen.given, seen.tracked, &seen.exposed, &seen.how),
        });
    } else if let Some((digest, seen)) = outages.last() {
        // A 503 may be said on purpose, by what knows that the database is away: that is no error that nobody foresaw.
        let failed = seen.needs.iter().find(|(_, during)| 500 <= during.status && during.status != 503);
        let say = say(&CHECK, SUBJECT, digest);
        findings.push(match failed {
            Some((_, failed)) => {
                let how = format!("{} answered {} while the database was away", failed.what, failed.status);
                arrived(say, &seen.given, seen.tracked, &seen.exposed, &how)
            }
            None if seen.tracked => arrived(say, &seen.given, true, &seen.exposed, "the database was away"),
            None => say.not_told("no error could be provoked", "[errors] provoke = \"POST /PATH, or a COMMAND\""),
        });
    }
    findings
}

fn arrived(say: Say<'_>, given: &[String], tracked: bool, exposed: &[String], how: &str) -> Finding {
    if !given.iter().any(|sink| sink == SENTRY) {
        let line = "[target] env = { SENTRY_DSN = \"{sink.sentry}\" }; or [errors] to = \"none\"";
        return say.not_told("the service was not given the receiver's address", line);
    }
    match (tracked, exposed) {
        (false, _) => say.gap(format!("{how}, and no event reached the error tracker")),
        (true, []) => say.holds(format!("{how}, and an event reached the error tracker, with nothing secret in it")),
        (true, some) => say.gap(format!("the event for the error tracker holds {}", some.join(", "))),
    }
}
