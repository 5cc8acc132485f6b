//! Finds the spellings that reach anything at all, and tries those where the plain request is refused.

use super::spellings::{of_path, of_verb};
use super::{Spelt, Try, refuses, stands};
use crate::checks::authorization::again::{self, Again};
use crate::checks::authorization::effect::changed_something;
use crate::checks::authorization::expect::{Rule, expect};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::Form;
use crate::walk::{Call, Reached, Refusal, Who, World};
use std::collections::BTreeSet;

/// Most actions of a kind that are tried.
const ACTIONS_MAX: usize = 12;
/// Most of them whose owner asks in every spelling.
const ASKED_MAX: usize = 4;
/// What is said of all of them.
const ALL: &str = "spellings";

/// Reads of objects, reads without one, and writes.
pub(in crate::checks::authorization) async fn probe(world: &mut World<'_>) -> Result<()> {
    let mut seen = Vec::new();
    let (mut reaching, mut lost): (BTreeSet<String>, BTreeSet<String>) = Default::default();
    let mut awake = BTreeSet::new();
    for (met, people) in refused_reads(world) {
        let mut ways = Vec::new();
        for (how, reaches) in reached_by(world, &met).await {
            if reaches {
                ways.push(how);
            } else {
                lost.insert(how);
            }
        }
        for who in people.into_iter().filter(|_| !ways.is_empty()) {
            wake(world, who, &mut awake).await;
            seen.extend(read(world, &met, who, &ways).await);
        }
        reaching.extend(ways);
    }
    let ways: Vec<String> = reaching.iter().cloned().collect();
    let mut tried = 0;
    for met in plain_reads(world).into_iter().filter(|_| !ways.is_empty()) {
        let spelt = without_object(world, &met, &ways, &mut awake).await;
        tried += usize::from(spelt.is_some());
        seen.extend(spelt);
        if ACTIONS_MAX <= tried {
            break;
        }
    }
    seen.extend(writes(world, &ways, &mut awake).await);
    if seen.is_empty() {
        let number = |all: usize| u32::try_from(all).unwrap_or(u32::MAX);
        let lost = number(lost.difference(&reaching).count());
        seen.push(Spelt { action: ALL.into(), reaching: number(ways.len()), lost, ..Spelt::default() });
    }
    seen.iter().try_for_each(|one| world.store.add(one).map(drop))
}

/// Signs somebody in again who is not signed in any more: once, and not before each of his tries.
async fn wake(world: &mut World<'_>, who: Who, awake: &mut BTreeSet<Who>) {
    if awake.insert(who) {
        world.revive(who).await;
    }
}

/// Reads that show their owner a canary of his, and the first to whom each was refused: somebody who is signed in, and
/// somebody who is not. Those that name least come first.
fn refused_reads(world: &World<'_>) -> Vec<(Reached, Vec<Who>)> {
    let mut found: Vec<(Reached, Vec<Who>)> = Vec::new();
    for met in world.met.values().filter(|met| met.form == Form::Read && met.call.method == "GET") {
        let Some(object) = met.object.map(|at| &world.objects[at]).filter(|object| !object.gone) else { continue };
        let people = refused_to(world, met, Some(object.key()));
        if !people.is_empty() && shows(&object.canaries, &met.call, &met.asked.answer.text()) {
            found.push((met.clone(), people));
        }
    }
    found.sort_by_key(|(met, _)| {
        let action = world.action(met.action);
        (action.path.matches('{').count(), action.name())
    });
    found.truncate(ASKED_MAX);
    found
}

