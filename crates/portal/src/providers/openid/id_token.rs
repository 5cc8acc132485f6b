//! What a provider says of whoever signed in: a signed ID token (OpenID Connect Core 1.0, sections 2 and 3.1.3.7), in the
//! compact form of RFC 7515 section 3.1.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use door::Time;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::keys::Keys;
use super::{ALGORITHMS, Trouble};

/// How far two clocks may be apart, in seconds.
const CLOCKS_APART_SECONDS: i64 = 60;
/// The longest name of somebody (section 2), in letters of ASCII.
const SUBJECT_MAX: usize = 255;

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// By whom it is.
    pub(crate) issuer: &'a str,
    /// For whom.
    pub(crate) client_id: &'a str,
    /// In answer to what.
    pub(crate) nonce: &'a str,
    /// When it is looked at.
    pub(crate) now: Time,
}

/// Who it is, by the provider's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims {
    /// The provider's name for them, which it gives to nobody else.
    pub(crate) subject: String,
    /// Their mail address, if the provider says that it has made sure of it.
    pub(crate) mail: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Body {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    email: Option<String>,
    email_verified: Option<Value>,
}

/// One, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn list(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

/// Reads a token, and believes it if one of the keys has signed it and it says what it must.
///
/// # Errors
/// [`Trouble::Wrong`], with what is wrong with it first.
pub(crate) fn verify(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Claims, Trouble> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, body, signature] = parts.as_slice() else {
        return Err(Trouble::Wrong("gave a token that does not have three parts"));
    };
    let Header { alg, kid, typ, crit } = part(header)?;
    if !ALGORITHMS.contains(&alg.as_str()) {
        return Err(Trouble::Wrong("gave a token that is signed by none of RS256, ES256 and EdDSA"));
    }
    // An extension that must be understood is understood by nobody here (RFC 7515 section 4.1.11).
    if crit.is_some() || typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return Err(Trouble::Wrong("gave a token of another kind"));
    }
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
        return Err(Trouble::Wrong("gave a token whose signature cannot be read"));
    };
    let signed = &token[..header.len() + 1 + body.len()];
    if !keys.signed(&alg, kid.as_deref(), signed.as_bytes(), &signature) {
        return Err(Trouble::Wrong("gave a token that none of its keys has signed"));
    }
    claims(part(body)?, expected)
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, Trouble> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or(Trouble::Wrong("gave a token that cannot be read"))
}

