//! Sealing: XChaCha20-Poly1305 under a key per organisation, derived from a master key that the database never sees.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use door::{Refusal, Result};
use hmac::Mac as _;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::ids::{CredentialId, OrganisationId, PersonId};

/// The purposes of keys.
const VAULT: &[u8] = b"vault/v1";
const FACTOR: &[u8] = b"factor/v1";
const DEVICE: &[u8] = b"device/v1";
const LETTER: &[u8] = b"letter/v1";
const PROVIDER: &[u8] = b"provider/v1";
const NOTICE: &[u8] = b"notice/v1";

/// The bytes of the nonce before the ciphertext.
const NONCE_BYTES: usize = 24;

/// The master key: 32 random bytes, kept in a file of its own beside the database.
pub type MasterKey = Zeroizing<[u8; 32]>;

/// One way through a cipher: a key, bytes, and what they are bound to.
type Way = fn(&[u8; 32], &[u8], &[u8]) -> Result<Vec<u8>>;

/// How bytes are sealed and opened.
#[derive(Clone, Copy)]
pub struct Cipher {
    /// Seals.
    pub seal: Way,
    /// Opens. An error where they were altered, moved, or sealed under another key.
    pub open: Way,
}

impl Cipher {
    /// The one that is shipped.
    pub const REAL: Self = Self { seal: encrypt, open: decrypt };
}

/// Seals and opens.
#[derive(Clone)]
pub struct Safe(MasterKey, Cipher);

impl Safe {
    /// A safe with this master key.
    #[must_use]
    pub const fn new(key: MasterKey, cipher: Cipher) -> Self {
        Self(key, cipher)
    }

    /// A key of its own for each purpose and whoever it is for: one block of HKDF-Expand (RFC 5869 section 2.3), whose
    /// input is uniform already.
    fn key(&self, purpose: &[u8], whose: Uuid) -> Result<Zeroizing<[u8; 32]>> {
        let mut mac = hmac::Hmac::<Sha256>::new_from_slice(self.0.as_ref()).map_err(|_| Refusal::Broken)?;
        mac.update(purpose);
        mac.update(whose.as_bytes());
        mac.update(&[1]);
        Ok(Zeroizing::new(mac.finalize().into_bytes().into()))
    }

    /// The key that a webhook's events are signed with: derived, so that it stands nowhere. `generation` counts its
    /// rotations.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when it cannot be derived.
    pub fn webhook_key(&self, webhook: Uuid, generation: i64) -> Result<Zeroizing<[u8; 32]>> {
        let mut mac = hmac::Hmac::<Sha256>::new_from_slice(self.0.as_ref()).map_err(|_| Refusal::Broken)?;
        mac.update(b"webhook/v1");
        mac.update(webhook.as_bytes());
        mac.update(&generation.to_be_bytes());
        Ok(Zeroizing::new(mac.finalize().into_bytes().into()))
    }

    /// Seals `secret` for one credential: nonce, then ciphertext. Bound to organisation and credential, so that a
    /// row copied elsewhere does not open.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when the cipher refuses.
    pub fn seal(&self, organisation: OrganisationId, credential: CredentialId, secret: &str) -> Result<Vec<u8>> {
        let key = self.key(VAULT, organisation.0)?;
        (self.1.seal)(&key, secret.as_bytes(), &associated(organisation, credential))
    }

    /// Opens what [`Safe::seal`] made.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when it was altered, moved, or sealed under another key.
    pub fn open(
        &self,
        organisation: OrganisationId,
        credential: CredentialId,
        sealed: &[u8],
    ) -> Result<Zeroizing<String>> {
        let key = self.key(VAULT, organisation.0)?;
        let secret = (self.1.open)(&key, sealed, &associated(organisation, credential))
            .inspect_err(|_| tracing::error!(%credential, "a credential does not open: altered, or another key"))?;
        String::from_utf8(secret).map(Zeroizing::new).map_err(|_| Refusal::Broken)
    }

