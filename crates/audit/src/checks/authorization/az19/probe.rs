//! Trying to get in without the second step.

use super::{Around, Try};
use crate::checks::authorization::deeds::{self, Deed};
use crate::checks::say::Untried;
use crate::client::{Body, Purpose};
use crate::error::Result;
use crate::manifest::{RecordSource, RequestLine};
use crate::plan::slots::words;
use crate::walk::World;

/// The line that tells how a sign-in has a second step.
const SECOND: &str = "[sign_in] second = 'POST /… {\"code\":\"{totp}\"}'";
/// The line that tells how a factor is set up.
const SET_UP: &str =
    "[second_factor] set_up = ['POST /… -> secret', 'POST /… {\"code\":\"{totp}\"} -> recovery_codes[]']";
/// Words of actions about a second factor.
const ABOUT: &[&str] = &["totp", "mfa", "2fa", "otp", "factor", "twofactor", "authenticator"];
/// Steps back that no service takes any more: ten minutes.
const OLD_STEPS: u64 = 20;
/// Stands where a field is taken away.
const GONE: &str = "plimsoll-takes-this-field-away";

/// Somebody with a factor, and what he can do with it.
pub(super) struct Armed {
    /// With both steps.
    pub(super) at: usize,
    pub(super) deeds: Vec<Deed>,
    /// The second step.
    pub(super) second: RequestLine,
    /// Unused recovery codes.
    recovery: Vec<String>,
}

/// Each way around, but the guessing.
pub(in crate::checks::authorization) async fn probe(world: &mut World<'_>) -> Result<()> {
    let armed = match arm(world).await {
        Ok(armed) => armed,
        Err(around) => return world.store.add(&*around).map(drop),
    };
    let skipped = skip(world, &armed).await;
    write(world, &armed, "the second step", skipped).await?;
    let tries = codes(world, &armed).await;
    write(world, &armed, "codes", tries).await?;
    // A service may count sign-ins of one account: the rest is tried on another.
    let armed = arm(world).await.unwrap_or(armed);
    if armed.recovery.is_empty() {
        let words = "no recovery codes were given out, as far as the manifest's arrows say";
        let untried = Some(Untried::not_told(words, SET_UP));
        world.store.add(&Around { subject: "recovery codes".into(), untried, ..Around::default() })?;
    } else {
        let tries = recovery_twice(world, &armed).await;
        write(world, &armed, "recovery codes", tries).await?;
    }
    let tries = the_factor_itself(world, &armed).await;
    write(world, &armed, "the factor itself", tries).await?;
    Ok(())
}

async fn write(world: &mut World<'_>, armed: &Armed, subject: &str, tries: Vec<Try>) -> Result<()> {
    // What was tried may have ended the session itself; a new one shows that the account still works.
    let mut works = deeds::still_works(world, &armed.deeds, armed.at).await;
    if !works && world.sign_in(armed.at).await.is_ok() {
        works = deeds::still_works(world, &armed.deeds, armed.at).await;
    }
    let who = Some(world.fact(Some(armed.at)));
    world
        .store
        .add(&Around { subject: subject.into(), who, tries, works_afterwards: works, ..Around::default() })
        .map(drop)
}

