//! Ranks that count in one place only, as a project: whoever was let into it as less gives himself more there.

use super::{Ranked, ranks};
use crate::checks::authorization::again::{self, Again, is_no_answer};
use crate::checks::authorization::effect::effect;
use crate::checks::authorization::joining::{self, Joining, Known};
use crate::checks::say::Untried;
use crate::client::Purpose;
use crate::compare::{leaves, scalar};
use crate::evidence::Form;
use crate::manifest::{FilledBody, RequestLine};
use crate::plan::slots::{names_person, singular, words};
use crate::walk::{Call, World};
use serde_json::Value;
use std::collections::BTreeMap;

/// Most actions that are tried in one kind of place.
const ACTIONS_MAX: usize = 3;
/// Most ranks that are asked for.
const RANKS_MAX: usize = 4;
/// Most things that are seen to be refused to him before.
const CLOSED_MAX: usize = 4;
/// Most requests that are looked at for the rank that somebody has in a place.
const SHOWN_BY_MAX: usize = 6;
/// Ranks that many services have, where nothing tells which this one has.
const COMMON: [&str; 3] = ["owner", "admin", "editor"];

/// An action that sets somebody's rank in a place.
struct Raise {
    action: usize,
    /// The slot of the place.
    place: usize,
    /// The field of its body that holds the rank.
    field: String,
    /// The slot of its path that names the person.
    person: Option<usize>,
    /// Fields of its body that name the person.
    named: Vec<String>,
}

/// Somebody in a place, and what is known of him there.
struct Member {
    at: usize,
    place: usize,
    known: Known,
    /// Who owns the place.
    by: usize,
}

/// One for each action that sets a rank in a place.
pub(super) async fn probe(world: &mut World<'_>) -> Vec<Ranked> {
    let mut seen = Vec::new();
    let joinings: Vec<Joining> = joining::all(world).into_iter().flatten().collect();
    for raise in raises(world).into_iter().take(ACTIONS_MAX) {
        let subject = world.action(raise.action).name();
        let untried = |why| Some(Ranked { untried: Some(why), ..Ranked::default() });
        let ranked = match joinings.iter().find(|joining| joining.slot == raise.place) {
            Some(joining) => one(world, joining, &raise).await.unwrap_or_else(|why| untried(Untried::undecided(why))),
            None => untried(untold(world, &raise)),
        };
        seen.extend(ranked.map(|ranked| Ranked { subject, ..ranked }));
    }
    seen
}

/// Nothing says how somebody is let in as less than the owner.
fn untold(world: &World<'_>, raise: &Raise) -> Untried {
    let (noun, field) = (&world.slots.all[raise.place].noun, &raise.field);
    let line =
        format!("[become] lesser = 'ACTOR: POST /…/{{{noun}.id}}/… {{\"…\":\"{{actor.id}}\",\"{field}\":\"…\"}}'");
    Untried::not_told(format!("nothing says how somebody is let into a {noun} with the least rank ({field})"), line)
}

/// The actions that take a rank, and name a place that is no tenant and somebody in it.
fn raises(world: &World<'_>) -> Vec<Raise> {
    let fitting = (0..world.catalogue.actions.len()).filter_map(|action| {
        let about = world.action(action);
        let changes = matches!(about.verb.as_str(), "PUT" | "PATCH" | "POST");
        if !changes || world.left_out(action).is_some() || world.avoided.contains_key(&action) {
            return None;
        }
        let names = fields(world, action);
        let field = names.iter().find(|name| ranks::is_rank(name))?.clone();
        let slots: Vec<usize> = world.slots.of(action).iter().map(|(slot, _)| *slot).collect();
        let (place, rest) = slots.split_first()?;
        let is_place = !world.is_tenant(*place) && !ranks::is_of_people(&world.slots.all[*place]);
        let person = match rest {
            [] => None,
            [person] if ranks::is_of_people(&world.slots.all[*person]) => Some(*person),
            _ => return None,
        };
        let named: Vec<String> = names.into_iter().filter(|name| *name != field && names_person(name)).collect();
        let lets_in = !named.is_empty() && is_of_standing(&about.path);
        let about_somebody = person.is_some() || lets_in || about.path.ends_with("/me");
        (is_place && about_somebody).then_some(Raise { action, place: *place, field, person, named })
    });
    fitting.collect()
}

/// Whether a path ends in a word for who takes part: what else names somebody and has a level is a thing of its own.
fn is_of_standing(path: &str) -> bool {
    const WORDS: [&str; 7] = ["share", "sharing", "collaborator", "grant", "access", "invitation", "invite"];
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    words(last).iter().map(|word| singular(word)).any(|word| ranks::is_person(&word) || WORDS.contains(&word.as_str()))
}

/// The fields of an action's body, as its document says or as it was seen.
fn fields(world: &World<'_>, action: usize) -> Vec<String> {
    let media = world.action(action).body.as_ref().and_then(|body| body.best());
    let mut names: Vec<String> =
        media.map(|media| media.schema.properties().into_iter().map(|(name, _)| name).collect()).unwrap_or_default();
    let seen = world.bodies.get(&action).and_then(Value::as_object);
    names.extend(seen.into_iter().flat_map(|fields| fields.keys().cloned()));
    names
}