    /// Seals what a person's authenticator app shares with the portal, bound to person and row.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when the cipher refuses.
    pub fn seal_factor(&self, person: PersonId, factor: Uuid, secret: &[u8]) -> Result<Vec<u8>> {
        let key = self.key(FACTOR, person.0)?;
        (self.1.seal)(&key, secret, &associated_factor(person, factor))
    }

    /// Seals a letter that waits to be sent, bound to its row: it may hold a link that opens something.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when the cipher refuses.
    pub fn seal_letter(&self, id: Uuid, letter: &[u8]) -> Result<Vec<u8>> {
        (self.1.seal)(&*self.key(LETTER, Uuid::nil())?, letter, id.as_bytes())
    }

    /// Opens what [`Safe::seal_letter`] made.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when it was altered, moved, or sealed under another key.
    pub fn open_letter(&self, id: Uuid, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        (self.1.open)(&*self.key(LETTER, Uuid::nil())?, sealed, id.as_bytes())
            .map(Zeroizing::new)
            .inspect_err(|_| tracing::error!(%id, "a letter does not open: altered, or another key"))
    }

    /// Seals what a provider of sign-ins and the portal share, bound to organisation and row.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when the cipher refuses.
    pub fn seal_provider(&self, organisation: OrganisationId, provider: Uuid, secret: &[u8]) -> Result<Vec<u8>> {
        (self.1.seal)(&*self.key(PROVIDER, organisation.0)?, secret, provider.as_bytes())
    }

    /// Opens what [`Safe::seal_provider`] made.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when it was altered, moved, or sealed under another key.
    pub fn open_provider(
        &self,
        organisation: OrganisationId,
        provider: Uuid,
        sealed: &[u8],
    ) -> Result<Zeroizing<String>> {
        let secret = (self.1.open)(&*self.key(PROVIDER, organisation.0)?, sealed, provider.as_bytes()).inspect_err(
            |_| tracing::error!(%provider, "a provider's secret does not open: altered, or another key"),
        )?;
        String::from_utf8(secret).map(Zeroizing::new).map_err(|_| Refusal::Broken)
    }

    /// The seal of what a known device shows: HMAC-SHA-256, for one mail address.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when it cannot be made.
    pub fn device_seal(&self, mail: &[u8], known: &[u8]) -> Result<[u8; 32]> {
        let key = self.key(DEVICE, Uuid::nil())?;
        let mut mac = hmac::Hmac::<Sha256>::new_from_slice(key.as_ref()).map_err(|_| Refusal::Broken)?;
        mac.update(&u64::try_from(mail.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(mail);
        mac.update(known);
        Ok(mac.finalize().into_bytes().into())
    }

    /// The seal of a link that switches letters off: HMAC-SHA-256, for one person and what those letters are about.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when it cannot be made.
    pub fn notice_seal(&self, person: PersonId, topics: u8) -> Result<[u8; 32]> {
        Ok(self.notice_mac(person, topics)?.finalize().into_bytes().into())
    }

    /// Whether this is the seal that [`Safe::notice_seal`] makes. It takes as long whatever is shown.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when it cannot be made.
    pub fn is_notice_seal(&self, person: PersonId, topics: u8, shown: &[u8]) -> Result<bool> {
        Ok(self.notice_mac(person, topics)?.verify_slice(shown).is_ok())
    }

    fn notice_mac(&self, person: PersonId, topics: u8) -> Result<hmac::Hmac<Sha256>> {
        let key = self.key(NOTICE, person.0)?;
        let mut mac = hmac::Hmac::<Sha256>::new_from_slice(key.as_ref()).map_err(|_| Refusal::Broken)?;
        mac.update(&[topics]);
        Ok(mac)
    }

    /// Opens what [`Safe::seal_factor`] made.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when it was altered, moved, or sealed under another key.
    pub fn open_factor(&self, person: PersonId, factor: Uuid, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let key = self.key(FACTOR, person.0)?;
        (self.1.open)(&key, sealed, &associated_factor(person, factor))
            .map(Zeroizing::new)
            .inspect_err(|_| tracing::error!(%factor, "a second factor does not open: altered, or another key"))
    }
}

/// Nonce, then ciphertext.
fn encrypt(key: &[u8; 32], plain: &[u8], associated: &[u8]) -> Result<Vec<u8>> {
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|_| Refusal::Broken)?;
    let cipher = XChaCha20Poly1305::new_from_slice(key).map_err(|_| Refusal::Broken)?;
    let payload = Payload { msg: plain, aad: associated };
    let ciphertext = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| Refusal::Broken)?;
    Ok([nonce.as_slice(), &ciphertext].concat())
}

