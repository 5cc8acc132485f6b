//! OP08: a runbook exists, covers each alert, its commands run, and it was drilled lately.

mod judge;
mod parts;

pub use judge::judge;

use crate::checks::Check;
use crate::checks::detection::{doer, links_in, send};
use crate::checks::moments::moments;
use crate::checks::say::Untried;
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Document, Reading};
use crate::sinks::{Arrival, SMTP, takes_alerts};
use crate::verdict::{Dimension, Severity};
use crate::walk::{Call, World};
use parts::{fragment, is_about, over, title};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The declaration.
pub const CHECK: Check = Check {
    id: "OP08",
    dimension: Dimension::Operations,
    severity: Severity::Prevents,
    title: "a runbook exists, covers each alert, its commands run, and it was drilled lately",
    why: "At two in the morning nobody remembers how it was meant. A runbook that was never tried sends whoever is awake \
          the wrong way.",
    how: "Every alert that arrived at the audit's receivers must lead to a part of the runbook: by a link in it that is \
          followed and answers with words about that alert, and not with the same as for any other address; or by a \
          heading of the runbook that the manifest names. The manifest's commands try what stands there, and print when \
          it was last drilled: not longer ago than 90 days, or what it says.",
    references: &["SOC 2 CC7.4", "SOC 2 CC7.5", "ASVS 5.0 16.4.3"],
    fix: "Name each alert, write a page of the same name, and put the page's address into the alert; run its commands in a \
          test, and drill it on a fixed day.",
    built: true,
};

/// How long an alert may take, where the manifest does not say.
const WITHIN: Duration = Duration::from_secs(30);
/// Most alerts that are followed.
const ALERTS_MAX: usize = 40;
/// People who follow a link, after nobody.
const WHO_MAX: usize = 3;

/// What the runbook was seen to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::checks) struct Runbook {
    /// Why no alert could be followed.
    pub untried: Option<Untried>,
    /// Every kind of alert.
    pub alerts: Vec<Followed>,
    /// Whether its commands ran, and their last words.
    pub commands: Option<(bool, String)>,
    /// When it was last drilled.
    pub drilled: Option<Drilled>,
    /// How many days that may be.
    pub days_max: i64,
}

/// Where an alert leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::checks) struct Followed {
    /// The beginning of what it says.
    pub title: String,
    /// Where.
    pub leads: Leads,
}

/// Where an alert leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::checks) enum Leads {
    /// To a part of the runbook: `/runbook/disk`.
    There(String),
    /// Nowhere, in one sentence.
    Nowhere(String),
    /// Away from the service that is walked.
    Away(String),
}

/// When a runbook was last drilled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::checks) enum Drilled {
    /// So many days ago.
    Days(i64),
    /// The command ran, and printed no moment.
    Never,
    /// The command failed: it says nothing of the runbook.
    Failed(String),
}

impl Document for Runbook {
    const KIND: &'static str = "runbook";
}

/// Follows every alert that arrived so far; where none did, one is provoked.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let told = world.manifest.instruments.runbook.clone();
    let mut seen = Runbook {
        days_max: told.max_age.map_or(90, |age| (age.as_secs() / 86_400).cast_signed()),
        ..Runbook::default()
    };
    let alert = |arrival: &Arrival| takes_alerts(&arrival.sink) && arrival.sink != SMTP;
    let mut arrived: Vec<Arrival> = world.sinks.since(0).into_iter().filter(alert).collect();
    if arrived.is_empty()
        && let Some(step) = world.manifest.instruments.alerts.provoke.provoke.clone()
    {
        let mark = world.sinks.mark();
        let at = doer(world, &step);
        // Why nothing arrives is a matter of DE02.
        let _ = send(world, &step, at).await;
        let most = world.manifest.instruments.alerts.provoke.within.unwrap_or(WITHIN);
        arrived = world.sinks.wait(mark, most, alert).await.into_iter().filter(alert).collect();
    }
    let book = match &told.at {
        Some(at) => read(world, at).await,
        None => None,
    };
    let mut kinds: BTreeMap<String, Arrival> = BTreeMap::new();
    for arrival in arrived.into_iter().filter(|arrival| !over(&arrival.text)) {
        kinds.entry(title(&arrival.text)).or_insert(arrival);
    }
    for (title, arrival) in kinds.into_iter().take(ALERTS_MAX) {
        let leads = follow(world, &title, &arrival, book.as_deref()).await;
        seen.alerts.push(Followed { title, leads });
    }
    if seen.alerts.is_empty() {
        let line = "[alerts] provoke = \"POST /PATH, or a COMMAND\"; env = { SLACK_WEBHOOK_URL = \"{sink.slack}\" }";
        seen.untried = Some(Untried::not_told("no alert arrived that could lead to a runbook", line));
    }
    if let Some(command) = &told.commands {
        seen.commands = Some(match world.target.run_with(command, &[]).await {
            Ok(ended) => (ended.well, ended.last_words()),
            Err(trouble) => (false, format!("{}: {}", trouble.place, trouble.wrong)),
        });
    }
    if let Some(command) = &told.drilled {
        seen.drilled = Some(drilled(world, command).await);
    }
    world.store.add(&seen).map(drop)
}

