//! A code against an ID token (OpenID Connect Core 1.0, section 3.1.3; RFC 6749 section 4.1.3; RFC 7636 section 4.5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use super::fetch::{Trouble, document};
use crate::outside::Outside;
use crate::providers::SecretIn;

/// What is shown at the provider.
pub(crate) struct Redeemed<'a> {
    /// Where.
    pub(crate) token_url: &'a str,
    /// What the provider calls this portal.
    pub(crate) client_id: &'a str,
    /// What only the two know.
    pub(crate) secret: &'a str,
    /// Where it goes.
    pub(crate) secret_in: SecretIn,
    /// The code.
    pub(crate) code: &'a str,
    /// Where it was sent back to.
    pub(crate) redirect_uri: &'a str,
    /// Who began.
    pub(crate) verifier: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    id_token: Option<String>,
}

/// Redeems a code, and gives the ID token that comes for it. The access token beside it is of no use here.
///
/// # Errors
/// [`Trouble`] when the provider does not answer, or says that the code is not good.
pub(crate) async fn redeem(outside: &Outside, shown: &Redeemed<'_>) -> Result<String, Trouble> {
    let client = outside.client().map_err(|_| Trouble::Silent("cannot be asked".to_owned()))?;
    let request = client.post(shown.token_url).header("content-type", "application/x-www-form-urlencoded");
    let request = match shown.secret_in {
        SecretIn::Header => request.header("authorization", basic(shown.client_id, shown.secret).as_str()),
        SecretIn::Body => request,
    };
    let answer: Answer = document(request.body(form(shown))).await?;
    answer.id_token.ok_or(Trouble::Wrong("gave no ID token"))
}

fn form(shown: &Redeemed<'_>) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", shown.code)
        .append_pair("redirect_uri", shown.redirect_uri)
        .append_pair("code_verifier", shown.verifier);
    if shown.secret_in == SecretIn::Body {
        form.append_pair("client_id", shown.client_id).append_pair("client_secret", shown.secret);
    }
    form.finish()
}

/// RFC 6749 section 2.3.1: both are encoded as in a form before they are put together.
fn basic(client_id: &str, secret: &str) -> Zeroizing<String> {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encoded(client_id), encoded(secret)));
    Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_together_can_be_taken_apart() {
        let shown = basic("portal:1", "a+b c%");
        let pair = STANDARD.decode(shown.strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!(String::from_utf8(pair).unwrap(), "portal%3A1:a%2Bb+c%25");
    }
}
