//! Sends fields along that nobody offered.

use super::fields::{Extra, RANK_OF_PERSONS, candidates, compared, shown, with};
use super::{Assigned, Field};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::Exchange;
use crate::plan::slots::{changes, reads, words};
use crate::walk::objects::{KeyPlace, Way};
use crate::walk::{Call, World};
use serde_json::Value;
use std::collections::BTreeMap;

/// Most people who look for what its maker sees no more.
const READERS_MAX: usize = 4;
/// Most actions that are tried where no answer shows a rank.
const BLIND_MAX: usize = 6;
/// Words of paths that stand for oneself.
const ONESELF: &[&str] = &["me", "profile", "account", "settings", "self", "user", "preferences"];
/// Most kinds of objects that are tried.
const NOUNS_MAX: usize = 8;

/// Sends fields along wherever something is made or described.
pub(in crate::checks::authorization) async fn probe(world: &mut World<'_>) -> Result<()> {
    let like = (0..world.actors.len()).find(|at| !world.actors[*at].fact.throw_away).unwrap_or(0);
    let mut seen = Vec::new();
    for slot in 0..world.slots.all.len() {
        if NOUNS_MAX <= seen.len() {
            break;
        }
        seen.extend(making(world, slot, like).await);
    }
    let made = seen.len();
    for slot in 0..world.slots.all.len() {
        if made + NOUNS_MAX <= seen.len() {
            break;
        }
        seen.extend(changing(world, slot).await);
    }
    if let Ok(at) = world.throw_away(like).await {
        for action in describing(world) {
            seen.extend(described(world, action, at).await);
        }
    }
    seen.extend(signing_up(world, like).await);
    if seen.is_empty() {
        seen = blindly(world).await;
    }
    if seen.is_empty() {
        seen.push(Assigned { action: "bodies".into(), nothing_shown: true, ..Assigned::default() });
    }
    seen.iter().try_for_each(|one| world.store.add(one).map(drop))
}

/// Objects of one kind: one as it should be, and one with more.
async fn making(world: &mut World<'_>, slot: usize, at: usize) -> Option<Assigned> {
    let item = world.slots.all[slot].item?;
    let told = world.ways.get(&slot).cloned();
    let action = match &told {
        Some(Ok(Way::Action(action, _))) => *action,
        // What a line of the manifest makes is made by its action, so that more can be sent along.
        Some(Ok(Way::Recipe)) => {
            let (action, place) = by_action(world, slot)?;
            world.ways.insert(slot, Ok(Way::Action(action, place)));
            action
        }
        _ => return None,
    };
    let seen = making_by(world, slot, (action, item), at).await;
    told.map(|way| world.ways.insert(slot, way));
    seen
}

/// The action that a line of the manifest sends to make something of a kind, where it was met and says where the key stands.
fn by_action(world: &World<'_>, slot: usize) -> Option<(usize, KeyPlace)> {
    let line = world.manifest.make.get(&world.slots.all[slot].noun)?;
    let place = KeyPlace::Answer(line.produces.as_ref()?.to_string());
    let met = |at: &usize| world.bodies.contains_key(at) && !world.avoided.contains_key(at);
    let action = world.slots.all[slot].producers.iter().copied().find(met)?;
    let of_line = line.path.as_str().split('?').next()? == world.action(action).address_path();
    of_line.then_some((action, place))
}

async fn making_by(world: &mut World<'_>, slot: usize, (action, item): (usize, usize), at: usize) -> Option<Assigned> {
    let control = world.make(slot, at).await.ok()?;
    let owner = world.objects[control].owner;
    let before = look(world, item, control, owner).await?;
    let good = world.bodies.get(&action).cloned().filter(Value::is_object)?;
    let theirs = a_strangers(world, slot, item, owner).await;
    let extra = candidates(world, action, &shown(&before.0), &theirs, &[], owner);
    if extra.is_empty() {
        return None;
    }
    let mut after = None;
    let mut fields = Vec::new();
    for round in extra.rounds() {
        let whole = round[0].len();
        for some in round {
            world.bodies.insert(action, with(&good, &some));
            let made = world.make(slot, owner).await;
            world.bodies.insert(action, good.clone());
            world.failed.remove(&(slot, owner));
            let Ok(made) = made else { continue };
            let Some((now, exchange)) = look_as_any(world, item, made, owner).await else { continue };
            fields.extend(compared(&some, &before.0, &now));
            after = Some(exchange);
            if some.len() == whole {
                break;
            }
        }
    }
    finish(world, world.action(action).name(), owner, fields, after, &extra)
}

