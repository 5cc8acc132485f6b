//! Keys that are given for less than their owner may: one that was asked for to read must change nothing. The name of the
//! scope is the service's own word for it.

use super::again::{self, Again};
use super::bearers;
use super::deeds;
use super::effect::effect;
use super::exhibits::{exhibit, person};
use crate::checks::Check;
use crate::checks::say::say;
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{ActorFact, Document, Dossier, Exchange, Run};
use crate::plan::slots::words;
use crate::verdict::Finding;
use crate::walk::{Call, World};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Words of fields that say what a key is for.
const FIELDS: &[&str] = &["scope", "scopes", "permission", "permissions", "ability", "abilities", "access", "grants"];
/// Words of a scope that reads.
const READS: &[&str] = &["read", "reads", "readonly", "reader", "view", "viewer", "get", "list"];
/// Words of one that does more.
const DOES_MORE: &[&str] = &[
    "write", "writes", "create", "update", "delete", "edit", "manage", "admin", "all", "full", "modify", "post", "put",
];
/// Most actions that are tried with one key.
const ACTIONS_MAX: usize = 60;

/// What a key that was asked for to read could do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Scoped {
    /// The action that hands it out.
    pub subject: String,
    /// What was asked for: `read:notes`.
    pub scope: String,
    /// Whose it is.
    pub who: ActorFact,
    /// Changes that were tried with it.
    pub tried: u32,
    /// It still read what it may afterwards.
    pub alive: bool,
    /// What it changed.
    pub done: Vec<Done>,
}

/// A change that was made with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Done {
    /// The action.
    pub action: String,
    /// `title changed`.
    pub effect: String,
    /// The request that did it.
    pub exchange: Exchange,
}

impl Document for Scoped {
    const KIND: &'static str = "scoped";
}

/// One for each kind of key that is given for a purpose.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    for bearer in bearers::all(world).await {
        let Some((narrow, scope)) = narrowed(world, bearer.action, &bearer.call) else { continue };
        let Some(values) = world.hand_out_by(&narrow, bearer.action, bearer.of).await else { continue };
        let Some((at, reads)) = bearers::opening(world, bearer.of, &values).await else { continue };
        let subject = world.action(bearer.action).name();
        let who = world.fact(Some(bearer.of));
        let mut seen = Scoped { subject, scope, who, tried: 0, alive: false, done: Vec::new() };
        let mut changes = again::repeatable(world);
        changes.extend(again::making(world));
        changes.retain(|met| met.actor == bearer.of);
        changes.truncate(ACTIONS_MAX);
        for met in changes {
            let Some(again) = Again::fresh(world, &met).await else { continue };
            let Some(call) = again.call(world).await else { continue };
            let trial = again.tried(world, Some(at), &call, Purpose::Check).await;
            seen.tried += 1;
            if let (Some(effect), Some((_, exchange))) = (effect(&trial), again::tried(&trial)) {
                seen.done.push(Done { action: trial.action.clone(), effect, exchange: exchange.clone() });
            }
        }
        seen.alive = deeds::still_works(world, &reads, at).await;
        if 0 < seen.tried {
            world.store.add(&seen)?;
        }
    }
    Ok(())
}

