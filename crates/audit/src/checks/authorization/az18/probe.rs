//! Acts as a page of another site.

use super::session::{ambient, goes_by_itself, is_forgery};
use super::{Crossed, Reading};
use crate::checks::authorization::again::{self, Again};
use crate::checks::authorization::deeds::{self, Deed, found, values_of};
use crate::checks::say::Untried;
use crate::client::{Body, Purpose};
use crate::error::Result;
use crate::evidence::Trial;
use crate::walk::actors::Session;
use crate::walk::{Asked, Call, Reached, World};

/// Where the page stands.
const ELSEWHERE: &str = "https://elsewhere.example";
/// What is said of all of it.
const ALL: &str = "cross-site requests";
/// Most actions that are tried.
const ACTIONS_MAX: usize = 24;
/// Most things of somebody's by which it is seen that he is signed in.
const HELD_MAX: usize = 2;

/// Writes, and reading across origins.
pub(in crate::checks::authorization) async fn probe(world: &mut World<'_>) -> Result<()> {
    let seen = all(world).await;
    seen.iter().try_for_each(|one| world.store.add(one).map(drop))
}

async fn all(world: &mut World<'_>) -> Vec<Crossed> {
    let about = |subject: &str| Crossed { subject: subject.into(), ..Crossed::default() };
    let people: Vec<usize> = (0..world.actors.len()).filter(|at| !world.actors[*at].fact.throw_away).collect();
    let mut kept = None;
    for at in people {
        if !goes_by_itself(&world.actors[at].session) {
            continue;
        }
        world.revive(Some(at)).await;
        let ambient = ambient(world, at).await;
        let reads = reads(world, at).await;
        if shown(world, at, &ambient.own, &reads).await.is_none() {
            continue;
        }
        let Some(deed) = shown(world, at, &ambient.foreign, &reads).await else {
            kept = kept.or(Some(match ambient.unknown.is_empty() {
                true => Crossed { kept: Some(ambient.kept.join(", ")), ..about(ALL) },
                false => {
                    let words = format!("how the cookie {} was set is not known", ambient.unknown.join(", "));
                    Crossed { untried: Some(Untried::undecided(words)), ..about(ALL) }
                }
            }));
            continue;
        };
        let who = Some(world.fact(Some(at)));
        let reads = across_origins(world, at, &ambient.foreign, &deed).await;
        let mut seen = vec![Crossed { who: who.clone(), reads, ..about("reading across origins") }];
        for met in writes(world, at) {
            let trial = written(world, &met, &ambient.foreign).await;
            let action = world.action(met.action).name();
            seen.extend(trial.map(|trial| Crossed { who: who.clone(), trial: Some(trial), ..about(&action) }));
        }
        return seen;
    }
    let absent = Some("nobody is signed in by anything that a browser sends by itself".to_owned());
    vec![kept.unwrap_or(Crossed { absent, ..about(ALL) })]
}

/// Reads that show somebody what is his, with what that is.
async fn reads(world: &mut World<'_>, at: usize) -> Vec<(Call, Vec<String>)> {
    let values = values_of(world, at);
    let mut reads: Vec<(Call, Vec<String>)> = world.proof_call(at).map(|call| (call, values)).into_iter().collect();
    for held in world.holdings(at, HELD_MAX).await {
        reads.push((held.call, held.shown.into_iter().map(|(_, canary)| canary).collect()));
    }
    reads
}

/// The first of them that shows it to whoever has this much of his session, and not to everybody.
async fn shown(world: &mut World<'_>, at: usize, session: &Session, reads: &[(Call, Vec<String>)]) -> Option<Deed> {
    if session.credentials.is_empty() {
        return None;
    }
    for (call, values) in reads {
        let own = std::mem::replace(&mut world.actors[at].session, session.clone());
        let deed = deeds::read(world, at, call.clone(), values).await;
        world.actors[at].session = own;
        if deed.is_some() {
            return deed;
        }
    }
    None
}

