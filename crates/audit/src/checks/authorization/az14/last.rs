//! The last owner lowers himself, and removes himself.

use super::Ranked;
use super::ranks::{self, Ranking, call, governs, is_person, values};
use crate::checks::authorization::az06::infer::removals;
use crate::checks::say::Untried;
use crate::client::Purpose;
use crate::manifest::RequestLine;
use crate::walk::{Call, World};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const SUBJECT: &str = "the last owner";

/// One for the first tenant in which a list shows one owner only.
pub(super) async fn probe(world: &mut World<'_>) -> Vec<Ranked> {
    let rankings = ranks::actions(world);
    let lists: Vec<usize> =
        (world.slots.all.iter()).filter(|slot| is_person(&slot.noun)).flat_map(|slot| slot.lists.clone()).collect();
    let told = world.manifest.ranks.list.clone();
    let lists: Vec<List> = told.map(List::Line).into_iter().chain(lists.into_iter().map(List::Action)).collect();
    if rankings.is_empty() || lists.is_empty() {
        return Vec::new();
    }
    if !world.manifest.target.disposable {
        let untried = Some(Untried::not_told(
            "an owner is only removed where everything may be lost",
            "[target] disposable = true",
        ));
        return vec![Ranked { subject: SUBJECT.into(), untried, ..Ranked::default() }];
    }
    // The last tenant of the manifest is the one that nothing else hangs on.
    let people: Vec<usize> = (0..world.actors.len())
        .rev()
        .filter(|at| !world.actors[*at].fact.throw_away && governs(world, &world.actors[*at].fact.role))
        .collect();
    let mut tenants = BTreeSet::new();
    let mut crowds = Vec::new();
    for at in people {
        if !tenants.insert(world.actors[at].fact.tenant.clone()) || !world.revive(Some(at)).await {
            continue;
        }
        for ranking in &rankings {
            for list in &lists {
                match one(world, ranking, list, at).await {
                    Some(Ok(seen)) => return vec![seen],
                    Some(Err(crowd)) => crowds.push(crowd),
                    None => {}
                }
            }
        }
    }
    let why = crowds.pop().unwrap_or_else(|| "no list shows that somebody is the only owner".into());
    let untried = Some(Untried::undecided(why));
    vec![Ranked { subject: SUBJECT.into(), untried, ..Ranked::default() }]
}

/// What shows the people of a place.
enum List {
    Line(RequestLine),
    Action(usize),
}

async fn look_at(world: &mut World<'_>, list: &List, at: usize) -> Option<Call> {
    let list = match list {
        List::Line(line) => return world.fill_line(line, Some(at)).ok(),
        List::Action(list) => *list,
    };
    let mut keys = BTreeMap::new();
    for (slot, _) in world.slots.of(list).to_vec() {
        let home = world.standing(slot, at).await.ok()?;
        keys.insert(slot, world.objects[home].keys.get(&slot)?.clone());
    }
    world.read_call(list, &keys).ok()
}

