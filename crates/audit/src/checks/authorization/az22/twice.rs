//! The same under one key, twice at once and once more.

use super::CHECK;
use crate::checks::authorization::again::{self, Again};
use crate::checks::authorization::exhibits::{exhibit, person};
use crate::checks::say::{Untried, say};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{ActorFact, Document, Dossier, Exchange, Observation, Reading, Run};
use crate::verdict::Finding;
use crate::walk::objects::planted_in;
use crate::walk::{Call, Reached, World};
use serde::{Deserialize, Serialize};

/// Headers by which a request is known again (draft-ietf-httpapi-idempotency-key-header).
const HEADERS: &[&str] = &["idempotency-key", "x-idempotency-key"];
/// Most actions that are tried.
const ACTIONS_MAX: usize = 24;

/// One thing that was asked for three times under one key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Twice {
    /// Why nothing was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    untried: Option<Untried>,
    /// `POST /invoices`; empty where no action takes a key.
    action: String,
    /// Who asked.
    who: Option<ActorFact>,
    /// The header.
    header: String,
    /// Two answers that were asked for at once, and one afterwards.
    answers: Vec<Exchange>,
    /// How many of them a list shows; nothing where it shows none.
    made: Option<u32>,
    /// How many it shows of one that was asked for under a key of its own.
    other: Option<u32>,
    /// Actions that take a key, and what they make shows in no list.
    #[serde(default)]
    uncounted: u32,
}

impl Document for Twice {
    const KIND: &'static str = "twice";
}

pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let mut found = makers(world);
    found.truncate(ACTIONS_MAX);
    let mut left = Twice::default();
    let mut any = false;
    for (met, header) in found {
        world.revive(Some(met.actor)).await;
        let Some(twice) = one(world, &met, header).await else {
            left.uncounted += 1;
            continue;
        };
        let action = world.action(met.action).name();
        let who = Some(world.fact(Some(met.actor)));
        world.store.add(&Twice { action, who, ..twice })?;
        any = true;
    }
    left.untried = again::nothing_was_changed(world);
    if any { Ok(()) } else { world.store.add(&left).map(drop) }
}

/// What makes something, is seen to, and takes a key; with the key's header.
fn makers(world: &World<'_>) -> Vec<(Reached, String)> {
    let below = again::repeatable(world).into_iter().filter(|met| again::makes(world, met.action));
    let mut found: Vec<(Reached, String)> = Vec::new();
    for met in again::making(world).into_iter().chain(below) {
        let action = world.action(met.action);
        let header = action.parameters.iter().find(|one| HEADERS.contains(&one.name.to_lowercase().as_str()));
        if let Some(header) = header.filter(|_| action.verb == "POST") {
            let name = header.name.clone();
            found.push((met, name));
        }
    }
    found
}

/// Three requests under one key; nothing where no list shows what comes of them.
async fn one(world: &mut World<'_>, met: &Reached, header: String) -> Option<Twice> {
    let mut twice = Twice { header, ..Twice::default() };
    let again = Again::fresh(world, met).await?;
    let (call, canaries) = keyed(world, &again, &twice.header).await?;
    let both = [(Some(met.actor), call.clone()), (Some(met.actor), call.clone())];
    let answers = world.ask_together(&both, Purpose::Other).await;
    twice.answers = answers.into_iter().map(|asked| asked.exchange).collect();
    twice.answers.push(world.ask(Some(met.actor), &call, Purpose::Other).await.exchange);
    twice.made = count(&again.look_late(world).await, &canaries);
    let done = twice.answers.iter().any(|answer| answer.reading == Reading::Success);
    if twice.made.is_none() && done {
        return None;
    }
    // What shows one of each shows two where there are two.
    if twice.made == Some(1) {
        let (call, canaries) = keyed(world, &again, &twice.header).await?;
        world.ask(Some(met.actor), &call, Purpose::Other).await;
        twice.other = count(&again.look_late(world).await, &canaries);
    }
    Some(twice)
}

