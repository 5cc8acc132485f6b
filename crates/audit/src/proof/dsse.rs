//! The Dead Simple Signing Envelope, version 1: a payload, its type, and signatures over both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::key::{Key, PublicKey};
use crate::error::{Result, Trouble};

/// The envelope, as it is written to `proof.dsse.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// What the payload is.
    pub payload_type: String,
    /// Base64 of its bytes.
    pub payload: String,
    /// At least one.
    pub signatures: Vec<Signature>,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// A hint which key it was; proves nothing.
    pub keyid: String,
    /// Base64 of the 64 bytes.
    pub sig: String,
}

/// The pre-authentication encoding: what is signed. Lengths are in bytes, so no payload can pose as another type.
#[must_use]
pub fn encode(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

impl Envelope {
    /// Signs a payload with one key.
    #[must_use]
    pub fn sign(payload_type: &str, payload: &[u8], key: &Key) -> Self {
        let sig = STANDARD.encode(key.sign(&encode(payload_type, payload)));
        Self {
            payload_type: payload_type.to_owned(),
            payload: STANDARD.encode(payload),
            signatures: vec![Signature { keyid: key.id(), sig }],
        }
    }

    /// The payload's bytes, not checked.
    ///
    /// # Errors
    /// When they are not base64.
    pub fn payload(&self) -> Result<Vec<u8>> {
        STANDARD.decode(&self.payload).map_err(|error| Trouble::new("payload", format!("is not base64: {error}")))
    }

    /// Whether one of the signatures is of this key.
    ///
    /// # Errors
    /// When the payload is not base64.
    pub fn is_signed_by(&self, key: &PublicKey) -> Result<bool> {
        let message = encode(&self.payload_type, &self.payload()?);
        let signatures = self.signatures.iter().filter_map(|signature| STANDARD.decode(&signature.sig).ok());
        Ok(signatures.into_iter().any(|signature| key.verifies(&message, &signature)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example of the specification.
    #[test]
    fn encoding_of_the_specification() {
        let encoded = encode("http://example.com/HelloWorld", b"hello world");
        assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    proptest! {
        #[test]
        fn one_byte_more_or_another_type_is_refused(payload in prop::collection::vec(any::<u8>(), 0..100), extra in any::<u8>()) {
            let key = Key::from_seed([7; 32]);
            let envelope = Envelope::sign("text/plain", &payload, &key);
            prop_assert!(envelope.is_signed_by(&key.public()).unwrap());
            prop_assert!(!envelope.is_signed_by(&Key::from_seed([8; 32]).public()).unwrap());
            let typed = Envelope { payload_type: "text/html".to_owned(), ..envelope.clone() };
            prop_assert!(!typed.is_signed_by(&key.public()).unwrap());
            let longer = Envelope { payload: STANDARD.encode([&payload[..], &[extra]].concat()), ..envelope };
            prop_assert!(!longer.is_signed_by(&key.public()).unwrap());
        }
    }
}
