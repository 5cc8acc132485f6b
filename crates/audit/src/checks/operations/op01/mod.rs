//! OP01: sign-in, reset, sign-up and other public endpoints are rate limited.

mod judge;
pub(in crate::checks) mod resets;

pub use judge::judge;

use serde::{Deserialize, Serialize};

use crate::checks::Check;
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Document, Reading};
use crate::manifest::SignIn;
use crate::verdict::{Dimension, Severity};
use crate::walk::{Asked, Call, World};

/// The declaration.
pub const CHECK: Check = Check {
    id: "OP01",
    dimension: Dimension::Operations,
    severity: Severity::Blocks,
    title: "sign-in, reset, sign-up and other public endpoints are rate limited",
    why: "Without a limit, a list of leaked passwords is tried against all your customers in one night.",
    how: "On a throw-away account a burst of wrong passwords is sent, then the right one; then new accounts, and \
          requests for a new password of that same account. A 429, a delay, a lock-out or a challenge all count as a \
          limit; the report says how many tries it took.",
    references: &[
        "OWASP API4:2023",
        "OWASP API2:2023",
        "ASVS 5.0 6.3.1",
        "ASVS 5.0 2.4.1",
        "CWE-307",
        "CWE-799",
        "RFC 6585 4 (429)",
    ],
    fix: "Count tries by account and by address, in a store that all processes share, and answer 429 with \
          `Retry-After`.",
    built: true,
};

/// Words of a challenge that a program cannot answer.
const CHALLENGES: &[&str] = &["captcha", "turnstile", "challenge", "proof of work", "are you human", "not a robot"];

/// A burst against one public form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burst {
    /// `sign-in POST /session`.
    pub form: String,
    /// What was sent again and again.
    pub what: String,
    /// Why it was not tried, where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_tried: Option<String>,
    /// The manifest line that would make it possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The right password signed in before the burst.
    pub worked_before: bool,
    /// Tries that were sent.
    pub tries: u32,
    /// Tries that would have been sent.
    pub tries_max: u32,
    /// The try at which the form changed its answer for good, and how: `429`, `423`, `a challenge`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limited: Option<(u32, String)>,
    /// Status codes and how often each came, in order.
    pub answers: Vec<(u16, u32)>,
    /// Median milliseconds of the first and of the last answers.
    pub millis: (u64, u64),
    /// What the right password was answered afterwards; nothing where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right_afterwards: Option<(u16, bool)>,
}

impl Document for Burst {
    const KIND: &'static str = "burst";
}

/// Bursts against the sign-in, the sign-up, and what asks for a new password.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let tries_max = world.manifest.limits.tries;
    world.progress.total(Dimension::Operations, u64::from(tries_max));
    // Made before the first burst: afterwards nobody may be let in any more.
    let account = if asks_for_account(world) { account(world).await } else { None };
    let burst = sign_in_burst(world, account, tries_max).await;
    world.store.add(&burst)?;
    if world.manifest.sign_up.is_some() && !world.fell_silent {
        let burst = sign_up_burst(world, tries_max).await;
        world.store.add(&burst)?;
    }
    for action in resets::actions(world) {
        if !world.fell_silent {
            let burst = resets::burst(world, action, account, tries_max).await;
            world.store.add(&burst)?;
        }
    }
    Ok(())
}

/// The first way to sign in that sends a secret.
fn way(world: &World<'_>) -> Option<SignIn> {
    world.manifest.sign_in.iter().find(|way| way.send.is_some() || way.form.is_some()).cloned()
}

/// Whether there is anything to try on an account.
fn asks_for_account(world: &World<'_>) -> bool {
    way(world).is_some() || !resets::actions(world).is_empty()
}

/// Wrong passwords for the account that may be locked, and then the right one.
async fn sign_in_burst(world: &mut World<'_>, account: Option<usize>, tries_max: u32) -> Burst {
    let way = way(world);
    let Some(way) = way else {
        let why = "nobody signs in by a form or a request that this walk knows".to_owned();
        return Burst { form: "the sign-in".into(), not_tried: Some(why), ..Burst::default() };
    };
    let line = way.send.as_ref().or(way.form.as_ref());
    let path = line.map(|line| line.path.as_str().split('?').next().unwrap_or_default().to_owned()).unwrap_or_default();
    let mut burst =
        Burst { form: format!("sign-in {path}"), what: "wrong passwords".into(), tries_max, ..Burst::default() };
    let Some(at) = account else {
        burst.not_tried = Some("there is no account that may be locked out for it".into());
        burst.answer = Some("[limits] account = \"ACTOR\"".into());
        return burst;
    };
    burst.worked_before = matches!(sign_in(world, at, &way, None).await, Some(asked) if signed_in(&asked));
    if !burst.worked_before {
        return burst;
    }
    let mut meter = Meter::default();
    for number in 1..=tries_max {
        let wrong = format!("Wrong-{}-{number}!", world.nonce);
        let Some(asked) = sign_in(world, at, &way, Some(wrong)).await else { break };
        world.progress.step(Dimension::Operations, u64::from(number));
        burst.tries = number;
        if meter.is_limited(number, &asked, &mut burst) {
            break;
        }
    }
    meter.finish(&mut burst);
    if let Some(asked) = sign_in(world, at, &way, None).await {
        burst.right_afterwards = Some((asked.answer.status, signed_in(&asked)));
    }
    burst
}

