//! PR02: export of one's data: delivered, complete, machine-readable, nobody else's data.

use super::delivery::{self, Delivery};
use super::doors;
use super::phrases::Promise;
use super::pr01;
use crate::canary::Traces;
use crate::checks::Check;
use crate::checks::say::{Untried, say};
use crate::client::is_only_a_name;
use crate::error::Result;
use crate::evidence::{Document, Dossier};
use crate::sinks::SMTP;
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::{Call, World};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The declaration.
pub const CHECK: Check = Check {
    id: "PR02",
    dimension: Dimension::Promises,
    severity: Severity::Blocks,
    title: "export of one's data: delivered, complete, machine-readable, nobody else's data",
    why: "An export that leaves out the comments, or holds a colleague's, fails the person who asked and the law \
          alike.",
    how: "Somebody has an object of each kind with canaries in it, files too, that a read has just shown him. The export \
          must arrive, at once or behind a link, be readable by a machine, hold something of each kind, and no canary of \
          another tenant's. Where several share a tenant, what they made belongs to the organisation's export.",
    references: &["GDPR Art. 15(3)", "GDPR Art. 20(1)", "ASVS 5.0 8.2.2"],
    fix: "Drive the export from the inventory of data, so that a new table is in it or fails a test.",
    built: true,
};

/// Words of a path by which it is about all that an organisation has.
const WHOLE: &[&str] = &[
    "organisation",
    "organization",
    "organisations",
    "organizations",
    "org",
    "orgs",
    "workspace",
    "workspaces",
    "tenant",
    "tenants",
    "company",
    "team",
    "teams",
];
/// Nouns of what is kept for the service and not for anybody.
const OF_THE_SERVICE: &[&str] =
    &["token", "session", "key", "api_key", "apikey", "upload", "device", "webhook", "event"];
/// Codes by which a service says that there is no such action.
pub(super) const ABSENT: [u16; 4] = [404, 405, 410, 501];
/// Most reads that show what one holds.
const READS_MAX: usize = 60;

/// Something that ought to be in the export.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Expected {
    /// `note`; `oneself` for what he said of himself.
    pub noun: String,
    /// The field that holds it.
    pub field: String,
    /// It must stand there by itself: as the name of a file alone, what is in the file is not there.
    pub whole: bool,
    /// It stands there.
    pub found: bool,
}

/// An export, as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Export {
    /// `POST /me/export`.
    pub line: String,
    /// The manifest says so; else it was found by its words.
    pub told: bool,
    /// Who asked.
    pub actor: String,
    /// It is about all that his tenant has.
    pub whole: bool,
    /// He shares his tenant with others.
    pub shared: bool,
    /// Why it was not tried.
    pub untried: Option<Untried>,
    /// The first answer.
    pub status: u16,
    /// Where the copy was, if it came.
    pub from: String,
    /// Milliseconds until then.
    pub millis: u64,
    /// A machine can read it.
    pub readable: bool,
    /// What it should hold.
    pub expected: Vec<Expected>,
    /// What it holds of other tenants': `note of bob`.
    pub foreign: Vec<String>,
    /// Mails were received.
    pub mail: bool,
}

impl Document for Export {
    const KIND: &'static str = "export";
}

impl Export {
    /// The copy came.
    pub(super) fn delivered(&self) -> bool {
        !self.from.is_empty()
    }

    /// It is told, and is not there.
    pub(super) fn is_absent(&self) -> bool {
        self.told && self.untried.is_none() && ABSENT.contains(&self.status)
    }
}

/// Asks for each export.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let told = world.manifest.promises.export.clone();
    for line in &told {
        let named = line.actor.as_ref().and_then(|name| world.actors.iter().position(|actor| actor.fact.name == *name));
        let mut seen = Export { line: line.text.clone(), told: true, ..Export::default() };
        match named.or_else(|| first(world)) {
            None => seen.untried = Some(Untried::undecided("nobody is signed in")),
            Some(at) => match world.fill_line(line, Some(at)) {
                Ok(call) => export(world, at, &call, &mut seen).await,
                Err(why) => seen.untried = Some(Untried::undecided(why)),
            },
        }
        world.store.add(&seen)?;
    }
    if told.is_empty() {
        let found = (0..world.catalogue.actions.len()).find(|at| {
            let action = world.action(*at);
            let usable = !action.path.contains('{') && matches!(action.verb.as_str(), "GET" | "POST");
            usable && world.left_out(*at).is_none() && doors::about(action, Promise::Export) == Some(true)
        });
        if let (Some(action), Some(at)) = (found, first(world)) {
            let mut seen = Export { line: world.action(action).name(), ..Export::default() };
            match world.plain_call(action, at).await {
                Ok(call) => export(world, at, &call, &mut seen).await,
                Err(why) => seen.untried = Some(Untried::undecided(why)),
            }
            world.store.add(&seen)?;
        }
    }
    Ok(())
}

