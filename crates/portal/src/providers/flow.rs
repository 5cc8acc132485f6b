//! One sign-in through a provider that is under way in one browser. The browser alone has its secret. State and nonce
//! (OpenID Connect Core 1.0, section 3.1.2.1) and the verifier of PKCE (RFC 7636) are derived from it, each by itself, so the
//! database has nothing to give away, and what a provider or a log learns leads to no other.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use door::store::Row;
use door::{Read, Refusal, Result, Write, values};
use hmac::Mac as _;
use hmac::digest::KeyInit as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::Provider;
use crate::secret;

/// How long somebody may take at the provider, and then to say that both accounts are one.
pub(crate) const FLOW_SECONDS: i64 = 600;

/// The browser's secret.
pub(crate) struct Flow(Zeroizing<String>);

impl Flow {
    /// A new one.
    #[must_use]
    pub(crate) fn fresh() -> Self {
        Self(secret::fresh(false).0)
    }

    /// As a browser shows it.
    #[must_use]
    pub(crate) fn shown(secret: &str) -> Self {
        Self(Zeroizing::new(secret.to_owned()))
    }

    /// The secret itself, for the browser only.
    #[must_use]
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }

    /// The fingerprint under which it is looked up.
    #[must_use]
    pub(crate) fn hash(&self) -> Vec<u8> {
        secret::hash(&self.0)
    }

    /// What the provider brings back unchanged.
    #[must_use]
    pub(crate) fn state(&self) -> String {
        self.derived(b"state/v1")
    }

    /// Whether this is its state.
    #[must_use]
    pub(crate) fn has_state(&self, shown: &str) -> bool {
        self.state().as_bytes().ct_eq(shown.as_bytes()).into()
    }

    /// What the ID token must hold.
    #[must_use]
    pub(crate) fn nonce(&self) -> String {
        self.derived(b"nonce/v1")
    }

    /// What only who has begun can show when the code is redeemed: 43 letters of 256 bits (RFC 7636 section 4.1).
    #[must_use]
    pub(crate) fn verifier(&self) -> String {
        self.derived(b"verifier/v1")
    }

    /// Its fingerprint, by `S256` (RFC 7636 section 4.2).
    #[must_use]
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }

    fn derived(&self, what: &[u8]) -> String {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = hmac::Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("a key of any length");
        mac.update(what);
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

/// Whose provider a sign-in waits for that is still as it was when it began: whatever was changed since made it good for
/// nothing.
const WAITS: &str = "SELECT p.organisation AS organisation FROM provider_flow t JOIN provider p ON p.id = t.provider \
                     AND p.rev = t.revision WHERE t.secret_hash = $1 AND t.subject IS NULL AND t.expires_at > $2";

/// The same, once the provider has said who it is.
const SAID: &str = "SELECT p.organisation AS organisation, t.subject AS subject, t.mail AS mail FROM provider_flow t \
                    JOIN provider p ON p.id = t.provider AND p.rev = t.revision \
                    WHERE t.secret_hash = $1 AND t.subject IS NOT NULL AND t.expires_at > $2";

/// Who somebody is by the provider's word, before that is anybody here.
pub(crate) struct Said {
    /// The provider.
    pub(super) provider: Provider,
    /// Its name for them.
    pub(super) subject: String,
    /// Their mail address, if it has made sure of one.
    pub(super) mail: Option<String>,
}

impl Said {
    fn of(row: &Row, provider: Provider) -> Result<Self> {
        Ok(Self { provider, subject: row.get("subject")?, mail: row.get("mail")? })
    }
}

impl Flow {
    /// Writes down that it is under way.
    pub(super) async fn begin(&self, write: &mut Write<'_>, provider: &Provider) -> Result<()> {
        let until = write.now().plus_seconds(FLOW_SECONDS);
        let insert = "INSERT INTO provider_flow (secret_hash, provider, revision, expires_at) VALUES ($1, $2, $3, $4)";
        write.keep(insert, values![self.hash(), provider.id, provider.revision, until]).await?;
        Ok(())
    }

    /// The provider that it waits for.
    ///
    /// # Errors
    /// [`Refusal::NoMatch`] when it was answered, is over or never was: it is all one.
    pub(super) async fn waits(&self, read: &mut Read<'_>) -> Result<Provider> {
        let now = read.now();
        let row = read.maybe(WAITS, values![self.hash(), now]).await?.ok_or(Refusal::NoMatch)?;
        Provider::look(read, row.get("organisation")?).await?.ok_or(Refusal::NoMatch)
    }

    /// The same, held until the end: of two answers the second finds nothing.
    ///
    /// # Errors
    /// As [`Flow::waits`].
    pub(super) async fn take(&self, write: &mut Write<'_>) -> Result<Provider> {
        Ok(self.held(write, WAITS).await?.1)
    }

    /// The provider is held before the sign-in is, in the order of whoever changes the provider, so that neither waits for the
    /// other.
    async fn held(&self, write: &mut Write<'_>, sql: &'static str) -> Result<(Row, Provider)> {
        let asked = values![self.hash(), write.now()];
        let row = write.maybe(sql, asked.clone()).await?.ok_or(Refusal::NoMatch)?;
        let provider = Provider::hold(write, row.get("organisation")?).await?.ok_or(Refusal::NoMatch)?;
        let row = write.hold(sql, asked).await?.ok_or(Refusal::NoMatch)?;
        Ok((row, provider))
    }

    /// Notes who it is by the provider's word.
    pub(super) async fn note(&self, write: &mut Write<'_>, subject: &str, mail: Option<&str>) -> Result<()> {
        let note = "UPDATE provider_flow SET subject = $2, mail = $3 WHERE secret_hash = $1 AND subject IS NULL";
        match write.keep(note, values![self.hash(), subject, mail]).await? {
            1 => Ok(()),
            _ => Err(Refusal::NoMatch),
        }
    }

    /// Who it is by the provider's word.
    ///
    /// # Errors
    /// [`Refusal::NoMatch`] when nothing was said, or it is over.
    pub(super) async fn said(&self, read: &mut Read<'_>) -> Result<Said> {
        let now = read.now();
        let row = read.maybe(SAID, values![self.hash(), now]).await?.ok_or(Refusal::NoMatch)?;
        let provider = Provider::look(read, row.get("organisation")?).await?.ok_or(Refusal::NoMatch)?;
        Said::of(&row, provider)
    }

    /// The same, held until the end.
    ///
    /// # Errors
    /// As [`Flow::said`].
    pub(super) async fn take_said(&self, write: &mut Write<'_>) -> Result<Said> {
        let (row, provider) = self.held(write, SAID).await?;
        Said::of(&row, provider)
    }

    /// It is over.
    pub(super) async fn end(&self, write: &mut Write<'_>) -> Result<()> {
        match write.keep("DELETE FROM provider_flow WHERE secret_hash = $1", values![self.hash()]).await? {
            1 => Ok(()),
            _ => Err(Refusal::NoMatch),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// RFC 7636 appendix B: what a challenge is of its verifier.
    #[test]
    fn a_challenge_is_that_of_the_standard() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let flow = Flow::fresh();
        assert_eq!(flow.challenge(), URL_SAFE_NO_PAD.encode(Sha256::digest(flow.verifier())));
    }

    #[test]
    fn no_two_of_its_parts_are_alike_and_none_is_its_secret() {
        let flow = Flow::fresh();
        let parts = [flow.state(), flow.nonce(), flow.verifier(), flow.challenge(), flow.secret().to_owned()];
        assert_eq!(parts.iter().collect::<BTreeSet<_>>().len(), parts.len());
        assert!(parts.iter().all(|part| part.len() == 43));
        let again = Flow::shown(flow.secret());
        assert_eq!((again.state(), again.nonce()), (flow.state(), flow.nonce()));
        assert!(again.has_state(&flow.state()) && !again.has_state(&Flow::fresh().state()) && !again.has_state(""));
    }
}