/// The tries of one owner by one list; why he is not the only one, where he is not.
async fn one(world: &mut World<'_>, ranking: &Ranking, list: &List, at: usize) -> Option<Result<Ranked, String>> {
    let look = look_at(world, list, at).await?;
    let (rank, mut others) = owners(world, &look, at, &ranking.field).await?;
    if !governs(world, &rank) {
        return None;
    }
    if others.iter().any(|ids| ours(world, ids).is_some()) {
        dismiss(world, at, &others).await;
        others = owners(world, &look, at, &ranking.field).await?.1;
    }
    if !others.is_empty() {
        let tenant = &world.actors[at].fact.tenant;
        let count = others.len() + 1;
        return Some(Err(format!(
            "{tenant} has {count} of the rank {rank}, and not all others were made by this walk"
        )));
    }
    let witness = (0..world.actors.len()).find(|other| {
        *other != at
            && world.actors[*other].fact.tenant == world.actors[at].fact.tenant
            && !world.actors[*other].fact.throw_away
    });
    let mut seen =
        Ranked { subject: SUBJECT.into(), who: Some(world.fact(Some(at))), before: rank.clone(), ..Ranked::default() };
    let mut calls: Vec<(String, Call)> = Vec::new();
    let lower =
        values(world, ranking, &rank).into_iter().find(|value| !governs(world, value.as_str().unwrap_or("admin")));
    if let Some(value) = lower {
        let name = crate::compare::scalar(&value).unwrap_or_default();
        calls.extend(call(world, ranking, at, &value).await.map(|call| (name, call)));
    }
    // Whoever is suspended is counted as an owner still.
    for removal in removals(world).into_iter().filter(|removal| removal.is_for_good()) {
        calls.extend(removal.call(world, at, at).ok().map(|call| ("removed".to_owned(), call)));
    }
    let mut is_there = false;
    for (what, call) in calls {
        let asked = world.ask(Some(at), &call, Purpose::Other).await;
        seen.tried.push(what.clone());
        is_there |= asked.exchange.status != 404;
        let mut after = None;
        for reader in [Some(at), witness].into_iter().flatten() {
            if after.is_none() {
                let now = rows(world, &look, reader, &ranking.field).await;
                after = now.map(|rows| rows.iter().filter(|(_, other)| *other == rank).count());
            }
        }
        // Whoever is let in no more is gone, and he was the only one.
        let gone = after.is_none() && asked.succeeded() && !world.revive(Some(at)).await;
        let Some(after) = after.or(gone.then_some(0)) else {
            seen.untried = Some(Untried::undecided("nobody could count the owners afterwards"));
            return Some(Ok(seen));
        };
        seen.owners = Some((1, u32::try_from(after).unwrap_or(u32::MAX)));
        if after == 0 {
            seen.raised = Some(what);
            seen.exchange = Some(asked.exchange);
            return Some(Ok(seen));
        }
    }
    if !is_there {
        // A line that names another place than his own says nothing of his.
        seen.untried = Some(Untried::undecided("what he asked for was answered as if he were not there"));
    }
    (!seen.tried.is_empty()).then_some(Ok(seen))
}

/// The rank of somebody in a list, and by what the others of that rank are known there.
async fn owners(world: &mut World<'_>, look: &Call, at: usize, field: &str) -> Option<(String, Vec<Vec<String>>)> {
    let rows = rows(world, look, at, field).await?;
    let own = world.actors[at].keys("id");
    let is_own = |ids: &[String]| own.iter().any(|key| ids.contains(key));
    let rank = rows.iter().find(|(ids, _)| is_own(ids))?.1.clone();
    let others = rows.into_iter().filter(|(ids, other)| *other == rank && !is_own(ids));
    let others = others.map(|(ids, _)| ids).collect();
    Some((rank, others))
}

/// Somebody whom this walk made: a throw-away actor, or an object.
enum Ours {
    Actor(usize),
    Object(usize),
}

fn ours(world: &World<'_>, ids: &[String]) -> Option<Ours> {
    let throw_away = (0..world.actors.len()).find(|at| {
        let actor = &world.actors[*at];
        actor.fact.throw_away && actor.keys("id").first().is_some_and(|key| ids.contains(key))
    });
    let made = |object: &crate::walk::objects::Object| {
        let person = is_person(&world.slots.all[object.slot].noun);
        object.changeable && !object.gone && person && ids.iter().any(|id| id == object.key())
    };
    throw_away.map(Ours::Actor).or_else(|| world.objects.iter().position(made).map(Ours::Object))
}

/// Takes out the other owners whom this walk made, so that one is left.
async fn dismiss(world: &mut World<'_>, by: usize, others: &[Vec<String>]) {
    for ids in others {
        match ours(world, ids) {
            Some(Ours::Object(at)) => world.remove(at, Some(by)).await,
            Some(Ours::Actor(at)) => {
                for removal in removals(world).into_iter().filter(|removal| removal.is_for_good()) {
                    if let Ok(call) = removal.call(world, at, by) {
                        world.ask(Some(by), &call, Purpose::CleanUp).await;
                    }
                }
            }
            None => {}
        }
    }
}

/// The rows of a list of people: what each is known by, and his rank.
async fn rows(world: &mut World<'_>, look: &Call, at: usize, field: &str) -> Option<Vec<(Vec<String>, String)>> {
    let asked = world.ask(Some(at), look, Purpose::Other).await;
    let json = asked.answer.json().filter(|_| asked.succeeded())?;
    let mut rows = Vec::new();
    let mut open = vec![&json];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => {
                if let Some(rank) = fields.get(field).and_then(crate::compare::scalar) {
                    rows.push((crate::compare::leaves(value).into_iter().map(|(_, text)| text).collect(), rank));
                }
                open.extend(fields.values().filter(|value| value.is_array() || value.is_object()));
            }
            _ => {}
        }
    }
    (!rows.is_empty()).then_some(rows)
}
