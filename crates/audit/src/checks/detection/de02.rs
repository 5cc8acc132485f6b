//! DE02: a provoked alert reaches the channel that is configured, and a person acknowledged it.

use super::outage::{self, Outage};
use super::provoked::{self, Acknowledged, Provocation};
use super::settings;
use crate::checks::Check;
use crate::checks::moments::moments;
use crate::checks::say::say;
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::Dossier;
use crate::manifest::Acknowledge;
use crate::sinks::{Arrival, SMTP, is_alert, takes_alerts};
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::{Call, World, form_about};
use regex::Regex;
use std::sync::LazyLock;
use std::time::Duration;

/// The declaration.
pub const CHECK: Check = Check {
    id: "DE02",
    dimension: Dimension::Detection,
    severity: Severity::Blocks,
    title: "a provoked alert reaches the channel that is configured, and a person acknowledged it",
    why: "An alert that goes to a placeholder, or to a room that nobody reads, is a tree falling in a forest.",
    how: "An alert is provoked, by the manifest's line or by taking the database away, and must arrive at the audit's \
          receiver. The setting must exist in production and not be a placeholder. Acknowledging is tried by the link in \
          the alert, or read from the manifest's command: the newest must be younger than 90 days.",
    references: &["SOC 2 CC7.2", "SOC 2 CC7.3", "CWE-778"],
    fix: "One address for alerts, one button that sends a test, one person on duty.",
    built: true,
};

/// What it is about.
const SUBJECT: &str = "alerts";
/// How long an alert may take, where the manifest does not say.
const WITHIN: Duration = Duration::from_secs(30);
/// How many people follow its link.
const WHO_MAX: usize = 6;
/// How old the last acknowledgement may be, in days.
const ACKNOWLEDGED_DAYS_MAX: i64 = 90;

/// An address in a text.
static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"https?://[^\s"'<>|\\)\]]+"#).ok());

/// Every address in a text, in its order.
pub(in crate::checks) fn links_in(text: &str) -> Vec<String> {
    LINK.iter().flat_map(|link| link.find_iter(text)).map(|found| found.as_str().replace("&amp;", "&")).collect()
}

/// Provokes an alert where the manifest says how, and acknowledges it.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let told = world.manifest.instruments.alerts.clone();
    let Some(step) = told.provoke.provoke else { return Ok(()) };
    let mut seen = Provocation { what: SUBJECT.into(), given: outage::given(world), ..Provocation::default() };
    let mark = world.sinks.mark();
    provoked::cause(world, &step, &mut seen).await;
    let most = told.provoke.within.unwrap_or(WITHIN);
    let given = seen.given.clone();
    let mut arrived = world.sinks.wait(mark, most, |arrival| is_alert(&arrival.sink, &given)).await;
    arrived.retain(|arrival| is_alert(&arrival.sink, &given));
    seen.acknowledged = match &told.acknowledge {
        None => None,
        Some(Acknowledge::Link) => Some(by_link(world, &arrived).await),
        Some(Acknowledge::Command(command)) => Some(by_command(world, command).await),
    };
    seen.arrivals = arrived.iter().take(20).map(Arrival::shortened).collect();
    world.store.add(&seen).map(drop)
}

/// Follows the link of the service's own in an alert, and sends the form that stands there, as whoever got it would:
/// first without a session, then with each that there is.
async fn by_link(world: &mut World<'_>, arrived: &[Arrival]) -> Acknowledged {
    let base = world.client.base().to_owned();
    let alerts = arrived.iter().filter(|arrival| takes_alerts(&arrival.sink));
    let links: Vec<String> = alerts.flat_map(|alert| links_in(&alert.text)).collect();
    let below = |link: &String| Some(link.strip_prefix(&base)?.to_owned());
    let own: Vec<String> = links.iter().filter_map(below).filter(|path| 1 < path.len()).collect();
    let Some(first) = own.first() else {
        return match links.iter().all(|link| below(link).is_some()) {
            true => Acknowledged::No("the alert holds no link by which one could say so".into()),
            false => Acknowledged::Unclear("the links of the alert lead away from the service that is walked".into()),
        };
    };
    let signed_in = (0..world.actors.len()).filter(|at| world.actors[*at].alive).map(Some).take(WHO_MAX);
    let who: Vec<Option<usize>> = std::iter::once(None).chain(signed_in).collect();
    let mut statuses = Vec::new();
    for path in &own {
        for who in who.clone() {
            let page = world.ask(who, &Call::get(path), Purpose::Other).await;
            statuses.push(page.answer.status);
            let Some(form) = form_about(&page.answer.text(), path, &["acknowledg", "seen", "ack", "saw"]) else {
                continue;
            };
            let sent = world.ask(who, &form, Purpose::Other).await;
            if sent.succeeded() {
                return Acknowledged::Yes(format!("the form behind its link answered {}", sent.answer.status));
            }
        }
    }
    let acts = ["acknowledg", "ack=", "/ack", "seen"].iter().any(|word| first.contains(word));
    match statuses.iter().find(|status| (200..300).contains(*status)) {
        Some(status) if acts => Acknowledged::Yes(format!("its link answered {status}")),
        Some(status) => {
            Acknowledged::Unclear(format!("its link answered {status}, with no form by which one could say so"))
        }
        None => Acknowledged::No(format!("its link answered {}", statuses.first().unwrap_or(&0))),
    }
}