/// The same request for a key that may only read, and what it asks for; nothing where the service has no word for that.
fn narrowed(world: &World<'_>, action: usize, call: &Call) -> Option<(Call, String)> {
    let mut body = call.sent_json()?;
    let media = world.action(action).body.as_ref().and_then(|body| body.best());
    let properties = media.map(|media| media.schema.properties()).unwrap_or_default();
    let says = |name: &str| words(name).last().is_some_and(|word| FIELDS.contains(&word.as_str()));
    let fields = body.as_object_mut()?;
    let named = fields.keys().chain(properties.iter().map(|(name, _)| name)).find(|name| says(name))?.clone();
    let schema = properties.iter().find(|(name, _)| *name == named).map(|(_, schema)| schema);
    let mut known: Vec<Value> = Vec::new();
    if let Some(schema) = schema {
        known.extend(schema.enumeration());
        known.extend(schema.items().map(|items| items.enumeration()).unwrap_or_default());
    }
    let sent = fields.get(&named).cloned();
    known.extend(match &sent {
        Some(Value::Array(values)) => values.clone(),
        Some(Value::String(text)) => text.split([' ', ',']).map(Value::from).collect(),
        _ => Vec::new(),
    });
    let mut reading: Vec<String> =
        known.iter().filter_map(Value::as_str).filter(|name| only_reads(name)).map(str::to_owned).collect();
    reading.sort();
    reading.dedup();
    let scope = reading.join(" ");
    let listed = schema.is_some_and(|schema| schema.items().is_some()) || matches!(sent, Some(Value::Array(_)));
    let value = if listed { Value::from(reading.clone()) } else { Value::from(reading.first()?.clone()) };
    if reading.is_empty() {
        return None;
    }
    fields.insert(named, value);
    let mut narrow = call.clone();
    narrow.body = world.body_like(action, body);
    Some((narrow, scope))
}

/// Whether a scope's name says that it reads, and nothing else.
fn only_reads(name: &str) -> bool {
    let words = words(name);
    let any = |of: &[&str]| words.iter().any(|word| of.contains(&word.as_str()));
    any(READS) && !any(DOES_MORE)
}

/// A finding for each change that such a key made; one that holds where it made none.
pub(super) fn judge(check: &Check, dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let all: Vec<(&str, Scoped)> = dossier.all();
    all.iter().flat_map(|(digest, seen)| of(check, &run, digest, seen)).collect()
}

fn of(check: &Check, run: &Run, digest: &str, seen: &Scoped) -> Vec<Finding> {
    let Scoped { subject, scope, who, tried, .. } = seen;
    if seen.done.is_empty() {
        let about = say(check, format!("a key of {subject}"), digest);
        return vec![match seen.alive {
            true => about.holds(format!(
                "a key of {} that was asked for with `{scope}` did none of {tried} changes",
                person(who)
            )),
            false => about
                .undecided(format!("a key that was asked for with `{scope}` did nothing, and reads nothing any more")),
        }];
    }
    let of = |done: &Done| {
        let shown = vec![exhibit(run, "a key for reading", who, &done.exchange, &done.effect)];
        say(check, done.action.as_str(), digest).showing(shown).gap(format!(
            "a key of {} that was asked for with `{scope}` does it: {} ({subject} handed it out)",
            person(who),
            done.effect
        ))
    };
    seen.done.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::tests::{actor, exchange};
    use crate::evidence::Reading;
    use crate::verdict::Verdict;

    #[test]
    fn a_scope_says_whether_it_only_reads() {
        for name in ["read", "read_only", "tickets:read", "notes.view", "repo-list", "readonly"] {
            assert!(only_reads(name), "{name}");
        }
        for name in ["write", "read:write", "tickets:manage", "admin", "tickets", "read_all"] {
            assert!(!only_reads(name), "{name}");
        }
    }

    #[test]
    fn what_is_changed_is_a_gap_and_a_dead_key_shows_nothing() {
        let check = &crate::checks::authorization::az05::CHECK;
        let (subject, scope) = ("POST /keys".into(), "read".into());
        let seen = Scoped { subject, scope, who: actor("ann", "a"), tried: 3, alive: true, done: Vec::new() };
        let verdicts =
            |seen: &Scoped| of(check, &Run::default(), "", seen).iter().map(|one| one.verdict).collect::<Vec<_>>();
        assert_eq!(verdicts(&seen), [Verdict::Holds]);
        assert_eq!(verdicts(&Scoped { alive: false, ..seen.clone() }), [Verdict::Unproven]);
        let done =
            Done { action: "PUT /x".into(), effect: "gone".into(), exchange: exchange("ann", 200, Reading::Success) };
        assert_eq!(verdicts(&Scoped { done: vec![done], ..seen }), [Verdict::Gap]);
    }
}
