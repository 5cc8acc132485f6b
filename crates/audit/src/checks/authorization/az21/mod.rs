//! AZ21: what can be done once is done twice at once.

mod counted;
mod invited;
mod probe;

use super::az16::Linked;
use super::exhibits::{exhibit, person};
use crate::checks::Check;
use crate::checks::say::{Untried, say};
use crate::evidence::{ActorFact, Document, Dossier, Exchange, Observation, Run, Witness};
use crate::verdict::{Dimension, Finding, Severity};
use counted::times;
use serde::{Deserialize, Serialize};

pub(super) use probe::probe;

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ21",
    dimension: Dimension::Authorization,
    severity: Severity::Prevents,
    title: "race: a limit or a single use passed twice at once",
    why: "A check followed by a write leaves a gap in time. Two requests in the same millisecond spend one voucher twice.",
    how: "An action on a fresh object that is refused when it is done again is sent eight times at the same instant to another \
          one; rows that came and numbers that moved are read back and held against what once did. An invitation that lets \
          in once is used by eight newcomers at once, and who is in is counted. A gap has to show twice. Whatever leaves nothing \
          that can be counted is left out, and so are quotas. Six requests for each of eight \
          actions, eleven more where the second is refused.",
    references: &["OWASP API6:2023", "ASVS 5.0 2.3.4", "ASVS 5.0 15.4.2", "CWE-362", "CWE-367"],
    fix: "Let the database decide: a unique constraint, or a conditional update whose row count is looked at.",
    built: true,
};

/// How many times something is done at once.
const AT_ONCE: usize = 8;

/// An action that is refused the second time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Raced {
    /// Why nothing was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untried: Option<Untried>,
    /// `POST /vouchers/{voucher}/redeem`; empty where nothing is refused the second time.
    pub action: String,
    /// Who did it.
    pub who: Option<ActorFact>,
    /// What tells what it does.
    pub witness: Option<Witness>,
    /// The first time.
    pub once: Option<Seen>,
    /// The second time, refused.
    pub again: Option<Seen>,
    /// At once, each time on another object.
    pub rounds: Vec<Seen>,
}

/// What was seen before and after some requests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Seen {
    /// Before.
    pub before: Observation,
    /// Each answer.
    pub answers: Vec<Exchange>,
    /// Afterwards.
    pub after: Observation,
}

/// An invitation that several newcomers used at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Invited {
    /// `invitation`.
    pub subject: String,
    /// In each round, how many of them are in.
    pub rounds: Vec<u32>,
    /// Why it was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
}

impl Document for Raced {
    const KIND: &'static str = "raced";
}
impl Document for Invited {
    const KIND: &'static str = "invited_at_once";
}

/// A finding for each action and each kind of invitation that is good once; one that says so where there is none.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let raced: Vec<(&str, Raced)> = dossier.all();
    let mut findings: Vec<Finding> = raced
        .iter()
        .filter(|(_, raced)| !raced.action.is_empty())
        .map(|(digest, raced)| of(&run, digest, raced))
        .collect();
    let links: Vec<(&str, Linked)> = dossier.all();
    for (digest, invited) in dossier.all::<Invited>() {
        let link = links.iter().map(|(_, link)| link).find(|link| link.subject == invited.subject);
        findings.extend(link.map(|link| of_link(digest, &invited, link)));
    }
    if let (true, Some((digest, _))) = (findings.is_empty(), raced.first()) {
        let about = say(&CHECK, "single uses", digest);
        let words = "nothing was found that is refused the second time and leaves something to count";
        findings.push(match raced.first().and_then(|(_, raced)| raced.untried.as_ref()) {
            Some(why) => about.untried(why),
            None => about.not_applicable(words),
        });
    }
    findings
}

