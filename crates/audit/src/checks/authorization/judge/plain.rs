//! Actions without an object: the answer of the one who may, against everybody else's.

use super::super::effect::effect;
use super::super::expect::Rule;
use super::judged::{Judged, Ruling};
use crate::evidence::{Exchange, Reading};
use crate::verdict::{Cause, Verdict};
use std::collections::BTreeSet;

/// Fewest fields of an answer that tells something.
const CONTENT_MIN: usize = 2;

impl Judged<'_> {
    /// An action without an object of anybody's: performed when the answer is none of the refusals and like the one
    /// that the permitted actor gets.
    pub(super) fn rule_plain(&self) -> Ruling {
        let who = self.who();
        if let Some(effect) = effect(self.trial) {
            return self.proved(format!("{who} performs it: {effect}"), format!("answered {}", self.status()), effect);
        }
        if let Some(void) = self.void() {
            return void;
        }
        let Some(control) = self.trial.control.as_ref().filter(|control| control.reading == Reading::Success) else {
            return self.undecided(
                format!("the permitted actor's own call failed afterwards, so {who}'s refusal means nothing"),
                None,
            );
        };
        let first = self.attempt.exchanges.first();
        if first.is_some_and(|exchange| exchange.reading == Reading::Success) {
            let read_back = self.attempt.exchanges.iter().skip(1).any(|exchange| {
                exchange.reading == Reading::Success
                    && self
                        .attempt
                        .canary
                        .as_ref()
                        .is_some_and(|canary| exchange.answer.to_lowercase().contains(canary.as_str()))
            });
            let alike = first.is_some_and(|exchange| {
                shape(&exchange.answer) == shape(&control.answer) && !shape(&control.answer).is_empty()
            });
            let safe = first.is_some_and(|exchange| exchange.method == "GET");
            // A table is content, whatever verb asked for it, and so is what has several fields; an acknowledgement is none.
            let table = first.is_some_and(|exchange| head(exchange).is_some() && head(exchange) == head(control));
            let told = alike && CONTENT_MIN <= content(&control.answer) && self.is_kept_by_row();
            if read_back || alike && safe || table || told {
                let how = if read_back { "what it made was read back" } else { "the answer is the permitted actor's" };
                return self.proved(format!("{who} performs it: {how}"), "performed".to_owned(), String::new());
            }
            if self.attempt.relation == "anonymous" && self.ends_a_session() {
                return self.held(format!("{who} has no session that it could end"), "");
            }
            if self.expectation.rule == Rule::Unknown {
                let words = format!("{who} is answered with success, and nothing says who may");
                let mut ruling = self.undecided(words, Some(self.row()));
                ruling.cause = Some(Cause::NotTold);
                return ruling;
            }
            let mut ruling = self.undecided(
                format!("{who} is answered with success; whether anything was done was not seen"),
                Some(self.row()),
            );
            ruling.verdict = Verdict::Suspected;
            return ruling;
        }
        if matches!(first.map(|exchange| exchange.reading), Some(Reading::Invalid | Reading::Failure)) {
            return self.undecided(
                format!(
                    "{who}'s request was answered {}: it may have failed before anybody asked whether he may",
                    self.status()
                ),
                None,
            );
        }
        self.held(format!("{who} is refused"), "")
    }
}

impl Judged<'_> {
    /// Whether the action says by its name that it signs its caller out.
    fn ends_a_session(&self) -> bool {
        const WORDS: &[&str] = &["logout", "signout", "logoff", "signoff"];
        let path = self.trial.action.split_once(' ').map_or("", |(_, path)| path);
        let last = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default();
        WORDS.contains(&last.to_lowercase().replace(['-', '_'], "").as_str())
    }
}

/// The first line of a table (RFC 4180): the names of its columns.
fn head(exchange: &Exchange) -> Option<&str> {
    let kind = exchange.headers.get("content-type").map(String::as_str).unwrap_or_default();
    let first = exchange.answer.lines().next()?.trim();
    (kind.starts_with("text/csv") && first.contains([',', ';', '\t'])).then_some(first)
}

/// How many fields of an answer say something: neither that it went well, nor yes or no.
fn content(answer: &str) -> usize {
    const SAYS_HOW: &[&str] = &["ok", "success", "status", "message", "detail", "code", "result", "error", "msg"];
    let leaves = serde_json::from_str(answer).map(|value| crate::compare::leaves(&value)).unwrap_or_default();
    let telling = leaves.into_iter().filter(|(path, text)| {
        let name = path.rsplit(['.', ']']).next().unwrap_or_default().to_lowercase();
        !SAYS_HOW.contains(&name.as_str()) && !["true", "false", ""].contains(&text.as_str())
    });
    telling.map(|(path, _)| path).collect::<BTreeSet<String>>().len()
}

/// The paths of an answer's fields: two answers of one action have the same.
fn shape(answer: &str) -> BTreeSet<String> {
    let value: Option<serde_json::Value> = serde_json::from_str(answer).ok();
    value.map(|value| crate::compare::fields(&value).into_keys().collect()).unwrap_or_default()
}
