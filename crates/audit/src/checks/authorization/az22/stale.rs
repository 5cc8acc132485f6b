//! An update by somebody who has read an earlier version.

use super::CHECK;
use crate::checks::authorization::again::{self, Again, is_no_answer, tried};
use crate::checks::authorization::effect::effect;
use crate::checks::authorization::exhibits::{exhibit, person};
use crate::checks::say::{Untried, say};
use crate::client::{Body, Purpose};
use crate::compare::leaves;
use crate::error::Result;
use crate::evidence::{ActorFact, Document, Dossier, Exchange, Form, Reading, Run, Trial};
use crate::plan::slots::words;
use crate::verdict::Finding;
use crate::walk::{Call, Reached, World};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Fields that hold the version of what they stand in.
const FIELDS: &[&str] = &["version", "revision", "rev", "etag", "lock_version", "row_version"];
/// Answers that promise to look at it: a condition that failed, and one that has to be sent.
const PROMISES: [&str; 2] = ["412", "428"];
/// Most updates that are tried.
const ACTIONS_MAX: usize = 8;

/// An update with a version of before, and with the present one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Stale {
    /// Why nothing was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    untried: Option<Untried>,
    /// `PUT /notes/{note}`; empty where no update speaks of versions.
    action: String,
    /// Who did it.
    who: Option<ActorFact>,
    /// `If-Match`, `version`.
    by: String,
    /// The update in between, with the version that was read.
    first: Option<Exchange>,
    /// The one with the version of before, and what became of it.
    late: Option<Trial>,
    /// The one with the present version.
    present: Option<Exchange>,
}

/// Where an update names the version that it was made from.
#[derive(Debug, Clone)]
enum Place {
    /// A header that repeats the ETag.
    Header,
    /// A field of the body that the object shows under the same name.
    Field(String),
}

impl Document for Stale {
    const KIND: &'static str = "stale";
}

pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let mut seen = Vec::new();
    for met in again::repeatable(world) {
        let place = place(world, &met).filter(|_| seen.len() < ACTIONS_MAX);
        let Some(place) = place else { continue };
        world.revive(Some(met.actor)).await;
        let by = match &place {
            Place::Header => "If-Match".to_owned(),
            Place::Field(field) => field.clone(),
        };
        let (action, who) = (world.action(met.action).name(), Some(world.fact(Some(met.actor))));
        let stale = one(world, &met, &place).await.unwrap_or_default();
        seen.push(Stale { action, who, by, ..stale });
    }
    if seen.is_empty() {
        seen.push(Stale { untried: again::nothing_was_changed(world), ..Stale::default() });
    }
    seen.iter().try_for_each(|one| world.store.add(one).map(drop))
}

/// Where an update says which version it was made from, if its document says that it looks at that.
fn place(world: &World<'_>, met: &Reached) -> Option<Place> {
    let action = world.action(met.action);
    if met.form != Form::Change || !matches!(action.verb.as_str(), "PUT" | "PATCH") {
        return None;
    }
    let asks = action.parameters.iter().any(|one| one.name.eq_ignore_ascii_case("if-match"));
    let promises = action.answers.iter().any(|answer| PROMISES.contains(&answer.status.as_str()));
    let media = action.body.as_ref().and_then(|body| body.best());
    let fields = media.map(|media| media.schema.properties()).unwrap_or_default();
    let field = fields.into_iter().map(|(name, _)| name).find(|name| FIELDS.contains(&words(name).join("_").as_str()));
    match field {
        Some(field) => Some(Place::Field(field)),
        None => (asks || promises).then_some(Place::Header),
    }
}

async fn one(world: &mut World<'_>, met: &Reached, place: &Place) -> Option<Stale> {
    let mut stale = Stale::default();
    let again = Again::fresh(world, met).await?;
    let read = version(world, &again, place).await?;
    let first = made_from(world, &again, place, &read).await?;
    stale.first = Some(world.ask(Some(met.actor), &first, Purpose::Other).await.exchange);
    let late = made_from(world, &again, place, &read).await?;
    stale.late = Some(again.tried(world, Some(met.actor), &late, Purpose::Other).await);
    let now = version(world, &again, place).await?;
    // A version that never moves tells nobody that something changed.
    if now != read {
        let call = made_from(world, &again, place, &now).await?;
        stale.present = Some(world.ask(Some(met.actor), &call, Purpose::Other).await.exchange);
    }
    Some(stale)
}

