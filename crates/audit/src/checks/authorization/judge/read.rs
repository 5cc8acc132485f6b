//! Reads and lists: the owner's canary in the answer is proof.

use super::super::effect::seen_by;
use super::judged::{Judged, Ruling};
use crate::evidence::{Form, Reading};
use crate::verdict::{Cause, Verdict};

/// Fewest values of the owner's that must stand in an answer where there is no canary.
const FINGERPRINT_MIN: usize = 2;

impl Judged<'_> {
    pub(super) fn rule_read(&self) -> Ruling {
        let public = |noun: &str, field: &str| {
            self.attempt.relation != "anonymous" && self.public.contains(&(noun.to_owned(), field.to_owned()))
        };
        let who = self.who();
        let reads = |what: &str| format!("{who} reads {}: {what}", self.object());
        let seen = seen_by(self.trial, self.attempt, &public);
        if let Some((canary, field)) = seen.first() {
            return self.proved(
                reads(&format!("canary in the answer ({field})")),
                format!("canary {canary}"),
                String::new(),
            );
        }
        if self.trial.form != Form::List
            && FINGERPRINT_MIN <= self.attempt.fingerprint.len()
            && self.trial.carries.is_empty()
        {
            let note = self.attempt.fingerprint.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            return self.proved(reads("values that only the owner's answer holds"), note, String::new());
        }
        let nothing_private = |_: &str, _: &str| false;
        if !seen_by(self.trial, self.attempt, &nothing_private).is_empty() {
            let words = format!(
                "{who} sees of {} what anybody sees without signing in: is it meant to be shared?",
                self.object()
            );
            return Ruling {
                verdict: Verdict::Unproven,
                cause: Some(Cause::WaitsForAnswer),
                words,
                answer: Some(self.row()),
                note: "shared with everybody".to_owned(),
                after: String::new(),
            };
        }
        if let Some(void) = self.void() {
            return void;
        }
        if self.trial.control.as_ref().is_none_or(|control| control.reading != Reading::Success) {
            return self.undecided(
                format!("the owner's own request failed afterwards, so {who}'s refusal means nothing"),
                None,
            );
        }
        let answered = self.attempt.exchanges.iter().any(|exchange| exchange.reading == Reading::Success);
        if answered && self.trial.form == Form::List {
            return if self.attempt.list_complete {
                self.held(format!("{who}'s list, read to its end, holds nothing of {}", self.object()), "")
            } else {
                self.undecided(format!("{who}'s list has no end that was reached"), None)
            };
        }
        if answered && self.trial.carries.is_empty() {
            let control = self.trial.control.as_ref().map(|control| control.answer.as_str()).unwrap_or_default();
            let same = self.attempt.exchanges.iter().any(|exchange| exchange.answer == control && 2 < control.len());
            if same {
                let mut ruling = self.undecided(
                    format!("{who} gets the owner's answer, and nothing in it is the owner's alone"),
                    Some(self.row()),
                );
                ruling.verdict = Verdict::Suspected;
                return ruling;
            }
        }
        let how = if answered { "gets an answer without anything of" } else { "is refused" };
        self.held(format!("{who} {how} {}", self.object()), "")
    }
}
