//! AZ12: another spelling of a request slips past a refusal.

mod probe;
mod spellings;

use super::again::tried;
use super::effect::{changed_something, effect};
use super::exhibits::{exhibit, person};
use crate::checks::Check;
use crate::checks::say::{Untried, say};
use crate::evidence::{ActorFact, Document, Dossier, Exchange, Reading, Run, Trial};
use crate::verdict::{Dimension, Finding, Severity, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(super) use probe::probe;

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ12",
    dimension: Dimension::Authorization,
    severity: Severity::Prevents,
    title: "another verb, path spelling, content type, case or override header slips past",
    why: "A check that matches the path as text is passed by a trailing slash, a capital letter, or an override header that \
          the router understands and the check does not.",
    how: "First an owner asks for what is his in every spelling: slashes, capitals, an encoded letter, `;x=1`, `.json`, headers \
          that rewrite the address, and another verb with an override. Only what reaches it is then tried by somebody to whom \
          the plain request is refused, once for each action. The owner's canary in the answer, the very answer of the one who \
          may, or an effect read back counts; a different code does not. Other content types are not tried. Eight requests for each \
          of four reads, about ten for each of four updates, and one for each action and spelling that reaches anything.",
    references: &["OWASP API5:2023", "OWASP API8:2023", "ASVS 5.0 4.1.4", "ASVS 5.0 8.3.1", "CWE-650", "CWE-863"],
    fix: "Decide in the handler's own layer, after routing, instead of in a filter that reads the path; switch method \
          override off.",
    built: true,
};

/// Other spellings of one action that is refused to somebody.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Spelt {
    /// `GET /notes/{note}`; `spellings` where it is about all of them.
    pub action: String,
    /// Why nothing was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untried: Option<Untried>,
    /// Spellings in which an owner reaches what is his.
    pub reaching: u32,
    /// Spellings in which he does not.
    pub lost: u32,
    /// To whom it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<ActorFact>,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ActorFact>,
    /// The plain request, refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain: Option<Exchange>,
    /// The same by the one who may, where it is about no object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permitted: Option<Exchange>,
    /// The same by its owner afterwards, where nothing was seen before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<Trial>,
    /// Each spelling that reaches something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tries: Vec<Try>,
}

/// One spelling, tried by somebody to whom the plain one is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Try {
    /// `with a slash at its end`.
    pub how: String,
    /// What came back.
    pub exchange: Exchange,
    /// What became of it, where it changes something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
}

impl Document for Spelt {
    const KIND: &'static str = "spelt";
}

/// Whether an answer says no.
fn refuses(exchange: &Exchange) -> bool {
    matches!(exchange.reading, Reading::Refusal | Reading::SoftDenial)
}

/// Whether what a trial is about was seen to stand when it was over.
fn stands(trial: &Trial) -> bool {
    trial.after.as_ref().is_some_and(|look| look.exists)
}

/// Shorter answers may be alike by chance.
const ALIKE_MIN: usize = 24;

impl Try {
    /// What it gave or did to somebody who may not, in words.
    fn slipped(&self, spelt: &Spelt) -> Option<String> {
        if let Some(trial) = &self.trial {
            return effect(trial);
        }
        let owner = spelt.owner.as_ref()?;
        // What the plain answer shows, too, is shown to everybody.
        let open = spelt.plain.iter().flat_map(|plain| &plain.sightings);
        let open: Vec<&String> = open.map(|sighting| &sighting.canary).collect();
        let mut sightings = self.exchange.sightings.iter().filter(|sighting| !open.contains(&&sighting.canary));
        let seen = sightings.find(|sighting| sighting.owner == owner.name);
        if let Some(seen) = seen {
            return Some(format!("{} of {} in the answer", seen.field, crate::load_line::one(&seen.noun)));
        }
        let same = spelt.permitted.as_ref().is_some_and(|permitted| {
            permitted.answer == self.exchange.answer
                && ALIKE_MIN <= permitted.answer.len()
                && self.exchange.reading == Reading::Success
                && spelt.plain.as_ref().is_some_and(|plain| plain.answer != permitted.answer)
        });
        same.then(|| format!("the very answer that {} is given", person(owner)))
    }
}

