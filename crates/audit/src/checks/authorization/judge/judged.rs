//! One attempt with everything that it is judged by, and what the three kinds of rules have in common.

use super::super::exhibits::{exhibits, person};
use super::super::expect::{Expectation, Rule};
use super::PARTY;
use super::guarded::Guarded;
use crate::evidence::{Attempt, Form, Reading, Run, Trial};
use crate::verdict::{Cause, Cell, Finding, Strength, Verdict};
use std::collections::BTreeSet;

/// Everything that one attempt is judged by.
pub(super) struct Judged<'a> {
    pub(super) run: &'a Run,
    pub(super) trial: &'a Trial,
    pub(super) attempt: &'a Attempt,
    pub(super) expectation: Expectation,
    pub(super) public: &'a BTreeSet<(String, String)>,
    pub(super) guarded: &'a Guarded,
    /// Answers by which this service refused somebody.
    pub(super) refusals: &'a BTreeSet<String>,
}

/// A verdict with its reasons.
pub(super) struct Ruling {
    pub(super) verdict: Verdict,
    pub(super) cause: Option<Cause>,
    pub(super) words: String,
    pub(super) answer: Option<String>,
    pub(super) note: String,
    pub(super) after: String,
}

impl Judged<'_> {
    pub(super) fn finding(&self, check: &str, digest: &str) -> Finding {
        let ruling = self.rule();
        let shown = exhibits(self.run, self.trial, self.attempt, &ruling.note, &ruling.after);
        Finding {
            check: check.to_owned(),
            subject: self.trial.action.clone(),
            cell: Some(Cell {
                action: self.trial.action.clone(),
                role: self.attempt.actor.role.clone(),
                relation: self.attempt.state.as_ref().unwrap_or(&self.attempt.relation).clone(),
            }),
            verdict: ruling.verdict,
            cause: ruling.cause,
            strength: self.expectation.strength,
            words: ruling.words,
            answer: ruling.answer,
            evidence: vec![digest.to_owned()],
            exhibits: shown,
        }
    }

    fn rule(&self) -> Ruling {
        match self.trial.form {
            Form::Read | Form::List => self.rule_read(),
            Form::Misplaced if self.trial.witness.is_none() => self.rule_read(),
            Form::Plain => self.rule_plain(),
            Form::Change | Form::Remove | Form::AddChild | Form::Misplaced => self.rule_change(),
        }
    }

    pub(super) fn who(&self) -> String {
        person(&self.attempt.actor)
    }

    pub(super) fn object(&self) -> String {
        let owner = if self.trial.owner.tenant.is_empty() { &self.trial.owner.name } else { &self.trial.owner.tenant };
        let noun = match self.trial.form {
            Form::List => "rows",
            _ if self.trial.noun.is_empty() => "data",
            _ => &self.trial.noun,
        };
        match &self.trial.deed {
            Some(deed) => format!("{owner}'s {noun} after {deed}"),
            None => format!("{owner}'s {noun}"),
        }
    }

    pub(super) fn status(&self) -> u16 {
        self.attempt.exchanges.last().map_or(0, |exchange| exchange.status)
    }

    /// Something was proved: what it is called depends on who says that it may not be.
    pub(super) fn proved(&self, words: String, note: String, after: String) -> Ruling {
        let ruling = |verdict, cause, words: String, answer| Ruling {
            verdict,
            cause,
            words,
            answer,
            note: note.clone(),
            after: after.clone(),
        };
        let reads = matches!(self.trial.form, Form::Read | Form::List);
        let anonymous = self.attempt.relation == "anonymous";
        match (self.expectation.rule, self.expectation.strength) {
            // To publish something is to show it.
            (Rule::Forbidden, Strength::Wall) if reads && self.trial.deed.is_some() => {
                let words = format!("{words}: is it meant to be seen by others then?");
                ruling(Verdict::Unproven, Some(Cause::WaitsForAnswer), words, Some(self.row()))
            }
            (Rule::Forbidden, Strength::Wall) if reads && (anonymous || self.trial.public) => {
                let protected = self.run.actions.iter().any(|fact| fact.name == self.trial.action && fact.protected);
                if anonymous && !self.trial.public && self.guarded.against_itself(self.trial, protected) {
                    return ruling(Verdict::Gap, None, words, None);
                }
                if anonymous && protected && !self.trial.public {
                    let words = format!("{words}; the document says that it is protected");
                    return ruling(Verdict::Suspected, Some(Cause::WaitsForAnswer), words, Some(self.row()));
                }
                let words = format!("{words}: is it meant to be shared?");
                ruling(Verdict::Unproven, Some(Cause::WaitsForAnswer), words, Some(self.row()))
            }
            (Rule::Forbidden, Strength::Matrix | Strength::Wall | Strength::Fact) => {
                ruling(Verdict::Gap, None, words, None)
            }
            // A word says that it is for few, and the service keeps it for few: he is one of them.
            (Rule::Forbidden, Strength::Words)
                if self.guarded.is_kept_for(&self.trial.action, &self.attempt.actor.role) =>
            {
                let words = format!("{words}: may {} do this?", crate::load_line::one(&self.attempt.actor.role));
                ruling(Verdict::Unproven, Some(Cause::WaitsForAnswer), words, Some(self.row()))
            }
            (Rule::Forbidden, Strength::Document | Strength::Words) => {
                ruling(Verdict::Suspected, Some(Cause::WaitsForAnswer), words, Some(self.row()))
            }
            _ if self.attempt.relation == PARTY => {
                let field = self.attempt.party.clone().or_else(|| self.party_in_list()).unwrap_or_default();
                let words = format!("{words}; it names him ({field}): is it his, too?");
                ruling(Verdict::Unproven, Some(Cause::WaitsForAnswer), words, Some(self.row()))
            }
            _ => {
                let words = format!("{words}: may {} do this?", crate::load_line::one(&self.attempt.actor.role));
                ruling(Verdict::Unproven, Some(Cause::WaitsForAnswer), words, Some(self.row()))
            }
        }
    }

    /// The field by which a row names whoever it was listed to.
    fn party_in_list(&self) -> Option<String> {
        let sightings = self.attempt.exchanges.iter().flat_map(|exchange| &exchange.sightings);
        sightings.filter_map(|one| one.party.clone()).next()
    }

    /// Nothing got through. That only counts where it is known that it could have.
    pub(super) fn held(&self, words: String, after: &str) -> Ruling {
        let note = self.outcome_note();
        let ruling = |verdict, cause, words, answer| Ruling {
            verdict,
            cause,
            words,
            answer,
            note: note.clone(),
            after: after.to_owned(),
        };
        if self.attempt.outside {
            let words = format!(
                "{} is no member of the {} that was made for this: being refused there says nothing of what {} may",
                self.who(),
                self.trial.noun,
                crate::load_line::one(&self.attempt.actor.role)
            );
            let answer = format!("[become] member = '{}: POST /… {{\"…\":\"{{actor.id}}\"}}'", self.trial.owner.name);
            return ruling(Verdict::Unproven, Some(Cause::NotTold), words, Some(answer));
        }
        let unknown = self.expectation.rule == Rule::Unknown && self.attempt.relation != "anonymous";
        if unknown {
            let words =
                format!("{words}; nobody reviewed what {} may", crate::load_line::one(&self.attempt.actor.role));
            return ruling(Verdict::Unproven, Some(Cause::Unreviewed), words, Some(self.row()));
        }
        ruling(Verdict::Holds, None, words, None)
    }

    pub(super) fn undecided(&self, words: String, answer: Option<String>) -> Ruling {
        Ruling {
            verdict: Verdict::Unproven,
            cause: Some(Cause::Undecided),
            words,
            answer,
            note: self.outcome_note(),
            after: String::new(),
        }
    }

    pub(super) fn row(&self) -> String {
        "plimsoll matrix review".to_owned()
    }

    pub(super) fn outcome_note(&self) -> String {
        let Some(exchange) = self.attempt.exchanges.last() else { return String::new() };
        if let Some(location) = exchange.headers.get("location") {
            return format!("→ {location}");
        }
        match exchange.reading {
            Reading::Success => "answered, and nothing of the owner's in it".to_owned(),
            Reading::Refusal => "refused".to_owned(),
            Reading::SoftDenial => "refused inside the answer".to_owned(),
            Reading::Invalid => "called invalid".to_owned(),
            Reading::Failure => "the server failed".to_owned(),
            Reading::Limited => "too many requests".to_owned(),
            Reading::Broken => "no answer".to_owned(),
        }
    }

    /// What voids any refusal: a dead attacker, no answer, a limit.
    pub(super) fn void(&self) -> Option<Ruling> {
        let who = self.who();
        let readings: Vec<Reading> = self.attempt.exchanges.iter().map(|exchange| exchange.reading).collect();
        if readings.contains(&Reading::Broken) {
            return Some(self.undecided(format!("the service gave {who} no answer"), None));
        }
        if readings.contains(&Reading::Limited) {
            let answer = Some("[target] rate = 5".to_owned());
            return Some(self.undecided(format!("{who} was told that there are too many requests"), answer));
        }
        if !self.attempt.alive {
            let words = format!("{who} was not signed in any more, so the refusal means nothing");
            return Some(self.undecided(words, Some("plimsoll auth check".to_owned())));
        }
        None
    }
}
