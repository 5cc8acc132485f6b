//! AZ15: a forged or weak token is taken.

mod known;
mod mutants;
mod names;
mod places;
mod public_keys;

use super::deeds::{self, Deed, found, name_of, values_of};
use super::exhibits::{exhibit, person};
use super::jwt::Jwt;
use crate::checks::Check;
use crate::checks::say::{Untried, say};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{ActorFact, Document, Dossier, Exchange, Run};
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::{Call, World};
use mutants::Mutant;
use serde::{Deserialize, Serialize};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ15",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "forged or weak token: none, weak secret, wrong audience, expired",
    why: "A token that anybody can write is no lock. Libraries accept the algorithm `none`, or a secret from their own \
          example, unless told otherwise.",
    how: "Blank, doubled, cut, altered and invented variants of a real credential are sent, and signs that query languages \
          read; of a JSON Web Token those without an algorithm or a signature, for another person, signed with secrets \
          from examples, with an empty key, with a key that it brings itself, or with the key that the service publishes; and tokens that are made of a name, or \
          count. One counts only when the answer holds somebody's own values. A key that is not guessed is not known, so \
          that tokens past their time or for another audience cannot be made.",
    references: &[
        "OWASP API2:2023",
        "ASVS 5.0 9.1.1",
        "ASVS 5.0 9.1.2",
        "ASVS 5.0 9.2.1",
        "ASVS 5.0 9.2.3",
        "RFC 8725",
        "CWE-347",
    ],
    fix: "Name the one algorithm and audience where tokens are verified, take the secret from a random generator, and \
          prefer opaque tokens of 128 random bits or more, stored as a hash.",
    built: true,
};

/// What became of forged variants of one credential.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Forged {
    /// `the header Authorization`, `the cookie sid`.
    pub subject: String,
    /// Why it was not tried, where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untried: Option<Untried>,
    /// `GET /me`.
    #[serde(default)]
    pub action: String,
    /// Whose credential it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<ActorFact>,
    /// Each variant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tries: Vec<Try>,
    /// The real one was still taken afterwards.
    #[serde(default)]
    pub works_afterwards: bool,
}

/// One variant and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Try {
    /// `without an algorithm (none)`.
    pub how: String,
    /// What came back.
    pub exchange: Exchange,
    /// Values of somebody's in the answer, which nobody else is given and nobody sent.
    pub got: Vec<String>,
    /// Whose they are.
    pub whose: String,
}

impl Document for Forged {
    const KIND: &'static str = "forged";
}

/// Forges each credential that somebody's requests carry.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let like = (0..world.actors.len()).find(|at| !world.actors[*at].fact.throw_away).unwrap_or(0);
    let at = match world.throw_away(like).await {
        Ok(at) => at,
        Err(_) => {
            world.revive(Some(like)).await;
            like
        }
    };
    let deeds = deeds::of(world, at).await;
    let Some(deed) = deeds.iter().find(|deed| deed.made().is_none()).cloned() else {
        let untried = Some(Untried::undecided("nothing is known that shows whose credential it is"));
        return world.store.add(&Forged { subject: "the credential".into(), untried, ..Forged::default() }).map(drop);
    };
    let victims = victims(world, at, &deed).await;
    let mut seen = Vec::new();
    for place in places::places(world, at) {
        // What changes nothing when it is left out is no credential.
        let without = attempt(world, at, &deed.call, &place.without(world, at), &victims).await;
        if !without.1.is_empty() {
            continue;
        }
        let mut forged = Forged {
            subject: place.subject(),
            action: name_of(world, &deed.call),
            who: Some(world.fact(Some(at))),
            ..Forged::default()
        };
        for Mutant { how, value } in mutants::of(world, at, &place).await {
            // Somebody else's own, as the manifest tells it: it was put together by hand, and opens what it should.
            if told_of_others(world, at).iter().any(|told| value.ends_with(told.as_str())) {
                continue;
            }
            let session = place.with(world, at, &value);
            let (exchange, got, whose) = attempt(world, at, &deed.call, &session, &victims).await;
            forged.tries.push(Try { how, exchange, got, whose });
        }
        forged.works_afterwards = deeds::still_works(world, &deeds, at).await;
        seen.push(forged);
    }
    if seen.is_empty() {
        let untried = Some(Untried::undecided("no single credential decides who is served"));
        seen.push(Forged { subject: "the credential".into(), untried, ..Forged::default() });
    }
    seen.iter().try_for_each(|one| world.store.add(one).map(drop))
}

