//! Brings things into a state, and does to them what could be done before.

use super::Closed;
use super::states::{State, Way, moves, states, unreachable};
use crate::checks::authorization::again::{self, Again};
use crate::checks::authorization::expect::{Rule, expect_in_state};
use crate::checks::say::Untried;
use crate::client::{Body, Purpose};
use crate::compare::changed;
use crate::error::Result;
use crate::evidence::{Form, Observation};
use crate::walk::witness::Reader;
use crate::walk::{Asked, Call, Reached, World};
use std::collections::BTreeSet;

/// Most writes that are tried on one thing.
const WRITES_MAX: usize = 16;

/// Each state of each kind of thing.
pub(in crate::checks::authorization) async fn probe(world: &mut World<'_>) -> Result<()> {
    let states = states(world);
    for name in unreachable(world, &states) {
        let line = format!("[become] {name} = 'ACTOR: POST /…/{{NOUN.id}}/…'");
        let untried = Some(Untried::not_told(format!("nothing says how something becomes {name}"), line));
        let by = format!("when {name}");
        world.store.add(&Closed { state: name, by, told: true, untried, ..Closed::default() })?;
    }
    if states.is_empty() {
        let untried = again::nothing_was_changed(world);
        let by = untried.as_ref().map_or_else(String::new, |_| "states".into());
        return world.store.add(&Closed { by, untried, ..Closed::default() }).map(drop);
    }
    for state in &states {
        for maker in makers(world, state) {
            let closed = one(world, state, maker).await;
            world.store.add(&closed)?;
        }
    }
    Ok(())
}

/// Writes that are tried on what is in a state, each with who makes the thing.
fn writes(world: &World<'_>, state: &State) -> Vec<Reached> {
    let closes = state.action(world);
    let mut writes = again::repeatable(world);
    writes.retain(|met| {
        let Some(object) = met.object.map(|at| &world.objects[at]) else { return false };
        let own = object.slot == state.slot;
        let below = object.keys.contains_key(&state.slot);
        // What is done before concerns the thing itself, or it is not known how it is done below this one.
        let ready = met.after.is_none();
        let known = match state.told {
            true => rule(world, met, state) == Rule::Forbidden,
            false => own && met.form != Form::Remove && !moves(world, met.action, met.call.sent_json().as_ref()),
        };
        below && ready && known && closes != Some(met.action)
    });
    // What takes the thing itself away comes last.
    writes.sort_by_key(|met| {
        let own = met.object.is_some_and(|at| world.objects[at].slot == state.slot);
        (met.form == Form::Remove, own, world.action(met.action).name())
    });
    writes.truncate(WRITES_MAX);
    writes
}

fn rule(world: &World<'_>, met: &Reached, state: &State) -> Rule {
    let (action, role) = (world.action(met.action).name(), &world.actors[met.actor].fact.role);
    expect_in_state(&world.run, world.matrix.as_ref(), &action, role, &state.name)
}

/// Who made the things that are written to.
fn makers(world: &World<'_>, state: &State) -> Vec<usize> {
    let makers: BTreeSet<usize> = writes(world, state).iter().map(|met| met.maker).collect();
    if makers.is_empty() { vec![0] } else { makers.into_iter().collect() }
}

async fn one(world: &mut World<'_>, state: &State, maker: usize) -> Closed {
    let mut closed = Closed {
        state: state.name.clone(),
        noun: world.slots.all[state.slot].noun.clone(),
        by: state.by(world),
        told: state.told,
        ..Closed::default()
    };
    let mut writes = writes(world, state);
    writes.retain(|met| met.maker == maker);
    if writes.is_empty() {
        return closed;
    }
    closed.untried = try_all(world, state, writes, &mut closed).await.err().map(Untried::undecided);
    closed
}

async fn try_all(
    world: &mut World<'_>,
    state: &State,
    writes: Vec<Reached>,
    closed: &mut Closed,
) -> std::result::Result<(), String> {
    let Some(maker) = writes.first().map(|met| met.maker) else { return Ok(()) };
    world.revive(Some(maker)).await;
    let thing = world.make(state.slot, maker).await?;
    // Everything that is written to has to be there before the door is shut.
    let mut ready: Vec<Again> = Vec::new();
    for met in writes {
        let Some(slot) = met.object.map(|at| world.objects[at].slot) else { continue };
        let object = match slot == state.slot {
            true => Ok(thing),
            false => world.make_below(slot, thing, maker).await,
        };
        if let Ok(object) = object {
            ready.extend(Again::on(world, &met, object).await);
        }
    }
    let before = look(world, thing, maker).await;
    let asked = close(world, state, thing, maker).await?;
    closed.closing = Some(asked.exchange.clone());
    if !asked.succeeded() {
        return Err(format!("{} answered {}", state.by(world), asked.exchange.status));
    }
    let after = look(world, thing, maker).await;
    closed.seen = changed(&before, &after, &BTreeSet::new()).iter().next().is_some() || before.exists && !after.exists;
    for again in ready {
        let Some(call) = again.call(world).await else { continue };
        closed.tries.push(again.tried(world, Some(again.met.actor), &call, Purpose::Other).await);
    }
    Ok(())
}

/// The thing itself, as its maker reads it.
async fn look(world: &mut World<'_>, thing: usize, maker: usize) -> Observation {
    let Some(item) = world.slots.all[world.objects[thing].slot].item else { return Observation::default() };
    let keys = world.objects[thing].keys.clone();
    world.observe(&Reader { action: item, row: None }, &keys, maker, Purpose::Other).await
}

/// Brings a thing into the state.
async fn close(world: &mut World<'_>, state: &State, thing: usize, maker: usize) -> std::result::Result<Asked, String> {
    let (by, call) = match &state.way {
        Way::Line(line) => {
            let named = line.actor.as_ref();
            let named = named.and_then(|name| world.actors.iter().position(|actor| actor.fact.name == *name));
            // The line's actor does it to what is his own tenant's.
            let by =
                named.filter(|by| world.actors[*by].fact.tenant == world.actors[maker].fact.tenant).unwrap_or(maker);
            let mut known = world.known(Some(by));
            known.insert("canary".into(), world.canaries.mint());
            world.add_keys(&mut known, &world.objects[thing].keys);
            let filled = line.fill(&|name| known.get(name).cloned());
            (by, filled.map(Call::from).map_err(|unfilled| format!("become.{}: {unfilled}", state.name))?)
        }
        Way::Action(action, value) => {
            let met = world.met.get(action).cloned().ok_or("nobody knows how that is done")?;
            let keys = world.keys_for(*action, met.actor, thing).await?;
            let mut call = world.call_again(*action, met.actor, &keys, thing).await?;
            if let (Some((field, value)), Body::Json(body)) = (value, &mut call.body) {
                body[field.as_str()] = value.clone();
            }
            (met.actor, call)
        }
    };
    world.revive(Some(by)).await;
    Ok(world.ask(Some(by), &call, Purpose::Other).await)
}
