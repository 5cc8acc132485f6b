//! Guessing: wrong codes one after another, and then the right one.

use super::probe::arm;
use super::{Around, Guessed};
use crate::checks::authorization::deeds;
use crate::error::Result;
use crate::evidence::Reading;
use crate::walk::World;

/// The last code that is guessed by.
const CODES: u32 = 1_000_000;
/// A step between guesses that is prime to the number of codes.
const STRIDE: u32 = 7919;

/// On an account of its own, for it may be locked afterwards.
pub(in crate::checks::authorization) async fn probe(world: &mut World<'_>) -> Result<()> {
    // Why there is no half a session is said once.
    let Ok(armed) = arm(world).await else { return Ok(()) };
    let tries_max = world.manifest.limits.tries;
    let mut guessed = Guessed { tries_max, ..Guessed::default() };
    let mut around = Around { subject: "guessing".into(), who: Some(world.fact(Some(armed.at))), ..Around::default() };
    let Some((_, secret)) = world.app(armed.at) else { return Ok(()) };
    let mut half: Option<usize> = None;
    let mut line = armed.second.clone();
    let mut first: Option<u16> = None;
    while guessed.tries < tries_max {
        let at = match half {
            Some(at) => at,
            None => match world.half_session(armed.at).await {
                Ok((at, way)) => {
                    guessed.sign_ins += 1;
                    half = Some(at);
                    let Ok(second) = world.second_line(at, &way, &armed.second).await else { break };
                    line = second;
                    at
                }
                Err(why) => {
                    let how = format!("the password is not taken any more: {why}");
                    guessed.limited = (guessed.tries != 0).then_some((guessed.tries, how));
                    break;
                }
            },
        };
        let code = format!("{:06}", (guessed.tries + 1) * STRIDE % CODES);
        let here = secret.step(u64::try_from(crate::walk::now().as_second()).unwrap_or_default());
        if (here.saturating_sub(2)..=here + 2).any(|step| secret.code(step) == code) {
            guessed.tries += 1;
            continue;
        }
        let Ok(asked) = world.ask_with_text(&line, at, &code).await else { break };
        match asked.exchange.reading {
            Reading::Limited => {
                guessed.limited = Some((guessed.tries + 1, "429".into()));
                break;
            }
            Reading::Broken => break,
            _ => {}
        }
        if asked.answer.header("retry-after").is_some() || matches!(asked.answer.status, 423) {
            guessed.limited = Some((guessed.tries + 1, asked.answer.status.to_string()));
            break;
        }
        let status = *first.get_or_insert(asked.answer.status);
        // Another answer than the first: the half session may be over, and whoever guesses makes a new one.
        if status != asked.answer.status {
            world.actors.truncate(at);
            half = None;
            first = None;
            if guessed.sign_ins == tries_max {
                break;
            }
        }
        guessed.tries += 1;
        guessed.millis.1 = asked.answer.millis;
        if guessed.tries == 1 {
            guessed.millis.0 = asked.answer.millis;
        }
    }
    if let Some(at) = half {
        world.actors.truncate(at);
    }
    if guessed.limited.is_none() {
        let let_in = world.sign_in(armed.at).await.is_ok();
        guessed.right_lets_in = Some(let_in && deeds::still_works(world, &armed.deeds, armed.at).await);
    }
    around.guessed = Some(guessed);
    world.store.add(&around).map(drop)
}
