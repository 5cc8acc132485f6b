//! DE04: an outside monitor is seen asking, or a heartbeat arrives.

use super::outage;
use super::settings;
use crate::checks::Check;
use crate::checks::moments::moments;
use crate::checks::say::say;
use crate::error::Result;
use crate::evidence::{Document, Dossier};
use crate::sinks::HEARTBEAT;
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::World;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The declaration.
pub const CHECK: Check = Check {
    id: "DE04",
    dimension: Dimension::Detection,
    severity: Severity::Blocks,
    title: "an outside monitor is seen asking, or a heartbeat arrives",
    why: "A service cannot report its own death. Somebody outside must ask.",
    how: "The audit's receiver must get a heartbeat, or the manifest's command must show when the monitor last asked: \
          within twice the stated interval. A told 'none' is a gap at once.",
    references: &["SOC 2 A1.1", "SOC 2 CC7.2"],
    fix: "Point any outside monitor at the health page; it takes three minutes.",
    built: true,
};

/// What it is about.
const SUBJECT: &str = "the outside monitor";
/// How much longer than its interval a heartbeat may take; also how long one is waited for where none is told.
const WITHIN: Duration = Duration::from_secs(5);
/// Longest time that is waited for heartbeats.
const WAIT_MAX: Duration = Duration::from_secs(130);

/// What was seen of a monitor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The service was given the address of the receiver of heartbeats.
    pub given: bool,
    /// Seconds between two, as the manifest says.
    pub every: Option<u64>,
    /// How many heartbeats arrived.
    pub beats: usize,
    /// Milliseconds that the service was up and listened to.
    pub listened_ms: u64,
    /// Seconds since the monitor was last seen asking, or why nobody knows.
    pub seen: Option<LastSeen>,
}

/// Seconds, or one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastSeen {
    /// So many seconds ago.
    Ago(i64),
    /// Never.
    Not(String),
    /// What the command printed does not say.
    Unclear(String),
}

impl Document for Watched {
    const KIND: &'static str = "watched";
}

/// Looks what arrived, and when the monitor was last seen.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let told = world.manifest.instruments.monitor.clone();
    let given = outage::given(world).iter().any(|sink| sink == HEARTBEAT);
    let mut seen = Watched { given, every: told.every.map(|every| every.as_secs()), ..Watched::default() };
    if given {
        let most = told.every.map_or(WITHIN, |every| every * 2 + WITHIN).min(WAIT_MAX);
        // The walk itself has lasted already.
        let left = most.saturating_sub(world.up.elapsed());
        let arrived = world.sinks.wait(0, left, |arrival| arrival.sink == HEARTBEAT).await;
        seen.beats = arrived.iter().filter(|one| one.sink == HEARTBEAT).count();
        seen.listened_ms = u64::try_from(world.up.elapsed().as_millis()).unwrap_or(u64::MAX);
    }
    if let Some(command) = &told.seen {
        seen.seen = Some(match world.target.run_with(command, &[]).await {
            Ok(ended) if ended.well => match moments(&ended.text()).max() {
                Some(newest) => LastSeen::Ago(crate::walk::now().duration_since(newest).as_secs()),
                None if ended.text().trim().is_empty() => {
                    LastSeen::Not(format!("no monitor ever asked: `{command}` prints nothing"))
                }
                None => LastSeen::Unclear(format!("`{command}` prints no moment that could be read")),
            },
            Ok(ended) => LastSeen::Unclear(format!("`{command}` failed: {}", ended.last_words())),
            Err(trouble) => LastSeen::Unclear(format!("{}: {}", trouble.place, trouble.wrong)),
        });
    }
    world.store.add(&seen).map(drop)
}

/// One finding, and one for production's settings.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Watched)> = dossier.all();
    let Some((digest, seen)) = all.last() else { return Vec::new() };
    let mut findings = Vec::new();
    if let Some((digest, words)) = settings::lacking(dossier, |sink| sink == HEARTBEAT) {
        findings.push(say(&CHECK, "the outside monitor · production's setting", digest).gap(words));
    }
    let about = say(&CHECK, SUBJECT, digest);
    let (beats, seconds) = (seen.beats, seen.listened_ms / 1000);
    findings.push(match (&seen.seen, seen.every) {
        (Some(LastSeen::Ago(ago)), Some(every)) => match *ago <= i64::try_from(every).unwrap_or(i64::MAX).saturating_mul(2) {
            true => about.holds(format!("a monitor was seen asking {ago} s ago")),
            false => about.gap(format!("the monitor was last seen {ago} s ago, and should ask every {every} s")),
        },
        (Some(LastSeen::Ago(_)), None) => {
            about.not_told("a monitor was seen; how often it should ask is not told", "[monitor] every = \"1m\"")
        }
        (Some(LastSeen::Not(why)), _) => about.gap(why.clone()),
        (Some(LastSeen::Unclear(why)), _) => about.undecided(why.clone()),
        (None, _) if !seen.given => about.not_told(
            "nobody knows whether anybody watches from outside",
            "[target] env = { HEARTBEAT_URL = \"{sink.heartbeat}\" }; [monitor] seen = \"COMMAND\"; or at = \"none\"",
        ),
        (None, _) if 0 < beats => about.holds(format!("{beats} heartbeats arrived in {seconds} s")),
        (None, Some(every)) if seconds < every.saturating_mul(2) => about.undecided(format!(
            "no heartbeat arrived in {seconds} s; one should every {every} s, and twice that is longer than this audit waits"
        )),
        (None, Some(every)) => about.gap(format!("no heartbeat arrived in {seconds} s, and one should every {every} s")),
        (None, None) => about.not_told(
            format!("no heartbeat arrived in {seconds} s; how often one should is not told"),
            "[monitor] every = \"1m\"",
        ),
    });
    findings
}