/// Somebody's browser, made to ask by a page of another site.
async fn ask_as(world: &mut World<'_>, at: usize, session: &Session, call: &Call) -> Asked {
    let own = std::mem::replace(&mut world.actors[at].session, session.clone());
    let asked = world.ask_from_elsewhere(Some(at), call, Purpose::Other).await;
    world.actors[at].session = own;
    asked
}

/// Reads with origins that nobody can have listed.
async fn across_origins(world: &mut World<'_>, at: usize, session: &Session, deed: &Deed) -> Vec<Reading> {
    let mut reads = Vec::new();
    for origin in [ELSEWHERE, "null"] {
        let mut call = deed.call.clone();
        call.headers.extend([("Origin".into(), origin.into()), ("Sec-Fetch-Site".into(), "cross-site".into())]);
        let asked = ask_as(world, at, session, &call).await;
        let header = |name: &str| asked.answer.header(name).map(str::to_owned);
        reads.push(Reading {
            origin: origin.to_owned(),
            allowed: header("access-control-allow-origin"),
            with_credentials: header("access-control-allow-credentials").as_deref() == Some("true"),
            shows: if asked.succeeded() { found(deed.shows(), &call, &asked) } else { Vec::new() },
            exchange: asked.exchange,
        });
    }
    reads
}

/// What somebody does by POST: no form of another page sends anything else.
fn writes(world: &World<'_>, at: usize) -> Vec<Reached> {
    let mut writes: Vec<Reached> = again::making(world).into_iter().chain(again::repeatable(world)).collect();
    writes.retain(|met| met.actor == at && world.action(met.action).verb == "POST");
    writes.truncate(ACTIONS_MAX);
    writes
}

/// One write as a form of another page would send it.
async fn written(world: &mut World<'_>, met: &Reached, session: &Session) -> Option<Trial> {
    let again = Again::fresh(world, met).await?;
    // What nobody has to be signed in for is done in nobody's name. Without a foreign origin: it may be smiled at.
    let mut plain = as_a_form(again.call(world).await?)?;
    plain.headers.clear();
    if world.ask_from_elsewhere(None, &plain, Purpose::Other).await.succeeded() {
        return None;
    }
    let call = as_a_form(again.call(world).await?)?;
    let before = again.look(world).await;
    let (call, canary) = world.varied(&call);
    let asked = ask_as(world, met.actor, session, &call).await;
    Some(again.trial(world, Some(met.actor), before, asked, canary).await)
}

/// The same as a form can send it: as plain text where it is JSON, and without what only a page of the service knows.
fn as_a_form(call: Call) -> Option<Call> {
    let mut call = call;
    call.headers.clear();
    for (name, value) in [("Origin", ELSEWHERE), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")] {
        call.headers.push((name.into(), value.into()));
    }
    call.body = match call.body {
        Body::Json(mut value) => {
            if let Some(fields) = value.as_object_mut() {
                fields.retain(|name, _| !is_forgery(name));
            }
            Body::Raw("text/plain".into(), value.to_string().into_bytes())
        }
        Body::Form(mut pairs) => {
            pairs.retain(|(name, _)| !is_forgery(name));
            Body::Form(pairs)
        }
        Body::Multipart(mut parts) => {
            parts.retain(|part| !is_forgery(&part.name));
            Body::Multipart(parts)
        }
        Body::None => Body::None,
        Body::Raw(..) => return None,
    };
    Some(call)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_form_of_another_page_knows_no_secret_and_sends_no_json() {
        let body = Body::Json(json!({"title": "x", "csrf_token": "y"}));
        let headers = vec![("X-Requested-With".to_owned(), "fetch".to_owned())];
        let call = as_a_form(Call { method: "POST".into(), path: "/notes".into(), headers, body }).unwrap();
        assert_eq!(call.body, Body::Raw("text/plain".into(), br#"{"title":"x"}"#.to_vec()));
        assert!(call.headers.iter().all(|(name, _)| name != "X-Requested-With"));
    }
}
