//! One event to one webhook: a CloudEvents document (version 1.0, structured JSON) that is signed as Standard Webhooks
//! says (version 1: HMAC-SHA256 over id, time and body).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use door::Time;
use hmac::{KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::outside::{NotPublic, Outside};
use crate::trail::TrailEvent;

/// For how long after a change the secret before it signs, too.
pub(super) const OLD_SECRET_SECONDS: i64 = 24 * 3600;

/// A key that events are signed with.
pub type Key = Zeroizing<[u8; 32]>;

/// A key as its owner keeps it: `whsec_` and its bytes in base64.
pub(super) fn shown(key: &Key) -> String {
    format!("whsec_{}", STANDARD.encode(key.as_ref()))
}

/// Sends to webhooks.
#[derive(Debug)]
pub struct Sender(Arc<Outside>);

/// What a receiver said, or why it said nothing.
pub(super) type Received = Result<u16, String>;

impl Sender {
    /// A sender that goes this way.
    #[must_use]
    pub const fn new(outside: Arc<Outside>) -> Self {
        Self(outside)
    }

    /// Sends one document, signed with each key. `Ok` when it was received.
    pub(super) async fn send(&self, url: &str, id: Uuid, document: &Value, keys: &[Key], now: Time) -> Received {
        let client = self.0.client().map_err(|_| "this installation cannot send".to_owned())?;
        let body = document.to_string();
        let time = now.timestamp().as_second();
        let sent = client
            .post(url)
            .header("content-type", "application/cloudevents+json; charset=utf-8")
            .header("webhook-id", id.to_string())
            .header("webhook-timestamp", time)
            .header("webhook-signature", signatures(keys, id, time, &body))
            .body(body)
            .send()
            .await;
        match sent {
            Ok(answer) if answer.status().is_success() => Ok(answer.status().as_u16()),
            Ok(answer) => Err(format!("it answered {}", answer.status().as_u16())),
            Err(error) => Err(why(&error)),
        }
    }
}

/// Why nothing was received, in words that tell nothing about the inside of a network.
fn why(error: &reqwest::Error) -> String {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.is::<NotPublic>() {
            return NotPublic.to_string();
        }
        source = error.source();
    }
    let words = if error.is_timeout() {
        "it took longer than 10 seconds"
    } else if error.is_connect() {
        "nobody answers there"
    } else {
        "it hung up"
    };
    words.to_owned()
}

/// `v1,` and the signature, for each key: whoever has either of two secrets can check it.
fn signatures(keys: &[Key], id: Uuid, time: i64, body: &str) -> String {
    let sign = |key: &Key| {
        // HMAC takes a key of any length, so none is left out.
        let mut mac = hmac::Hmac::<Sha256>::new_from_slice(key.as_ref()).ok()?;
        mac.update(format!("{id}.{time}.{body}").as_bytes());
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    };
    keys.iter().filter_map(sign).collect::<Vec<_>>().join(" ")
}

/// An event of the record as a CloudEvent. `sequence` is the one of its record, which has no gaps.
pub(super) fn document(origin: &str, event: &TrailEvent) -> Value {
    json!({
        "specversion": "1.0",
        "id": event.id,
        "source": format!("{origin}/trail"),
        "type": format!("portal.{}.{}", event.action, event.result),
        "subject": event.object,
        "time": event.at,
        "datacontenttype": "application/json",
        "sequence": event.seal.as_ref().map(|seal| seal.sequence.to_string()),
        "data": event,
    })
}

/// A document that says nothing, to try an address with.
pub(super) fn test_document(origin: &str, id: Uuid, now: Time) -> Value {
    json!({
        "specversion": "1.0",
        "id": id,
        "source": format!("{origin}/trail"),
        "type": "portal.test",
        "time": now,
        "datacontenttype": "application/json",
        "data": { "words": "This is a test. Nothing happened." },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification, section "Signature scheme", with the library's own key.
    #[test]
    fn signatures_are_those_of_the_specification() {
        let mut mac = hmac::Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
        let id = Uuid::from_u128(1);
        mac.update(format!("{id}.1614265330.{{\"test\": 2432232314}}").as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        let (one, other) = (Key::new([7; 32]), Key::new([8; 32]));
        let signed = signatures(&[one, other], id, 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signed.split(' ').next(), Some(expected.as_str()));
        assert_eq!(signed.split(' ').count(), 2);
    }

    #[test]
    fn a_secret_is_shown_as_the_libraries_take_it() {
        let shown = shown(&Key::new([7; 32]));
        assert_eq!(STANDARD.decode(shown.strip_prefix("whsec_").unwrap()).unwrap(), [7; 32]);
    }
}