/// None where the owner himself cannot raise anybody this way: then nothing follows from its refusal.
async fn one(world: &mut World<'_>, joining: &Joining, raise: &Raise) -> Result<Option<Ranked>, String> {
    let member = member(world, joining).await?;
    let before = shown(world, &member, &raise.field).await;
    let closed = closed(world, &member, joining.slot).await;
    let who = Some(world.fact(Some(member.at)));
    let mut seen = Ranked {
        who,
        closed: u32::try_from(closed.len()).unwrap_or(u32::MAX),
        before: before.clone().unwrap_or_default(),
        ..Ranked::default()
    };
    let values = values(world, joining, raise, &seen.before);
    if values.is_empty() {
        return Err("no rank is known that could be asked for".into());
    }
    for value in &values {
        let rank = scalar(value).unwrap_or_default();
        for call in calls(world, raise, &member, value) {
            world.revive(Some(member.at)).await;
            let asked = world.ask(Some(member.at), &call, Purpose::Check).await;
            if !is_no_answer(&asked.exchange) && !seen.tried.contains(&rank) {
                seen.tried.push(rank.clone());
            }
            if !asked.succeeded() {
                continue;
            }
            let now = shown(world, &member, &raise.field).await;
            if now.as_ref() == Some(&rank) && now != before {
                seen.raised = Some(rank.clone());
            }
            seen.opened = opened(world, &member, &closed).await;
            if seen.raised.is_some() || seen.opened.is_some() {
                seen.exchange = Some(asked.exchange);
                return Ok(Some(seen));
            }
        }
    }
    // That it is refused to him says something where the owner can do it.
    for value in &values {
        let rank = scalar(value).unwrap_or_default();
        for call in calls(world, raise, &member, value) {
            if world.ask(Some(member.by), &call, Purpose::Check).await.succeeded()
                && (shown(world, &member, &raise.field).await.as_ref() == Some(&rank)
                    || opened(world, &member, &closed).await.is_some())
            {
                seen.given = Some(rank);
                return Ok(Some(seen));
            }
        }
    }
    // Whoever is in already is not let in a second time, by nobody.
    seen.not_given = true;
    Ok(Some(seen).filter(|_| raise.person.is_some()))
}

/// Somebody who was let into a fresh place.
async fn member(world: &mut World<'_>, joining: &Joining) -> Result<Member, String> {
    let by = joining.by;
    let place = world.make(joining.slot, by).await?;
    // The last of the manifest is the least.
    for model in joining.models(world).into_iter().rev() {
        let at = world.throw_away(model).await?;
        if let Some(known) = joining.let_in(world, place, at).await? {
            return Ok(Member { at, place, known, by });
        }
    }
    Err(format!("nobody could be let into a {}", joining.noun))
}

/// What changes the place itself and is refused to him.
async fn closed(world: &mut World<'_>, member: &Member, slot: usize) -> Vec<Again> {
    let changes = again::repeatable(world).into_iter().filter(|met| {
        let about = met.object.map(|object| world.objects[object].slot);
        about == Some(slot) && met.actor == member.by && met.form != Form::Remove
    });
    let mut closed = Vec::new();
    for met in changes.collect::<Vec<_>>().into_iter().take(CLOSED_MAX) {
        let Some(again) = Again::on(world, &met, member.place).await else { continue };
        let Some(call) = again.call(world).await else { continue };
        let trial = again.tried(world, Some(member.at), &call, Purpose::Check).await;
        if effect(&trial).is_none() {
            closed.push(again);
        }
    }
    closed
}

/// What was refused to him and is done now.
async fn opened(world: &mut World<'_>, member: &Member, closed: &[Again]) -> Option<crate::evidence::Exchange> {
    for again in closed {
        let Some(call) = again.call(world).await else { continue };
        world.revive(Some(member.at)).await;
        let trial = again.tried(world, Some(member.at), &call, Purpose::Check).await;
        if effect(&trial).is_some() {
            return again::tried(&trial).map(|(_, exchange)| exchange.clone());
        }
    }
    None
}

/// The rank that the owner is shown of him in the place.
async fn shown(world: &mut World<'_>, member: &Member, field: &str) -> Option<String> {
    let keys = world.objects[member.place].keys.clone();
    let reads: Vec<Call> = (0..world.catalogue.actions.len())
        .filter(|at| world.action(*at).verb == "GET")
        .filter(|at| {
            let slots = world.slots.of(*at);
            !slots.is_empty() && slots.iter().all(|(slot, _)| keys.contains_key(slot))
        })
        .filter_map(|at| world.read_call(at, &keys).ok())
        .take(SHOWN_BY_MAX)
        .collect();
    for call in reads {
        let asked = world.ask(Some(member.by), &call, Purpose::Other).await;
        let json = asked.answer.json().filter(|_| asked.succeeded());
        let actor = &world.actors[member.at];
        let key = actor.keys("id").into_iter().next();
        let is_him = |path: &str, text: &str| {
            let name = path.rsplit(['.', ']']).next().unwrap_or_default();
            actor.is(text) || key.as_deref() == Some(text) && (names_person(name) || name == "id")
        };
        if let Some(rank) = json.and_then(|json| rank_in(&json, field, &is_him)) {
            return Some(rank);
        }
    }
    None
}

