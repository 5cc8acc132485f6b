//! How an answer is to be read. Codes lie, so a service's own ways of saying no are learnt first.

use crate::client::Answer;
use crate::compare::{likeness, says_no};
use crate::evidence::Reading;
use crate::lock::Fact;
use crate::page;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

/// The refusals that this service was seen to give.
#[derive(Debug, Clone, Default)]
pub struct Learnt {
    refusals: BTreeSet<String>,
    /// Digests of refusals that an earlier walk learnt.
    recalled: BTreeSet<String>,
}

/// Codes that say no by themselves.
const REFUSING: [u16; 7] = [401, 403, 404, 405, 407, 410, 451];
/// Longest sample of a refusal in the lock, in characters.
const SAMPLE_MAX: usize = 80;

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

    /// Takes over a refusal of an earlier walk. A success is never believed to be one: it must be seen again.
    pub fn recall(&mut self, status: u16, digest: &str) {
        if !(200..300).contains(&status) {
            self.recalled.insert(digest.to_owned());
        }
    }

    /// What was learnt and no code says, for the lock.
    pub fn facts(&self) -> impl Iterator<Item = Fact> {
        self.refusals.iter().filter_map(|like| {
            let (status, rest) = like.split_once(' ')?;
            let (_, text) = rest.split_once(' ')?;
            let status: u16 = status.parse().ok()?;
            if REFUSING.contains(&status) {
                return None;
            }
            let sample = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SAMPLE_MAX).collect();
            Some(Fact::Refusal { status, sample, digest: digest(like) })
        })
    }

    fn knows(&self, answer: &Answer) -> bool {
        let like = of(answer);
        self.refusals.contains(&like) || !self.recalled.is_empty() && self.recalled.contains(&digest(&like))
    }

    /// Reads an answer.
    pub fn read(&self, answer: &Answer) -> Reading {
        match answer.status {
            0 => Reading::Broken,
            429 => Reading::Limited,
            _ if self.knows(answer) => Reading::Refusal,
            status if REFUSING.contains(&status) => Reading::Refusal,
            400..=499 => Reading::Invalid,
            500..=599 => Reading::Failure,
            300..=303 | 307 | 308 if leads_to_sign_in(answer) => Reading::Refusal,
            _ if asks_for_password(answer) => Reading::Refusal,
            _ if objects(answer) => Reading::SoftDenial,
            _ if answer.json().is_some_and(|value| says_no(&value)) => Reading::SoftDenial,
            _ => Reading::Success,
        }
    }
}

/// The beginning of a digest: enough to know a refusal again.
fn digest(like: &str) -> String {
    hex::encode(&Sha256::digest(like)[..4])
}

fn of(answer: &Answer) -> String {
    // A redirect says by where it leads what it means: most say nothing else.
    let location = answer.header("location").filter(|_| (300..400).contains(&answer.status)).unwrap_or_default();
    let led_to = location.split(['?', '#']).next().unwrap_or_default();
    let text = format!("{led_to} {}", answer.text());
    let text = if led_to.is_empty() { answer.text() } else { text.into() };
    likeness(answer.status, answer.header("content-type").unwrap_or_default(), &text)
}

fn leads_to_sign_in(answer: &Answer) -> bool {
    let location = answer.header("location").unwrap_or_default().to_lowercase();
    SIGN_IN_WORDS.iter().any(|word| location.contains(word))
}

/// A page on which one signs in, whatever its code.
fn asks_for_password(answer: &Answer) -> bool {
    answer.header("content-type").is_some_and(page::is_page) && page::asks_to_sign_in(&answer.text())
}

/// A page that marks a field of its form as wrong says no to what was sent, whatever its code.
fn objects(answer: &Answer) -> bool {
    answer.header("content-type").is_some_and(page::is_page) && page::objects(&answer.text())
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
        let led = |to: &str| Answer { headers: vec![("location".into(), to.into())], ..answer(303, "", "") };
        learnt.learn(&led("/welcome?next=%2Fnotes"));
        assert_eq!(learnt.read(&led("/welcome?next=%2Forders")), Reading::Refusal);
        assert_eq!(learnt.read(&led("/orders/7")), Reading::Success, "an empty redirect is not like any other");
        learnt.learn(&answer(200, "application/json", "[]"));
        assert_eq!(
            learnt.read(&answer(200, "application/json", "[]")),
            Reading::Success,
            "an empty list is no refusal"
        );
    }
}