/// The request with a key that nobody used, and the canaries of what it makes.
async fn keyed(world: &mut World<'_>, again: &Again, header: &str) -> Option<(Call, Vec<String>)> {
    let mut call = again.call(world).await?;
    let canaries: Vec<String> = planted_in(&call, &world.canaries).into_iter().map(|(_, canary)| canary).collect();
    let key = format!("{}-{}", world.canaries.mint(), world.nonce);
    call.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(header));
    call.headers.push((header.to_owned(), key));
    (!canaries.is_empty()).then_some((call, canaries))
}

/// How often one of the canaries stands in the field that shows it most often: once for each thing that carries it.
fn count(look: &Observation, canaries: &[String]) -> Option<u32> {
    // One field of an object is no list in which a second one would stand.
    let listed = look.fields.iter().filter(|(path, _)| path.contains("[]"));
    let times =
        |values: &[String], canary: &str| values.iter().filter(|value| value.to_lowercase().contains(canary)).count();
    let most = listed.flat_map(|(_, values)| canaries.iter().map(move |canary| times(values, canary))).max();
    u32::try_from(most.filter(|most| 0 < *most)?).ok()
}

pub(super) fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let all: Vec<(&str, Twice)> = dossier.all();
    all.iter().map(|(digest, twice)| of(&run, digest, twice)).collect()
}

fn of(run: &Run, digest: &str, twice: &Twice) -> Finding {
    let Some(who) = &twice.who else {
        let about = say(&CHECK, "double submit", digest);
        if let Some(why) = &twice.untried {
            return about.untried(why);
        }
        return match twice.uncounted {
            0 => about.not_applicable("no action that makes something takes an Idempotency-Key: nothing is promised"),
            number => about.undecided(format!("no list shows what {number} actions make that take a key")),
        };
    };
    let about = say(&CHECK, twice.action.as_str(), digest);
    let taken = twice.answers.iter().filter(|answer| answer.reading == Reading::Success).count();
    match (taken, twice.made, twice.other) {
        (0, ..) => about.undecided("with a key it did not succeed"),
        (_, Some(made), _) if 1 < made => {
            let shown = twice.answers.iter().map(|answer| exhibit(run, "under one key", who, answer, &twice.header));
            let words = format!("{} asks three times under one {}, and there are {made}", person(who), twice.header);
            about.showing(shown.collect()).gap(words)
        }
        (_, Some(1), Some(1)) => about.holds(format!("three times under one {} makes one", twice.header)),
        _ => about.undecided("no list shows how many were made"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::tests::{actor, exchange, look as seen};
    use crate::verdict::Verdict;

    #[test]
    fn a_canary_is_counted_once_for_each_row() {
        let mut look = seen(&[("items[].title", "plimx"), ("title", "plimx")]);
        let rows = |look: &Observation| count(look, &["plimx".to_owned()]);
        assert_eq!(rows(&look), Some(1));
        look.fields.insert("items[].text".into(), vec!["Plimx a".into(), "plimx b".into(), "c".into()]);
        assert_eq!(rows(&look), Some(2));
        assert_eq!(rows(&seen(&[("title", "plimx")])), None, "an object alone counts nothing");
    }

    #[test]
    fn two_under_one_key_are_a_gap() {
        let verdict = |reading, made, other| {
            let answers = vec![exchange("ann", 201, reading); 3];
            let who = Some(actor("ann", "a"));
            of(&Run::default(), "", &Twice { who, answers, made, other, ..Twice::default() }).verdict
        };
        assert_eq!(verdict(Reading::Success, Some(2), None), Verdict::Gap);
        assert_eq!(verdict(Reading::Success, Some(1), Some(1)), Verdict::Holds);
        assert_eq!(verdict(Reading::Success, Some(1), None), Verdict::Unproven, "the list may be full");
        assert_eq!(verdict(Reading::Success, None, None), Verdict::Unproven);
        assert_eq!(verdict(Reading::Invalid, None, None), Verdict::Unproven);
        let none = |uncounted| of(&Run::default(), "", &Twice { uncounted, ..Twice::default() }).verdict;
        assert_eq!((none(0), none(3)), (Verdict::NotApplicable, Verdict::Unproven));
    }
}