/// To whom an action was refused: somebody of another tenant, a colleague, and somebody who is not signed in. What had no
/// cells in this part of the walk was tried by nobody yet; that it is refused is seen before it is spelt otherwise.
fn refused_to(world: &World<'_>, met: &Reached, key: Option<&str>) -> Vec<Who> {
    let here = |one: &&Refusal| one.action == met.action && key.is_none_or(|key| one.key == key);
    let mut refused: Vec<Who> = world.refusals.iter().filter(here).map(|one| one.actor).collect();
    if world.untried.contains(&met.action) {
        refused.extend((0..world.actors.len()).filter(|at| !world.actors[*at].fact.throw_away).map(Some).chain([None]));
    }
    let relations = ["other tenant", "same tenant", "anonymous"];
    let of = |wanted: &str| {
        let fits = |who: &&Who| **who != Some(met.maker) && world.relation(**who, met.maker) == wanted;
        refused.iter().find(fits).copied()
    };
    let mut people: Vec<Who> = relations.into_iter().filter_map(of).collect();
    // Staff, where it was refused to nobody else.
    if people.is_empty() {
        people.extend(refused.first());
    }
    people
}

/// Whether an answer shows one of an object's canaries that was not sent.
fn shows(canaries: &[(String, String)], call: &Call, text: &str) -> bool {
    let (text, sent) = (text.to_lowercase(), call.sent_text());
    canaries.iter().any(|(_, canary)| text.contains(canary.as_str()) && !sent.contains(canary.as_str()))
}

/// Each spelling, and whether the owner reaches what is his in it; none where he does not in the plain one.
async fn reached_by(world: &mut World<'_>, met: &Reached) -> Vec<(String, bool)> {
    let canaries = met.object.map(|at| world.objects[at].canaries.clone()).unwrap_or_default();
    let mut found = Vec::new();
    let plain = world.ask(Some(met.actor), &met.call, Purpose::Other).await;
    if !shows(&canaries, &met.call, &plain.answer.text()) {
        return found;
    }
    for (how, call) in of_path(&met.call) {
        let asked = world.ask(Some(met.actor), &call, Purpose::Other).await;
        let mut reaches = shows(&canaries, &call, &asked.answer.text());
        // What stands at that address anyway is not there because of a header.
        if reaches && call.headers != met.call.headers {
            let bare = Call { headers: met.call.headers.clone(), ..call };
            let asked = world.ask(Some(met.actor), &bare, Purpose::Other).await;
            reaches = !shows(&canaries, &bare, &asked.answer.text());
        }
        found.push((how, reaches));
    }
    found
}

/// The calls of these spellings.
fn spelt(call: &Call, reaching: &[String]) -> Vec<(String, Call)> {
    let mut spelt = of_path(call);
    spelt.retain(|(how, _)| reaching.contains(how));
    spelt
}

async fn read(world: &mut World<'_>, met: &Reached, who: Who, reaching: &[String]) -> Option<Spelt> {
    let plain = world.ask(who, &met.call, Purpose::Other).await.exchange;
    if !refuses(&plain) {
        return None;
    }
    let owner = world.objects[met.object?].owner;
    let tries = each(world, who, &met.call, reaching).await;
    Some(Spelt {
        action: world.action(met.action).name(),
        who: Some(world.fact(who)),
        owner: Some(world.fact(Some(owner))),
        plain: Some(plain),
        tries,
        ..Spelt::default()
    })
}

async fn each(world: &mut World<'_>, who: Who, call: &Call, reaching: &[String]) -> Vec<Try> {
    let mut tries = Vec::new();
    for (how, call) in spelt(call, reaching) {
        let exchange = world.ask(who, &call, Purpose::Check).await.exchange;
        tries.push(Try { how, exchange, trial: None });
    }
    tries
}

/// Reads without an object, as they were reached.
fn plain_reads(world: &World<'_>) -> Vec<Reached> {
    let plain = |met: &&Reached| met.object.is_none() && met.call.method == "GET";
    world.met.values().filter(plain).cloned().collect()
}