/// Section 3.1.3.7, in its order.
fn claims(body: Body, expected: &Expected<'_>) -> Result<Claims, Trouble> {
    if body.iss != expected.issuer {
        return Err(Trouble::Wrong("gave a token by another issuer"));
    }
    let audience = body.aud.list();
    if !audience.iter().any(|one| one == expected.client_id) {
        return Err(Trouble::Wrong("gave a token for another client"));
    }
    if body.azp.as_deref().map_or(1 < audience.len(), |azp| azp != expected.client_id) {
        return Err(Trouble::Wrong("gave a token to another client"));
    }
    let now = expected.now.timestamp().as_second();
    if body.exp <= now.saturating_sub(CLOCKS_APART_SECONDS) {
        return Err(Trouble::Wrong("gave a token whose time is over"));
    }
    let soonest = now.saturating_add(CLOCKS_APART_SECONDS);
    if soonest < body.iat || body.nbf.is_some_and(|nbf| soonest < nbf) {
        return Err(Trouble::Wrong("gave a token whose time has not come"));
    }
    if body.nonce.as_deref() != Some(expected.nonce) {
        return Err(Trouble::Wrong("gave a token for another sign-in"));
    }
    let readable = body.sub.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if body.sub.is_empty() || SUBJECT_MAX < body.sub.len() || !readable {
        return Err(Trouble::Wrong("gave a token that names nobody"));
    }
    // Some providers write the truth as a text.
    let verified = body.email_verified.is_some_and(|verified| verified == true || verified == "true");
    let mail = body.email.filter(|mail| verified && mail.len() <= 254 && !mail.chars().any(char::is_control));
    Ok(Claims { subject: body.sub, mail })
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const NOW: Time = Time(1_782_322_200_000_000);
    const SECOND: i64 = 1_782_322_200;
    const EXPECTED: Expected<'_> =
        Expected { issuer: "https://login.example", client_id: "portal", nonce: "n", now: NOW };

    fn keys(key: &SigningKey) -> Keys {
        let x = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
        Keys::of(&json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x}]}))
    }

    fn token(header: &Value, body: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(header), encode(body));
        let signature = key().sign(signed.as_bytes()).to_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn said(header: Value, change: Value) -> Result<Claims, Trouble> {
        let mut body = json!({"iss": "https://login.example", "sub": "248289", "aud": "portal", "nonce": "n",
                              "exp": SECOND + 300, "iat": SECOND});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        verify(&token(&header, &body), &keys(&key()), &EXPECTED)
    }

    fn with(change: Value) -> Result<Claims, Trouble> {
        said(json!({"alg": "EdDSA", "typ": "JWT"}), change)
    }

    #[test]
    fn a_token_is_believed() {
        assert_eq!(with(json!({})).unwrap(), Claims { subject: "248289".into(), mail: None });
        for fine in [
            json!({"aud": ["portal"]}),
            json!({"aud": ["portal", "other"], "azp": "portal"}),
            json!({"exp": SECOND - 59}),
            json!({"iat": SECOND + 60, "nbf": SECOND + 60}),
            json!({"sub": "x".repeat(255)}),
        ] {
            assert!(with(fine.clone()).is_ok(), "{fine}");
        }
        let mail = json!({"email": "maya@halden.example", "email_verified": true});
        assert_eq!(with(mail).unwrap().mail.as_deref(), Some("maya@halden.example"));
        for unsure in [json!({"email": "a@b.example"}), json!({"email": "a@b.example", "email_verified": false})] {
            assert_eq!(with(unsure).unwrap().mail, None);
        }
    }

    #[test]
    fn whatever_it_must_say_and_does_not_is_refused() {
        for wrong in [
            json!({"iss": "https://login.example/"}),
            json!({"iss": "https://evil.example"}),
            json!({"aud": "other"}),
            json!({"aud": []}),
            json!({"aud": ["portal", "other"]}),
            json!({"azp": "other"}),
            json!({"exp": SECOND - 60}),
            json!({"exp": "tomorrow"}),
            json!({"iat": SECOND + 61}),
            json!({"nbf": SECOND + 61}),
            json!({"nonce": "m"}),
            json!({"nonce": null}),
            json!({"sub": ""}),
            json!({"sub": "x".repeat(256)}),
            json!({"sub": "petra\u{0}"}),
            json!({"sub": "pétra"}),
            json!({"sub": null}),
        ] {
            assert!(matches!(with(wrong.clone()), Err(Trouble::Wrong(_))), "{wrong}");
        }
        for header in [
            json!({"alg": "none"}),
            json!({"alg": "HS256"}),
            json!({"alg": "RS256"}),
            json!({"alg": "EdDSA", "kid": "another"}),
            json!({"alg": "EdDSA", "crit": ["exp"]}),
            json!({"alg": "EdDSA", "typ": "at+jwt"}),
        ] {
            assert!(matches!(said(header.clone(), json!({})), Err(Trouble::Wrong(_))), "{header}");
        }
        let sound = token(&json!({"alg": "EdDSA"}), &json!({}));
        let (signed, _) = sound.rsplit_once('.').unwrap();
        for wrong in [String::new(), signed.to_owned(), format!("{signed}."), format!("{sound}."), format!("{sound}.x")]
        {
            assert!(verify(&wrong, &keys(&key()), &EXPECTED).is_err(), "{wrong}");
        }
        let other = SigningKey::from_bytes(&[8; 32]);
        assert!(verify(&sound, &keys(&other), &EXPECTED).is_err(), "signed by somebody else");
    }

    proptest! {
        #[test]
        fn any_text_is_refused(text in "[A-Za-z0-9_.-]{0,120}") {
            prop_assert!(verify(&text, &keys(&key()), &EXPECTED).is_err());
        }

        #[test]
        fn a_single_letter_that_changes_is_seen(at in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_-]") {
            let body = json!({"iss": "https://login.example", "sub": "248289", "aud": "portal", "nonce": "n",
                              "exp": SECOND + 300, "iat": SECOND});
            let sound = token(&json!({"alg": "EdDSA"}), &body);
            let at = at.index(sound.len());
            let mut altered = sound.clone();
            altered.replace_range(at..=at, &letter);
            if altered != sound {
                prop_assert!(verify(&altered, &keys(&key()), &EXPECTED).is_err());
            }
        }
    }
}
