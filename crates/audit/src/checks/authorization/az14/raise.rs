//! Somebody of a low rank gives himself each rank that there is.

use super::ranks::{self, Ranking, call, values};
use super::{CHECK, Ranked};
use crate::checks::authorization::again::is_no_answer;
use crate::checks::say::Untried;
use crate::client::Purpose;
use crate::evidence::{ActorFact, Form, Reading};
use crate::walk::{Call, World};
use serde_json::Value;
use std::collections::BTreeSet;

/// What would make somebody who may be harmed.
const THROW_AWAY: &str =
    "[throw_away] make = 'ACTOR: POST /… {\"name\":\"{name}\",\"password\":\"{password}\",\"role\":\"{role}\"} -> id'";
/// Most roles that try.
const ROLES_MAX: usize = 2;
/// Most requests that are refused to somebody and done by others.
const CLOSED_MAX: usize = 3;
/// Most people of those who govern who try to give a rank.
const GIVERS_MAX: usize = 3;

pub(super) async fn probe(world: &mut World<'_>, ranking: &Ranking) -> Ranked {
    let subject = ranking.name.clone();
    let mut last = None;
    for model in models(world) {
        let Ok(at) = world.throw_away(model).await else {
            let untried = Some(Untried::not_told("there is nobody who may be harmed", THROW_AWAY));
            return Ranked { subject, untried, ..Ranked::default() };
        };
        let seen = one(world, ranking, at, &subject).await;
        if seen.raised.is_some() || seen.opened.is_some() {
            return seen;
        }
        // Whom nobody could give a rank shows less than whom somebody could.
        if last.as_ref().is_none_or(|known: &Ranked| known.given.is_none()) {
            last = Some(seen);
        }
    }
    last.unwrap_or_else(|| Ranked {
        untried: Some(Untried::undecided(format!("{}: nobody here has a rank below another", CHECK.id))),
        subject,
        ..Ranked::default()
    })
}

/// One of each role that does not govern, the last ones of the manifest first.
fn models(world: &World<'_>) -> Vec<usize> {
    let mut roles = BTreeSet::new();
    let named = (0..world.actors.len())
        .rev()
        .filter(|at| !world.actors[*at].fact.throw_away && world.actors[*at].fact.tenant != "*");
    let low: Vec<usize> = named
        .filter(|at| !ranks::governs(world, &world.actors[*at].fact.role))
        .filter(|at| roles.insert(world.actors[*at].fact.role.clone()))
        .collect();
    low.into_iter().take(ROLES_MAX).collect()
}

async fn one(world: &mut World<'_>, ranking: &Ranking, at: usize, subject: &str) -> Ranked {
    let before = rank_of(world, at, &ranking.field).await.unwrap_or_default();
    let closed = closed(world, at).await;
    let mut seen = Ranked {
        subject: subject.to_owned(),
        who: Some(world.fact(Some(at))),
        closed: u32::try_from(closed.len()).unwrap_or(u32::MAX),
        before: before.clone(),
        ..Ranked::default()
    };
    let mut sent = false;
    for value in values(world, ranking, &before) {
        let Some(call) = call(world, ranking, at, &value).await else { continue };
        sent = true;
        let asked = world.ask(Some(at), &call, Purpose::Other).await;
        let rank = crate::compare::scalar(&value).unwrap_or_default();
        let unheard = is_no_answer(&asked.exchange);
        seen.tried.extend(Some(rank.clone()).filter(|_| !unheard));
        // A rank may only count from the next sign-in on.
        world.revive(Some(at)).await;
        let now = rank_of(world, at, &ranking.field).await;
        for request in &closed {
            let again = world.ask(Some(at), request, Purpose::Other).await;
            if again.succeeded() {
                seen.opened = Some(again.exchange);
                break;
            }
        }
        if now.as_ref() == Some(&rank) && rank != before {
            seen.raised = Some(rank);
        }
        if seen.opened.is_some() {
            seen.exchange = Some(asked.exchange);
            return seen;
        }
        if seen.raised.is_some() {
            seen.exchange = seen.exchange.or(Some(asked.exchange));
        }
        // Whoever has the highest rank proves nothing by asking for a lower one.
        if seen.raised.as_deref().is_some_and(|rank| ranks::governs(world, rank)) {
            seen.told = !world.manifest.ranks.named.is_empty() && !ranks::governs(world, &before);
            break;
        }
    }
    if seen.raised.is_none() && !seen.tried.is_empty() && ranking.names_somebody() {
        from_a_middle_rank(world, ranking, at, &mut seen).await;
    }
    if seen.tried.is_empty() && seen.raised.is_none() {
        let why = if sent { "was answered with nothing but errors" } else { "cannot be sent about oneself" };
        seen.untried = Some(Untried::undecided(format!("{subject} {why}")));
    }
    seen
}