fn first(world: &World<'_>) -> Option<usize> {
    (0..world.actors.len()).find(|at| world.actors[*at].alive && !world.actors[*at].fact.throw_away)
}

async fn export(world: &mut World<'_>, at: usize, call: &Call, seen: &mut Export) {
    let fact = world.actors[at].fact.clone();
    let others: Vec<usize> =
        (0..world.actors.len()).filter(|other| *other != at && world.actors[*other].alive).collect();
    seen.actor = fact.name.clone();
    seen.shared = others.iter().any(|other| world.actors[*other].fact.tenant == fact.tenant);
    let path = call.path.to_lowercase();
    seen.whole = path.split(['/', '?', '-', '_']).any(|part| WHOLE.contains(&part));
    seen.mail =
        world.manifest.target.env.values().any(|value| value.names().iter().any(|name| name.starts_with("sink.smtp")));
    // A leak can only be seen where there is something to leak.
    if let Some(other) = others.into_iter().find(|other| world.actors[*other].fact.tenant != fact.tenant) {
        world.holdings(other, READS_MAX).await;
    }
    let mut values: Vec<String> = Vec::new();
    let mut seen_values: BTreeSet<String> = BTreeSet::new();
    let mails = world.actors[at].identity.iter().filter(|(_, value)| value.contains('@')).map(|(_, mail)| mail.clone());
    for mail in mails.collect::<Vec<_>>() {
        if seen_values.insert(mail.clone()) {
            values.push(mail);
            seen.expected.push(Expected { noun: "oneself".into(), field: "mail".into(), ..Expected::default() });
        }
    }
    for held in world.holdings(at, READS_MAX).await {
        if OF_THE_SERVICE.contains(&held.noun.to_lowercase().as_str()) {
            continue;
        }
        for (field, canary) in held.shown {
            if seen_values.insert(canary.clone()) {
                values.push(canary);
                seen.expected.push(Expected { noun: held.noun.clone(), field, ..Expected::default() });
            }
        }
        for (value, expected) in values.iter().zip(&mut seen.expected) {
            expected.whole |= held.whole.contains(value);
        }
    }
    if values.is_empty() {
        seen.untried = Some(Untried::undecided(format!("{} holds nothing that could be known again in it", fact.name)));
        return;
    }
    let delivery = delivery::ask(world, at, call, &values).await;
    (seen.status, seen.from, seen.millis) = (delivery.status, delivery.from.clone(), delivery.millis);
    seen.readable = delivery::is_readable(&delivery);
    look_into(world, &delivery, &fact.name, &fact.tenant, &values, seen);
}

/// What the copy holds, of what it should and of what it should not.
fn look_into(
    world: &mut World<'_>,
    delivery: &Delivery,
    actor: &str,
    tenant: &str,
    values: &[String],
    seen: &mut Export,
) {
    let traces = Traces::of(values);
    for (_, bytes) in &delivery.pieces {
        for at in traces.found(bytes) {
            if let Some(expected) = seen.expected.get_mut(at) {
                expected.found |= !expected.whole || !is_only_a_name(&values[at], bytes);
            }
        }
        let text = String::from_utf8_lossy(bytes);
        for sighting in world.canaries.search(&text, actor, "") {
            let foreign = world.canaries.tenant(&sighting).is_some_and(|own| own != tenant);
            let words = format!("{} of {}", sighting.noun, sighting.owner);
            if foreign && !seen.foreign.contains(&words) {
                seen.foreign.push(words);
            }
        }
    }
}