/// A read without an object, by one to whom the matrix does not give it.
async fn without_object(
    world: &mut World<'_>,
    met: &Reached,
    reaching: &[String],
    awake: &mut BTreeSet<Who>,
) -> Option<Spelt> {
    let name = world.action(met.action).name();
    let who = (0..world.actors.len()).find(|at| {
        let (fact, relation) = (world.fact(Some(*at)), world.relation(Some(*at), met.actor));
        let expectation = expect(&world.run, world.matrix.as_ref(), &name, &fact, relation, false);
        !fact.throw_away && *at != met.actor && expectation.rule == Rule::Forbidden
    })?;
    wake(world, Some(who), awake).await;
    let plain = world.ask(Some(who), &met.call, Purpose::Other).await.exchange;
    if !refuses(&plain) {
        return None;
    }
    let permitted = world.ask(Some(met.actor), &met.call, Purpose::Other).await.exchange;
    let tries = each(world, Some(who), &met.call, reaching).await;
    Some(Spelt {
        action: name,
        who: Some(world.fact(Some(who))),
        owner: Some(world.fact(Some(met.actor))),
        plain: Some(plain),
        permitted: Some(permitted),
        tries,
        ..Spelt::default()
    })
}

/// Writes that were refused to somebody, who is signed in where there is such a one, in spellings of path and verb by
/// which their owner does them.
async fn writes(world: &mut World<'_>, reaching: &[String], awake: &mut BTreeSet<Who>) -> Vec<Spelt> {
    let mut seen = Vec::new();
    let mut asked = 0;
    for met in again::repeatable(world) {
        let mut people = refused_to(world, &met, None);
        if people.iter().any(Option::is_some) {
            people.retain(Option::is_some);
        }
        if people.is_empty() || ACTIONS_MAX <= asked {
            continue;
        }
        let overriding = if asked < ASKED_MAX { overriding(world, &met).await } else { Vec::new() };
        asked += 1;
        for who in people.into_iter().filter(|_| !reaching.is_empty() || !overriding.is_empty()) {
            wake(world, who, awake).await;
            seen.extend(write(world, &met, who, reaching, &overriding).await);
        }
    }
    seen
}

/// The ways to say another verb than the one that is sent by which an owner changes what is his.
async fn overriding(world: &mut World<'_>, met: &Reached) -> Vec<String> {
    let ways = of_verb(&met.call).len();
    if met.form != Form::Change || ways == 0 {
        return Vec::new();
    }
    let Some(again) = Again::fresh(world, met).await else { return Vec::new() };
    let mut found = Vec::new();
    for at in 0..ways {
        let Some(call) = again.call(world).await else { continue };
        let Some((how, call)) = of_verb(&call).into_iter().nth(at) else { continue };
        if changed_something(&again.tried(world, Some(met.actor), &call, Purpose::Other).await) {
            found.push(how);
        }
    }
    found
}

async fn write(
    world: &mut World<'_>,
    met: &Reached,
    who: Who,
    reaching: &[String],
    overriding: &[String],
) -> Option<Spelt> {
    let again = Again::fresh(world, met).await?;
    let call = again.call(world).await?;
    let plain = world.ask(who, &call, Purpose::Other).await.exchange;
    if !refuses(&plain) {
        return None;
    }
    let mut ways = spelt(&call, reaching);
    ways.extend(of_verb(&call).into_iter().filter(|(how, _)| overriding.contains(how)));
    let mut tries = Vec::new();
    for (how, call) in ways {
        let trial = again.tried(world, who, &call, Purpose::Check).await;
        let exchange = trial.attempts.first()?.exchanges.first()?.clone();
        tries.push(Try { how, exchange, trial: Some(trial) });
    }
    if tries.is_empty() {
        return None;
    }
    // Where nothing is seen, its owner shows at last that something would be.
    let mut control = None;
    if tries.iter().filter_map(|one| one.trial.as_ref()).any(|trial| !stands(trial)) {
        let call = again.call(world).await?;
        control = Some(again.tried(world, Some(met.actor), &call, Purpose::Other).await);
    }
    let owner = world.objects[again.object?].owner;
    Some(Spelt {
        action: world.action(met.action).name(),
        who: Some(world.fact(who)),
        owner: Some(world.fact(Some(owner))),
        plain: Some(plain),
        tries,
        control,
        ..Spelt::default()
    })
}
