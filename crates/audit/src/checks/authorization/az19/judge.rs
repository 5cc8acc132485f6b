//! What the ways around a second step prove.

use super::{Around, CHECK, Guessed};
use crate::checks::authorization::exhibits::person;
use crate::checks::say::{Say, say};
use crate::evidence::{ActorFact, Dossier, Run};
use crate::verdict::Finding;

/// A delay counts when it is at least so long, and so many times what it was.
const DELAY_MS: u64 = 800;
const DELAY_TIMES: u64 = 4;

/// One finding for each way around.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let all: Vec<(&str, Around)> = dossier.all();
    all.iter().map(|(digest, around)| of(&run, digest, around)).collect()
}

fn of(run: &Run, digest: &str, around: &Around) -> Finding {
    let about = say(&CHECK, around.subject.as_str(), digest);
    if let Some(why) = &around.untried {
        return about.untried(why);
    }
    if around.absent {
        return about.not_applicable("neither the document nor the manifest speaks of a second factor");
    }
    if let Some(guessed) = &around.guessed {
        return of_guessing(about, guessed);
    }
    let nobody = ActorFact { name: String::new(), role: String::new(), tenant: String::new(), throw_away: true };
    let who = around.who.as_ref().unwrap_or(&nobody);
    for one in around.tries.iter().filter(|one| !one.may) {
        if let Some(deed) = one.deeds.iter().find(|deed| deed.was_done()) {
            let words = format!("{} gets in {}: {}", person(who), one.how, deed.words());
            return about.showing(deed.exhibits(run, who)).gap(words);
        }
    }
    let tried = around.tries.iter().filter(|one| !one.may);
    let requests: usize = tried.clone().map(|one| one.deeds.len()).sum();
    if let Some(meant) = around.tries.iter().find(|one| one.may && !one.deeds.iter().any(|deed| deed.was_done())) {
        return about.undecided(format!("{} does not get in {} either, who may", person(who), meant.how));
    }
    if requests == 0 {
        return about.undecided("nothing could be tried with half a session");
    }
    if !around.works_afterwards {
        return about.undecided("with both steps it did not work afterwards, so the refusals mean nothing");
    }
    let hows: Vec<&str> = tried.map(|one| one.how.as_str()).collect();
    about.holds(format!("nobody gets in {}: {requests} requests were refused", hows.join(", ")))
}

fn of_guessing(about: Say<'_>, guessed: &Guessed) -> Finding {
    if let Some((number, how)) = &guessed.limited {
        return about.holds(format!("limited at code {number} ({how})"));
    }
    let (first, last) = guessed.millis;
    if DELAY_MS <= last && first * DELAY_TIMES <= last {
        return about.holds(format!("slowed from {first} ms to {last} ms within {} codes", guessed.tries));
    }
    match guessed.right_lets_in {
        Some(false) => about.holds(format!("locked after {} codes: the right one lets nobody in", guessed.tries)),
        None => about.undecided("the right code was not answered after the wrong ones"),
        Some(true) if guessed.tries < guessed.tries_max => {
            about.undecided(format!("only {} of {} codes were answered", guessed.tries, guessed.tries_max))
        }
        Some(true) => about.gap(format!(
            "{} wrong codes in a row with {} sign-ins, and then the right one let in",
            guessed.tries, guessed.sign_ins
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;
    use proptest::prelude::*;

    fn verdict(guessed: Guessed) -> Verdict {
        of_guessing(say(&CHECK, "guessing", ""), &guessed).verdict
    }

    #[test]
    fn the_right_code_after_the_wrong_ones_decides() {
        let open = Guessed {
            tries: 120,
            tries_max: 120,
            sign_ins: 1,
            limited: None,
            millis: (5, 5),
            right_lets_in: Some(true),
        };
        assert_eq!(verdict(open.clone()), Verdict::Gap);
        assert_eq!(verdict(Guessed { right_lets_in: Some(false), ..open.clone() }), Verdict::Holds);
        assert_eq!(verdict(Guessed { limited: Some((6, "429".into())), ..open.clone() }), Verdict::Holds);
        assert_eq!(verdict(Guessed { millis: (5, 2000), ..open.clone() }), Verdict::Holds);
        assert_eq!(verdict(Guessed { tries: 60, ..open.clone() }), Verdict::Unproven);
        assert_eq!(verdict(Guessed { right_lets_in: None, ..open }), Verdict::Unproven);
    }

    proptest! {
        #[test]
        fn a_gap_needs_every_code(tries in 0..200_u32, tries_max in 1..200_u32, let_in in any::<bool>()) {
            let guessed = Guessed { tries, tries_max, right_lets_in: Some(let_in), ..Guessed::default() };
            prop_assert_eq!(verdict(guessed) == Verdict::Gap, let_in && tries_max <= tries);
        }
    }
}
