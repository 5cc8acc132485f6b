//! How an answer is to be read. Codes lie, so a service's own ways of saying no are learnt first.

use crate::client::Answer;
use crate::compare::{likeness, says_no};
use crate::evidence::Reading;
use std::collections::BTreeSet;

/// The refusals that this service was seen to give.
#[derive(Debug, Clone, Default)]
pub struct Learnt {
    refusals: BTreeSet<String>,
}

/// Words in an address that one is sent to in order to sign in.
const SIGN_IN_WORDS: &[&str] =
    &["login", "log-in", "log_in", "signin", "sign-in", "sign_in", "session/new", "sessions/new", "authenticate"];

impl Learnt {
    /// Remembers an answer that is known to be a no. A success without any words of its own is not remembered: an
    /// empty list looks the same.
    pub fn learn(&mut self, answer: &Answer) {
        if answer.broken.is_some() || answer.status == 429 {
            return;
        }
        let like = of(answer);
        let wordless = like.split_whitespace().count() < 3;
        if !((200..300).contains(&answer.status) && wordless) {
            self.refusals.insert(like);
        }
    }

    /// Reads an answer.
    pub fn read(&self, answer: &Answer) -> Reading {
        match answer.status {
            0 => Reading::Broken,
            429 => Reading::Limited,
            _ if self.refusals.contains(&of(answer)) => Reading::Refusal,
            401 | 403 | 404 | 405 | 407 | 410 | 451 => Reading::Refusal,
            400..=499 => Reading::Invalid,
            500..=599 => Reading::Failure,
            300..=303 | 307 | 308 if leads_to_sign_in(answer) => Reading::Refusal,
            _ if asks_for_password(answer) => Reading::Refusal,
            _ if answer.json().is_some_and(|value| says_no(&value)) => Reading::SoftDenial,
            _ => Reading::Success,
        }
    }
}

fn of(answer: &Answer) -> String {
    likeness(answer.status, answer.header("content-type").unwrap_or_default(), &answer.text())
}

fn leads_to_sign_in(answer: &Answer) -> bool {
    let location = answer.header("location").unwrap_or_default().to_lowercase();
    SIGN_IN_WORDS.iter().any(|word| location.contains(word))
}

/// A page with a field for a password is the sign-in page, whatever its code.
fn asks_for_password(answer: &Answer) -> bool {
    let html = answer.header("content-type").is_some_and(|kind| kind.contains("html"));
    html && answer.text().to_lowercase().contains("type=\"password\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, kind: &str, body: &str) -> Answer {
        Answer {
            status,
            headers: vec![("content-type".into(), kind.into())],
            body: body.into(),
            bytes: body.len() as u64,
            ..Answer::default()
        }
    }

    #[test]
    fn codes_are_not_believed() {
        let mut learnt = Learnt::default();
        assert_eq!(learnt.read(&answer(200, "application/json", r#"{"error":"no"}"#)), Reading::SoftDenial);
        assert_eq!(learnt.read(&answer(200, "text/html", "<input type=\"password\">")), Reading::Refusal);
        assert_eq!(learnt.read(&answer(400, "application/json", r#"{"e":"no token"}"#)), Reading::Invalid);
        learnt.learn(&answer(400, "application/json", r#"{"e":"no token"}"#));
        assert_eq!(learnt.read(&answer(400, "application/json", r#"{"e":"no token"}"#)), Reading::Refusal);
        learnt.learn(&answer(200, "application/json", "[]"));
        assert_eq!(
            learnt.read(&answer(200, "application/json", "[]")),
            Reading::Success,
            "an empty list is no refusal"
        );
    }
}
