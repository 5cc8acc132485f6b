//! What somebody can do, and how it is seen that it was done: the same requests are then sent with half a session, after
//! the session's end, or with a credential that nobody was given. A code is no proof: his own values in the answer are, or
//! what he reads back.

use crate::client::Purpose;
use crate::evidence::{Exchange, Run};
use crate::verdict::Exhibit;
use crate::walk::{Asked, Call, World};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use super::exhibits::exhibit;

/// Most objects of somebody's that are read.
const HELD_MAX: usize = 3;
/// Shorter values may stand in an answer by chance.
const VALUE_LENGTH_MIN: usize = 6;

/// Something that somebody can do.
#[derive(Debug, Clone)]
pub(super) struct Deed {
    /// `GET /notes/{note}`.
    pub(super) action: String,
    /// What is sent.
    pub(super) call: Call,
    /// What its answer holds of his, and nobody else's.
    shows: Vec<String>,
    /// The canary that stands in it, where it makes something; and what shows that to him.
    makes: Option<(String, Call)>,
    /// It worked for him.
    before: Exchange,
}

/// A deed that was tried by somebody who should not be able to do it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Tried {
    /// The action.
    pub action: String,
    /// It worked before, for the one who may.
    pub before: Exchange,
    /// The same now.
    pub now: Exchange,
    /// Values of the owner's in the answer, or in what he reads back: nobody sent them, and nobody else is given them.
    pub got: Vec<String>,
    /// It made something.
    pub made: bool,
}

impl Deed {
    /// The canary of what it makes, and what shows that.
    pub(super) fn made(&self) -> Option<&(String, Call)> {
        self.makes.as_ref()
    }

    /// What its answer holds of his.
    pub(super) fn shows(&self) -> &[String] {
        &self.shows
    }
}

impl Tried {
    /// Whether it was done all the same.
    pub(super) fn was_done(&self) -> bool {
        !self.got.is_empty()
    }

    /// `GET /me still answers with "ann@example.com"`.
    pub(super) fn words(&self) -> String {
        let what = self.got.first().map_or("", String::as_str);
        match self.made {
            true => format!("{} makes what the owner then reads ({what})", self.action),
            false => format!("{} answers with what is the owner's ({what})", self.action),
        }
    }

    /// Before and now, side by side.
    pub(super) fn exhibits(&self, run: &Run, who: &crate::evidence::ActorFact) -> Vec<Exhibit> {
        let note = if self.was_done() { "done all the same" } else { "refused" };
        vec![exhibit(run, "before", who, &self.before, "it works"), exhibit(run, "now", who, &self.now, note)]
    }
}

/// What stands for somebody and for nobody else: long values of his identity.
pub(super) fn values_of(world: &World<'_>, at: usize) -> Vec<String> {
    let own = &world.actors[at];
    // A session of somebody's is he himself.
    let others = world.actors.iter().filter(|other| other.values.get("name") != own.values.get("name"));
    let shared: BTreeSet<&str> =
        others.flat_map(|other| other.identity.iter().map(|(_, text)| text.as_str())).collect();
    let tells = |text: &&String| VALUE_LENGTH_MIN <= text.len() && !shared.contains(text.as_str());
    let tenant = own.fact.tenant.as_str();
    let known = own.identity.iter().map(|(_, text)| text).chain(own.values.get("name")).chain(own.values.get("mail"));
    // A token that stands in the answer to a sign-in is nobody's name.
    let given = super::jwt::carried(world, at);
    let known = known.filter(|text| !given.contains(text));
    let values: BTreeSet<&String> = known.filter(tells).filter(|text| *text != tenant || own.fact.throw_away).collect();
    values.into_iter().cloned().collect()
}

/// Those of the values that an answer holds and the request did not.
pub(super) fn found(values: &[String], call: &Call, asked: &Asked) -> Vec<String> {
    let (text, sent) = (asked.answer.text().to_lowercase(), call.sent_text().to_lowercase());
    let there = |value: &&String| {
        let value = value.to_lowercase();
        text.contains(&value) && !sent.contains(&value)
    };
    values.iter().filter(there).cloned().collect()
}

