//! Asks for links, and uses them as they should not be used.

use super::letters::keys;
use super::{Linked, Use};
use crate::checks::authorization::deeds;
use crate::checks::detection::{doer, send};
use crate::checks::say::Untried;
use crate::client::Purpose;
use crate::error::Result;
use crate::manifest::LinkKind;
use crate::plan::slots::words;
use crate::sinks::SMTP;
use crate::walk::World;
use crate::walk::actors::{Actor, Session};
use std::time::Duration;

/// How long a letter may take.
const WITHIN: Duration = Duration::from_secs(15);
/// Words of paths by which links are sent.
const ABOUT: &[&str] =
    &["reset", "forgot", "forgotten", "recover", "invite", "invitation", "invitations", "magic", "join"];
/// The line that tells of a link.
const LINE: &str = "[links.reset] ask = 'POST /reset {\"mail\":\"{name}@example.com\"}', use = 'POST /reset/{link} {\"password\":\"{new_password}\"}', later = \"COMMAND\"";

/// Each kind of link that the manifest tells.
pub(in crate::checks::authorization) async fn probe(world: &mut World<'_>) -> Result<()> {
    let kinds = world.manifest.links.clone();
    if kinds.is_empty() {
        let about = world
            .catalogue
            .actions
            .iter()
            .any(|action| words(&action.path).iter().any(|word| ABOUT.contains(&word.as_str())));
        let linked = match about {
            true => Linked {
                untried: Some(Untried::not_told("nothing says how a link is asked for and used", LINE)),
                ..Linked::default()
            },
            false => Linked {
                absent: Some("no action speaks of invitations or of forgotten passwords".into()),
                ..Linked::default()
            },
        };
        return world.store.add(&Linked { subject: "links".into(), ..linked }).map(drop);
    }
    for (name, kind) in kinds {
        let mut linked = Linked { subject: name, ageless: kind.later.is_none(), ..Linked::default() };
        linked.untried = try_all(world, &kind, &mut linked.uses).await.err();
        world.store.add(&linked)?;
    }
    Ok(())
}

/// Whether somebody new comes by it, and not somebody who is there.
pub(in crate::checks::authorization) fn invites(kind: &LinkKind) -> bool {
    !kind.used.names().contains("new_password") && kind.used.names().contains("password")
}

async fn try_all(world: &mut World<'_>, kind: &LinkKind, uses: &mut Vec<Use>) -> std::result::Result<(), Untried> {
    let somebody = person(world, kind).await?;
    let link = ask(world, kind, somebody).await.map_err(Untried::undecided)?;
    uses.push(enter(world, kind, (somebody, None), &link, "").await.map_err(Untried::undecided)?);
    // The same once more: for a newcomer under another name, for a forgotten password with another one.
    let again = if invites(kind) && kind.used.names().contains("name") { newcomer(world) } else { somebody };
    uses.push(enter(world, kind, (again, Some(somebody)), &link, "a second time").await.map_err(Untried::undecided)?);
    let names_account = kind.used.names().iter().any(|name| ["name", "mail", "email"].contains(&name.as_str()));
    if names_account {
        let somebody = person(world, kind).await?;
        let link = ask(world, kind, somebody).await.map_err(Untried::undecided)?;
        let other = person(world, kind).await?;
        uses.push(
            enter(world, kind, (other, None), &link, "that was sent to somebody else")
                .await
                .map_err(Untried::undecided)?,
        );
    }
    if let Some(later) = &kind.later {
        let somebody = person(world, kind).await?;
        let link = ask(world, kind, somebody).await.map_err(Untried::undecided)?;
        let at = doer(world, later);
        send(world, later, at).await.map_err(Untried::undecided)?;
        uses.push(enter(world, kind, (somebody, None), &link, "after its time").await.map_err(Untried::undecided)?);
        for at in 0..world.actors.len() {
            if !world.actors[at].fact.throw_away {
                world.revive(Some(at)).await;
            }
        }
    }
    Ok(())
}

