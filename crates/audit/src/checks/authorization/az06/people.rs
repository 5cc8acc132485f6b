//! Whoever is suspended or removed altogether.

use super::infer::{Removal, removals};
use super::{CHECK, wait_for_grace};
use crate::checks::authorization::deeds::{self, Deed};
use crate::checks::authorization::ended::{Ended, self_contained};
use crate::checks::say::Untried;
use crate::client::Purpose;
use crate::walk::{Call, World};

/// What would tell how somebody is taken out.
const LINE: &str = "[become] suspended = 'ACTOR: POST /people/{actor.id}/suspend'";
/// Most people who are made in order to find one who sees something.
const MODELS_MAX: usize = 4;
/// What would make somebody who may be harmed.
const THROW_AWAY: &str = "[throw_away] make = 'ACTOR: POST /… {\"name\":\"{name}\",\"password\":\"{password}\"} -> id'";

/// One for each state that the manifest tells, else for the actions that say so themselves.
pub(super) async fn probe(world: &mut World<'_>) -> Vec<Ended> {
    let removals = removals(world);
    if removals.is_empty() {
        let alone = (0..world.actors.len()).all(|at| {
            !world.actors.iter().enumerate().any(|(other, actor)| {
                other != at && !actor.fact.throw_away && actor.fact.tenant == world.actors[at].fact.tenant
            })
        });
        if alone && world.actors.iter().all(|actor| actor.fact.tenant != "*") {
            let absent = Some("everybody is alone here, and no action takes anybody else's access away".to_owned());
            return vec![Ended { absent, ..Ended::of_removal("people") }];
        }
        let why = Untried::not_told("nothing says how somebody is suspended or removed", LINE);
        return vec![Ended::untried(&CHECK, "people", why)];
    }
    let mut seen = Vec::new();
    for removal in removals {
        seen.push(one(world, &removal).await);
    }
    seen
}

/// What somebody can do by which his access is known: not that he is told who he is.
async fn deeds_of(world: &mut World<'_>, at: usize) -> Vec<Deed> {
    let proof = world.proof_call(at);
    let mut deeds = deeds::of(world, at).await;
    deeds.retain(|deed| Some(&deed.call) != proof.as_ref());
    deeds
}

async fn one(world: &mut World<'_>, removal: &Removal) -> Ended {
    let subject = removal.subject.as_str();
    let untried = |why: Untried| Ended::untried(&CHECK, subject, why);
    let mut found = None;
    for model in models(world, removal) {
        let Ok(at) = world.throw_away(model).await else {
            return untried(Untried::not_told("there is nobody who may be harmed", THROW_AWAY));
        };
        let deeds = deeds_of(world, at).await;
        if !deeds.is_empty() {
            found = Some((at, deeds));
            break;
        }
    }
    let Some((at, deeds)) = found else {
        return untried(Untried::undecided(
            "nobody who could be taken out sees anything of which it is known whose it is",
        ));
    };
    let mut last = String::new();
    for by in removal.by.clone() {
        let call = match removal.call(world, at, by) {
            Ok(call) => call,
            Err(why) => return untried(Untried::undecided(why)),
        };
        world.revive(Some(by)).await;
        let asked = world.ask(Some(by), &call, Purpose::Other).await;
        last = format!(
            "{} {} by {} answered {}",
            call.method, removal.shown, world.actors[by].fact.name, asked.answer.status
        );
        if asked.succeeded() {
            return after(world, removal, at, by, &deeds, last).await;
        }
    }
    untried(Untried::undecided(last))
}

/// People like whom the harmed one may be: of the remover's tenant and of another role, first those whom it holds least.
fn models(world: &World<'_>, removal: &Removal) -> Vec<usize> {
    let by = removal.by.first().copied().unwrap_or(0);
    let remover = world.actors[by].fact.clone();
    let others = (0..world.actors.len()).filter(|at| *at != by && !world.actors[*at].fact.throw_away);
    let mut models: Vec<usize> = others.filter(|at| world.actors[*at].fact.tenant != "*").collect();
    let far = |at: &usize| {
        let fact = &world.actors[*at].fact;
        (fact.tenant != remover.tenant && remover.tenant != "*", fact.role == remover.role)
    };
    models.sort_by_key(far);
    let mut roles = std::collections::BTreeSet::new();
    models.retain(|at| roles.insert(world.actors[*at].fact.role.clone()));
    models.truncate(MODELS_MAX);
    if models.is_empty() { vec![by] } else { models }
}

async fn after(world: &mut World<'_>, removal: &Removal, at: usize, by: usize, deeds: &[Deed], how: String) -> Ended {
    let kept = world.actors[at].session.clone();
    wait_for_grace(world).await;
    // Who took him out sees what he makes, where that is the same place.
    let reader = if reads(world, deeds, by).await { by } else { at };
    let tried = deeds::try_as(world, deeds, at, reader).await;
    let token = self_contained(world, at);
    let who = Some(world.fact(Some(at)));
    let anew = match world.sign_in(at).await {
        Ok(()) => Some(deeds::try_as(world, deeds, at, reader).await),
        Err(_) => None,
    };
    world.actors[at].session = kept;
    let others_are_served = world.is_alive(Some(by)).await;
    Ended { how, told: removal.told, who, tried, anew, others_are_served, token, ..Ended::of_removal(&removal.subject) }
}

async fn reads(world: &mut World<'_>, deeds: &[Deed], by: usize) -> bool {
    for deed in deeds {
        let Some((canary, look)) = deed.made() else { continue };
        let look: Call = look.clone();
        let seen = world.ask(Some(by), &look, Purpose::Other).await;
        return seen.answer.text().to_lowercase().contains(canary);
    }
    false
}
