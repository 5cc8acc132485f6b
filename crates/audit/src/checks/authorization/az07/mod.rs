//! AZ07: a session or token survives sign-out, a changed password, or its time.

mod keys;
mod passwords;
mod refresh;

use super::deeds::{self, Deed};
use super::ended::{self, Ended, self_contained};
use crate::checks::Check;
use crate::checks::detection::{doer, send};
use crate::checks::say::Untried;
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::World;
use passwords::{password_action, with_passwords};
use refresh::Refresh;

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ07",
    dimension: Dimension::Authorization,
    severity: Severity::Prevents,
    title: "session or token survives sign-out, password change, role change, expiry",
    why: "Signing out on a shared computer, or changing a stolen password, must end what the thief holds. A session \
          that lives on makes both worthless.",
    how: "A throw-away person signs in twice; one session ends by sign-out, by a changed password in the other, or by the \
          manifest's line that lets its time pass. What worked with it is sent again: his own values in the answer, or \
          something made that is read back, are proof. A self-contained token is measured against the life that the \
          manifest allows. Where the sign-in hands out a refresh token, it must open no session after that, and none twice where each use \
          gives another. A key that the service hands out must open nothing once it was removed. A change of role is not tried yet.",
    references: &["OWASP API2:2023", "ASVS 5.0 7.4.1", "ASVS 5.0 7.4.3", "ASVS 5.0 9.2.1", "CWE-613"],
    fix: "Keep sessions on the server and delete them on sign-out and on a change of password or role; give \
          self-contained tokens a life of minutes.",
    built: true,
};

/// Last words of paths by which one signs out.
const SIGN_OUT: &[&str] = &["logout", "signout", "sign-out", "log-out", "sign_out", "log_out", "logoff"];
/// Last words of paths that are one's own session, where they are deleted.
const SESSION: &[&str] = &["session", "login", "current"];
/// The line that makes somebody who may be harmed.
const THROW_AWAY: &str = "[throw_away] make = 'ACTOR: POST /… {\"name\":\"{name}\",\"password\":\"{password}\"} -> id'";

/// Ends sessions in each way that is known.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let like = (0..world.actors.len()).find(|at| !world.actors[*at].fact.throw_away).unwrap_or(0);
    let harmed = world.throw_away(like).await;
    let mut all = sign_out(world, *harmed.as_ref().unwrap_or(&like)).await;
    all.extend(password(world, harmed.clone()).await);
    all.extend(keys::probe(world).await);
    all.push(expiry(world, *harmed.as_ref().unwrap_or(&like)).await);
    for seen in all {
        world.store.add(&seen)?;
    }
    Ok(())
}

/// A finding for each way.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    ended::judge(&CHECK, dossier)
}

fn undecided(subject: &str, why: impl Into<String>) -> Ended {
    Ended::untried(&CHECK, subject, Untried::undecided(why))
}

/// Two sessions of one person, and what both can do: his first, and one that is ended.
async fn two_sessions(world: &mut World<'_>, of: usize) -> std::result::Result<(usize, Vec<Deed>), String> {
    if !world.revive(Some(of)).await {
        return Err(format!("{} cannot sign in any more", world.actors[of].fact.name));
    }
    let other = world.second_session(of).await?;
    let deeds = deeds::of(world, other).await;
    match deeds::still_works(world, &deeds, other).await {
        true => Ok((other, deeds)),
        false => Err("nothing is known that shows whose session it is".into()),
    }
}

/// What the ended session can still do, with everything it carried before.
async fn tried(
    world: &mut World<'_>,
    subject: &str,
    how: String,
    told: bool,
    other: usize,
    of: usize,
    deeds: &[Deed],
) -> Ended {
    // A new sign-in shows that it is the session that ended and not the account or the service.
    let served = world.revive(Some(of)).await && deeds::still_works(world, deeds, of).await;
    Ended {
        check: CHECK.id.into(),
        subject: subject.into(),
        how,
        told,
        who: Some(world.fact(Some(other))),
        tried: deeds::try_as(world, deeds, other, of).await,
        others_are_served: served,
        token: self_contained(world, other),
        ..Ended::default()
    }
}

/// Sign-out, and what it leaves of a refresh token.
async fn sign_out(world: &mut World<'_>, of: usize) -> Vec<Ended> {
    let subject = "sign-out";
    let told = world.manifest.sessions.sign_out.clone();
    let found = told.is_none().then(|| sign_out_action(world)).flatten();
    if told.is_none() && found.is_none() {
        let why = Untried::not_told("nothing is known by which one signs out", "[sessions] sign_out = 'POST /…'");
        return vec![Ended::untried(&CHECK, subject, why)];
    }
    let (other, deeds) = match two_sessions(world, of).await {
        Ok(two) => two,
        Err(why) => return vec![undecided(subject, why)],
    };
    let refresh = Refresh::of(world, of, &deeds).await;
    let call = match (&told, found) {
        (Some(line), _) => world.fill_line(line, Some(other)),
        (None, Some(action)) => {
            let call = world.plain_call(action, other).await;
            call.map(|call| refresh::with_his_token(world, call, other))
        }
        (None, None) => Err(String::new()),
    };
    let call = match call {
        Ok(call) => call,
        Err(why) => return vec![undecided(subject, why)],
    };
    let kept = world.actors[other].session.clone();
    let asked = world.ask(Some(other), &call, Purpose::Other).await;
    let how = format!("{} {} answered {}", call.method, call.path, asked.answer.status);
    if !asked.succeeded() && !(300..400).contains(&asked.answer.status) {
        return vec![undecided(subject, how)];
    }
    world.actors[other].session = kept;
    let ended = tried(world, subject, how, true, other, of, &deeds).await;
    let mut all = refreshed(world, &ended, refresh.as_ref(), (other, of), &deeds).await;
    if let Some(Ok(refresh)) = &refresh {
        all.extend(refresh.twice(world, of, &deeds).await);
    }
    all.insert(0, ended);
    all
}