/// What somebody can do: the proof request, reads of what is his, and making something new.
pub(super) async fn of(world: &mut World<'_>, at: usize) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let values = values_of(world, at);
    if let Some(call) = world.proof_call(at) {
        deeds.extend(read(world, at, call, &values).await);
    }
    for held in world.holdings(at, HELD_MAX).await {
        let canaries: Vec<String> = held.shown.into_iter().map(|(_, canary)| canary).collect();
        deeds.extend(read(world, at, held.call, &canaries).await);
    }
    deeds.extend(make(world, at, &deeds).await);
    deeds
}

/// A read that shows somebody's values to him, and not to everybody.
pub(super) async fn read(world: &mut World<'_>, at: usize, call: Call, values: &[String]) -> Option<Deed> {
    let own = world.ask(Some(at), &call, Purpose::Other).await;
    let nobody = world.ask(None, &call, Purpose::Other).await;
    let public = found(values, &call, &nobody);
    let mut shows = found(values, &call, &own);
    shows.retain(|value| own.succeeded() && !public.contains(value));
    let action = name_of(world, &call);
    (!shows.is_empty()).then_some(Deed { action, call, shows, makes: None, before: own.exchange })
}

/// Making something that one of the reads shows.
async fn make(world: &mut World<'_>, at: usize, reads: &[Deed]) -> Option<Deed> {
    let (call, canary) = world.making_call(at).await?;
    let made = world.ask(Some(at), &call, Purpose::Other).await;
    if !made.succeeded() {
        return None;
    }
    for shown_by in reads.iter().map(|deed| deed.call.clone()) {
        let look = world.ask(Some(at), &shown_by, Purpose::Other).await;
        if look.answer.text().to_lowercase().contains(&canary) {
            let action = name_of(world, &call);
            let makes = Some((canary, shown_by));
            return Some(Deed { action, call, shows: Vec::new(), makes, before: made.exchange });
        }
    }
    None
}

pub(super) fn name_of(world: &World<'_>, call: &Call) -> String {
    let path = call.path.split('?').next().unwrap_or_default();
    world
        .action_at(&call.method, &call.path)
        .map_or_else(|| format!("{} {path}", call.method), |action| world.action(action).name())
}

/// Tries each as `who`; what was made is looked for as `reader`.
pub(super) async fn try_as(world: &mut World<'_>, deeds: &[Deed], who: usize, reader: usize) -> Vec<Tried> {
    let mut tried = Vec::new();
    let carried = world.actors[who].session.clone();
    for deed in deeds {
        // An answer may take a cookie away; whoever holds on to it sends it all the same.
        world.actors[who].session = carried.clone();
        let (call, fresh) = match &deed.makes {
            Some(_) => world.varied(&deed.call),
            None => (deed.call.clone(), None),
        };
        let asked = world.ask(Some(who), &call, Purpose::Other).await;
        let mut got = if asked.succeeded() { found(&deed.shows, &call, &asked) } else { Vec::new() };
        if let (Some((_, look)), Some(fresh)) = (&deed.makes, fresh) {
            let seen = world.ask(Some(reader), look, Purpose::Other).await;
            got.extend(Some(fresh).filter(|fresh| seen.answer.text().to_lowercase().contains(fresh.as_str())));
        }
        let (action, before) = (deed.action.clone(), deed.before.clone());
        tried.push(Tried { action, before, now: asked.exchange, got, made: deed.makes.is_some() });
    }
    world.actors[who].session = carried;
    tried
}

/// Whether the one who may can still do the first of them: else a refusal means nothing.
pub(super) async fn still_works(world: &mut World<'_>, deeds: &[Deed], at: usize) -> bool {
    let Some(first) = deeds.iter().find(|deed| deed.makes.is_none()) else { return false };
    let asked = world.ask(Some(at), &first.call, Purpose::Other).await;
    asked.succeeded() && !found(&first.shows, &first.call, &asked).is_empty()
}