/// The moment that the command prints must be recent.
async fn by_command(world: &mut World<'_>, command: &str) -> Acknowledged {
    let printed = match world.target.run_with(command, &[]).await {
        Ok(ended) if ended.well => ended.text(),
        Ok(ended) => return Acknowledged::Unclear(format!("`{command}` failed: {}", ended.last_words())),
        Err(trouble) => return Acknowledged::Unclear(format!("{}: {}", trouble.place, trouble.wrong)),
    };
    let Some(newest) = moments(&printed).max() else {
        return match printed.trim().is_empty() {
            true => Acknowledged::No(format!("nobody ever acknowledged one: `{command}` prints nothing")),
            false => Acknowledged::Unclear(format!("`{command}` prints no moment that could be read")),
        };
    };
    let days = crate::walk::now().duration_since(newest).as_hours() / 24;
    let words = format!("the last one was acknowledged {days} days ago");
    if days <= ACKNOWLEDGED_DAYS_MAX { Acknowledged::Yes(words) } else { Acknowledged::No(words) }
}

/// Findings for this environment, for the acknowledgement, and for production's settings.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    if let Some((digest, words)) = settings::lacking(dossier, settings::of_alerts) {
        findings.push(say(&CHECK, "alerts · production's setting", digest).gap(words));
    }
    let provoked: Vec<(&str, Provocation)> = dossier.all();
    let outages: Vec<(&str, Outage)> = dossier.all();
    if let Some((digest, seen)) = provoked.iter().find(|(_, seen)| seen.what == SUBJECT) {
        findings.extend(of_provoked(digest, seen));
    } else if let Some((digest, seen)) = outages.last() {
        findings.extend(of_outage(digest, seen));
    }
    findings
}

fn of_provoked(digest: &str, seen: &Provocation) -> Vec<Finding> {
    let about = || say(&CHECK, SUBJECT, digest);
    if let Some(why) = &seen.untried {
        return vec![about().untried(why)];
    }
    let Some(alert) = seen.arrivals.iter().find(|arrival| is_alert(&arrival.sink, &seen.given)) else {
        return vec![match seen.given.iter().any(|sink| takes_alerts(sink)) {
            true => about().gap(format!("{}, and no alert arrived anywhere", seen.how)),
            false => not_given(about()),
        }];
    };
    let arrived = about().holds(format!("{}, and an alert arrived: {}", seen.how, alert.how));
    let about = say(&CHECK, "alerts · acknowledged", digest);
    let acknowledged = match &seen.acknowledged {
        Some(Acknowledged::Yes(words)) => about.holds(words.clone()),
        Some(Acknowledged::No(words)) => about.gap(words.clone()),
        Some(Acknowledged::Unclear(words)) => about.undecided(words.clone()),
        None => about.not_told(
            "an alert arrives; whether anybody sees it is not told",
            "[alerts] acknowledge = \"link\", or a command that prints when the last one was acknowledged",
        ),
    };
    vec![arrived, acknowledged]
}

fn of_outage(digest: &str, seen: &Outage) -> Vec<Finding> {
    let about = say(&CHECK, SUBJECT, digest);
    let provoke = "[alerts] provoke = \"POST /PATH, or a COMMAND\", acknowledge = \"link\"";
    if !seen.given.iter().any(|sink| takes_alerts(sink)) {
        return vec![not_given(about)];
    }
    let bites = seen.needs.iter().any(|(_, during)| during.status == 0 || 500 <= during.status);
    // A mail in that time may be any mail of the service's.
    match seen.arrivals.iter().find(|arrival| takes_alerts(&arrival.sink) && arrival.sink != SMTP) {
        Some(alert) if bites => vec![
            about.holds(format!("an alert arrived while the database was away: {}", alert.how)),
            say(&CHECK, "alerts · acknowledged", digest)
                .not_told("an alert arrives; whether anybody sees it is not told", provoke),
        ],
        None if bites && 0 < seen.waited_ms && !seen.given.iter().any(|sink| sink == SMTP) => {
            vec![about.gap(format!("no alert arrived in {} s without a database", seen.waited_ms / 1000))]
        }
        _ => vec![about.not_told("no alert could be provoked in the time that there was", provoke)],
    }
}

fn not_given(about: crate::checks::say::Say<'_>) -> Finding {
    let line = "[target] env = { SLACK_WEBHOOK_URL = \"{sink.slack}\" }; or [alerts] to = \"none\"";
    about.not_told("the service was not given the address of a receiver for alerts", line)
}
