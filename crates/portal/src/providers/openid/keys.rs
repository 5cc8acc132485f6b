//! A provider's public keys, and whether one of them signed something (RFC 7517; RFC 7518 section 6; RFC 8037 section 2).
//! They are asked for anew at each sign-in: a key that a provider has taken back is good for nothing from then on, and a new
//! one is known at once.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::fetch::{Trouble, document};
use crate::outside::Outside;

/// Keys that are looked at, at the most.
const KEYS_MAX: usize = 64;

/// A set of keys. One that is not understood is left out.
#[derive(Debug, Default)]
pub(crate) struct Keys(Vec<Key>);

#[derive(Debug, Deserialize)]
struct Key {
    kty: String,
    alg: Option<String>,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl Keys {
    /// Of a document.
    #[must_use]
    pub(crate) fn of(document: &Value) -> Self {
        let set = Set::deserialize(document).map_or_else(|_| Vec::new(), |set| set.keys);
        Self(set.into_iter().take(KEYS_MAX).filter_map(|key| serde_json::from_value(key).ok()).collect())
    }

    /// Asks a provider for its keys.
    pub(in crate::providers) async fn fetch(outside: &Outside, url: &str) -> Result<Self, Trouble> {
        let client = outside.client().map_err(|_| Trouble::Silent("cannot be asked".to_owned()))?;
        Ok(Self::of(&document::<Value>(client.get(url)).await?))
    }

    /// Whether one of them has signed. What the key is says by which algorithm; what is signed has no say in it, except that
    /// the two must agree.
    #[must_use]
    pub(crate) fn signed(&self, algorithm: &str, kid: Option<&str>, message: &[u8], signature: &[u8]) -> bool {
        let meant = |key: &&Key| kid.is_none_or(|kid| key.kid.as_deref() == Some(kid)) && key.is_for(algorithm);
        self.0.iter().filter(meant).any(|key| key.signed(message, signature).unwrap_or_default())
    }
}

impl Key {
    /// The one algorithm that a key of this kind signs by here.
    fn algorithm(&self) -> Option<&'static str> {
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => Some("RS256"),
            ("EC", Some("P-256")) => Some("ES256"),
            ("OKP", Some("Ed25519")) => Some("EdDSA"),
            _ => None,
        }
    }

    fn is_for(&self, algorithm: &str) -> bool {
        self.algorithm() == Some(algorithm)
            && self.alg.as_deref().is_none_or(|own| own == algorithm)
            && self.usage.as_deref().is_none_or(|usage| usage == "sig")
    }

    fn signed(&self, message: &[u8], signature: &[u8]) -> Option<bool> {
        let part = |part: &Option<String>| URL_SAFE_NO_PAD.decode(part.as_ref()?).ok();
        let verified = match self.algorithm()? {
            "RS256" => RsaPublicKeyComponents { n: part(&self.n)?, e: part(&self.e)? }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
            "ES256" => {
                let (x, y) = (part(&self.x)?, part(&self.y)?);
                // An uncompressed point (SEC 1, section 2.3.3); coordinates have their full length (RFC 7518 section 6.2.1.2).
                if (x.len(), y.len()) != (32, 32) {
                    return None;
                }
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            _ => UnparsedPublicKey::new(&ED25519, part(&self.x)?).verify(message, signature),
        };
        Some(verified.is_ok())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// RFC 8037 appendix A.2 and A.4: a key and what it signed.
    const KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const SIGNED: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    const SIGNATURE: &str = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

    fn keys(change: Value) -> Keys {
        let mut key = json!({"kty": "OKP", "crv": "Ed25519", "x": KEY, "kid": "one"});
        for (name, value) in change.as_object().unwrap() {
            key[name] = value.clone();
        }
        Keys::of(&json!({"keys": [{"kty": "oct", "k": "AAAA"}, 7, {"no": "key"}, key]}))
    }

    fn signed(keys: &Keys, algorithm: &str, kid: Option<&str>) -> bool {
        keys.signed(algorithm, kid, SIGNED.as_bytes(), &URL_SAFE_NO_PAD.decode(SIGNATURE).unwrap())
    }

    #[test]
    fn the_standards_own_example() {
        let known = keys(json!({}));
        assert!(signed(&known, "EdDSA", None) && signed(&known, "EdDSA", Some("one")));
        assert!(!signed(&known, "EdDSA", Some("two")), "another key is meant");
        for algorithm in ["none", "HS256", "RS256", "ES256", "eddsa", ""] {
            assert!(!signed(&known, algorithm, None), "{algorithm}");
        }
        assert!(!known.signed("EdDSA", None, b"another message", &URL_SAFE_NO_PAD.decode(SIGNATURE).unwrap()));
        for other in [
            json!({"alg": "ES256"}),
            json!({"use": "enc"}),
            json!({"crv": "X25519"}),
            json!({"kty": "oct", "k": KEY}),
            json!({"x": "AAAA"}),
            json!({"x": "not base64!"}),
        ] {
            assert!(!signed(&keys(other.clone()), "EdDSA", None), "{other}");
        }
        assert!(signed(&keys(json!({"alg": "EdDSA", "use": "sig"})), "EdDSA", None));
        assert!(!signed(&Keys::default(), "EdDSA", None));
    }

    proptest! {
        #[test]
        fn any_document_is_a_set_of_keys_or_none(text in ".{0,200}", signature in prop::collection::vec(any::<u8>(), 0..80)) {
            let part = Value::String(text.clone());
            let document = serde_json::from_str(&text).unwrap_or(json!({"keys": [
                {"kty": "RSA", "n": part, "e": "AQAB"}, {"kty": "EC", "crv": "P-256", "x": part, "y": part},
                {"kty": "OKP", "crv": "Ed25519", "x": part},
            ]}));
            let keys = Keys::of(&document);
            for algorithm in super::super::ALGORITHMS {
                prop_assert!(!keys.signed(algorithm, None, b"message", &signature));
            }
        }
    }
}