fn of(run: &Run, digest: &str, raced: &Raced) -> Finding {
    let about = say(&CHECK, raced.action.as_str(), digest);
    let (Some(who), Some(witness), Some(once), Some(again)) = (&raced.who, &raced.witness, &raced.once, &raced.again)
    else {
        return about.undecided("it was not sent");
    };
    let most: Vec<Option<u32>> = raced.rounds.iter().map(|round| times(witness, once, again, round)).collect();
    let shown = || raced.rounds.iter().flat_map(|round| &round.answers).take(3);
    match most.as_slice() {
        [Some(first), Some(second), ..] if 1 < *first && 1 < *second => {
            let exhibits = shown().map(|answer| exhibit(run, "at once", who, answer, "one of eight")).collect();
            let words = format!(
                "{} is refused the second time, and of {AT_ONCE} at once {first} are done (again: {second})",
                person(who)
            );
            about.showing(exhibits).gap(words)
        }
        [Some(first), Some(1) | None, ..] if 1 < *first => {
            about.undecided(format!("of {AT_ONCE} at once {first} were done, and not so when it was repeated"))
        }
        [Some(1), ..] => about.holds(format!("of {AT_ONCE} at once one is done")),
        _ => about.undecided("what was done at once could not be counted"),
    }
}

fn of_link(digest: &str, invited: &Invited, link: &Linked) -> Finding {
    let about = say(&CHECK, invited.subject.as_str(), digest);
    if let Some(why) = &invited.why_not {
        return about.undecided(why.clone());
    }
    let once = link.uses.iter().any(|one| one.how.is_empty() && one.lets_in);
    let again = link.uses.iter().any(|one| one.how == "a second time" && one.lets_in);
    match (once, again, invited.rounds.as_slice()) {
        (_, true, _) => about.waits_for_gap("it lets in a second time anyway"),
        (true, false, [first, second, ..]) if 1 < *first && 1 < *second => about
            .gap(format!("one invitation lets in {first} of {AT_ONCE} who use it at once (again: {second}), and one after the other only one")),
        (true, false, [1]) => about.holds(format!("one invitation lets in one of {AT_ONCE} who use it at once")),
        _ => about.undecided(format!("used {AT_ONCE} times at once it let in {:?}", invited.rounds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::az16::Use;
    use crate::checks::authorization::tests::{actor, exchange, look};
    use crate::evidence::Reading;
    use crate::verdict::Verdict;

    fn seen(rows: usize) -> Seen {
        let mut after = look(&[]);
        after.fields.insert("items[].text".into(), vec!["x".into(); rows]);
        Seen { before: look(&[]), answers: vec![exchange("ann", 200, Reading::Success)], after }
    }

    #[test]
    fn it_has_to_be_done_twice_in_two_rounds() {
        let witness = Witness {
            action: "GET /uses".into(),
            shows: ["items[].text".to_owned()].into(),
            shows_existence: false,
            lag_ms: 0,
            noise: Default::default(),
        };
        let verdict = |rounds: &[usize]| {
            let raced = Raced {
                untried: None,
                action: "POST /vouchers/{voucher}/redeem".into(),
                who: Some(actor("ann", "a")),
                witness: Some(witness.clone()),
                once: Some(seen(1)),
                again: Some(seen(0)),
                rounds: rounds.iter().map(|rows| seen(*rows)).collect(),
            };
            of(&Run::default(), "", &raced).verdict
        };
        assert_eq!(verdict(&[1]), Verdict::Holds);
        assert_eq!(verdict(&[5, 3]), Verdict::Gap);
        assert_eq!(verdict(&[5, 1]), Verdict::Unproven);
        assert_eq!(verdict(&[0]), Verdict::Unproven);
    }

    #[test]
    fn an_invitation_that_is_good_twice_anyway_is_another_gap() {
        let one = |how: &str, lets_in| Use {
            how: how.into(),
            who: actor("ann", "a"),
            exchange: exchange("ann", 200, Reading::Success),
            lets_in,
        };
        let verdict = |again, rounds: &[u32]| {
            let link = Linked { uses: vec![one("", true), one("a second time", again)], ..Linked::default() };
            of_link("", &Invited { rounds: rounds.to_vec(), ..Invited::default() }, &link).verdict
        };
        assert_eq!(verdict(false, &[1]), Verdict::Holds);
        assert_eq!(verdict(false, &[8, 7]), Verdict::Gap);
        assert_eq!(verdict(false, &[2, 1]), Verdict::Unproven);
        assert_eq!(verdict(true, &[8, 8]), Verdict::Unproven);
    }
}
