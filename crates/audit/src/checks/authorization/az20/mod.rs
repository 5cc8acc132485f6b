//! AZ20: sign-in and reset tell which accounts there are.

mod judge;
mod times;

pub use judge::judge;

use crate::checks::Check;
use crate::checks::operations::op01::resets;
use crate::checks::say::Untried;
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Document, Reading};
use crate::manifest::SignIn;
use crate::verdict::{Dimension, Severity};
use crate::walk::actors::Session;
use crate::walk::{Asked, World};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ20",
    dimension: Dimension::Authorization,
    severity: Severity::Prevents,
    title: "account enumeration on sign-in, reset, sign-up",
    why: "Whoever can ask which addresses have an account gets a list of your customers, and only guesses passwords that \
          are worth guessing.",
    how: "A wrong password for an account that exists and for one that does not, twice each and by turns, and the same \
          where a new password is asked for: code, kind, place and text must be the same once the name is taken out. \
          Times are compared over thirty pairs by a rank test and are a suspicion at most; so is a limit that only an \
          account that exists runs into. A sign-up has to say that a name is taken, and is not judged.",
    references: &["ASVS 5.0 6.3.8", "OWASP API2:2023", "CWE-204", "CWE-208"],
    fix: "Answer both alike and after the same work: hash a password although nobody has it, queue the mail and answer \
          before it is known whether anybody gets it.",
    built: true,
};

/// The answers of one form about an account that exists, and about one that does not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Answers {
    /// `sign-in /session`.
    pub form: String,
    /// Why it was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untried: Option<Untried>,
    /// About the one that exists.
    #[serde(default)]
    pub known: Vec<Said>,
    /// About the one that does not.
    #[serde(default)]
    pub unknown: Vec<Said>,
    /// Milliseconds of pairs: of the known and of the unknown.
    #[serde(default)]
    pub pairs: Vec<(u64, u64)>,
    /// So many tries were answered by a limit: about the known, and about the unknown.
    #[serde(default)]
    pub limited: (u32, u32),
}

/// An answer without the name that was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::checks) struct Said {
    /// The code.
    pub status: u16,
    /// Content type.
    pub kind: String,
    /// `Location`, and which cookies are set.
    pub place: String,
    /// The body.
    pub text: String,
}

impl Document for Answers {
    const KIND: &'static str = "account_answers";
}

/// Pairs of wrong sign-ins whose time is compared.
const PAIRS: usize = 30;
/// Pairs whose answers are compared.
const ALIKE: usize = 2;
/// Tries that a limit answers before nobody asks any more.
const LIMITED_MAX: u32 = 4;

/// Each form, about both. On an account of its own: it may be locked afterwards.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let like = (0..world.actors.len()).find(|at| !world.actors[*at].fact.throw_away).unwrap_or(0);
    let told = world.manifest.limits.account.clone();
    let told = told.and_then(|name| world.actors.iter().position(|actor| actor.fact.name == name));
    let account = world.throw_away(like).await.ok().or(told);
    let way = world.manifest.sign_in.iter().find(|way| way.send.is_some() || way.form.is_some()).cloned();
    if let Some(way) = way {
        let answers = sign_in(world, account, &way).await;
        world.store.add(&answers)?;
    }
    for action in resets::actions(world) {
        let answers = reset(world, account, action).await;
        world.store.add(&answers)?;
    }
    Ok(())
}

/// Somebody who was never there: of the same length and letters.
fn nobody(name: &str) -> String {
    let turned = |letter: char| match letter {
        'a'..='y' | 'A'..='Y' | '0'..='8' => char::from_u32(u32::from(letter) + 1).unwrap_or(letter),
        'z' => 'a',
        'Z' => 'A',
        '9' => '0',
        other => other,
    };
    name.chars().map(turned).collect()
}

/// The values of somebody with his name exchanged, wherever it stands in them.
fn renamed(values: &BTreeMap<String, String>, name: &str, other: &str) -> BTreeMap<String, String> {
    values.iter().map(|(key, value)| (key.clone(), value.replace(name, other))).collect()
}