/// An account with a factor that may be harmed.
pub(super) async fn arm(world: &mut World<'_>) -> std::result::Result<Armed, Box<Around>> {
    let not = |untried: Untried| {
        Box::new(Around { subject: "the second step".into(), untried: Some(untried), ..Around::default() })
    };
    let second = world.manifest.sign_in.iter().find_map(|way| way.second.clone());
    let one_step =
        world.manifest.sign_in.iter().filter_map(|way| way.send.as_ref()).any(|line| line.text.contains("{totp"));
    let Some(second) = second else {
        if one_step {
            return Err(not(Untried::undecided(
                "the code is sent with the password: there is no half a session to try",
            )));
        }
        let about = world
            .catalogue
            .actions
            .iter()
            .any(|action| words(&action.path).iter().any(|word| ABOUT.contains(&word.as_str())));
        let with_app = (0..world.actors.len()).any(|at| world.app(at).is_some());
        if !about && !with_app && world.manifest.second_factor.set_up.is_empty() {
            return Err(Box::new(Around { subject: "the second step".into(), absent: true, ..Around::default() }));
        }
        return Err(not(Untried::not_told("nothing says how a code is sent when one signs in", SECOND)));
    };
    let like = (0..world.actors.len()).find(|at| !world.actors[*at].fact.throw_away).unwrap_or(0);
    let (at, recovery) = match world.throw_away(like).await {
        Ok(at) if !world.manifest.second_factor.set_up.is_empty() => match world.set_up_factor(at).await {
            Ok(recovery) => (at, recovery),
            Err(why) => return Err(not(Untried::undecided(format!("no second factor could be set up: {why}")))),
        },
        _ => match lender(world) {
            Some(at) => (at, Vec::new()),
            None => return Err(not(Untried::not_told("nobody here has a second factor", SET_UP))),
        },
    };
    if let Err(why) = world.sign_in(at).await {
        return Err(not(Untried::undecided(format!("with both steps it does not work: {why}"))));
    }
    let deeds = deeds::of(world, at).await;
    if deeds.is_empty() {
        return Err(not(Untried::undecided("nothing is known that whoever signs in with both steps can do")));
    }
    Ok(Armed { at, deeds, second, recovery })
}

/// Somebody with a second factor whose account is tried where none can be made for it. He may be locked out for a while:
/// rather the last than the first, who makes most things, and not whoever reads the record.
fn lender(world: &World<'_>) -> Option<usize> {
    let lines = match &world.manifest.record.source {
        RecordSource::Http(lines) => lines.as_slice(),
        _ => &[],
    };
    let reads = |at: &usize| lines.iter().any(|line| line.actor.as_ref() == Some(&world.actors[*at].fact.name));
    let mut able: Vec<usize> = (0..world.actors.len()).filter(|at| world.app(*at).is_some()).collect();
    able.sort_by_key(|at| (reads(at), std::cmp::Reverse(*at)));
    able.first().copied()
}

/// Everything with the password alone; and the other values of the first answer as if they were the token.
async fn skip(world: &mut World<'_>, armed: &Armed) -> Vec<Try> {
    let Ok((half, way)) = world.half_session(armed.at).await else { return Vec::new() };
    let deeds = deeds::try_as(world, &armed.deeds, half, armed.at).await;
    let mut tries = vec![Try { how: "with the password alone".into(), answer: None, deeds, may: false }];
    let carried = world.actors[half].values.get("token").cloned();
    let told = world.actors[half].values.iter().filter(|(name, _)| name.starts_with("answer."));
    let dense =
        |text: &String| 16 <= text.len() && !text.contains(char::is_whitespace) && Some(text) != carried.as_ref();
    let others: Vec<(String, String)> =
        told.filter(|(_, text)| dense(text)).map(|(name, text)| (name.clone(), text.clone())).take(2).collect();
    for (name, text) in others {
        world.actors[half].values.insert("token".into(), text);
        if world.carry(half, &way).is_ok() {
            let deeds = deeds::try_as(world, &armed.deeds, half, armed.at).await;
            let how = format!("with `{}` of the first answer as its token", name.trim_start_matches("answer."));
            tries.push(Try { how, answer: None, deeds, may: false });
        }
    }
    world.actors.truncate(half);
    tries
}