/// Whom the link is for: somebody who may be harmed, or who is not there yet.
async fn person(world: &mut World<'_>, kind: &LinkKind) -> std::result::Result<usize, Untried> {
    if invites(kind) {
        return Ok(newcomer(world));
    }
    let like = (0..world.actors.len()).find(|at| !world.actors[*at].fact.throw_away).unwrap_or(0);
    let line = "[throw_away] make = 'ACTOR: POST /… {\"name\":\"{name}\",\"password\":\"{password}\"} -> id'";
    world.throw_away(like).await.map_err(|_| Untried::not_told("there is nobody who may be harmed", line))
}

/// Somebody who has no account yet.
fn newcomer(world: &mut World<'_>) -> usize {
    let number = world.actors.len();
    let name = format!("n{number}{}", world.nonce);
    let mut values = world.actors[0].values.clone();
    values.retain(|key, _| ["role", "tenant"].contains(&key.as_str()));
    values.insert("name".into(), name.clone());
    let fact = crate::evidence::ActorFact { name, throw_away: true, ..world.actors[0].fact.clone() };
    world.actors.push(Actor {
        fact,
        values,
        session: Session::default(),
        identity: Vec::new(),
        said: Vec::new(),
        alive: false,
        signed_up: false,
    });
    number
}

/// Asks for a link, and finds its key.
async fn ask(world: &mut World<'_>, kind: &LinkKind, about: usize) -> std::result::Result<String, String> {
    let by = kind.ask.actor.as_ref().and_then(|name| world.actors.iter().position(|actor| actor.fact.name == *name));
    world.revive(by).await;
    let call = world.fill_line(&kind.ask, Some(about))?;
    let mark = world.sinks.mark();
    let asked = world.ask(by, &call, Purpose::Other).await;
    if !asked.succeeded() {
        return Err(format!("{} answered {}", kind.ask.text, asked.answer.status));
    }
    let json = asked.answer.json();
    let told = kind.ask.produces.as_ref().and_then(|path| path.first(json.as_ref()?)).and_then(crate::compare::scalar);
    let found = match (told, &kind.letter) {
        (Some(told), _) => keys(&told).into_iter().next().or(Some(told)),
        (None, Some(command)) => {
            let known: Vec<(String, String)> = world.known(Some(about)).into_iter().collect();
            let values: Vec<(&str, String)> =
                known.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
            let ended = world.target.run_with(command, &values).await.map_err(|trouble| trouble.wrong)?;
            keys(&ended.text()).into_iter().next()
        }
        (None, None) => {
            let name = world.actors[about].values.get("name").cloned().unwrap_or_default();
            let own = |arrival: &crate::sinks::Arrival| {
                arrival.sink == SMTP && (arrival.how.contains(&name) || arrival.text.contains(&name))
            };
            let arrived = world.sinks.wait(mark, WITHIN, own).await;
            arrived.iter().filter(|arrival| own(arrival)).flat_map(|letter| keys(&letter.text)).next()
        }
    };
    let key = found.ok_or_else(|| format!("{}: no link came", kind.ask.text))?;
    world.store.secrets().add(&key);
    Ok(key)
}