/// One finding for each export.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Export)> = dossier.all();
    if all.is_empty() {
        let Some((digest, _)) = dossier.all::<doors::Doors>().into_iter().next() else { return Vec::new() };
        let words = "no export is told, and none was found by its words";
        return vec![say(&CHECK, "export", digest).not_told(words, Promise::Export.line())];
    }
    // What a person's own copy leaves to the organisation's is looked for there.
    let whole: BTreeSet<String> = all
        .iter()
        .filter(|(_, seen)| seen.whole)
        .flat_map(|(_, seen)| seen.expected.iter().map(|one| one.noun.clone()))
        .collect();
    let promised = pr01::promises(dossier, Promise::Export);
    all.iter().map(|(digest, seen)| of(digest, seen, &whole, promised)).collect()
}

fn of(digest: &str, seen: &Export, in_whole: &BTreeSet<String>, promised: bool) -> Finding {
    let subject = if seen.whole { "the organisation's export" } else { "export" };
    let about = say(&CHECK, subject, digest);
    if promised && !seen.whole && seen.is_absent() {
        return about.not_applicable("there is none: PR01 says so, for the policy promises it");
    }
    if let Some(why) = &seen.untried {
        return about.untried(why);
    }
    let line = &seen.line;
    if !seen.delivered() {
        let status = seen.status;
        return match status {
            500.. | 404 | 405 | 410 if seen.told => about.gap(format!("{line} answered {status}")),
            0 | 300.. => about.not_told(format!("{line} answered {status}"), Promise::Export.line()),
            _ if seen.mail => about.gap(format!(
                "{line} answered {status}, and in {} s nothing came that holds anything of {}'s, by mail neither",
                seen.millis / 1000,
                seen.actor
            )),
            _ => about.not_told(
                format!("{line} answered {status}, and nothing came in {} s; it may come by mail", seen.millis / 1000),
                format!("[target] env = {{ SMTP_URL = \"{{sink.{SMTP}}}\" }}"),
            ),
        };
    }
    if let Some(foreign) = seen.foreign.first() {
        let more = seen.foreign.len() - 1;
        return about.gap(format!("{}'s copy holds the {foreign}, of another tenant ({more} more)", seen.actor));
    }
    let nouns: BTreeSet<&str> = seen.expected.iter().map(|one| one.noun.as_str()).collect();
    let of_noun = |noun: &str| seen.expected.iter().filter(|one| one.noun == noun).collect::<Vec<_>>();
    let missing: Vec<&str> = nouns.iter().copied().filter(|noun| of_noun(noun).iter().all(|one| !one.found)).collect();
    let partly: Vec<String> = (seen.expected.iter())
        .filter(|one| !one.found && !missing.contains(&one.noun.as_str()))
        .map(|one| format!("{}.{}", one.noun, one.field).trim_end_matches('.').to_owned())
        .collect();
    // Who shares a tenant made things for it; they need not be his own data.
    let (owed, left): (Vec<&str>, Vec<&str>) = missing
        .iter()
        .partition(|noun| seen.whole && **noun != "oneself" || !seen.shared || **noun == "oneself" && !seen.whole);
    if !owed.is_empty() {
        return about.gap(format!("{} delivered a copy without anything of: {}", seen.line, owed.join(", ")));
    }
    if !seen.readable {
        return about.gap(format!("{} is for people to read and not for machines", seen.from));
    }
    let elsewhere =
        left.iter().filter(|noun| !in_whole.contains(**noun) && **noun != "oneself").copied().collect::<Vec<_>>();
    if !elsewhere.is_empty() && !seen.whole {
        let words = format!(
            "{} holds nothing of {}; whether these are his or his organisation's is not told",
            seen.from,
            elsewhere.join(", ")
        );
        return about.not_told(words, "[promises] export = [\"POST /me/export\", \"POST /organisation/export\"]");
    }
    if !partly.is_empty() {
        return about.suspected(format!("{} delivered a copy without {}", seen.line, partly.join(", ")));
    }
    let held: Vec<&str> = nouns.into_iter().filter(|noun| !missing.contains(noun)).collect();
    about.holds(format!(
        "{} holds {}, a machine can read it, and nothing of another tenant's is in it",
        seen.from,
        held.join(", ")
    ))
}