/// An object of one kind, changed as it should be, and with more.
async fn changing(world: &mut World<'_>, slot: usize) -> Option<Assigned> {
    let item = world.slots.all[slot].item?;
    let fits = |at: &usize| {
        let (action, read) = (world.action(*at), world.action(item));
        let itself = matches!(action.verb.as_str(), "PUT" | "PATCH") && action.address_path() == read.address_path();
        let seen_by = world.met.get(at).and_then(|met| met.witness.as_ref()).map(|seen| seen.reader.action);
        let says = changes(action) && seen_by == Some(item) && world.slots.about(*at) == [slot];
        (itself || says)
            && world.left_out(*at).is_none()
            && !world.avoided.contains_key(at)
            && world.met.contains_key(at)
    };
    let action = (0..world.catalogue.actions.len()).find(fits)?;
    let by = world.met.get(&action)?.by();
    let object = world.fresh(action, slot, by).await.ok()?;
    let owner = world.objects[object].owner;
    let before = look(world, item, object, owner).await?;
    let good = world.bodies.get(&action).cloned().filter(Value::is_object)?;
    let theirs = a_strangers(world, slot, item, owner).await;
    let extra = candidates(world, action, &shown(&before.0), &theirs, &[], owner);
    if extra.is_empty() {
        return None;
    }
    let keys = world.keys_for(action, owner, object).await.ok()?;
    let mut after = None;
    let mut fields = Vec::new();
    for some in extra.rounds().into_iter().flatten() {
        // What was taken, or left, as a whole needs no second look.
        if some.keys().all(|name| fields.iter().any(|field: &Field| field.name == *name)) {
            continue;
        }
        world.bodies.insert(action, with(&good, &some));
        let call = world.call_again(action, owner, &keys, object).await;
        world.bodies.insert(action, good.clone());
        let asked = world.ask(Some(owner), &call.ok()?, Purpose::Other).await;
        let done = asked.succeeded();
        let seen = match look_as_any(world, item, object, owner).await {
            Some(seen) => Some(seen),
            // Nobody sees it any more: then it is where the answer says that it is now.
            None => asked.answer.json().filter(|_| done).map(|now| (now, asked.exchange)),
        };
        let Some((now, exchange)) = seen else { break };
        let seen = compared(&some, &before.0, &now);
        // One that was refused as a whole may have been refused for another field.
        fields.extend(seen.into_iter().filter(|field| done || field.was_taken()));
        after = Some(exchange);
    }
    finish(world, world.action(action).name(), owner, fields, after, &extra)
}

/// What a stranger's object of the same kind shows him.
async fn a_strangers(world: &mut World<'_>, slot: usize, item: usize, owner: usize) -> BTreeMap<String, Value> {
    let Some(stranger) = world.a_stranger(owner) else { return BTreeMap::new() };
    let Ok(object) = world.standing(slot, stranger).await else { return BTreeMap::new() };
    look(world, item, object, stranger).await.map(|(seen, _)| shown(&seen)).unwrap_or_default()
}

/// What an object shows its owner, or whoever it was made to belong to: he may be the only one who sees it.
async fn look_as_any(world: &mut World<'_>, item: usize, object: usize, owner: usize) -> Option<(Value, Exchange)> {
    let others = (0..world.actors.len()).filter(|other| *other != owner).take(READERS_MAX);
    for who in std::iter::once(owner).chain(others).collect::<Vec<_>>() {
        if let Some(seen) = look(world, item, object, who).await {
            return Some(seen);
        }
    }
    None
}

async fn look(world: &mut World<'_>, item: usize, object: usize, owner: usize) -> Option<(Value, Exchange)> {
    let call = world.read_call(item, &world.objects[object].keys.clone()).ok()?;
    let asked = world.ask(Some(owner), &call, Purpose::Other).await;
    Some((asked.answer.json().filter(|_| asked.succeeded())?, asked.exchange))
}

fn finish(
    world: &World<'_>,
    action: String,
    at: usize,
    fields: Vec<Field>,
    read_back: Option<Exchange>,
    extra: &Extra,
) -> Option<Assigned> {
    // What is refused with each of them is refused, and that is as good as unheard.
    let mut fields = fields;
    let unheard = compared(&extra.rank, &Value::Null, &Value::Null).into_iter();
    let unheard: Vec<Field> = unheard.filter(|one| !fields.iter().any(|known| known.name == one.name)).collect();
    fields.extend(unheard);
    // The rest was sent in one piece: refused, it says nothing of each.
    if fields.is_empty() {
        return None;
    }
    for field in &mut fields {
        field.asks = extra.rest.contains_key(&field.name);
    }
    Some(Assigned { action, who: Some(world.fact(Some(at))), fields, read_back, ..Assigned::default() })
}

/// Actions by which one says something about oneself.
fn describing(world: &World<'_>) -> Vec<usize> {
    let fits = |at: &usize| {
        let action = world.action(*at);
        let of_oneself = words(&action.path).iter().any(|word| ONESELF.contains(&word.as_str()));
        let is_place =
            action.path.rsplit('/').find(|part| !part.is_empty()).is_some_and(|last| ONESELF.contains(&last));
        let says = action.verb == "POST" && of_oneself && (is_place || changes(action));
        let describes = says || matches!(action.verb.as_str(), "PUT" | "PATCH");
        describes && !action.path.contains('{') && world.bodies.contains_key(at) && !world.avoided.contains_key(at)
    };
    (0..world.catalogue.actions.len()).filter(fits).take(4).collect()
}