/// Somebody who governs gives him a rank below the highest, which shows that ranks are given this way; then he asks for the
/// highest himself. Afterwards he is what he was.
async fn from_a_middle_rank(world: &mut World<'_>, ranking: &Ranking, at: usize, seen: &mut Ranked) {
    let values = values(world, ranking, &seen.before);
    let text = |value: &Value| crate::compare::scalar(value).unwrap_or_default();
    let named = &world.manifest.ranks.named;
    seen.told = !named.is_empty();
    let mut ordered: Vec<(Value, String)> = values.iter().map(|value| (value.clone(), text(value))).collect();
    ordered.sort_by_key(|(_, rank)| ranks::height(named, rank));
    // The highest is what he asks for; what is given is the next one, where there are two.
    let (highest, given) = match ordered.as_slice() {
        [] => return,
        [only] => (None, only.clone()),
        [first, second, ..] => (Some(first.clone()), second.clone()),
    };
    let Some(giver) = give(world, ranking, at, &given).await else {
        seen.not_given = true;
        return;
    };
    seen.given = Some(given.1.clone());
    if let Some((value, rank)) = highest
        && let Some(call) = call(world, ranking, at, &value).await
    {
        world.revive(Some(at)).await;
        let asked = world.ask(Some(at), &call, Purpose::Other).await;
        seen.tried.push(rank.clone());
        if rank_of(world, at, &ranking.field).await.as_ref() == Some(&rank) {
            seen.raised = Some(rank);
            seen.exchange = Some(asked.exchange);
        }
    }
    let before = match &given.0 {
        Value::Bool(_) => seen.before.parse::<bool>().map(Value::from).ok(),
        Value::Number(_) => seen.before.parse::<i64>().map(Value::from).ok(),
        _ => Some(Value::from(seen.before.as_str())).filter(|_| !seen.before.is_empty()),
    };
    if let Some(before) = before
        && let Some(call) = call(world, ranking, at, &before).await
    {
        world.ask(Some(giver), &call, Purpose::CleanUp).await;
    }
}

/// Whoever gives somebody a rank, so that another request shows it.
async fn give(world: &mut World<'_>, ranking: &Ranking, at: usize, (value, rank): &(Value, String)) -> Option<usize> {
    let tenant = world.actors[at].fact.tenant.clone();
    let mut giving: Vec<usize> = (0..world.actors.len())
        .filter(|by| !world.actors[*by].fact.throw_away && ranks::governs(world, &world.actors[*by].fact.role))
        .collect();
    giving.sort_by_key(|by| world.actors[*by].fact.tenant != tenant);
    for by in giving.into_iter().take(GIVERS_MAX) {
        let call = call(world, ranking, at, value).await?;
        world.revive(Some(by)).await;
        if world.ask(Some(by), &call, Purpose::Other).await.succeeded() {
            world.revive(Some(at)).await;
            if rank_of(world, at, &ranking.field).await.as_ref() == Some(rank) {
                return Some(by);
            }
        }
    }
    None
}

/// The rank that another request shows of somebody.
pub(super) async fn rank_of(world: &mut World<'_>, at: usize, field: &str) -> Option<String> {
    let proof = world.proof_call(at)?;
    let asked = world.ask(Some(at), &proof, Purpose::Other).await;
    let json = asked.answer.json().filter(|_| asked.succeeded())?;
    let leaves = crate::compare::leaves(&json);
    leaves.into_iter().find(|(path, _)| path.rsplit(['.', ']']).next() == Some(field)).map(|(_, value)| value)
}

/// What is done by a colleague and refused to this one: reads without any object, which are the same for each tenant.
async fn closed(world: &mut World<'_>, at: usize) -> Vec<Call> {
    let colleagues = colleagues(world, at);
    let reads: Vec<Call> = (world.met.values())
        .filter(|met| met.object.is_none() && matches!(met.form, Form::Plain | Form::List) && met.call.method == "GET")
        .map(|met| met.call.clone())
        .collect();
    let mut closed = Vec::new();
    for call in reads {
        if CLOSED_MAX <= closed.len() {
            break;
        }
        let own = world.ask(Some(at), &call, Purpose::Other).await;
        if own.exchange.reading != Reading::Refusal {
            continue;
        }
        for by in &colleagues {
            if world.ask(Some(*by), &call, Purpose::Other).await.succeeded() {
                closed.push(call);
                break;
            }
        }
    }
    closed
}

/// One of each role in somebody's tenant, and of the staff.
fn colleagues(world: &World<'_>, at: usize) -> Vec<usize> {
    let tenant = world.actors[at].fact.tenant.as_str();
    let mut roles = BTreeSet::new();
    let near = |fact: &ActorFact| !fact.throw_away && (fact.tenant == tenant || fact.tenant == "*");
    (0..world.actors.len())
        .filter(|by| near(&world.actors[*by].fact) && roles.insert(world.actors[*by].fact.role.clone()))
        .collect()
}