/// Accounts with names that never come twice.
async fn sign_up_burst(world: &mut World<'_>, tries_max: u32) -> Burst {
    let Some(line) = world.manifest.sign_up.clone() else { return Burst::default() };
    let path = line.path.as_str().split('?').next().unwrap_or_default().to_owned();
    let mut burst =
        Burst { form: format!("sign-up {path}"), what: "new accounts".into(), tries_max, ..Burst::default() };
    let mut meter = Meter::default();
    for number in 1..=tries_max {
        let name = format!("b{number}{}", world.nonce);
        let lookup = |hole: &str| match hole {
            "name" => Some(name.clone()),
            "password" => Some(format!("Pw-{name}-9!")),
            "random" => Some(name.clone()),
            _ => None,
        };
        let Ok(call) = line.fill(&lookup).map(Call::from) else {
            burst.not_tried = Some(format!("{} asks for more than a name and a password", line.text));
            return burst;
        };
        let asked = world.ask(None, &call, Purpose::Other).await;
        burst.tries = number;
        burst.worked_before |= asked.succeeded();
        if asked.answer.status == 0 || meter.is_limited(number, &asked, &mut burst) {
            break;
        }
    }
    meter.finish(&mut burst);
    burst
}

/// A throw-away account, or the one that the manifest gives.
async fn account(world: &mut World<'_>) -> Option<usize> {
    if let Some(named) = &world.manifest.limits.account {
        return world.actors.iter().position(|actor| actor.fact.name == *named);
    }
    let like = (0..world.actors.len()).find(|at| !world.actors[*at].fact.throw_away)?;
    world.throw_away(like).await.ok()
}

/// One try to sign in, with the right password or another.
async fn sign_in(world: &mut World<'_>, at: usize, way: &SignIn, password: Option<String>) -> Option<Asked> {
    let right = world.actors[at].values.get("password").cloned();
    if let Some(wrong) = &password {
        world.actors[at].values.insert("password".into(), wrong.clone());
    }
    world.actors[at].session = crate::walk::actors::Session::default();
    let call = match (&way.send, &way.form) {
        (Some(line), _) => world.fill_line(line, Some(at)).ok(),
        (None, Some(form)) => world.filled_form(at, form, way).await.ok(),
        (None, None) => None,
    };
    if let Some(right) = right {
        world.actors[at].values.insert("password".into(), right);
    }
    let asked = world.ask(Some(at), &call?, Purpose::SignIn).await;
    (asked.answer.status != 0).then_some(asked)
}

/// Whether an answer let somebody in: a success that is no refusal in disguise.
fn signed_in(asked: &Asked) -> bool {
    asked.exchange.reading == Reading::Success && !is_challenge(asked)
}

fn is_challenge(asked: &Asked) -> bool {
    let text = asked.answer.text().to_lowercase();
    CHALLENGES.iter().any(|word| text.contains(word))
}

/// What the answers of a burst have in common, and from when on they have not.
#[derive(Default)]
struct Meter {
    millis: Vec<u64>,
    challenged_whole_list: bool,
}

impl Meter {
    fn is_limited(&mut self, number: u32, asked: &Asked, burst: &mut Burst) -> bool {
        let status = asked.answer.status;
        match burst.answers.last_mut() {
            Some((last, count)) if *last == status => *count += 1,
            _ => burst.answers.push((status, 1)),
        }
        self.millis.push(asked.answer.millis);
        let challenge = is_challenge(asked);
        self.challenged_whole_list |= challenge && number == 1;
        let how = match status {
            429 => Some("429".to_owned()),
            423 => Some("423, locked".to_owned()),
            503 if asked.answer.header("retry-after").is_some() => Some("503 with Retry-After".to_owned()),
            _ if challenge && !self.challenged_whole_list => Some("a challenge".to_owned()),
            _ => None,
        };
        burst.limited = how.map(|how| (number, how));
        // Waiting is what a delay asks for; a few long answers are enough to see it.
        burst.limited.is_some() || self.millis.iter().rev().take(3).filter(|millis| **millis >= 5_000).count() == 3
    }

    fn finish(&self, burst: &mut Burst) {
        let few = self.millis.len().min(5);
        burst.millis = (median(&self.millis[..few]), median(&self.millis[self.millis.len() - few..]));
    }
}

fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}