/// Credentials that the manifest tells, of everybody else.
fn told_of_others(world: &World<'_>, at: usize) -> Vec<String> {
    const NAMES: [&str; 4] = ["key", "token", "api_key", "secret"];
    let own = &world.actors[at].fact.name;
    let others = world.manifest.actors.iter().filter(|told| told.id != *own);
    let told = |told: &crate::manifest::Actor| -> Vec<String> {
        NAMES.iter().filter_map(|name| told.values.get(*name)).map(|secret| secret.reveal().to_owned()).collect()
    };
    others.flat_map(told).filter(|value| !value.is_empty()).collect()
}

/// Everybody's values, but for those that nobody needs a credential to see.
async fn victims(world: &mut World<'_>, at: usize, deed: &Deed) -> Vec<(String, Vec<String>)> {
    let call = &deed.call;
    let nobody = world.ask(None, call, Purpose::Other).await;
    let mut victims = Vec::new();
    for who in 0..world.actors.len() {
        let mut values = values_of(world, who);
        if who == at {
            values.extend(deed.shows().iter().cloned());
        }
        let public = found(&values, call, &nobody);
        values.retain(|value| !public.contains(value));
        victims.push((world.actors[who].fact.name.clone(), values));
    }
    victims
}

/// One request with another session of somebody's, and whose values its answer holds.
async fn attempt(
    world: &mut World<'_>,
    at: usize,
    call: &Call,
    session: &crate::walk::actors::Session,
    victims: &[(String, Vec<String>)],
) -> (Exchange, Vec<String>, String) {
    let mut forger = world.actors[at].clone();
    forger.session = session.clone();
    let number = world.actors.len();
    world.actors.push(forger);
    let asked = world.ask(Some(number), call, Purpose::Other).await;
    world.actors.truncate(number);
    // What was sent in the credential itself is no evidence either.
    let sent: String = session
        .credentials
        .iter()
        .map(|one| one.value.as_str())
        .chain(session.cookies.values().map(String::as_str))
        .collect();
    for (name, values) in victims.iter().filter(|_| asked.succeeded()) {
        let mut got = found(values, call, &asked);
        got.retain(|value| !sent.contains(value.as_str()));
        if !got.is_empty() {
            return (asked.exchange, got, name.clone());
        }
    }
    let sighting = asked.exchange.sightings.first().cloned().filter(|_| asked.succeeded());
    let (got, whose) = sighting.map(|one| (vec![one.canary], one.owner)).unwrap_or_default();
    (asked.exchange, got, whose)
}

/// A finding for each credential.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let all: Vec<(&str, Forged)> = dossier.all();
    all.iter().map(|(digest, forged)| of(&run, digest, forged)).collect()
}

fn of(run: &Run, digest: &str, forged: &Forged) -> Finding {
    let about = say(&CHECK, forged.subject.as_str(), digest);
    if let Some(why) = &forged.untried {
        return about.untried(why);
    }
    let Some(who) = &forged.who else { return about.undecided("it is not known whose credential it was") };
    if let Some(hit) = forged.tries.iter().find(|one| !one.got.is_empty()) {
        let what = hit.got.first().map_or("", String::as_str);
        let whose = if hit.whose == who.name { person(who) } else { hit.whose.clone() };
        let words = format!("{} answers a token {} with what is {whose}'s ({what})", forged.action, hit.how);
        return about.showing(vec![exhibit(run, "forged", who, &hit.exchange, &hit.how)]).gap(words);
    }
    match (forged.tries.len(), forged.works_afterwards) {
        (0, _) => about.undecided("nothing was forged"),
        (_, false) => about.undecided("the real one was not taken afterwards either, so the refusals mean nothing"),
        (number, true) => about.holds(format!("{number} forged variants are refused, and the real one is taken")),
    }
}

/// The token in a value, where it is one that carries claims.
fn claims_of(value: &str) -> Option<Jwt> {
    Jwt::parse(value.rsplit(' ').next().unwrap_or(value))
}
