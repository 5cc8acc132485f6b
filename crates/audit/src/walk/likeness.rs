//! Foreign or missing: whether a stranger is answered the same for an object that is not his and for one that is not
//! there. Alike, the answer is a refusal, whatever its code; unlike, it tells that somebody's object exists.

use super::reach::Reached;
use super::world::{Call, Who, World};
use crate::client::{Body, Purpose};
use crate::compare::{fields, likeness};
use crate::evidence::{Attempt, Exchange, Reading};
use serde_json::Value;

impl World<'_> {
    /// Whether the attacker is answered the same for an object that does not exist: then the answer is a refusal,
    /// whatever its code, and not an objection to the form of the request.
    pub(super) async fn like_missing(&mut self, who: Who, call: &Call, exchange: &Exchange, subject: usize) -> bool {
        let key = self.objects[subject].key().to_owned();
        let missing = missing_key(&key);
        let encoded = crate::client::percent_encode(&key);
        let mut other = call.clone();
        other.path =
            call.path.replace(&format!("/{encoded}"), &format!("/{}", crate::client::percent_encode(&missing)));
        if let Some(mut body) = call.sent_json() {
            replace_key(&mut body, &key, &missing);
            match &mut other.body {
                Body::Json(sent) => *sent = body,
                Body::Form(pairs) => {
                    pairs.iter_mut().filter(|(_, v)| *v == key).for_each(|(_, v)| v.clone_from(&missing));
                }
                _ => {}
            }
        }
        if other == *call {
            return false;
        }
        let asked = self.ask(who, &other, Purpose::Cell).await;
        // Alike, and not equal: each answer may carry a reference or a time of its own.
        let like = |exchange: &Exchange, key: &str| {
            let kind = exchange.headers.get("content-type").map(String::as_str).unwrap_or_default();
            likeness(exchange.status, kind, &exchange.answer.replace(key, ""))
        };
        // A success may be of values that move: there the same fields are alike.
        let succeeded = asked.succeeded() && exchange.reading == Reading::Success;
        let shape = |exchange: &Exchange| {
            let value: Option<Value> = serde_json::from_str(&exchange.answer).ok();
            value.map(|value| fields(&value).into_keys().collect::<Vec<_>>())
        };
        like(&asked.exchange, &missing) == like(exchange, &key)
            || succeeded && shape(exchange).is_some() && shape(&asked.exchange) == shape(exchange)
    }

    /// Asks once for each kind of object whether a stranger is answered alike for one that is not his and for one that
    /// is not there. No verdict follows from it; that somebody's object exists is news all the same.
    pub(super) async fn compare_with_missing(
        &mut self,
        reached: &Reached,
        attackers: &[Who],
        attempts: &[Attempt],
        subject: usize,
    ) {
        let (slot, chosen_key) = (self.objects[subject].slot, self.objects[subject].chosen_key);
        let refused = |attempt: &&Attempt| {
            let asked = attempt.exchanges.last().map(|exchange| exchange.reading);
            attempt.relation == "other tenant" && attempt.alive && asked == Some(Reading::Refusal)
        };
        let stranger = attempts.iter().find(refused).filter(|_| reached.misplaced.is_none() && !chosen_key);
        let Some(exchange) = stranger.and_then(|attempt| attempt.exchanges.last()) else { return };
        let who = attackers.iter().copied().find(|who| self.fact(*who).name == exchange.actor);
        let encoded = crate::client::percent_encode(self.objects[subject].key());
        let named = self.action(reached.action).verb == "GET" && exchange.path.contains(&format!("/{encoded}"));
        let Some(who) = who.filter(|_| named) else { return };
        if !self.compared.insert(slot) {
            return;
        }
        let call = Call::get(exchange.path.clone());
        if !self.like_missing(who, &call, exchange, subject).await {
            let (name, noun) = (self.action(reached.action).name(), &self.slots.all[slot].noun);
            let words = format!(
                "{name} tells strangers whether a {noun} exists: for one that is not theirs it answers {}, for none something else",
                exchange.status
            );
            // A note that is lost costs nothing but itself.
            let _ = self.note(words);
        }
    }
}

/// Puts another key where this one stands in a document, as a number where it is one.
pub(super) fn replace_key(value: &mut Value, key: &str, other: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace_key(item, key, other)),
        Value::Object(fields) => fields.values_mut().for_each(|item| replace_key(item, key, other)),
        Value::String(text) if text == key => other.clone_into(text),
        Value::Number(number) if number.to_string() == key => {
            *value = other.parse::<i64>().map_or_else(|_| other.into(), Value::from);
        }
        _ => {}
    }
}

/// A key in the same shape that belongs to nothing.
pub(super) fn missing_key(key: &str) -> String {
    if key.chars().all(|c| c.is_ascii_digit()) {
        return "987654321".into();
    }
    key.chars()
        .map(|c| match c {
            '0'..='9' => char::from(b'0' + (9 - (c as u8 - b'0'))),
            'a'..='f' => char::from(b'a' + (b'f' - c as u8)),
            'A'..='F' => char::from(b'A' + (b'F' - c as u8)),
            'g'..='z' => char::from(b'g' + (b'z' - c as u8)),
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_key_has_the_same_shape() {
        assert_eq!(missing_key("17"), "987654321");
        assert_eq!(missing_key("01ab-Fz"), "98fe-Ag");
        let mut body = serde_json::json!({"boat": 17, "also": ["17", 170]});
        replace_key(&mut body, "17", "987654321");
        assert_eq!(body, serde_json::json!({"boat": 987654321, "also": ["987654321", 170]}));
    }
}
