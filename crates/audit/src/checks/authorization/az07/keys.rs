//! Keys that the service hands out: each must open nothing any more once it was removed.

use super::{Ended, tried, undecided};
use crate::checks::authorization::bearers::{self, Bearer};
use crate::client::Purpose;
use crate::evidence::Form;
use crate::plan::slots::words;
use crate::walk::{Call, World};

/// Last words of paths that take a key's power away.
const TAKES: &[&str] = &["revoke", "disable", "deactivate", "delete", "remove"];

/// One for each kind of key that opens something.
pub(super) async fn probe(world: &mut World<'_>) -> Vec<Ended> {
    let mut all = Vec::new();
    for bearer in bearers::all(world).await {
        let subject = format!("a key of {}", world.action(bearer.action).name());
        let Some(call) = removal(world, &bearer).await else {
            all.push(undecided(&subject, "nothing is known that takes such a key away"));
            continue;
        };
        let asked = world.ask(Some(bearer.of), &call, Purpose::Other).await;
        let how = format!("{} {} answered {}", call.method, call.path, asked.answer.status);
        if !asked.succeeded() {
            all.push(undecided(&subject, how));
            continue;
        }
        world.objects[bearer.object].gone = true;
        let Bearer { at, of, deeds, .. } = bearer;
        all.push(tried(world, &subject, how, true, at, of, &deeds).await);
    }
    all
}

/// What takes the key away, as the walk did it before.
async fn removal(world: &mut World<'_>, bearer: &Bearer) -> Option<Call> {
    let object = world.objects[bearer.object].clone();
    let about = |met: &&crate::walk::Reached| met.object.is_some_and(|at| world.objects[at].slot == object.slot);
    let takes = |met: &&crate::walk::Reached| {
        let path = world.action(met.action).path.clone();
        let last = path.rsplit('/').find(|segment| !segment.contains('{')).unwrap_or_default().to_owned();
        met.form == Form::Remove || words(&last).iter().any(|word| TAKES.contains(&word.as_str()))
    };
    let action = world.met.values().filter(about).find(takes)?.action;
    world.call_again(action, bearer.of, &object.keys, bearer.object).await.ok()
}
