//! Does what is good once many times at once.

use super::counted::{counts, times};
use super::{AT_ONCE, Raced, Seen, invited};
use crate::checks::authorization::again::{self, Again};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Exchange, Form, Reading};
use crate::walk::{Call, Reached, Who, World};
use std::collections::BTreeSet;

/// Most actions that are done again to see whether they are refused.
const ACTIONS_MAX: usize = 8;

/// Actions, and invitations.
pub(in crate::checks::authorization) async fn probe(world: &mut World<'_>) -> Result<()> {
    let mut actions = again::repeatable(world);
    actions.retain(|met| met.form != Form::Remove && world.action(met.action).verb == "POST");
    // What makes another thing each time is seldom good for one only.
    actions.sort_by_key(|met| (again::makes(world, met.action), world.action(met.action).name()));
    actions.truncate(ACTIONS_MAX);
    for who in actions.iter().map(|met| met.actor).collect::<BTreeSet<usize>>() {
        world.revive(Some(who)).await;
    }
    let mut any = false;
    for met in actions {
        if let Some(raced) = one(world, &met).await {
            any = true;
            world.store.add(&raced)?;
        }
    }
    if !any {
        world.store.add(&Raced { untried: again::nothing_was_changed(world), ..Raced::default() })?;
    }
    invited::probe(world).await
}

/// An action that is refused the second time and leaves something to count.
async fn one(world: &mut World<'_>, met: &Reached) -> Option<Raced> {
    let again = Again::fresh(world, met).await?;
    let once = seen(world, &again).await?;
    if once.answers.iter().any(|answer| answer.reading != Reading::Success) {
        return None;
    }
    let twice = seen(world, &again).await?;
    let refused =
        |answer: &Exchange| matches!(answer.reading, Reading::Refusal | Reading::Invalid | Reading::SoftDenial);
    let witness = again.witness().clone();
    if !twice.answers.iter().all(refused) || !counts(&witness, &once, &twice) {
        return None;
    }
    let mut rounds = vec![round(world, met).await?];
    // What happened once may be chance.
    if rounds.iter().any(|round| times(&witness, &once, &twice, round).is_some_and(|times| 1 < times)) {
        rounds.extend(round(world, met).await);
    }
    let (action, who) = (world.action(met.action).name(), Some(world.fact(Some(met.actor))));
    Some(Raced { untried: None, action, who, witness: Some(witness), once: Some(once), again: Some(twice), rounds })
}

/// One request, and what is seen before and after it.
async fn seen(world: &mut World<'_>, again: &Again) -> Option<Seen> {
    let before = again.look(world).await;
    let call = again.call(world).await?;
    let asked = world.ask(Some(again.met.actor), &call, Purpose::Other).await;
    Some(Seen { before, answers: vec![asked.exchange], after: again.look_late(world).await })
}

/// Many at once on a fresh object.
async fn round(world: &mut World<'_>, met: &Reached) -> Option<Seen> {
    let again = Again::fresh(world, met).await?;
    let before = again.look(world).await;
    let mut calls: Vec<(Who, Call)> = Vec::new();
    for _ in 0..AT_ONCE {
        calls.push((Some(met.actor), again.call(world).await?));
    }
    let answers = world.ask_together(&calls, Purpose::Other).await;
    let answers = answers.into_iter().map(|asked| asked.exchange).collect();
    Some(Seen { before, answers, after: again.look_late(world).await })
}
