//! Whoever is taken out of one place, as a project: he saw it by being in it, and must not see it any more.

use crate::checks::authorization::deeds::{self, Deed};
use crate::checks::authorization::ended::{Ended, self_contained};
use crate::checks::authorization::joining::{self, Joining};
use crate::checks::say::Untried;
use crate::manifest::{ENDS, RequestLine};
use crate::walk::World;

use super::{CHECK, wait_for_grace};

/// One for each kind of place that people are brought into.
pub(super) async fn probe(world: &mut World<'_>) -> Vec<Ended> {
    let mut seen = Vec::new();
    for joining in joining::all(world) {
        let ended = match &joining {
            Ok(joining) => one(world, joining).await.map_err(|why| (joining.noun.clone(), why)),
            Err((noun, why)) => Err((noun.clone(), Untried::undecided(why.clone()))),
        };
        seen.push(ended.unwrap_or_else(|(noun, why)| Ended::untried(&CHECK, &subject(&noun), why)));
    }
    seen
}

fn subject(noun: &str) -> String {
    format!("taken out of a {noun}")
}

async fn one(world: &mut World<'_>, joining: &Joining) -> Result<Ended, Untried> {
    let Joining { line, noun, slot, by } = joining;
    let by = *by;
    let place = world.make(*slot, by).await.map_err(Untried::undecided)?;
    for model in joining.models(world) {
        let Ok(at) = world.throw_away(model).await else { break };
        let fresh = reads(world, place, by).await;
        if fresh.is_empty() || sees(world, &fresh, at).await {
            continue;
        }
        let said = world.actors[at].fact.name.clone();
        let known = joining.let_in(world, place, at).await.map_err(Untried::undecided)?;
        let Some(known) = known else { continue };
        if !sees(world, &fresh, at).await {
            continue;
        }
        let Some(how) = take_out(world, line, noun, &known, by).await else {
            let line = format!("[become] removed = 'ACTOR: DELETE /…/{{{noun}.id}}/…/{{actor.id}}'");
            return Err(Untried::not_told(format!("nothing says how {said} is taken out of a {noun} again"), line));
        };
        wait_for_grace(world).await;
        let kept = world.actors[at].session.clone();
        let tried = deeds::try_as(world, &fresh, at, by).await;
        let token = self_contained(world, at);
        let anew = match world.sign_in(at).await {
            Ok(()) => Some(deeds::try_as(world, &fresh, at, by).await),
            Err(_) => None,
        };
        world.actors[at].session = kept;
        let others_are_served = sees(world, &fresh, by).await;
        let who = Some(world.fact(Some(at)));
        let ended = Ended::of_removal(&subject(noun));
        return Ok(Ended { how, told: true, who, tried, anew, others_are_served, token, ..ended });
    }
    Err(Untried::undecided(format!("nobody was found who sees a {noun} only by being in it")))
}

/// Reads by which the place is known to its owner.
async fn reads(world: &mut World<'_>, place: usize, by: usize) -> Vec<Deed> {
    let object = world.objects[place].clone();
    let canaries: Vec<String> = object.canaries.iter().map(|(_, canary)| canary.clone()).collect();
    let mut deeds = Vec::new();
    let item = world.slots.all[object.slot].item;
    if let Some(call) = item.and_then(|item| world.read_call(item, &object.keys).ok()) {
        deeds.extend(deeds::read(world, by, call, &canaries).await);
    }
    deeds
}

async fn sees(world: &mut World<'_>, deeds: &[Deed], at: usize) -> bool {
    deeds::still_works(world, deeds, at).await
}

/// Takes somebody out: by the manifest's line, or by the action that undoes the one that brought him in. How it was done.
async fn take_out(
    world: &mut World<'_>,
    into: &RequestLine,
    noun: &str,
    known: &[(String, String)],
    by: usize,
) -> Option<String> {
    // A line that names nobody does something to the place itself.
    let about = |line: &RequestLine, what: &str| line.names().iter().any(|name| name.starts_with(&format!("{what}.")));
    let names = |line: &&RequestLine| about(line, noun) && (about(line, "actor") || about(line, "membership"));
    let told = world.manifest.become_state.iter().filter(|(state, _)| ENDS.contains(&state.as_str()));
    let told: Vec<RequestLine> = told.map(|(_, line)| line).filter(names).cloned().collect();
    let lines = if told.is_empty() { undoing(world, into) } else { told };
    for line in lines {
        if let Ok(Some(_)) = joining::sent(world, &line, known, by).await {
            return Some(format!("`{} {}` was done", line.verb, line.path));
        }
    }
    None
}

/// The lines that undo a membership: a DELETE below the path that made it, or a POST that ends in `remove`.
fn undoing(world: &World<'_>, into: &RequestLine) -> Vec<RequestLine> {
    let base = into.path.as_str().trim_end_matches('/');
    let shape = |path: &str| {
        path.split('/')
            .map(|part| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() })
            .collect::<Vec<_>>()
    };
    let wanted = shape(base);
    let mut lines = Vec::new();
    for action in &world.catalogue.actions {
        let path = action.address_path();
        let parts = shape(&path);
        let rest: Vec<&str> = parts.get(wanted.len()..).unwrap_or_default().iter().map(String::as_str).collect();
        let undoes = matches!(
            (action.verb.as_str(), rest.as_slice()),
            ("DELETE", ["{}"]) | ("POST", ["{}", "remove" | "end" | "revoke"])
        );
        if !undoes || parts[..wanted.len()] != wanted[..] {
            continue;
        }
        let tail = if rest.len() == 2 { format!("/{}", rest[1]) } else { String::new() };
        for key in ["actor.id", "membership.id"] {
            lines.extend(RequestLine::parse(&format!("{} {base}/{{{key}}}{tail}", action.verb)).ok());
        }
    }
    lines
}
