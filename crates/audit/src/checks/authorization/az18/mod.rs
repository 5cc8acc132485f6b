//! AZ18: a page of somebody else's acts in one's name.

mod probe;
mod session;

use super::again::{is_no_answer, tried};
use super::effect::effect;
use super::exhibits::{exhibit, person};
use crate::checks::Check;
use crate::checks::say::{Untried, say};
use crate::evidence::{ActorFact, Document, Dossier, Exchange, Run, Trial};
use crate::verdict::{Dimension, Finding, Severity};
use serde::{Deserialize, Serialize};

pub(super) use probe::probe;

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ18",
    dimension: Dimension::Authorization,
    severity: Severity::Prevents,
    title: "state changed by a cross-site request; CORS reflects an origin with credentials",
    why: "A browser sends its cookies along with a request that any other page makes. Without a defence, visiting that page \
          is enough to act in your name.",
    how: "Only for credentials that a browser sends by itself to another site: cookies that are not `SameSite=Lax` or stricter, \
          and Basic where an answer asks for it. What a form of another page could send (a POST as a form or as plain text, without the anti-forgery value) \
          is sent with that page's origin, and the effect is read back. CORS counts when an answer that holds somebody's own \
          values allows a foreign origin with credentials. At most four requests for each of six actions.",
    references: &["ASVS 5.0 3.5.1", "ASVS 5.0 3.5.2", "ASVS 5.0 3.3.2", "ASVS 5.0 3.4.2", "CWE-352", "CWE-942"],
    fix: "Refuse state-changing requests whose `Sec-Fetch-Site` or `Origin` is foreign, set `SameSite=Lax` or stricter, and \
          list allowed origins by name.",
    built: true,
};

/// What a page of somebody else's can do in a browser that is signed in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Crossed {
    /// `POST /notes`, `reading across origins`; `cross-site requests` where one is about all of them.
    pub subject: String,
    /// Why the question does not arise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
    /// Why nothing follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untried: Option<Untried>,
    /// What a browser keeps back: `the cookie sid is SameSite=Lax`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// Whose browser it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<ActorFact>,
    /// A request that changes something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
    /// Reads, each with a foreign origin.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Reading>,
}

/// A read with a foreign origin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Reading {
    /// The origin that was sent.
    pub origin: String,
    /// What came back.
    pub exchange: Exchange,
    /// `Access-Control-Allow-Origin` of the answer.
    pub allowed: Option<String>,
    /// `Access-Control-Allow-Credentials: true`.
    pub with_credentials: bool,
    /// Values of somebody's own that the answer holds.
    pub shows: Vec<String>,
}

impl Document for Crossed {
    const KIND: &'static str = "crossed";
}

impl Reading {
    /// Whether a script of that origin could read it.
    fn is_readable(&self) -> bool {
        self.with_credentials && self.allowed.as_ref() == Some(&self.origin) && !self.shows.is_empty()
    }
}

/// A finding for each action that was tried, and one for reading.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let all: Vec<(&str, Crossed)> = dossier.all();
    all.iter().map(|(digest, crossed)| of(&run, digest, crossed)).collect()
}

fn of(run: &Run, digest: &str, crossed: &Crossed) -> Finding {
    let about = say(&CHECK, crossed.subject.as_str(), digest);
    if let Some(absent) = &crossed.absent {
        return about.not_applicable(absent.clone());
    }
    if let Some(why) = &crossed.untried {
        return about.untried(why);
    }
    if let Some(kept) = &crossed.kept {
        return about.holds(kept.clone());
    }
    let Some(who) = &crossed.who else { return about.undecided("it is not known whose browser it was") };
    let Some(trial) = &crossed.trial else { return across_origins(run, digest, crossed, who) };
    let Some((_, exchange)) = tried(trial) else { return about.undecided("nothing was sent") };
    match effect(trial) {
        Some(what) => {
            let shown = exhibit(run, "from another site", who, exchange, "without anything but what a browser adds");
            about
                .showing(vec![shown])
                .gap(format!("a page of another site does it in the name of {}: {what}", person(who)))
        }
        None if is_no_answer(exchange) => about.undecided(format!("it was answered {}", exchange.status)),
        None => about.holds(format!("from another site it is answered {}, without effect", exchange.status)),
    }
}

fn across_origins(run: &Run, digest: &str, crossed: &Crossed, who: &ActorFact) -> Finding {
    let about = say(&CHECK, crossed.subject.as_str(), digest);
    if let Some(bad) = crossed.reads.iter().find(|read| read.is_readable()) {
        let shown = exhibit(run, "from another site", who, &bad.exchange, "allowed, with credentials");
        let words = format!(
            "a script of {} may read what is {}'s ({})",
            bad.origin,
            person(who),
            bad.shows.first().map_or("", String::as_str)
        );
        return about.showing(vec![shown]).gap(words);
    }
    match crossed.reads.iter().any(|read| !read.shows.is_empty()) {
        true => about.holds("no foreign origin is allowed to read it with credentials"),
        false => about.undecided("with a foreign origin nothing of anybody's was answered"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::tests::{actor, exchange, look, trial};
    use crate::evidence;
    use crate::verdict::Verdict;

    #[test]
    fn an_effect_counts_and_a_code_does_not() {
        let verdict = |trial| {
            let crossed = Crossed { who: Some(actor("ann", "a")), trial: Some(trial), ..Crossed::default() };
            of(&Run::default(), "", &crossed).verdict
        };
        let mut kind = trial();
        kind.attempts[0].exchanges[0] = exchange("ann", 200, evidence::Reading::Success);
        assert_eq!(verdict(kind), Verdict::Holds, "a 200 that changes nothing");
        assert_eq!(verdict(Trial { after: Some(look(&[("title", "b")])), ..trial() }), Verdict::Gap);
    }

    #[test]
    fn a_wildcard_without_credentials_gives_nothing() {
        let verdict = |allowed: &str, with_credentials, shows: &[&str]| {
            let read = Reading {
                origin: "https://elsewhere.example".into(),
                exchange: exchange("ann", 200, evidence::Reading::Success),
                allowed: Some(allowed.into()),
                with_credentials,
                shows: shows.iter().map(|text| (*text).to_owned()).collect(),
            };
            let crossed = Crossed { who: Some(actor("ann", "a")), reads: vec![read], ..Crossed::default() };
            of(&Run::default(), "", &crossed).verdict
        };
        assert_eq!(verdict("https://elsewhere.example", true, &["ann@example.com"]), Verdict::Gap);
        assert_eq!(verdict("https://elsewhere.example", false, &["ann@example.com"]), Verdict::Holds);
        assert_eq!(verdict("*", true, &["ann@example.com"]), Verdict::Holds, "browsers do not take it");
        assert_eq!(verdict("https://elsewhere.example", true, &[]), Verdict::Unproven);
    }
}
