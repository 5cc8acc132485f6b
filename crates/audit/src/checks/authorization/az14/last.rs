//! The last owner lowers himself, and removes himself.

use super::Ranked;
use super::ranks::{self, Ranking, call, governs, is_person, values};
use crate::checks::say::Untried;
use crate::client::{Body, Purpose};
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
    for at in people {
        if !tenants.insert(world.actors[at].fact.tenant.clone()) || !world.revive(Some(at)).await {
            continue;
        }
        for ranking in &rankings {
            for list in &lists {
                if let Some(seen) = one(world, ranking, list, at).await {
                    return vec![seen];
                }
            }
        }
    }
    let untried = Some(Untried::undecided("no list shows that somebody is the only owner"));
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

async fn one(world: &mut World<'_>, ranking: &Ranking, list: &List, at: usize) -> Option<Ranked> {
    let look = look_at(world, list, at).await?;
    let rows = rows(world, &look, at, &ranking.field).await?;
    let own = world.actors[at].keys("id");
    let mine = rows.iter().find(|(ids, _)| own.iter().any(|key| ids.contains(key)))?;
    let rank = mine.1.clone();
    let before = rows.iter().filter(|(_, other)| *other == rank).count();
    if before != 1 || !governs(world, &rank) {
        return None;
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
    calls.extend(removing(world, ranking, at).map(|call| ("removed".to_owned(), call)));
    let mut is_there = false;
    for (what, call) in calls {
        let asked = world.ask(Some(at), &call, Purpose::Other).await;
        seen.tried.push(what.clone());
        is_there |= asked.exchange.status != 404;
        let mut after = None;
        for reader in [Some(at), witness].into_iter().flatten() {
            if after.is_none() {
                let now = self::rows(world, &look, reader, &ranking.field).await;
                after = now.map(|rows| rows.iter().filter(|(_, other)| *other == rank).count());
            }
        }
        // Whoever is let in no more is gone, and he was the only one.
        let gone = after.is_none() && asked.succeeded() && !world.revive(Some(at)).await;
        let Some(after) = after.or(gone.then_some(0)) else {
            seen.untried = Some(Untried::undecided("nobody could count the owners afterwards"));
            return Some(seen);
        };
        seen.owners = Some((1, u32::try_from(after).unwrap_or(u32::MAX)));
        if after == 0 {
            seen.raised = Some(what);
            seen.exchange = Some(asked.exchange);
            return Some(seen);
        }
    }
    if !is_there {
        // A line that names another place than his own says nothing of his.
        seen.untried = Some(Untried::undecided("what he asked for was answered as if he were not there"));
    }
    (!seen.tried.is_empty()).then_some(seen)
}

/// Removing oneself from the people.
fn removing(world: &World<'_>, ranking: &Ranking, at: usize) -> Option<Call> {
    let slot = ranking.person()?;
    let action = (0..world.catalogue.actions.len()).find(|action| {
        let last = world.slots.of(*action).last().is_some_and(|(last, _)| *last == slot);
        world.action(*action).verb == "DELETE" && last && world.action(*action).path.ends_with('}')
    })?;
    let mut keys = BTreeMap::new();
    for (other, name) in world.slots.of(action) {
        keys.insert(*other, world.actors[at].keys(name).into_iter().next()?);
    }
    let path = world.path_of(action, &keys).ok()?;
    Some(Call { method: "DELETE".into(), path, headers: Vec::new(), body: Body::None })
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
