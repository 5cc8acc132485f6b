//! What follows from what was still done.

use super::{CHECK, Closed};
use crate::checks::authorization::again::{is_no_answer, tried};
use crate::checks::authorization::effect::effect;
use crate::checks::authorization::exhibits::{exhibit, person};
use crate::checks::authorization::expect::{Rule, expect_in_state};
use crate::checks::say::say;
use crate::evidence::{Dossier, Form, Observation, Reading, Run, Trial};
use crate::matrix::Matrix;
use crate::verdict::{Exhibit, Finding};

/// A finding for each write where it is known what is forbidden, else one for each state.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let matrix = run.matrix.as_deref().and_then(|text| Matrix::parse(text, "plimsoll.matrix").ok());
    let all: Vec<(&str, Closed)> = dossier.all();
    all.iter().flat_map(|(digest, closed)| of(&run, matrix.as_ref(), digest, closed)).collect()
}

fn of(run: &Run, matrix: Option<&Matrix>, digest: &str, closed: &Closed) -> Vec<Finding> {
    let about = say(&CHECK, closed.by.as_str(), digest);
    if let Some(why) = &closed.untried {
        return vec![about.untried(why)];
    }
    if closed.by.is_empty() {
        return vec![
            say(&CHECK, "states", digest).not_applicable("nothing tells of a state in which something is over"),
        ];
    }
    let Closed { state, noun, .. } = closed;
    if closed.tries.is_empty() {
        let words = format!("nothing that can be written to a {noun} is said to be forbidden once it is {state}");
        return vec![if closed.told { about.not_told(words, line(closed)) } else { about.not_applicable(words) }];
    }
    if closed.told {
        return closed.tries.iter().map(|trial| forbidden(run, matrix, digest, closed, trial)).collect();
    }
    vec![guessed(run, digest, closed)]
}

/// What would say what is forbidden.
fn line(closed: &Closed) -> String {
    let Closed { state, noun, .. } = closed;
    format!("plimsoll.matrix: when {state}: PUT,DELETE /…/{{{noun}}}/** - - …")
}

/// One write that a row of the matrix forbids in this state.
fn forbidden(run: &Run, matrix: Option<&Matrix>, digest: &str, closed: &Closed, trial: &Trial) -> Finding {
    let about = say(&CHECK, trial.action.as_str(), digest);
    let Some((who, exchange)) = tried(trial) else { return about.undecided("nothing was sent") };
    let Closed { state, noun, .. } = closed;
    if expect_in_state(run, matrix, &trial.action, &who.role, state) != Rule::Forbidden {
        return about.undecided(format!("the matrix does not forbid it to {} once it is {state}", person(who)));
    }
    let about = about.showing(exhibits(run, closed, trial));
    match effect(trial) {
        Some(what) if closed.seen => about.gap(format!("{} changes a {noun} that is {state}: {what}", person(who))),
        Some(what) => {
            about.undecided(format!("{what}, but nobody sees that the {noun} is {state} after {}", closed.by))
        }
        None if !is_visible(trial) => about.undecided(format!("nobody sees a {noun} any more once it is {state}")),
        None if is_no_answer(exchange) => about.undecided(format!("it was answered {}", exchange.status)),
        None => about.holds(format!("once the {noun} is {state} it is answered {}, without effect", exchange.status)),
    }
}