/// Uses a link, and looks whether somebody is in by it.
async fn enter(
    world: &mut World<'_>,
    kind: &LinkKind,
    (at, first): (usize, Option<usize>),
    link: &str,
    how: &str,
) -> std::result::Result<Use, String> {
    let fresh = format!("Link-{}-{}-{}!", world.nonce, world.actors.len(), how.len());
    world.store.secrets().add(&fresh);
    let old = world.actors[at].values.get("password").cloned();
    let invites = invites(kind);
    let number = world.actors.len();
    let mut user = world.actors[at].clone();
    user.session = Session::default();
    user.values.insert("link".into(), link.to_owned());
    user.values.insert("new_password".into(), fresh.clone());
    if invites {
        user.values.insert("password".into(), fresh.clone());
    }
    user.values.remove("token");
    world.actors.push(user);
    let by = kind.used.actor.as_ref().and_then(|name| world.actors.iter().position(|actor| actor.fact.name == *name));
    let call = match world.fill_line(&kind.used, Some(number)) {
        Ok(call) => call,
        Err(why) => {
            world.actors.truncate(number);
            return Err(why);
        }
    };
    let asked = world.ask(by.or(Some(number)), &call, Purpose::Other).await;
    let sets_password = invites || kind.used.names().contains("new_password");
    let lets_in = match sets_password {
        true => {
            world.actors[number].values.insert("password".into(), fresh.clone());
            world.actors[number].session = Session::default();
            world.sign_in(number).await.is_ok() && is_himself(world, number).await
        }
        false => {
            let ways = world.manifest.sign_in.clone();
            for way in &ways {
                let _ = world.take_token(number, way, &asked).is_ok_and(|()| world.carry(number, way).is_ok());
            }
            is_himself(world, number).await
        }
    };
    // An account that is called after whom the link was sent to may have another password now.
    let first = first.filter(|first| *first != at && sets_password && !lets_in && asked.succeeded());
    let lets_first_in = match first {
        Some(first) => {
            let mut user = world.actors[first].clone();
            user.session = Session::default();
            user.values.insert("password".into(), fresh.clone());
            user.values.remove("token");
            world.actors[number] = user;
            world.sign_in(number).await.is_ok() && is_himself(world, number).await
        }
        None => false,
    };
    let who = world.fact(first.filter(|_| lets_first_in).or(Some(at)));
    world.actors.truncate(number);
    // From now on this is his password, whichever it was before.
    let now = if lets_in && sets_password { Some(fresh) } else { old };
    if let Some(now) = now {
        world.actors[at].values.insert("password".into(), now);
    }
    Ok(Use { how: how.to_owned(), who, exchange: asked.exchange, lets_in: lets_in || lets_first_in })
}

/// Asks for a link for a newcomer and lets several use it at once, each under a name of his own: how many of them are in
/// afterwards.
pub(in crate::checks::authorization) async fn enter_together(
    world: &mut World<'_>,
    kind: &LinkKind,
    many: usize,
) -> std::result::Result<usize, String> {
    let somebody = newcomer(world);
    let link = ask(world, kind, somebody).await?;
    let by = kind.used.actor.as_ref().and_then(|name| world.actors.iter().position(|actor| actor.fact.name == *name));
    let mut calls = Vec::new();
    let mut users = vec![somebody];
    while users.len() < many {
        users.push(newcomer(world));
    }
    // Where the account is called after whom the link was sent to, whoever came first has let that one in.
    let fresh = format!("Link-{}-{}!", world.nonce, world.actors.len());
    world.store.secrets().add(&fresh);
    for at in &users {
        world.actors[*at].values.extend([("link".into(), link.clone()), ("password".into(), fresh.clone())]);
        calls.push((by, world.fill_line(&kind.used, Some(*at))?));
    }
    let answers = world.ask_together(&calls, Purpose::Other).await;
    let mut inside = 0;
    for (at, asked) in users.into_iter().zip(answers) {
        let tried = asked.succeeded() || at == somebody;
        if tried && world.sign_in(at).await.is_ok() && is_himself(world, at).await {
            inside += 1;
        }
    }
    Ok(inside)
}

/// Whether the proof request answers somebody with his own name.
async fn is_himself(world: &mut World<'_>, at: usize) -> bool {
    let Some(call) = world.proof_call(at) else { return false };
    let asked = world.ask(Some(at), &call, Purpose::Other).await;
    let mut values = deeds::values_of(world, at);
    values.extend(world.actors[at].values.get("name").cloned());
    asked.succeeded() && !deeds::found(&values, &call, &asked).is_empty()
}
