//! What two answers betray.

use super::times::differ;
use super::{Answers, CHECK, Said};
use crate::checks::say::say;
use crate::compare::likeness;
use crate::evidence::Dossier;
use crate::verdict::{Exhibit, Finding};

/// A finding for each form.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Answers)> = dossier.all();
    all.iter().map(|(digest, answers)| of(digest, answers)).collect()
}

fn of(digest: &str, answers: &Answers) -> Finding {
    let about = say(&CHECK, answers.form.as_str(), digest);
    if let Some(why) = &answers.untried {
        return about.untried(why);
    }
    let (Some(known), Some(unknown)) = (answers.known.first(), answers.unknown.first()) else {
        return about.undecided("a limit answered before anything was known");
    };
    // What differs between two answers about the same account is noise; of one alone nobody knows what is.
    let twice = |said: &[Said]| 1 < said.len() && said.iter().all(|one| *one == said[0]);
    let steady = twice(&answers.known) && twice(&answers.unknown);
    let differs = if steady { difference(known, unknown) } else { unlike(known, unknown) };
    if let Some(differs) = differs {
        let words = format!("it tells who has an account: {differs}");
        return about
            .showing(vec![shown("exists", answers, known), shown("does not exist", answers, unknown)])
            .gap(words);
    }
    let (one, other) = answers.limited;
    if one.abs_diff(other) > 2 {
        return about.suspected(format!(
            "a limit answered {one} tries about the account that exists, and {other} about the one that does not"
        ));
    }
    match differ(&answers.pairs) {
        Some(apart) => about.suspected(format!(
            "the answers are alike, and take {} ms {} for an account that exists (median of {} pairs)",
            apart.abs(),
            if apart < 0 { "less" } else { "longer" },
            answers.pairs.len()
        )),
        None if answers.pairs.len() < 30 => {
            about.holds("both are answered alike; their times were not compared, for there were too few")
        }
        None => {
            about.holds(format!("both are answered alike, and in the same time over {} pairs", answers.pairs.len()))
        }
    }
}

fn difference(known: &Said, unknown: &Said) -> Option<String> {
    if known.status != unknown.status {
        return Some(format!("{} where there is one, {} where there is none", known.status, unknown.status));
    }
    if known.text != unknown.text {
        return Some("the words differ".into());
    }
    (known != unknown).then(|| "headers differ".into())
}

/// The same where answers move by themselves: everything folded that names a case.
fn unlike(known: &Said, unknown: &Said) -> Option<String> {
    if known.status != unknown.status || known.place != unknown.place {
        return difference(known, &Said { text: known.text.clone(), ..unknown.clone() });
    }
    let like = |said: &Said| likeness(said.status, &said.kind, &said.text);
    (like(known) != like(unknown)).then(|| "the words differ".into())
}

fn shown(label: &str, answers: &Answers, said: &Said) -> Exhibit {
    Exhibit {
        label: label.into(),
        actor: "nobody".into(),
        request: answers.form.clone(),
        status: said.status,
        bytes: said.text.len() as u64,
        note: said.text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect(),
        curl: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;

    fn said(status: u16, text: &str) -> Said {
        Said { status, kind: "application/json".into(), place: String::new(), text: text.into() }
    }

    fn verdict(known: &[Said], unknown: &[Said]) -> Verdict {
        of("", &Answers { known: known.to_vec(), unknown: unknown.to_vec(), ..Answers::default() }).verdict
    }

    #[test]
    fn words_and_codes_are_compared_and_noise_is_not() {
        let wrong = said(401, "wrong");
        assert_eq!(verdict(&[wrong.clone(), wrong.clone()], &[wrong.clone(), wrong.clone()]), Verdict::Holds);
        assert_eq!(verdict(std::slice::from_ref(&wrong), &[said(404, "wrong")]), Verdict::Gap);
        let nobody = said(401, "no such user");
        assert_eq!(verdict(&[wrong.clone(), wrong.clone()], &[nobody.clone(), nobody.clone()]), Verdict::Gap);
        let reference = |number: &str| said(401, &format!("{{\"error\":\"wrong\",\"ref\":\"{number}\"}}"));
        assert_eq!(verdict(&[reference("a1"), reference("b2")], &[reference("c3"), reference("d4")]), Verdict::Holds);
        let none = |number: &str| said(401, &format!("{{\"error\":\"unknown\",\"ref\":\"{number}\"}}"));
        assert_eq!(verdict(&[reference("a1"), reference("b2")], &[none("c3"), none("d4")]), Verdict::Gap);
        assert_eq!(
            verdict(&[reference("a1")], &[reference("c3")]),
            Verdict::Holds,
            "one of each says nothing of noise"
        );
        assert_eq!(verdict(&[], &[wrong]), Verdict::Unproven);
    }
}