/// A finding for each action that was tried, the worst of what is seen of it, or one that says why there is none.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let all: Vec<(&str, Spelt)> = dossier.all();
    let mut worst: BTreeMap<&str, Finding> = BTreeMap::new();
    for (digest, spelt) in &all {
        let finding = of(&run, digest, spelt);
        let rank = |finding: &Finding| match finding.verdict {
            Verdict::Gap => 2,
            Verdict::Holds => 0,
            _ => 1,
        };
        match worst.get(spelt.action.as_str()) {
            Some(known) if rank(&finding) <= rank(known) => {}
            _ => drop(worst.insert(&spelt.action, finding)),
        }
    }
    worst.into_values().collect()
}

fn of(run: &Run, digest: &str, spelt: &Spelt) -> Finding {
    let about = say(&CHECK, spelt.action.as_str(), digest);
    if let Some(why) = &spelt.untried {
        return about.untried(why);
    }
    let (Some(who), Some(plain)) = (&spelt.who, &spelt.plain) else {
        return match (spelt.reaching, spelt.lost) {
            (0, 0) => about.undecided("nothing that is read was refused to anybody, so that nothing can slip past"),
            (0, lost) => about.holds(format!("in none of {lost} other spellings even an owner reaches what is his")),
            _ => about.undecided("nothing that is reached in other spellings was refused to anybody"),
        };
    };
    let slipped = spelt.tries.iter().find_map(|one| Some((one, one.slipped(spelt)?)));
    if let Some((one, what)) = slipped {
        let shown = [
            exhibit(run, "plain", who, plain, "refused"),
            exhibit(run, "spelt otherwise", who, &one.exchange, &one.how),
        ];
        let words = format!("{} is refused it, and not {}: {what}", person(who), one.how);
        return about.showing(shown.into()).gap(words);
    }
    let is_shown = spelt.control.as_ref().is_some_and(changed_something);
    let mut trials = spelt.tries.iter().filter_map(|one| one.trial.as_ref());
    if trials.any(|trial| tried(trial).is_none() || !stands(trial) && !is_shown) {
        return about.undecided("nobody sees whether it was done");
    }
    about.holds(format!("refused in {} other spellings, too, in which its owner reaches it", spelt.tries.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::tests::{actor, exchange, look, trial};
    use crate::evidence::Sighting;

    fn spelt(exchange_of_try: Exchange, trial: Option<Trial>) -> Spelt {
        Spelt {
            action: "GET /notes/{id}".into(),
            who: Some(actor("bob", "b")),
            owner: Some(actor("ann", "a")),
            plain: Some(exchange("bob", 404, Reading::Refusal)),
            tries: vec![Try { how: "with a slash at its end".into(), exchange: exchange_of_try, trial }],
            ..Spelt::default()
        }
    }

    fn verdict(spelt: Spelt) -> Verdict {
        of(&Run::default(), "", &spelt).verdict
    }

    #[test]
    fn a_canary_slips_past_and_a_code_does_not() {
        let kind = exchange("bob", 200, Reading::Success);
        assert_eq!(verdict(spelt(kind.clone(), None)), Verdict::Holds);
        let sighting = Sighting {
            canary: "plimx".into(),
            noun: "note".into(),
            field: "title".into(),
            owner: "ann".into(),
            party: None,
        };
        let leaky = Exchange { sightings: vec![sighting], ..kind.clone() };
        let shown_anyway = Spelt { plain: Some(leaky.clone()), ..spelt(leaky.clone(), None) };
        assert_eq!(verdict(shown_anyway), Verdict::Holds);
        assert_eq!(verdict(spelt(leaky, None)), Verdict::Gap);
        let written = Trial { after: Some(look(&[("title", "b")])), ..trial() };
        assert_eq!(verdict(spelt(kind.clone(), Some(written))), Verdict::Gap);
        assert_eq!(verdict(spelt(kind.clone(), Some(trial()))), Verdict::Holds);
        let unseen = spelt(kind, Some(Trial { after: None, ..trial() }));
        assert_eq!(verdict(unseen.clone()), Verdict::Unproven);
        let control = Some(Trial { after: Some(look(&[("title", "b")])), ..trial() });
        assert_eq!(verdict(Spelt { control, ..unseen }), Verdict::Holds, "its owner's is seen");
    }

    #[test]
    fn the_same_answer_as_the_one_who_may_is_access() {
        let answer = |text: &str| Exchange { answer: text.into(), ..exchange("bob", 200, Reading::Success) };
        let report = r#"{"visitors": 4711, "sold": 17}"#;
        let with = |text: &str| Spelt { permitted: Some(answer(report)), ..spelt(answer(text), None) };
        assert_eq!(verdict(with(report)), Verdict::Gap);
        assert_eq!(verdict(with("<html>Welcome to the start page</html>")), Verdict::Holds);
    }
}
