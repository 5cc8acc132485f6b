//! Reads and lists: the owner's canary in the answer is proof.

use super::super::effect::seen_by;
use super::super::expect::Rule;
use super::judged::{Judged, Ruling};
use crate::canary::LENGTH_MIN;
use crate::compare::leaves;
use crate::evidence::{Exchange, Form, Reading};
use crate::matrix::Reach;
use crate::verdict::{Cause, Strength, Verdict};
use std::collections::BTreeSet;

/// Fewest values of the owner's that must stand in an answer where there is no canary.
const FINGERPRINT_MIN: usize = 2;
/// Fewest fields of an answer that is known by them.
const FIELDS_MIN: usize = 3;
/// Fewest bytes of a file that is known by them.
const FILE_BYTES_MIN: u64 = 32;
/// Fewest ways of refusing that must be known before an answer is taken for none.
const REFUSALS_MIN: usize = 2;

impl Judged<'_> {
    /// A canary of the owner's stands in what the attacker is answered.
    pub(super) fn shown(&self) -> Option<Ruling> {
        let public = |noun: &str, field: &str| {
            self.attempt.relation != "anonymous" && self.public.contains(&(noun.to_owned(), field.to_owned()))
        };
        let seen = seen_by(self.trial, self.attempt, &public);
        let (canary, field) = seen.first()?;
        let words = format!("{} reads {}: canary in the answer ({field})", self.who(), self.object());
        Some(self.proved(words, format!("canary {canary}"), String::new()))
    }

    pub(super) fn rule_read(&self) -> Ruling {
        let who = self.who();
        let reads = |what: &str| format!("{who} reads {}: {what}", self.object());
        if let Some(shown) = self.shown() {
            return shown;
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
            return self.rule_list(&who);
        }
        let as_for_nothing = self.attempt.like_missing == Some(true);
        if let Some(served) = self.served() {
            return served;
        }
        let how = match (answered, as_for_nothing) {
            (true, true) => "is answered as for what does not exist, without anything of",
            (true, false) => "gets an answer without anything of",
            (false, _) => "is refused",
        };
        self.held(format!("{who} {how} {}", self.object()), "")
    }

    /// The attacker is answered as the owner is, and not as for what does not exist.
    pub(super) fn served(&self) -> Option<Ruling> {
        let as_for_nothing = self.attempt.like_missing == Some(true);
        if as_for_nothing || !self.is_served_the_same() && !self.is_served_the_same_fields() {
            return None;
        }
        let words = format!("{} gets the owner's answer", self.who());
        if self.is_kept_by_row() {
            return Some(self.proved(words, "the owner's answer".to_owned(), String::new()));
        }
        let mut ruling = self.undecided(format!("{words}, and nothing in it is the owner's alone"), Some(self.row()));
        ruling.verdict = Verdict::Suspected;
        Some(ruling)
    }

    /// A reviewed row keeps him from it, and this service knows how to say no: an answer unlike at least two refusals is none.
    pub(super) fn is_kept_by_row(&self) -> bool {
        let by_row = self.expectation.rule == Rule::Forbidden && self.expectation.strength == Strength::Matrix;
        by_row && REFUSALS_MIN <= self.refusals.len()
    }

    /// Whether an answer has the owner's fields, all of them, whatever moves in them by itself, and a missing object is
    /// answered otherwise. Only where the owner's answer holds nothing by which it could be known.
    fn is_served_the_same_fields(&self) -> bool {
        let Some(control) = &self.trial.control else { return false };
        let shown = control.answer.to_lowercase();
        let told = self.trial.carries.iter().any(|canary| shown.contains(canary.as_str()));
        let fields = places(&control.answer);
        self.trial.form == Form::Read
            && self.attempt.like_missing == Some(false)
            && !told
            && FIELDS_MIN <= fields.len()
            && self.attempt.exchanges.iter().any(|one| one.reading == Reading::Success && places(&one.answer) == fields)
    }

    /// A list that was answered and shows nothing of the owner's.
    fn rule_list(&self, who: &str) -> Ruling {
        let forbidden = self.expectation.rule == Rule::Forbidden && self.expectation.strength == Strength::Matrix;
        let control = self.trial.control.as_ref().map(|control| rows(&control.answer)).unwrap_or_default();
        let served = self.attempt.exchanges.iter().any(|exchange| {
            let shown = rows(&exchange.answer);
            exchange.reading == Reading::Success && !shown.is_empty() && shown.is_subset(&control)
        });
        if forbidden && self.expectation.reach == Some(Reach::None) && served {
            let words = format!("{who} is served the list, rows like the owner's in it");
            return self.proved(words, "rows like the owner's".to_owned(), String::new());
        }
        if !self.attempt.list_complete {
            return self.undecided(format!("{who}'s list has no end that was reached"), None);
        }
        self.held(format!("{who}'s list, read to its end, holds nothing of {}", self.object()), "")
    }

    /// Whether an answer is the owner's: the same values in the same places, but for the few that move by themselves,
    /// and more than an empty shell; or the same bytes, where they are a file. A page may be the same for everybody.
    fn is_served_the_same(&self) -> bool {
        let same_file = |control: &Exchange, exchange: &Exchange| {
            is_file(control)
                && FILE_BYTES_MIN <= control.bytes
                && exchange.reading == Reading::Success
                && (exchange.bytes, &exchange.answer) == (control.bytes, &control.answer)
        };
        if let Some(control) = &self.trial.control
            && self.attempt.exchanges.iter().any(|exchange| same_file(control, exchange))
        {
            return true;
        }
        let Some(control) = self.trial.control.as_ref().map(|control| values(&control.answer)) else { return false };
        let substantial = control.iter().any(|(_, text)| LENGTH_MIN <= text.len());
        let same = |exchange: &Exchange| {
            let shown = values(&exchange.answer);
            let paths = |values: &BTreeSet<(String, String)>| -> BTreeSet<String> {
                values.iter().map(|(path, _)| path.clone()).collect()
            };
            exchange.reading == Reading::Success
                && paths(&shown) == paths(&control)
                && control.len() * 9 <= shown.intersection(&control).count() * 10
        };
        substantial && self.attempt.exchanges.iter().any(same)
    }
}