/// The field's value in the smallest object that names somebody.
fn rank_in(json: &Value, field: &str, is_him: &dyn Fn(&str, &str) -> bool) -> Option<String> {
    let inner: Vec<&Value> = match json {
        Value::Array(elements) => elements.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => return None,
    };
    if let Some(rank) = inner.into_iter().find_map(|value| rank_in(value, field, is_him)) {
        return Some(rank);
    }
    let fields = json.as_object()?;
    let rank = fields.get(field).and_then(scalar)?;
    leaves(json).iter().any(|(path, text)| !path.contains('[') && is_him(path, text)).then_some(rank)
}

/// The ranks that are asked for: those of the document, and those by which people are let in, the highest first.
fn values(world: &World<'_>, joining: &Joining, raise: &Raise, now: &str) -> Vec<Value> {
    let media = world.action(raise.action).body.as_ref().and_then(|body| body.best());
    let schema = media.and_then(|media| media.schema.properties().into_iter().find(|(name, _)| *name == raise.field));
    let mut values = schema.map(|(_, schema)| schema.enumeration()).unwrap_or_default();
    let lines = world.manifest.memberships().filter(|(.., noun)| *noun == joining.noun);
    let told: Vec<Value> = lines.filter_map(|(_, line, _)| rank_of(line, &raise.field)).collect();
    let first = rank_of(&joining.line, &raise.field);
    if values.is_empty() {
        values = COMMON.into_iter().map(Value::from).chain(told).collect();
    }
    values.retain(|value| Some(value) != first.as_ref() && scalar(value).as_deref() != Some(now));
    values.sort_by_key(|value| !ranks::is_top(value.as_str().unwrap_or_default()));
    values.truncate(RANKS_MAX);
    values
}

/// The rank that a line lets people in with.
fn rank_of(line: &RequestLine, field: &str) -> Option<Value> {
    match line.fill(&|name| Some(format!("{{{name}}}"))).ok()?.body? {
        FilledBody::Json(json) => json.get(field).cloned(),
        FilledBody::Form(pairs) => {
            pairs.into_iter().find(|(name, _)| name == field).map(|(_, value)| Value::from(value))
        }
    }
}

/// The request about himself, by each of the keys that he may have there.
fn calls(world: &World<'_>, raise: &Raise, member: &Member, value: &Value) -> Vec<Call> {
    let told = member.known.iter().find(|(name, _)| name == "membership.id").map(|(_, key)| key.clone());
    let own = world.actors[member.at].keys("id").into_iter().next();
    let candidates: Vec<String> = match raise.person {
        Some(_) => told.into_iter().chain(own.clone()).collect(),
        None => vec![String::new()],
    };
    let mut calls: Vec<Call> = Vec::new();
    for key in candidates {
        let mut keys: BTreeMap<usize, String> = world.objects[member.place].keys.clone();
        keys.extend(raise.person.map(|slot| (slot, key)));
        let Ok(path) = world.path_of(raise.action, &keys) else { continue };
        let mut body = world.bodies.get(&raise.action).cloned().unwrap_or_else(|| serde_json::json!({}));
        let Some(fields) = body.as_object_mut() else { continue };
        fields.insert(raise.field.clone(), value.clone());
        for name in &raise.named {
            let key = world.actors[member.at].keys(name).into_iter().next().or(own.clone());
            let is_number = fields.get(name).is_some_and(Value::is_number);
            let Some(key) = key else { continue };
            let number = key.parse::<i64>().ok().filter(|_| is_number);
            fields.insert(name.clone(), number.map_or_else(|| Value::from(key), Value::from));
        }
        let method = world.action(raise.action).verb.clone();
        let call = Call { method, path, headers: Vec::new(), body: world.body_like(raise.action, body) };
        if !calls.iter().any(|known| known.path == call.path) {
            calls.push(call);
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_lets_people_in_is_known_by_its_last_word() {
        assert!(is_of_standing("/notes/{note}/people") && is_of_standing("/boards/{board}/shares/"));
        assert!(!is_of_standing("/boards/{board}/tasks") && !is_of_standing("/boards/{board}"));
    }

    #[test]
    fn a_rank_is_read_where_somebody_is_named() {
        let him = |path: &str, text: &str| path.ends_with("person") && text == "7";
        let list = json!({ "items": [{ "person": 6, "role": "owner" }, { "person": 7, "role": "reader" }] });
        assert_eq!(rank_in(&list, "role", &him).as_deref(), Some("reader"));
        let nested = json!({ "id": 3, "members": [{ "role": "editor", "who": { "person": 7 } }] });
        assert_eq!(rank_in(&nested, "role", &him).as_deref(), Some("editor"));
        assert_eq!(rank_in(&json!({ "role": "owner", "people": [{ "person": 7 }] }), "role", &him), None);
    }
}
