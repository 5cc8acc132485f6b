//! What a provider says of itself (OpenID Connect Discovery 1.0, sections 3 and 4).

use serde::Deserialize;

use super::ALGORITHMS;
use super::fetch::{Trouble, document};
use crate::outside::{Outside, address};
use crate::providers::SecretIn;

/// Where a provider's document lies, below its issuer.
const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// What a provider's document says, as far as it is of use.
#[derive(Debug, Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Where a provider is asked what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Discovered {
    /// Where people sign in.
    pub(crate) authorization_url: String,
    /// Where a code is redeemed.
    pub(crate) token_url: String,
    /// Where its keys are.
    pub(crate) keys_url: String,
    /// Where it wants our secret.
    pub(crate) secret_in: SecretIn,
    /// Whether its answers name it (RFC 9207).
    pub(crate) names_issuer: bool,
}

/// Asks a provider what it says of itself.
///
/// # Errors
/// [`Trouble`] when it does not answer, answers for somebody else, or cannot do what is asked of a provider here.
pub(crate) async fn discover(outside: &Outside, issuer: &str) -> Result<Discovered, Trouble> {
    address(issuer, outside.private).map_err(Trouble::Wrong)?;
    let client = outside.client().map_err(|_| Trouble::Wrong("cannot be asked: this installation asks nobody"))?;
    let place = format!("{}{WELL_KNOWN}", issuer.trim_end_matches('/'));
    read(document(client.get(place)).await?, issuer, outside.private)
}

/// Pure: what is believed of a document.
fn read(document: Document, issuer: &str, private: bool) -> Result<Discovered, Trouble> {
    // Letter by letter (section 4.3): a document that speaks for somebody else is how providers are mixed up.
    if document.issuer != issuer {
        return Err(Trouble::Wrong(
            "says that it is another issuer; it must be typed letter by letter as the provider writes it",
        ));
    }
    let can = |named: &Option<Vec<String>>, wanted: &[&str]| {
        named.as_ref().is_none_or(|named| named.iter().any(|one| wanted.contains(&one.as_str())))
    };
    if !can(&document.id_token_signing_alg_values_supported, &ALGORITHMS) {
        return Err(Trouble::Wrong("signs by none of RS256, ES256 and EdDSA"));
    }
    if !can(&document.code_challenge_methods_supported, &["S256"]) {
        return Err(Trouble::Wrong("does not know PKCE with S256"));
    }
    // What is not said is `client_secret_basic` (section 3).
    let secret_in = match &document.token_endpoint_auth_methods_supported {
        None => SecretIn::Header,
        Some(methods) if methods.iter().any(|method| method == "client_secret_basic") => SecretIn::Header,
        Some(methods) if methods.iter().any(|method| method == "client_secret_post") => SecretIn::Body,
        Some(_) => return Err(Trouble::Wrong("takes a client's secret neither in the header nor in the form")),
    };
    let place = |text: &str| {
        let url = address(text, private).map_err(|_| {
            Trouble::Wrong("names an address of its own that is not https, or not of the public internet")
        });
        url.map(|url| url.to_string())
    };
    Ok(Discovered {
        authorization_url: place(&document.authorization_endpoint)?,
        token_url: place(&document.token_endpoint)?,
        keys_url: place(&document.jwks_uri)?,
        secret_in,
        names_issuer: document.authorization_response_iss_parameter_supported,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://login.example/tenant";

    fn said(change: Value) -> Result<Discovered, Trouble> {
        let mut document = json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://login.example/authorize?tenant=1",
            "token_endpoint": "https://login.example/token",
            "jwks_uri": "https://keys.example/jwks",
        });
        for (name, value) in change.as_object().unwrap() {
            document[name] = value.clone();
        }
        read(serde_json::from_value(document).unwrap(), ISSUER, false)
    }

    #[test]
    fn a_document_that_says_the_least() {
        let found = said(json!({})).unwrap();
        assert_eq!(found.authorization_url, "https://login.example/authorize?tenant=1");
        assert_eq!((found.secret_in, found.names_issuer), (SecretIn::Header, false));
    }

    #[test]
    fn what_a_provider_cannot_do_is_said() {
        let post = json!({"token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_post"]});
        assert_eq!(said(post).unwrap().secret_in, SecretIn::Body);
        for wrong in [
            json!({"issuer": "https://login.example/tenant/"}),
            json!({"issuer": "https://evil.example"}),
            json!({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}),
            json!({"id_token_signing_alg_values_supported": ["HS256", "none"]}),
            json!({"code_challenge_methods_supported": ["plain"]}),
            json!({"token_endpoint": "http://login.example/token"}),
            json!({"jwks_uri": "https://127.0.0.1/jwks"}),
            json!({"authorization_endpoint": "javascript:alert(1)"}),
        ] {
            assert!(matches!(said(wrong.clone()), Err(Trouble::Wrong(_))), "{wrong}");
        }
    }
}
