//! DE05: a scheduled job that stops is noticed.

use super::de03::says_wrong;
use super::outage::{self, Look};
use crate::checks::Check;
use crate::checks::say::{Untried, say};
use crate::error::Result;
use crate::evidence::{Document, Dossier};
use crate::sinks::{Arrival, HEARTBEAT, is_alert, takes_alerts};
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::World;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// The declaration.
pub const CHECK: Check = Check {
    id: "DE05",
    dimension: Dimension::Detection,
    severity: Severity::Prevents,
    title: "a scheduled job that stops is noticed",
    why: "Backups, invoices and clean-ups fail silently for months, because nothing happens when nothing happens.",
    how: "A job is stopped by the manifest's command; within twice its interval, or the stated time, the health page must say \
          so, an alert must arrive, or heartbeats that came before must stay away.",
    references: &["SOC 2 CC7.2", "SOC 2 A1.2"],
    fix: "Write the last success of each job where the health page reads it, with the longest silence allowed.",
    built: true,
};

/// What it is about.
const SUBJECT: &str = "scheduled jobs";
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(200);
/// Longest time that is waited for.
const WITHIN_MAX: Duration = Duration::from_secs(240);

/// A job that was stopped, and who noticed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stopped {
    /// Why none was.
    pub untried: Option<Untried>,
    /// The service was given the address of a receiver for alerts.
    pub given: bool,
    /// Seconds between two runs.
    pub every: u64,
    /// The health page before.
    pub before: Look,
    /// And the last time afterwards.
    pub after: Look,
    /// Alerts that arrived since.
    pub alerts: Vec<Arrival>,
    /// Heartbeats before, and since half of the time was over.
    pub beats: (usize, usize),
    /// Seconds that were waited.
    pub waited: u64,
}

impl Document for Stopped {
    const KIND: &'static str = "stopped_job";
}

/// Stops the job, waits twice its interval, and starts it again.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let told = world.manifest.instruments.jobs.clone();
    let (Some(stop), Some(start), Some(every)) = (told.stop, told.start, told.every) else {
        let why = Untried::not_told(
            "no job is told that can be stopped",
            "[jobs] stop = \"COMMAND\", start = \"COMMAND\", every = \"30s\"",
        );
        return world.store.add(&Stopped { untried: Some(why), ..Stopped::default() }).map(drop);
    };
    let within = told.within.unwrap_or(every * 2);
    let mut seen = Stopped { every: every.as_secs(), ..Stopped::default() };
    let given = outage::given(world);
    seen.given = given.iter().any(|sink| takes_alerts(sink));
    let health = outage::health(world).await;
    seen.before = health.as_ref().map(|(_, look)| look.clone()).unwrap_or_default();
    seen.beats.0 = world.sinks.since(0).iter().filter(|one| one.sink == HEARTBEAT).count();
    let mark = world.sinks.mark();
    let stopped = world.target.run_with(&stop, &[]).await;
    if WITHIN_MAX < within {
        seen.untried = Some(Untried::undecided("it may take longer to be noticed than this audit waits"));
    } else if !stopped.is_ok_and(|ended| ended.well) {
        seen.untried = Some(Untried::undecided("the command that stops it failed"));
    } else {
        let started = Instant::now();
        let mut half = None;
        while started.elapsed() < within {
            tokio::time::sleep(LOOK).await;
            if within / 2 <= started.elapsed() {
                half.get_or_insert_with(|| world.sinks.mark());
            }
            if let Some((_, look)) = outage::health(world).await {
                seen.after = look;
            }
            let alerted = world.sinks.since(mark).iter().any(|arrival| is_alert(&arrival.sink, &given));
            if alerted || says_wrong(&seen.after, &seen.before) {
                break;
            }
        }
        seen.waited = started.elapsed().as_secs();
        let late = world.sinks.since(half.unwrap_or(mark));
        seen.beats.1 = late.iter().filter(|arrival| arrival.sink == HEARTBEAT).count();
        let arrived = world.sinks.since(mark);
        seen.alerts =
            arrived.iter().filter(|one| is_alert(&one.sink, &given)).take(5).map(Arrival::shortened).collect();
    }
    if !world.target.run_with(&start, &[]).await.is_ok_and(|ended| ended.well) {
        world.note("the job that was stopped for DE05 could not be started again")?;
    }
    world.store.add(&seen).map(drop)
}

/// One finding.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Stopped)> = dossier.all();
    let Some((digest, seen)) = all.last() else { return Vec::new() };
    let about = say(&CHECK, SUBJECT, digest);
    if let Some(why) = &seen.untried {
        return vec![about.untried(why)];
    }
    let well = seen.before.is_well();
    vec![if well && says_wrong(&seen.after, &seen.before) {
        about.holds(format!("{} said so {} s after a job was stopped", seen.after.what, seen.waited))
    } else if let Some(alert) = seen.alerts.first() {
        about.holds(format!("an alert arrived {} s after a job was stopped: {}", seen.waited, alert.how))
    } else if 1 < seen.beats.0 && seen.beats.1 == 0 {
        about.holds("its heartbeats stayed away after it was stopped")
    } else if !seen.given {
        about.not_told(
            format!("the health page said nothing in {} s; an alert may have gone where nobody looked", seen.waited),
            "[target] env = { SLACK_WEBHOOK_URL = \"{sink.slack}\" }",
        )
    } else {
        let what = if seen.after.what.is_empty() { "no health page" } else { &seen.after.what };
        about.gap(format!(
            "a job was stopped for {} s (it runs every {} s); {what} says that all is well, and no alert came",
            seen.waited, seen.every
        ))
    }]
}
