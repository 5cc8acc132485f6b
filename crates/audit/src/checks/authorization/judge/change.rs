//! Changes: the state that is read back is proof, whatever was answered.

use super::super::effect::{control_seen, control_worked, effect, shows_own_value};
use super::super::exhibits::person;
use super::judged::{Judged, Ruling};
use crate::compare::fields;
use crate::evidence::{Form, Reading};
use crate::verdict::{Cause, Strength, Verdict};
use serde_json::Value;

impl Judged<'_> {
    pub(super) fn rule_change(&self) -> Ruling {
        let who = self.who();
        let status = self.status();
        // Behind the wall nothing of the object may come back, whatever was asked for; a colleague may know it anyway.
        let behind_a_wall = matches!(self.attempt.relation.as_str(), "other tenant" | "anonymous");
        if behind_a_wall
            && effect(self.trial).is_none()
            && let Some(shown) = self.shown()
        {
            return shown;
        }
        let Some(witness) = &self.trial.witness else {
            if self.made_is_read_back() {
                let words = format!("{who} adds to {}: what was made was read back", self.object());
                return self.proved(words, format!("answered {status}"), "made".to_owned());
            }
            if let Some(ruling) = self.refused_unseen().or_else(|| self.answered_as_if_made()) {
                return ruling;
            }
            // What tells the owner something is a read, whatever verb asked for it.
            if let Some(served) = self.served().filter(|_| behind_a_wall && self.void().is_none()) {
                return served;
            }
            let answer = Some(format!("a GET that shows what {} does", self.trial.action));
            return self.undecided("nothing that can be read shows what this action does".to_owned(), answer);
        };
        if let Some(effect) = effect(self.trial) {
            if self.trial.attempts.len() == 1 || shows_own_value(self.trial, self.attempt) {
                let lying =
                    if matches!(status, 400..) { format!(" although it was answered {status}") } else { String::new() };
                let verb = match (self.trial.form, effect.as_str()) {
                    (_, "gone") => "deletes",
                    (Form::AddChild, _) => "adds to",
                    _ => "changes",
                };
                let owner = person(&self.trial.owner);
                let words = format!("{who} {verb} {}{lying}: read back by {owner}, {effect}", self.object());
                if self.trial.form == Form::AddChild && self.trial.public {
                    let mut ruling = self.proved(words, format!("answered {status}"), effect);
                    if ruling.verdict == Verdict::Gap && self.expectation.strength != Strength::Matrix {
                        (ruling.verdict, ruling.cause, ruling.answer) =
                            (Verdict::Suspected, Some(Cause::WaitsForAnswer), Some(self.row()));
                    }
                    return ruling;
                }
                return self.proved(words, format!("answered {status}"), effect);
            }
            return self.undecided(format!("something changed ({effect}) and it was not shown who did it"), None);
        }
        if let Some(void) = self.void() {
            return void;
        }
        if !control_worked(self.trial) {
            let words = if control_seen(self.trial) {
                "the owner's own call afterwards was answered with an error".to_owned()
            } else {
                format!("the owner's own call afterwards did not work, so {who}'s refusal means nothing")
            };
            return self.undecided(words, None);
        }
        let reading = self.attempt.exchanges.last().map(|exchange| exchange.reading);
        if matches!(reading, Some(Reading::Invalid | Reading::Failure)) && self.attempt.like_missing != Some(true) {
            return self.undecided(
                format!(
                    "{who}'s request was answered {status}: it may have failed before anybody asked whether he may"
                ),
                None,
            );
        }
        let how = if reading == Some(Reading::Success) {
            "is answered with success, and nothing changed in"
        } else {
            "is refused on"
        };
        self.held(format!("{who} {how} {} (read back by {})", self.object(), witness.action), "unchanged")
    }

    /// Whether what an attempt made was read through its own key, with what the attempt sent in it.
    fn made_is_read_back(&self) -> bool {
        let Some(canary) = &self.attempt.canary else { return false };
        let mut read = self.attempt.exchanges.iter().skip(1);
        read.any(|one| one.reading == Reading::Success && one.answer.to_lowercase().contains(canary.as_str()))
    }

    /// Something was made for the owner, and read through its key; the attacker is answered alike, and nobody reads what
    /// that key stands for. It may be his alone, or nothing.
    fn answered_as_if_made(&self) -> Option<Ruling> {
        let made = self.trial.form == Form::AddChild && self.trial.settled.as_ref().is_some_and(|made| made.exists);
        let first = self.attempt.exchanges.first().filter(|one| made && one.reading == Reading::Success)?;
        let shape = |answer: &str| -> Option<Vec<String>> {
            let value: Value = serde_json::from_str(answer).ok()?;
            Some(fields(&value).into_keys().collect())
        };
        let control = shape(&self.trial.control.as_ref()?.answer).filter(|control| !control.is_empty())?;
        if shape(&first.answer).as_ref() != Some(&control) {
            return None;
        }
        let words = format!("{} is answered as the owner is for whom it makes something; nobody reads it", self.who());
        let mut ruling = self.undecided(words, Some(self.row()));
        (ruling.verdict, ruling.cause) = (Verdict::Suspected, Some(Cause::WaitsForAnswer));
        Some(ruling)
    }

    /// An action that changes nothing that anybody can read: refused as for an object that does not exist, by a code
    /// that means a refusal, while the owner's own call succeeds, is as much as can be known. So is a refusal where the
    /// owner's own call made something that is read through the key in its answer: the refusal holds no such key.
    fn refused_unseen(&self) -> Option<Ruling> {
        let reading = self.attempt.exchanges.first()?.reading;
        let anonymous = self.attempt.relation == "anonymous" && reading == Reading::Refusal;
        let child = self.trial.form == Form::AddChild;
        let made = child && self.trial.settled.as_ref().is_some_and(|made| made.exists);
        let told = reading == Reading::Refusal && made;
        let refused = anonymous || told || reading == Reading::Refusal && self.attempt.like_missing == Some(true);
        if !refused || !control_worked(self.trial) || self.void().is_some() {
            return None;
        }
        let who = self.who();
        let how = match (anonymous, self.attempt.like_missing) {
            (true, _) => "is told to sign in",
            (false, Some(true)) => "is answered as for one that does not exist",
            (false, _) => "is refused, and told no key of anything made",
        };
        Some(self.held(
            format!(
                "{who} {how}: nothing that it does can be read back, and {}'s own call works",
                self.trial.owner.name
            ),
            "",
        ))
    }
}