/// Whether an answer is a file and neither a document nor a page.
fn is_file(exchange: &Exchange) -> bool {
    let kind = exchange.headers.get("content-type").map(String::as_str).unwrap_or_default().to_lowercase();
    !kind.is_empty() && !["json", "html", "xml", "text/plain"].iter().any(|word| kind.contains(word))
}

/// The places of all values of an answer, of empty ones too.
fn places(answer: &str) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    let value: Option<serde_json::Value> = serde_json::from_str(answer).ok();
    let mut open: Vec<(String, serde_json::Value)> = value.map(|value| (String::new(), value)).into_iter().collect();
    while let Some((path, value)) = open.pop() {
        match value {
            serde_json::Value::Object(fields) => {
                open.extend(fields.into_iter().map(|(name, value)| (format!("{path}.{name}"), value)));
            }
            serde_json::Value::Array(items) => open.extend(items.into_iter().map(|item| (format!("{path}[]"), item))),
            _ => drop(places.insert(path)),
        }
    }
    places
}

/// The values of an answer by their paths.
fn values(answer: &str) -> BTreeSet<(String, String)> {
    let value: Option<serde_json::Value> = serde_json::from_str(answer).ok();
    value.map(|value| leaves(&value).into_iter().collect()).unwrap_or_default()
}

/// The paths of the fields of an answer's rows.
fn rows(answer: &str) -> BTreeSet<String> {
    values(answer).into_iter().map(|(path, _)| path).filter(|path| path.contains("[]")).collect()
}