/// The second step with codes that are none of this moment's.
async fn codes(world: &mut World<'_>, armed: &Armed) -> Vec<Try> {
    let mut tries = Vec::new();
    let Some((text, secret)) = world.app(armed.at) else { return tries };
    let used = world.last_code(&text);
    let old = secret.code(used.as_ref().map_or(0, |(step, _)| step.saturating_sub(OLD_STEPS)));
    let mut sent = vec![
        ("without any code".to_owned(), GONE.to_owned()),
        ("with an empty code".to_owned(), String::new()),
        ("with a code that is none".to_owned(), "000000".to_owned()),
        ("with a code of ten minutes ago".to_owned(), old),
    ];
    sent.extend(used.map(|(_, code)| ("with a code that was used".to_owned(), code)));
    if let Some(other) = code_of_another(world, armed.at).await {
        sent.push(("with the code of another account".to_owned(), other));
    }
    for (how, code) in sent {
        tries.extend(second_step(world, armed, how, &code, false).await);
    }
    tries
}

/// The code of somebody else who has a factor.
async fn code_of_another(world: &mut World<'_>, at: usize) -> Option<String> {
    let known = (0..world.actors.len()).find(|other| *other != at && world.app(*other).is_some());
    let other = match known {
        Some(other) => other,
        None => {
            let other = world.throw_away(at).await.ok()?;
            world.set_up_factor(other).await.ok()?;
            other
        }
    };
    let (_, secret) = world.app(other)?;
    Some(secret.code(secret.step(u64::try_from(crate::walk::now().as_second()).ok()?)))
}

/// One half session that sends this in a code's place, and what can be done with it then, whatever was answered.
async fn second_step(world: &mut World<'_>, armed: &Armed, how: String, code: &str, may: bool) -> Option<Try> {
    let (half, way) = world.half_session(armed.at).await.ok()?;
    let line = world.second_line(half, &way, &armed.second).await;
    let mut call = line.and_then(|line| world.line_with_text(&line, half, code)).ok();
    if let Some(Body::Json(serde_json::Value::Object(fields))) = call.as_mut().map(|call| &mut call.body) {
        fields.retain(|_, value| value != GONE);
    }
    let tried = match call {
        Some(call) => {
            let asked = world.ask(Some(half), &call, Purpose::SignIn).await;
            let _ = world.take_token(half, &way, &asked);
            let _ = world.carry(half, &way);
            let deeds = deeds::try_as(world, &armed.deeds, half, armed.at).await;
            Some(Try { how, answer: Some(asked.exchange), deeds, may })
        }
        None => None,
    };
    world.actors.truncate(half);
    tried
}

/// A recovery code lets in once.
async fn recovery_twice(world: &mut World<'_>, armed: &Armed) -> Vec<Try> {
    let Some(code) = armed.recovery.first() else { return Vec::new() };
    let mut tries: Vec<Try> = Vec::new();
    tries.extend(second_step(world, armed, "with a recovery code".into(), code, true).await);
    tries.extend(second_step(world, armed, "with a recovery code that was used".into(), code, false).await);
    tries
}

/// Half a session takes the factor away, or sets up one of its own.
async fn the_factor_itself(world: &mut World<'_>, armed: &Armed) -> Vec<Try> {
    let mut tries = Vec::new();
    if let Some(remove) = world.manifest.second_factor.remove.clone()
        && let Ok((half, _)) = world.half_session(armed.at).await
    {
        let answer = world.ask_with_text(&remove, half, "000000").await.ok().map(|asked| asked.exchange);
        world.actors.truncate(half);
        tries.extend(skip(world, armed).await.into_iter().take(1).map(|one| Try {
            how: "after half a session has taken the factor away".into(),
            answer: answer.clone(),
            ..one
        }));
    }
    if !world.manifest.second_factor.set_up.is_empty()
        && let Ok((half, way)) = world.half_session(armed.at).await
    {
        let set_up = world.set_up_factor(half).await;
        if set_up.is_ok() && world.second_step(half, &way, &armed.second).await.is_ok() {
            let _ = world.carry(half, &way);
        }
        let deeds = deeds::try_as(world, &armed.deeds, half, armed.at).await;
        tries.push(Try {
            how: "after half a session has set up a factor of its own".into(),
            answer: None,
            deeds,
            may: false,
        });
        world.actors.truncate(half);
    }
    tries
}
