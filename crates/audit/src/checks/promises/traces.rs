//! Where an account and what it wrote can be seen: answers to others, and the dump of everything that is kept.

use crate::canary::Traces;
use crate::client::Purpose;
use crate::unpack;
use crate::walk::{Call, World};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Most reads that show what the account holds.
const READS_MAX: usize = 40;
/// Most people who look.
const VIEWERS_MAX: usize = 3;
/// Most lists that each looks at.
const LISTS_MAX: usize = 40;
/// How long what clears away may run behind.
const WAIT_MAX: Duration = Duration::from_secs(4);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(500);
/// Most places that are named.
const NAMED_MAX: usize = 5;

/// What is to be found of an account, before it goes.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// What each value is: `its mail address`, `note.title`.
    names: Vec<String>,
    values: Vec<String>,
    /// Answers that showed some of it: who looked, and at what.
    reads: Vec<(usize, Call)>,
    dump: Option<Result<BTreeSet<usize>, String>>,
}

/// Where it stood, and where it still stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Traced {
    /// So many answers to others showed something of it before.
    pub before: usize,
    /// `GET /people shows ann its mail address`.
    pub left: Vec<String>,
    /// Whether the dump still holds something; nothing where there is no dump.
    pub dumped: Option<bool>,
    /// What.
    pub in_dump: Vec<String>,
    /// Why the dump says nothing.
    pub blind: Option<String>,
}

/// Looks where an account can be seen now. It makes what it can first.
pub(super) async fn before(world: &mut World<'_>, at: usize) -> Before {
    let mut before = Before::default();
    let actor = world.actors[at].clone();
    let alone =
        !world.actors.iter().enumerate().any(|(other, one)| other != at && one.fact.tenant == actor.fact.tenant);
    let own = [actor.values.get("name").cloned(), actor.values.get("mail").cloned()];
    let identity =
        actor.identity.iter().filter(|(_, value)| value.contains(&world.nonce)).map(|(_, value)| value.clone());
    for value in own.into_iter().flatten().chain(identity) {
        if !before.values.contains(&value) {
            let what = if value.contains('@') { "its mail address" } else { "its name" };
            before.names.push(what.into());
            before.values.push(value);
        }
    }
    for held in world.holdings(at, READS_MAX).await {
        // What somebody made for an organisation is the organisation's.
        for (field, canary) in held.shown.into_iter().filter(|_| alone) {
            if !before.values.contains(&canary) {
                before.names.push(format!("{}.{field}", held.noun).trim_end_matches('.').to_owned());
                before.values.push(canary);
            }
        }
    }
    let traces = Traces::of(&before.values);
    let record: BTreeSet<String> = record_paths(world);
    let lists: Vec<Call> = (world.catalogue.actions.iter())
        .filter(|action| action.verb == "GET" && !action.path.contains('{') && !record.contains(&action.address_path()))
        .map(|action| Call::get(action.address_path()))
        .take(LISTS_MAX)
        .collect();
    let viewers: Vec<usize> = (0..world.actors.len())
        .filter(|other| *other != at && world.actors[*other].alive && !world.actors[*other].fact.throw_away)
        .take(VIEWERS_MAX)
        .collect();
    for viewer in viewers {
        for call in &lists {
            let asked = world.ask(Some(viewer), call, Purpose::Other).await;
            if asked.succeeded() && !traces.found(&asked.answer.body).is_empty() {
                before.reads.push((viewer, call.clone()));
            }
        }
    }
    before.dump = dump(world, &traces).await;
    before
}

/// Where the record is read: that somebody was there is what a record is for.
fn record_paths(world: &World<'_>) -> BTreeSet<String> {
    let crate::manifest::RecordSource::Http(lines) = &world.manifest.record.source else { return BTreeSet::new() };
    lines.iter().map(|line| line.path.as_str().split('?').next().unwrap_or_default().to_owned()).collect()
}

async fn dump(world: &World<'_>, traces: &Traces) -> Option<Result<BTreeSet<usize>, String>> {
    let command = world.manifest.instruments.dump.as_ref()?;
    Some(match world.target.run_with(command, &[]).await {
        Ok(ended) if ended.well => {
            let pieces = unpack::all("the dump", &ended.output);
            Ok(pieces.iter().flat_map(|(_, bytes)| traces.found(bytes)).collect())
        }
        Ok(ended) => Err(format!("`{command}` failed: {}", ended.last_words())),
        Err(trouble) => Err(format!("{}: {}", trouble.place, trouble.wrong)),
    })
}

impl Before {
    /// Looks again, until nothing is left or the time is over: what clears away may run behind.
    pub(super) async fn after(&self, world: &mut World<'_>) -> Traced {
        let started = Instant::now();
        loop {
            let traced = self.look(world).await;
            if traced.left.is_empty() && traced.dumped != Some(true) || WAIT_MAX < started.elapsed() {
                return traced;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn look(&self, world: &mut World<'_>) -> Traced {
        let traces = Traces::of(&self.values);
        let mut traced = Traced { before: self.reads.len(), ..Traced::default() };
        for (viewer, call) in &self.reads {
            let asked = world.ask(Some(*viewer), call, Purpose::Other).await;
            let viewer = world.actors[*viewer].fact.name.clone();
            for at in traces.found(&asked.answer.body).into_iter().take(NAMED_MAX) {
                traced.left.push(format!("GET {} shows {viewer} {}", call.path, self.names[at]));
            }
        }
        let after = dump(world, &traces).await;
        match (&self.dump, after) {
            (None, _) | (_, None) => {}
            (Some(Err(why)), _) => traced.blind = Some(why.clone()),
            (_, Some(Err(why))) => traced.blind = Some(why),
            (Some(Ok(before)), Some(Ok(_))) if before.is_empty() => {
                traced.blind = Some("the dump did not hold the account when it was there".into());
            }
            (Some(Ok(_)), Some(Ok(after))) => {
                traced.dumped = Some(!after.is_empty());
                traced.in_dump = after.into_iter().take(NAMED_MAX).map(|at| self.names[at].clone()).collect();
            }
        }
        traced
    }
}