/// What a person says about himself, with more than he may say.
async fn described(world: &mut World<'_>, action: usize, at: usize) -> Option<Assigned> {
    let (look, before) = shown_there(world, action, at).await?;
    let extra = candidates(world, action, &shown(&before), &BTreeMap::new(), RANK_OF_PERSONS, at);
    if extra.is_empty() {
        return None;
    }
    let good = world.bodies.get(&action).cloned()?;
    let mut fields = Vec::new();
    let mut after = None;
    for some in extra.rounds().into_iter().flatten() {
        if some.keys().all(|name| fields.iter().any(|field: &Field| field.name == *name)) {
            continue;
        }
        let path = world.action(action).address_path();
        let body = world.body_like(action, with(&good, &some));
        let call = Call { method: world.action(action).verb.clone(), path, headers: Vec::new(), body };
        let done = world.ask(Some(at), &call, Purpose::Other).await.succeeded();
        let asked = world.ask(Some(at), &look, Purpose::Other).await;
        let Some(now) = asked.answer.value().filter(|_| asked.succeeded()) else { break };
        let seen = compared(&some, &before, &now);
        fields.extend(seen.into_iter().filter(|field| done || field.was_taken()));
        after = Some(asked.exchange);
    }
    finish(world, world.action(action).name(), at, fields, after, &extra)
}

/// What shows what an action describes: a read of the same place, which may be his company and not himself; else who he is.
async fn shown_there(world: &mut World<'_>, action: usize, at: usize) -> Option<(Call, Value)> {
    let path = world.action(action).address_path();
    let read = world.catalogue.actions.iter().any(|read| read.verb == "GET" && read.address_path() == path);
    let looks = read.then(|| Call::get(path)).into_iter().chain(world.proof_call(at));
    for look in looks.collect::<Vec<_>>() {
        let asked = world.ask(Some(at), &look, Purpose::Other).await;
        if let Some(value) = asked.answer.value().filter(|_| asked.succeeded()) {
            return Some((look, value));
        }
    }
    None
}

/// An account that is made with more than one may say.
async fn signing_up(world: &mut World<'_>, like: usize) -> Option<Assigned> {
    let action = (0..world.catalogue.actions.len()).find(|at| world.is_sign_up(*at))?;
    // What a fresh account shows without it: whoever walks may have been made otherwise.
    let fresh = world.throw_away(like).await.ok()?;
    let proof = world.proof_call(fresh)?;
    let before = world.ask(Some(fresh), &proof, Purpose::Other).await.answer.json()?;
    // What is somebody's own differs anyway.
    let mut extra = candidates(world, action, &shown(&before), &BTreeMap::new(), RANK_OF_PERSONS, fresh);
    extra.retain(|name| !words(name).iter().any(|word| matches!(word.as_str(), "owner" | "tenant" | "id")));
    if extra.is_empty() {
        return None;
    }
    let mut fields = Vec::new();
    let mut after = None;
    for round in extra.rounds() {
        let whole = round[0].len();
        for some in round {
            let Ok(at) = world.throw_away_with(like, &some).await else { continue };
            let proof = world.proof_call(at)?;
            let asked = world.ask(Some(at), &proof, Purpose::Other).await;
            let Some(now) = asked.answer.json().filter(|_| asked.succeeded()) else { continue };
            fields.extend(compared(&some, &before, &now));
            after = Some(asked.exchange);
            if some.len() == whole {
                break;
            }
        }
    }
    finish(world, world.action(action).name(), like, fields, after, &extra)
}

/// Where no answer shows a rank: whether a request is refused for a field that nobody declares.
async fn blindly(world: &mut World<'_>) -> Vec<Assigned> {
    let extra = BTreeMap::from([("role".to_owned(), Value::from("admin")), ("is_admin".to_owned(), true.into())]);
    let mut seen = Vec::new();
    let does = |at: &usize| !reads(world.action(*at), world.slots.named(*at));
    let met = world.met.keys().copied().filter(|at| world.bodies.get(at).is_some_and(Value::is_object));
    let known: Vec<usize> = met.filter(does).collect();
    for action in known {
        let about = world.action(action);
        let plain = matches!(about.verb.as_str(), "POST" | "PUT" | "PATCH") && world.slots.of(action).is_empty();
        let Some(at) = world.met.get(&action).map(|met| met.actor).filter(|_| plain) else { continue };
        let name = about.name();
        if BLIND_MAX <= seen.len() || world.left_out(action).is_some() || world.avoided.contains_key(&action) {
            continue;
        }
        let Ok(call) = world.plain_call(action, at).await else { continue };
        let control = world.ask(Some(at), &call, Purpose::Other).await;
        let Ok(mut more) = world.plain_call(action, at).await else { continue };
        more.body.add(&extra);
        if !control.succeeded() || more.body == call.body {
            continue;
        }
        let asked = world.ask(Some(at), &more, Purpose::Other).await;
        let who = Some(world.fact(Some(at)));
        seen.push(Assigned {
            action: name,
            who,
            blind: Some((control.exchange, asked.exchange)),
            ..Assigned::default()
        });
    }
    seen
}
