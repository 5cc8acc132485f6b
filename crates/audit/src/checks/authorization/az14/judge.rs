//! What a rank that one gave oneself proves.

use super::{CHECK, Ranked};
use crate::checks::authorization::exhibits::{exhibit, person};
use crate::checks::say::say;
use crate::evidence::{Dossier, Run};
use crate::verdict::Finding;

/// A finding for each action, and one for the last owner.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let all: Vec<(&str, Ranked)> = dossier.all();
    all.iter().map(|(digest, seen)| of(&run, digest, seen)).collect()
}

fn of(run: &Run, digest: &str, seen: &Ranked) -> Finding {
    let about = say(&CHECK, seen.subject.as_str(), digest);
    if let Some(why) = &seen.untried {
        return about.untried(why);
    }
    if let Some(absent) = &seen.absent {
        return about.not_applicable(absent.clone());
    }
    let who = seen.who.as_ref().map(person).unwrap_or_default();
    let shown = seen.exchange.iter().chain(&seen.opened).zip(seen.who.iter().cycle());
    let about = about.showing(shown.map(|(exchange, who)| exhibit(run, "himself", who, exchange, "")).collect());
    if let Some((before, after)) = seen.owners {
        let tried = seen.tried.join(", ");
        return match &seen.raised {
            Some(how) => about.gap(format!(
                "{who} was the only {} and made himself {how}: of {before} {after} are left",
                seen.before
            )),
            None => about.holds(format!("{who} stays the only {}, although he tried: {tried}", seen.before)),
        };
    }
    match (&seen.raised, &seen.opened) {
        (_, Some(opened)) => {
            let rank = seen.raised.clone().unwrap_or_else(|| seen.tried.last().cloned().unwrap_or_default());
            about.gap(format!("{who} made himself {rank}, and {} {} is done that was refused before", opened.method, opened.path))
        }
        (Some(rank), None) if seen.given.is_some() => {
            let given = seen.given.as_deref().unwrap_or_default();
            let words = format!("{who} was made {given} by somebody who may, and made himself {rank}, as another request shows");
            if seen.told { about.gap(words) } else { about.suspected(words) }
        }
        (Some(rank), None) if seen.told => {
            about.gap(format!("{who} made himself {rank} ({} before), as another request shows", seen.before))
        }
        (Some(rank), None) => about.suspected(format!(
            "{who} made himself {rank} ({} before), as another request shows; of {} things that were refused to him none is done now",
            seen.before, seen.closed
        )),
        (None, None) if seen.before.is_empty() && seen.closed == 0 => about.undecided(format!(
            "{who} asked to be {}; no answer shows what he is, and nothing is known that was refused to him",
            seen.tried.join(", ")
        )),
        (None, None) if seen.not_given => about.undecided(format!(
            "{who} asked to be {} and is not; but nobody who governs could make him so either, so that it says little",
            seen.tried.join(", ")
        )),
        (None, None) => about.holds(format!("{who} asked to be {}, and is {} still", seen.tried.join(", "), match seen.before.as_str() {
            "" => "what he was",
            before => before,
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;

    #[test]
    fn what_nobody_could_give_holds_no_rank_back() {
        let seen = Ranked { subject: "PATCH /people".into(), before: "agent".into(), closed: 1, ..Ranked::default() };
        let verdict = |seen: &Ranked| of(&Run::default(), "", seen).verdict;
        assert_eq!(verdict(&seen), Verdict::Holds);
        assert_eq!(verdict(&Ranked { not_given: true, ..seen.clone() }), Verdict::Unproven);
        let raised = Ranked { given: Some("admin".into()), raised: Some("owner".into()), ..seen };
        assert_eq!(verdict(&raised), Verdict::Suspected, "which of them is higher was guessed from their names");
        assert_eq!(verdict(&Ranked { told: true, ..raised.clone() }), Verdict::Gap);
        let alone = Ranked { given: None, ..raised };
        assert_eq!(verdict(&alone), Verdict::Suspected, "nobody told that these are ranks");
        assert_eq!(verdict(&Ranked { told: true, ..alone }), Verdict::Gap);
    }
}