/// What becomes of the refresh token of a session that ended, where there is one.
async fn refreshed(
    world: &mut World<'_>,
    ended: &Ended,
    refresh: Option<&std::result::Result<Refresh, Untried>>,
    sessions: (usize, usize),
    deeds: &[Deed],
) -> Vec<Ended> {
    match refresh {
        None => Vec::new(),
        Some(Err(why)) => {
            vec![Ended::untried(&CHECK, &format!("{} · refresh token", ended.subject), why.clone())]
        }
        Some(Ok(refresh)) => vec![refresh.after(world, ended, sessions, deeds).await],
    }
}

/// The action by which one signs out, as far as its path tells.
fn sign_out_action(world: &World<'_>) -> Option<usize> {
    let fits = |at: &usize| {
        let action = world.action(*at);
        is_sign_out(&action.verb, &action.path)
    };
    let sent = |at: &usize| {
        !world
            .manifest
            .target
            .never
            .iter()
            .any(|never| never.matches(&world.action(*at).verb, &world.action(*at).address_path()))
    };
    (0..world.catalogue.actions.len()).filter(fits).find(sent)
}

fn is_sign_out(verb: &str, path: &str) -> bool {
    let path = path.trim_end_matches('/').to_lowercase();
    let last = path.rsplit('/').next().unwrap_or_default();
    let out = SIGN_OUT.contains(&last) && matches!(verb, "POST" | "DELETE" | "PUT" | "GET");
    !path.contains('{') && (out || verb == "DELETE" && SESSION.contains(&last))
}

/// A changed password, and what it leaves of a refresh token.
async fn password(world: &mut World<'_>, harmed: std::result::Result<usize, String>) -> Vec<Ended> {
    let subject = "changed password";
    let told = world.manifest.sessions.password.clone();
    let found = told.is_none().then(|| password_action(world)).flatten();
    if told.is_none() && found.is_none() {
        let line = "[sessions] password = 'PUT /… {\"old\":\"{password}\",\"new\":\"{new_password}\"}'";
        let why = Untried::not_told("nothing is known by which one changes one's password", line);
        return vec![Ended::untried(&CHECK, subject, why)];
    }
    let Ok(of) = harmed else {
        let why = Untried::not_told("there is no account that may be harmed", THROW_AWAY);
        return vec![Ended::untried(&CHECK, subject, why)];
    };
    let (other, deeds) = match two_sessions(world, of).await {
        Ok(two) => two,
        Err(why) => return vec![undecided(subject, why)],
    };
    let refresh = Refresh::of(world, of, &deeds).await;
    let old = world.actors[of].values.get("password").cloned().unwrap_or_default();
    let new = format!("{old}-New7");
    world.store.secrets().add(&new);
    world.actors[of].values.insert("new_password".into(), new.clone());
    let call = match (&told, found) {
        (Some(line), _) => world.fill_line(line, Some(of)),
        (None, Some(action)) => world.plain_call(action, of).await.map(|call| with_passwords(call, &old, &new)),
        (None, None) => Err(String::new()),
    };
    let call = match call {
        Ok(call) => call,
        Err(why) => return vec![undecided(subject, why)],
    };
    let asked = world.ask(Some(of), &call, Purpose::Other).await;
    let how = format!("{} {} answered {}", call.method, call.path, asked.answer.status);
    if !asked.succeeded() {
        return vec![undecided(subject, how)];
    }
    world.actors[of].values.insert("password".into(), new);
    if let Err(why) = world.sign_in(of).await {
        return vec![undecided(subject, format!("{how}, and the new password signs nobody in: {why}"))];
    }
    let mut seen = tried(world, subject, how, true, other, of, &deeds).await;
    let mut all = refreshed(world, &seen, refresh.as_ref(), (other, of), &deeds).await;
    world.actors[other].values.insert("password".into(), old);
    let kept = world.actors[other].session.clone();
    if world.sign_in(other).await.is_ok() && deeds::still_works(world, &deeds, other).await {
        seen.also = Some("the old password still signs in".into());
    }
    world.actors[other].session = kept;
    all.insert(0, seen);
    all
}

/// The time of a session is let pass by the line that OP03 has for it.
async fn expiry(world: &mut World<'_>, of: usize) -> Ended {
    let subject = "time";
    let later = world.manifest.instruments.expired.get("session").and_then(|class| class.later.clone());
    let Some(later) = later.filter(|_| world.manifest.target.disposable) else {
        let line = "[expired.session] later = \"COMMAND\" that lets the time pass, count = \"COMMAND\"";
        return Ended::untried(&CHECK, subject, Untried::not_told("nothing lets a session's time pass", line));
    };
    let (other, deeds) = match two_sessions(world, of).await {
        Ok(two) => two,
        Err(why) => return undecided(subject, why),
    };
    let by = doer(world, &later);
    if let Err(why) = send(world, &later, by).await {
        return undecided(subject, why);
    }
    let seen = tried(world, subject, "its time has passed".into(), true, other, of, &deeds).await;
    // Everybody's time has passed.
    for at in 0..world.actors.len() {
        if !world.actors[at].fact.throw_away {
            world.revive(Some(at)).await;
        }
    }
    seen
}