/// The version that the object shows now.
async fn version(world: &mut World<'_>, again: &Again, place: &Place) -> Option<String> {
    let object = &world.objects[again.object?];
    let item = world.slots.all[object.slot].item?;
    let keys = object.keys.clone();
    let call = world.read_call(item, &keys).ok()?;
    let asked = world.ask(Some(again.met.actor), &call, Purpose::Other).await;
    match place {
        Place::Header => asked.answer.header("etag").map(str::to_owned),
        Place::Field(field) => {
            let shown = leaves(&asked.answer.json()?);
            let named = |path: &str| path.rsplit(['.', ']']).next() == Some(field.as_str());
            shown.into_iter().find(|(path, _)| named(path)).map(|(_, text)| text)
        }
    }
}

/// The update, made from this version.
async fn made_from(world: &mut World<'_>, again: &Again, place: &Place, version: &str) -> Option<Call> {
    let mut call = again.call(world).await?;
    match (place, &mut call.body) {
        (Place::Header, _) => {
            call.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("if-match"));
            call.headers.push(("If-Match".into(), version.to_owned()));
        }
        (Place::Field(field), Body::Json(Value::Object(fields))) => {
            let number = version.parse::<i64>().ok().map(Value::from);
            fields.insert(field.clone(), number.unwrap_or_else(|| Value::from(version)));
        }
        (Place::Field(_), _) => return None,
    }
    Some(call)
}

pub(super) fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let all: Vec<(&str, Stale)> = dossier.all();
    all.iter().map(|(digest, stale)| of(&run, digest, stale)).collect()
}

fn of(run: &Run, digest: &str, stale: &Stale) -> Finding {
    let Some(who) = &stale.who else {
        let about = say(&CHECK, "stale writes", digest);
        let words = "no update speaks of the version that it was made from, so that nothing is promised";
        return match &stale.untried {
            Some(why) => about.untried(why),
            None => about.not_applicable(words),
        };
    };
    let about = say(&CHECK, stale.action.as_str(), digest);
    let done = |exchange: &Option<Exchange>| exchange.as_ref().is_some_and(|one| one.reading == Reading::Success);
    let Some(late) = stale.late.as_ref().filter(|_| done(&stale.first)) else {
        return about.undecided("no read shows a version with which it succeeds");
    };
    let Some((_, now)) = tried(late) else { return about.undecided("nothing was sent") };
    match effect(late) {
        Some(what) => {
            let first = stale.first.iter().map(|first| exhibit(run, "first", who, first, &stale.by));
            let shown = first.chain([exhibit(run, "too late", who, now, "with the version of before")]).collect();
            let words = format!("{} overwrites with an old {}: {what}", person(who), stale.by);
            about.showing(shown).gap(words)
        }
        None if is_no_answer(now) => about.undecided(format!("it was answered {}", now.status)),
        None if done(&stale.present) => {
            about.holds(format!("with an old {} it is answered {}, without effect", stale.by, now.status))
        }
        None => about.undecided("with the present version it does not succeed either"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::tests::{actor, exchange, look, trial};
    use crate::verdict::Verdict;

    #[test]
    fn a_refusal_means_something_where_the_present_version_is_taken() {
        let yes = Some(exchange("ann", 200, Reading::Success));
        let refused = Stale {
            who: Some(actor("ann", "a")),
            first: yes.clone(),
            late: Some(trial()),
            present: yes.clone(),
            ..Stale::default()
        };
        let verdict = |stale: &Stale| of(&Run::default(), "", stale).verdict;
        assert_eq!(verdict(&refused), Verdict::Holds);
        assert_eq!(verdict(&Stale { present: None, ..refused.clone() }), Verdict::Unproven);
        assert_eq!(verdict(&Stale { first: None, ..refused.clone() }), Verdict::Unproven);
        let written = Trial { after: Some(look(&[("title", "b")])), ..trial() };
        assert_eq!(verdict(&Stale { late: Some(written), ..refused }), Verdict::Gap);
        assert_eq!(verdict(&Stale::default()), Verdict::NotApplicable);
    }
}
