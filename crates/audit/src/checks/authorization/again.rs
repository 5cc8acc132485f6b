//! What somebody did on the walk, done once more: by the same person, on something new, seen by the witness that has shown
//! it before.

use crate::checks::say::Untried;
use crate::client::Purpose;
use crate::evidence::{ActorFact, Attempt, Exchange, Form, Observation, Reading, Trial, Witness};
use crate::walk::witness::Calibrated;
use crate::walk::{Asked, Call, Reached, Who, World};
use std::collections::BTreeMap;
use std::time::Duration;

/// Longest wait for a change that the service was seen to be slow with.
const LAG_MAX: Duration = Duration::from_millis(2_500);

/// A deed of the walk's, about something of its own, or about nothing.
pub(super) struct Again {
    /// As it was reached.
    pub(super) met: Reached,
    /// What it is about now.
    pub(super) object: Option<usize>,
    keys: BTreeMap<usize, String>,
    seen_by: Calibrated,
}

/// Everything that changes something and was seen to, on what this walk makes anew and that is nobody's account.
pub(super) fn repeatable(world: &World<'_>) -> Vec<Reached> {
    let fits = |met: &&Reached| {
        let of = |object: usize| &world.objects[object];
        let own = met.object.is_some_and(|at| of(at).changeable && !world.actors[of(at).owner].fact.throw_away);
        let plain = met.misplaced.is_none() && met.brought.is_empty();
        own && plain && matches!(met.form, Form::Change | Form::AddChild | Form::Remove) && is_seen(world, met)
    };
    world.met.values().filter(fits).cloned().collect()
}

/// Everything that makes something and is about nothing that stands already.
pub(super) fn making(world: &World<'_>) -> Vec<Reached> {
    let fits = |met: &&Reached| met.object.is_none() && makes(world, met.action) && is_seen(world, met);
    world.met.values().filter(fits).cloned().collect()
}

/// Why nothing follows where no action was found that is worth doing again: on this walk nothing at all was changed, and
/// the service has something that changes.
pub(super) fn nothing_was_changed(world: &World<'_>) -> Option<Untried> {
    let any = (0..world.catalogue.actions.len()).any(|at| world.changes_things(at));
    let tried = world.met.keys().any(|at| world.changes_things(*at));
    (any && !tried).then(|| Untried::undecided("nothing was changed on this walk, so that it could not be tried"))
}

/// Whether an action makes something that can be named afterwards.
pub(super) fn makes(world: &World<'_>, action: usize) -> bool {
    world.slots.all.iter().any(|slot| slot.producers.first() == Some(&action))
}

/// Whether what an action does is seen, and nothing keeps it from being done again.
fn is_seen(world: &World<'_>, met: &Reached) -> bool {
    let usable = !world.avoided.contains_key(&met.action) && world.left_out(met.action).is_none();
    usable && met.witness.is_some() && !world.action(met.action).is_safe()
}

impl Again {
    /// On a fresh object, where it is about one.
    pub(super) async fn fresh(world: &mut World<'_>, met: &Reached) -> Option<Self> {
        let Some(known) = met.object else {
            let seen_by = met.witness.clone()?;
            return Some(Self { met: met.clone(), object: None, keys: BTreeMap::new(), seen_by });
        };
        let slot = world.objects[known].slot;
        let object = world.fresh(met.action, slot, met.by()).await.ok()?;
        Self::on(world, met, object).await
    }

    /// On this object.
    pub(super) async fn on(world: &mut World<'_>, met: &Reached, object: usize) -> Option<Self> {
        let keys = world.keys_for(met.action, met.actor, object).await.ok()?;
        let seen_by = met.witness.clone()?.about(world.objects[object].key());
        Some(Self { met: met.clone(), object: Some(object), keys, seen_by })
    }

    /// What is sent, each canary in it a fresh one.
    pub(super) async fn call(&self, world: &mut World<'_>) -> Option<Call> {
        let Reached { action, actor, .. } = self.met;
        match self.object {
            Some(object) => world.call_again(action, actor, &self.keys, object).await.ok(),
            None => world.plain_call(action, actor).await.ok(),
        }
    }

    /// What the witness sees now.
    pub(super) async fn look(&self, world: &mut World<'_>) -> Observation {
        world.observe(&self.seen_by.reader, &self.keys, self.met.actor, Purpose::Other).await
    }

    /// What the witness sees after as long as it was seen to take.
    pub(super) async fn look_late(&self, world: &mut World<'_>) -> Observation {
        if 0 < self.seen_by.witness.lag_ms {
            tokio::time::sleep(Duration::from_millis(self.seen_by.witness.lag_ms * 2).min(LAG_MAX)).await;
        }
        self.look(world).await
    }

    /// What the witness has shown.
    pub(super) fn witness(&self) -> &Witness {
        &self.seen_by.witness
    }

    /// Sends a call as somebody, and keeps what was seen before and after it as the evidence of one trial.
    pub(super) async fn tried(&self, world: &mut World<'_>, who: Who, call: &Call, purpose: Purpose) -> Trial {
        let before = world.observe_before(&self.seen_by, &self.met, &self.keys, self.met.actor, Purpose::Other).await;
        let (call, canary) = world.varied(call);
        let asked = world.ask(who, &call, purpose).await;
        self.trial(world, who, before, asked, canary).await
    }

    /// What was seen before a request of somebody's, its answer, and what is seen now, as the evidence of one trial.
    pub(super) async fn trial(
        &self,
        world: &mut World<'_>,
        who: Who,
        before: Observation,
        asked: Asked,
        canary: Option<String>,
    ) -> Trial {
        let after = self.look_late(world).await;
        let object = self.object.map(|at| (world.objects[at].slot, world.objects[at].owner));
        if let Some(at) = self.object.filter(|_| self.met.form == Form::Remove && before.exists && !after.exists) {
            world.objects[at].gone = true;
        }
        let attempt = Attempt {
            actor: world.fact(who),
            relation: "owner".into(),
            state: None,
            exchanges: vec![asked.exchange],
            fingerprint: Vec::new(),
            alive: true,
            like_missing: None,
            list_complete: true,
            canary,
            outside: false,
            party: None,
        };
        Trial {
            action: world.action(self.met.action).name(),
            form: self.met.form,
            noun: object.map(|(slot, _)| world.slots.all[slot].noun.clone()).unwrap_or_default(),
            owner: world.fact(Some(object.map_or(self.met.actor, |(_, owner)| owner))),
            public: false,
            carries: Vec::new(),
            before: Some(before),
            attempts: vec![attempt],
            after: Some(after),
            control: None,
            settled: None,
            witness: Some(self.seen_by.witness.clone()),
            alone: true,
            deed: None,
        }
    }
}

/// Who tried, and what it was answered.
pub(super) fn tried(trial: &Trial) -> Option<(&ActorFact, &Exchange)> {
    let attempt = trial.attempts.first()?;
    Some((&attempt.actor, attempt.exchanges.first()?))
}

/// Whether an answer says nothing about what is allowed.
pub(super) fn is_no_answer(exchange: &Exchange) -> bool {
    matches!(exchange.reading, Reading::Broken | Reading::Failure | Reading::Limited)
}