async fn sign_in(world: &mut World<'_>, account: Option<usize>, way: &SignIn) -> Answers {
    let line = way.send.as_ref().or(way.form.as_ref());
    let path = line.map(|line| line.path.as_str().split('?').next().unwrap_or_default().to_owned()).unwrap_or_default();
    let mut answers = Answers { form: format!("sign-in {path}"), ..Answers::default() };
    let Some(at) = account else {
        let line = "[limits] account = \"ACTOR\"";
        answers.untried = Some(Untried::not_told("there is no account that may be tried with wrong passwords", line));
        return answers;
    };
    let name = world.actors[at].values.get("name").cloned().unwrap_or_default();
    let other = nobody(&name);
    for number in 0..PAIRS {
        let mut pair = [0_u64; 2];
        // Who is asked about first changes by turns.
        let order = if number % 2 == 0 { [true, false] } else { [false, true] };
        for known in order {
            let who = if known { &name } else { &other };
            let Some(asked) = wrong_password(world, at, way, &name, who, number).await else { return answers };
            if asked.exchange.reading == Reading::Limited {
                let count = if known { &mut answers.limited.0 } else { &mut answers.limited.1 };
                *count += 1;
            } else {
                keep(&mut answers, known, &asked, who);
            }
            pair[usize::from(!known)] = asked.answer.millis;
        }
        if 0 < answers.limited.0 + answers.limited.1 {
            if LIMITED_MAX <= answers.limited.0.max(answers.limited.1) {
                break;
            }
            continue;
        }
        answers.pairs.push((pair[0], pair[1]));
    }
    answers
}

async fn wrong_password(
    world: &mut World<'_>,
    at: usize,
    way: &SignIn,
    name: &str,
    who: &str,
    number: usize,
) -> Option<Asked> {
    let mut somebody = world.actors[at].clone();
    somebody.values = renamed(&somebody.values, name, who);
    somebody.values.insert("password".into(), format!("Wrong-{number:02}-{}!", world.nonce));
    somebody.session = Session::default();
    somebody.identity.clear();
    let place = world.actors.len();
    world.actors.push(somebody);
    let call = match (&way.send, &way.form) {
        (Some(line), _) => world.fill_line(line, Some(place)).ok(),
        (None, Some(form)) => world.filled_form(place, form, way).await.ok(),
        (None, None) => None,
    };
    let asked = match call {
        Some(call) => Some(world.ask(Some(place), &call, Purpose::SignIn).await),
        None => None,
    };
    world.actors.truncate(place);
    asked.filter(|asked| asked.answer.status != 0)
}

async fn reset(world: &mut World<'_>, account: Option<usize>, action: usize) -> Answers {
    let name_of = world.action(action).name();
    let mut answers = Answers {
        form: format!("reset {}", name_of.split_once(' ').map_or("", |(_, path)| path)),
        ..Answers::default()
    };
    let Some(at) = account else {
        let line = "[limits] account = \"ACTOR\"";
        answers.untried = Some(Untried::not_told("there is no account whose password may be asked for", line));
        return answers;
    };
    let name = world.actors[at].values.get("name").cloned().unwrap_or_default();
    let other = nobody(&name);
    for _ in 0..ALIKE {
        for known in [true, false] {
            let who = if known { &name } else { &other };
            let values: Vec<(String, String)> =
                world.known(Some(at)).into_iter().map(|(key, value)| (key, value.replace(&name, who))).collect();
            let Ok(mut call) = world.plain_call(action, at).await else { break };
            let Some(mut body) = call.sent_json() else { break };
            if !resets::fill(&mut body, &values) || resets::real_mail(&body).is_some() {
                answers.untried = Some(Untried::undecided(format!(
                    "nobody knows what an account that may be asked for is called in {name_of}"
                )));
                return answers;
            }
            call.body = world.body_like(action, body);
            let asked = world.ask(None, &call, Purpose::Other).await;
            match asked.exchange.reading {
                Reading::Limited if known => answers.limited.0 += 1,
                Reading::Limited => answers.limited.1 += 1,
                _ => keep(&mut answers, known, &asked, who),
            }
        }
    }
    answers
}

/// What was said, without the name.
fn keep(answers: &mut Answers, known: bool, asked: &Asked, who: &str) {
    let said = if known { &mut answers.known } else { &mut answers.unknown };
    if ALIKE <= said.len() {
        return;
    }
    let header = |name: &str| asked.answer.header(name).unwrap_or_default().replace(who, "…");
    let cookies: Vec<String> = asked.answer.cookies().map(|(name, _)| name).collect();
    let text = asked.exchange.answer.replace(who, "…");
    said.push(Said {
        status: asked.answer.status,
        kind: header("content-type"),
        place: format!("{} {}", header("location"), cookies.join(" ")),
        text: text.replace(&crate::client::percent_encode(who), "…"),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nobody_is_somebody_else_of_the_same_length(name in "[a-z0-9]{1,12}") {
            let other = nobody(&name);
            prop_assert_eq!(other.chars().count(), name.chars().count());
            prop_assert_ne!(other, name);
        }
    }
}