async fn drilled(world: &World<'_>, command: &str) -> Drilled {
    let printed = match world.target.run_with(command, &[]).await {
        Ok(ended) if ended.well => ended.text(),
        Ok(ended) => return Drilled::Failed(format!("`{command}` failed: {}", ended.last_words())),
        Err(trouble) => return Drilled::Failed(format!("{}: {}", trouble.place, trouble.wrong)),
    };
    let newest = moments(&printed).max();
    newest.map_or(Drilled::Never, |newest| Drilled::Days(crate::walk::now().duration_since(newest).as_hours() / 24))
}

/// The runbook that the manifest names: a path of the service's, or a file.
async fn read(world: &mut World<'_>, at: &str) -> Option<String> {
    let file = std::fs::read_to_string(world.manifest.directory().join(at)).ok();
    match file {
        None if at.starts_with('/') => get(world, at).await,
        file => file,
    }
}

/// A page as nobody, and then as somebody.
async fn get(world: &mut World<'_>, path: &str) -> Option<String> {
    let people: Vec<Option<usize>> =
        (0..world.actors.len()).filter(|at| world.actors[*at].alive).map(Some).take(WHO_MAX).collect();
    for who in std::iter::once(None).chain(people) {
        let asked = world.ask(who, &Call::get(path), Purpose::Other).await;
        if asked.exchange.reading == Reading::Success && (200..300).contains(&asked.answer.status) {
            return Some(asked.answer.text().into_owned());
        }
    }
    None
}

/// Where one alert leads.
async fn follow(world: &mut World<'_>, title: &str, arrival: &Arrival, book: Option<&str>) -> Leads {
    let base = world.client.base().to_owned();
    let links = links_in(&arrival.text);
    let told = world.manifest.instruments.runbook.at.clone().filter(|at| at.starts_with('/'));
    let own = links.iter().filter_map(|link| Some(link.strip_prefix(&base)?.to_owned())).filter(|path| 1 < path.len());
    let is_part = |path: &String| parts::says_runbook(path) || told.as_ref().is_some_and(|at| path.starts_with(at));
    let (own, others): (Vec<String>, Vec<String>) = own.partition(is_part);
    let mut dead = None;
    for link in own.iter().take(3) {
        let (path, part) = fragment(link);
        let Some(page) = get(world, path).await else {
            dead = dead.or(Some(format!("its link {link} answers with no page")));
            continue;
        };
        let nowhere = get(world, &parts::beside(path)).await;
        if nowhere.as_deref() == Some(page.as_str()) {
            dead = dead.or(Some(format!("its link {link} answers as any other address does")));
        } else if is_about(&page, title, path, part) {
            return Leads::There(link.to_owned());
        } else {
            dead = dead.or(Some(format!("its link {link} leads to nothing about it")));
        }
    }
    if let Some(heading) = book.and_then(|book| parts::heading_about(book, title)) {
        return Leads::There(format!("“{heading}”"));
    }
    // What leads elsewhere, or to a page of which nobody knows what it is, may be a part of one.
    let elsewhere = links.iter().filter(|link| !link.starts_with(&base)).chain(others.iter());
    if let (Some(away), true) = (elsewhere.into_iter().find(|link| !parts::is_answer(link)), dead.is_none()) {
        return Leads::Away(away.clone());
    }
    Leads::Nowhere(dead.unwrap_or_else(|| "it holds no link to a part of a runbook".into()))
}