/// Where nobody told what is forbidden: the service held against itself.
fn guessed(run: &Run, digest: &str, closed: &Closed) -> Finding {
    let Closed { state, noun, by, .. } = closed;
    let names = |trials: &[&Trial]| trials.iter().map(|trial| trial.action.as_str()).collect::<Vec<_>>().join(", ");
    let tries = closed.tries.iter().filter(|trial| is_visible(trial));
    let (open, kept): (Vec<&Trial>, Vec<&Trial>) = tries.partition(|trial| effect(trial).is_some());
    let refused: Vec<&Trial> = kept
        .into_iter()
        .filter(|trial| tried(trial).is_some_and(|(_, now)| now.reading != Reading::Success && !is_no_answer(now)))
        .collect();
    let ask = format!("is a {noun} meant to be changed once it is {state}?");
    let own = open.iter().find(|trial| trial.form == Form::Change);
    if let (Some(trial), false, true) = (own, refused.is_empty(), closed.seen) {
        let words =
            format!("after {by} a {noun} is refused {}, and {} still changes it: {ask}", names(&refused), trial.action);
        return say(&CHECK, trial.action.as_str(), digest).showing(exhibits(run, closed, trial)).suspected(words);
    }
    let about = say(&CHECK, by.as_str(), digest);
    let words = match (open.is_empty(), refused.is_empty()) {
        (true, true) => return about.undecided(format!("nobody sees whether a {noun} can be changed after {by}")),
        (true, false) => format!("after {by} these are refused: {}; nobody said that they have to be", names(&refused)),
        (false, _) => format!("after {by} these still work: {}; {ask}", names(&open)),
    };
    about.waits_for_answer(words, format!("[become] {state} = 'ACTOR: {by}', and in {}", line(closed)))
}

/// Whether whoever looked could see anything at all.
fn is_visible(trial: &Trial) -> bool {
    let seen = |look: &Option<Observation>| look.as_ref().is_some_and(|look| look.exists);
    seen(&trial.before) || seen(&trial.after)
}

fn exhibits(run: &Run, closed: &Closed, trial: &Trial) -> Vec<Exhibit> {
    let Some((who, exchange)) = tried(trial) else { return Vec::new() };
    let by = closed.closing.as_ref().map(|closing| {
        let actor = run.actors.iter().find(|actor| actor.name == closing.actor).unwrap_or(who);
        exhibit(run, "closed", actor, closing, &closed.state)
    });
    by.into_iter().chain([exhibit(run, "afterwards", who, exchange, "by one who could before")]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::tests::{look, run, trial};
    use crate::verdict::{Cause, Verdict};

    const MATRIX: &str = "plimsoll.matrix 1\n# action anon user\nwhen archived: PUT /notes/{id} - -\n";

    fn closed(told: bool, trials: Vec<Trial>) -> Closed {
        let by = "POST /notes/{id}/archive".to_owned();
        Closed {
            state: "archived".into(),
            noun: "note".into(),
            by,
            told,
            seen: true,
            tries: trials,
            ..Closed::default()
        }
    }

    fn verdicts(closed: &Closed) -> Vec<(Verdict, Option<Cause>)> {
        let matrix = Matrix::parse(MATRIX, "plimsoll.matrix").unwrap();
        of(&run(), Some(&matrix), "", closed).into_iter().map(|finding| (finding.verdict, finding.cause)).collect()
    }

    fn written() -> Trial {
        Trial { after: Some(look(&[("title", "b")])), ..trial() }
    }

    #[test]
    fn what_a_row_forbids_is_a_gap_once_it_is_done() {
        assert_eq!(verdicts(&closed(true, vec![trial()])), [(Verdict::Holds, None)]);
        assert_eq!(verdicts(&closed(true, vec![written()])), [(Verdict::Gap, None)]);
        let unseen = Closed { seen: false, ..closed(true, vec![written()]) };
        assert_eq!(verdicts(&unseen), [(Verdict::Unproven, Some(Cause::Undecided))], "it may be open still");
        let other = Trial { action: "POST /notes/{id}/comments".into(), ..written() };
        assert_eq!(verdicts(&closed(true, vec![other])), [(Verdict::Unproven, Some(Cause::Undecided))]);
    }

    #[test]
    fn a_name_alone_makes_no_gap() {
        let mut refused = trial();
        refused.action = "POST /notes/{id}/comments".into();
        refused.form = Form::AddChild;
        assert_eq!(verdicts(&closed(false, vec![written()])), [(Verdict::Unproven, Some(Cause::WaitsForAnswer))]);
        assert_eq!(verdicts(&closed(false, vec![refused.clone()])), [(Verdict::Unproven, Some(Cause::WaitsForAnswer))]);
        assert_eq!(verdicts(&closed(false, vec![refused, written()])), [(Verdict::Suspected, None)]);
        assert_eq!(verdicts(&Closed::default()), [(Verdict::NotApplicable, None)]);
    }
}