fn decrypt(key: &[u8; 32], sealed: &[u8], associated: &[u8]) -> Result<Vec<u8>> {
    let (nonce, ciphertext) = sealed.split_at_checked(NONCE_BYTES).ok_or(Refusal::Broken)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| Refusal::Broken)?;
    let cipher = XChaCha20Poly1305::new_from_slice(key).map_err(|_| Refusal::Broken)?;
    let payload = Payload { msg: ciphertext, aad: associated };
    cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| Refusal::Broken)
}

fn associated(organisation: OrganisationId, credential: CredentialId) -> Vec<u8> {
    [b"credential/v1".as_slice(), organisation.0.as_bytes(), credential.0.as_bytes()].concat()
}

fn associated_factor(person: PersonId, factor: Uuid) -> Vec<u8> {
    [b"factor/v1".as_slice(), person.0.as_bytes(), factor.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HERE: OrganisationId = OrganisationId(Uuid::from_u128(1));
    const ELSEWHERE: OrganisationId = OrganisationId(Uuid::from_u128(2));
    const ONE: CredentialId = CredentialId(Uuid::from_u128(3));
    const OTHER: CredentialId = CredentialId(Uuid::from_u128(4));

    proptest! {
        #[test]
        fn opens_for_its_own_row_only(secret in ".{0,80}", flip in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let safe = Safe::new(Zeroizing::new([7; 32]), Cipher::REAL);
            let sealed = safe.seal(HERE, ONE, &secret).unwrap();
            let opened = safe.open(HERE, ONE, &sealed).unwrap();
            prop_assert_eq!(opened.as_str(), secret.as_str());
            prop_assert!(safe.open(ELSEWHERE, ONE, &sealed).is_err());
            prop_assert!(safe.open(HERE, OTHER, &sealed).is_err());
            prop_assert!(Safe::new(Zeroizing::new([8; 32]), Cipher::REAL).open(HERE, ONE, &sealed).is_err());
            let mut altered = sealed;
            let index = flip.index(altered.len());
            altered[index] ^= 1 << bit;
            prop_assert!(safe.open(HERE, ONE, &altered).is_err());
        }

        #[test]
        fn a_factor_opens_for_its_person_and_row_only(secret in any::<[u8; 20]>()) {
            let safe = Safe::new(Zeroizing::new([7; 32]), Cipher::REAL);
            let (person, other) = (PersonId(HERE.0), PersonId(ELSEWHERE.0));
            let sealed = safe.seal_factor(person, ONE.0, &secret).unwrap();
            let opened = safe.open_factor(person, ONE.0, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), &secret);
            prop_assert!(safe.open_factor(other, ONE.0, &sealed).is_err());
            prop_assert!(safe.open_factor(person, OTHER.0, &sealed).is_err());
            prop_assert!(safe.open(HERE, ONE, &sealed).is_err());
        }

        #[test]
        fn a_providers_secret_opens_for_its_organisation_and_row_only(secret in ".{1,80}") {
            let safe = Safe::new(Zeroizing::new([7; 32]), Cipher::REAL);
            let sealed = safe.seal_provider(HERE, ONE.0, secret.as_bytes()).unwrap();
            let opened = safe.open_provider(HERE, ONE.0, &sealed).unwrap();
            prop_assert_eq!(opened.as_str(), secret.as_str());
            prop_assert!(safe.open_provider(ELSEWHERE, ONE.0, &sealed).is_err());
            prop_assert!(safe.open_provider(HERE, OTHER.0, &sealed).is_err());
            prop_assert!(safe.open(HERE, ONE, &sealed).is_err());
        }

        #[test]
        fn anything_else_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(Safe::new(Zeroizing::new([7; 32]), Cipher::REAL).open(HERE, ONE, &bytes).is_err());
        }
    }
}
