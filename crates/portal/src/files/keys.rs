//! Keys: one a file, wrapped under its organisation's, wrapped under one that is derived from the master key. A rotation
//! makes a new generation of an organisation's key and wraps the files' keys again; no file's bytes are touched.
//!
//! A wrapped key is bound to what it belongs to: a row that is copied elsewhere does not open.

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::Mac as _;
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

use super::{Error, FileId, Result};
use crate::ids::OrganisationId;

/// The first byte of whatever is sealed here.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;

/// The key under which organisations' keys are wrapped. Derived from the master key, so that it stands nowhere.
#[derive(Clone)]
pub struct FilesKey(Zeroizing<[u8; 32]>);

/// An organisation's key in one generation.
#[derive(Clone)]
pub struct OrganisationKey(Zeroizing<[u8; 32]>);

/// A file's own key.
#[derive(Clone)]
pub struct FileKey(Zeroizing<[u8; 32]>);

impl FilesKey {
    /// Derived with a label of its own: one block of HKDF-Expand (RFC 5869 section 2.3), whose input is uniform already.
    #[must_use]
    pub fn of(master: &Zeroizing<[u8; 32]>) -> Self {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = hmac::Hmac::<Sha256>::new_from_slice(master.as_ref()).expect("a key of 32 bytes");
        mac.update(b"files/v1");
        mac.update(&[1]);
        Self(Zeroizing::new(mac.finalize().into_bytes().into()))
    }

    /// Wraps an organisation's key of this generation.
    #[must_use]
    pub fn wrap(&self, organisation: OrganisationId, generation: i64, key: &OrganisationKey) -> Vec<u8> {
        seal(&self.0, &of_organisation(organisation, generation), key.0.as_ref())
    }

    /// Unwraps what [`FilesKey::wrap`] made.
    ///
    /// # Errors
    /// When it was altered, or belongs to another organisation, generation or master key.
    pub fn unwrap(&self, organisation: OrganisationId, generation: i64, wrapped: &[u8]) -> Result<OrganisationKey> {
        let what = || format!("the files' key of organisation {organisation}, generation {generation}");
        key(&self.0, &of_organisation(organisation, generation), wrapped)
            .map(OrganisationKey)
            .ok_or_else(|| altered(what()))
    }
}

impl OrganisationKey {
    /// A new one.
    #[must_use]
    pub fn fresh() -> Self {
        Self(Zeroizing::new(random()))
    }

    /// Wraps a file's key.
    #[must_use]
    pub fn wrap(&self, organisation: OrganisationId, file: FileId, key: &FileKey) -> Vec<u8> {
        seal(&self.0, &of_file(organisation, file), key.0.as_ref())
    }

    /// Unwraps what [`OrganisationKey::wrap`] made.
    ///
    /// # Errors
    /// When it was altered, or belongs to another file, or was wrapped under another key or generation.
    pub fn unwrap(&self, organisation: OrganisationId, file: FileId, wrapped: &[u8]) -> Result<FileKey> {
        key(&self.0, &of_file(organisation, file), wrapped)
            .map(FileKey)
            .ok_or_else(|| altered(format!("the key of file {file}")))
    }

    /// Wraps a file's key, which is wrapped under this one, under its successor.
    ///
    /// # Errors
    /// As [`OrganisationKey::unwrap`].
    pub fn rewrap(
        &self,
        successor: &Self,
        organisation: OrganisationId,
        file: FileId,
        wrapped: &[u8],
    ) -> Result<Vec<u8>> {
        Ok(successor.wrap(organisation, file, &self.unwrap(organisation, file, wrapped)?))
    }
}

impl FileKey {
    /// A new one.
    #[must_use]
    pub fn fresh() -> Self {
        Self(Zeroizing::new(random()))
    }

    /// Its bytes, for the cipher of the file's parts.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn of_organisation(organisation: OrganisationId, generation: i64) -> Vec<u8> {
    [b"organisation-key/v1".as_slice(), organisation.0.as_bytes(), &generation.to_be_bytes()].concat()
}

fn of_file(organisation: OrganisationId, file: FileId) -> Vec<u8> {
    [b"file-key/v1".as_slice(), organisation.0.as_bytes(), file.0.as_bytes()].concat()
}

fn altered(what: String) -> Error {
    Error::Altered { what }
}

fn key(under: &[u8; 32], associated: &[u8], wrapped: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let plain = open(under, associated, wrapped)?;
    let bytes: [u8; 32] = plain.as_slice().try_into().ok()?;
    Some(Zeroizing::new(bytes))
}

/// XChaCha20-Poly1305 under a random nonce: version, nonce, ciphertext with its tag.
pub(super) fn seal(key: &[u8; 32], associated: &[u8], plain: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE_BYTES] = random();
    let mut sealed = plain.to_vec();
    #[expect(clippy::expect_used, reason = "the cipher refuses nothing shorter than 256 GiB")]
    XChaCha20Poly1305::new(key.into())
        .encrypt_in_place(&XNonce::from(nonce), associated, &mut sealed)
        .expect("a short text is encrypted");
    [[VERSION].as_slice(), &nonce, &sealed].concat()
}

/// Opens what [`seal`] made.
pub(super) fn open(key: &[u8; 32], associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, ciphertext) = sealed.strip_prefix(&[VERSION])?.split_at_checked(NONCE_BYTES)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
    let mut plain = Zeroizing::new(ciphertext.to_vec());
    XChaCha20Poly1305::new(key.into()).decrypt_in_place(&XNonce::from(nonce), associated, &mut *plain).ok()?;
    Some(plain)
}

/// Bytes from the operating system's random generator.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        bytes.zeroize();
        panic!("the operating system's random generator does not answer, and there is no safe substitute");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const HERE: OrganisationId = OrganisationId(Uuid::from_u128(1));
    const ELSEWHERE: OrganisationId = OrganisationId(Uuid::from_u128(2));
    const ONE: FileId = FileId(Uuid::from_u128(3));
    const OTHER: FileId = FileId(Uuid::from_u128(4));

    fn files_key(byte: u8) -> FilesKey {
        FilesKey::of(&Zeroizing::new([byte; 32]))
    }

    #[test]
    fn a_rotation_leaves_the_files_key_as_it_is() {
        let (old, new, key) = (OrganisationKey::fresh(), OrganisationKey::fresh(), FileKey::fresh());
        let wrapped = old.wrap(HERE, ONE, &key);
        let again = old.rewrap(&new, HERE, ONE, &wrapped).unwrap();
        assert_eq!(new.unwrap(HERE, ONE, &again).unwrap().bytes(), key.bytes());
        assert!(old.unwrap(HERE, ONE, &again).is_err());
        assert!(new.rewrap(&old, HERE, ONE, &wrapped).is_err());
    }

    #[test]
    fn the_key_of_all_is_its_own() {
        assert_ne!(files_key(7).0.as_ref(), &[7; 32]);
        assert_ne!(files_key(7).0.as_ref(), files_key(8).0.as_ref());
    }

    proptest! {
        #[test]
        fn an_organisations_key_opens_where_it_belongs(generation in any::<i64>(), flip in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let (root, key) = (files_key(7), OrganisationKey::fresh());
            let wrapped = root.wrap(HERE, generation, &key);
            let unwrapped = root.unwrap(HERE, generation, &wrapped).unwrap();
            prop_assert_eq!(&unwrapped.0, &key.0);
            prop_assert!(root.unwrap(ELSEWHERE, generation, &wrapped).is_err());
            prop_assert!(root.unwrap(HERE, generation.wrapping_add(1), &wrapped).is_err());
            prop_assert!(files_key(8).unwrap(HERE, generation, &wrapped).is_err());
            let mut altered = wrapped;
            let index = flip.index(altered.len());
            altered[index] ^= 1 << bit;
            prop_assert!(root.unwrap(HERE, generation, &altered).is_err());
        }

        #[test]
        fn a_files_key_opens_where_it_belongs(flip in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let (organisation, key) = (OrganisationKey::fresh(), FileKey::fresh());
            let wrapped = organisation.wrap(HERE, ONE, &key);
            let unwrapped = organisation.unwrap(HERE, ONE, &wrapped).unwrap();
            prop_assert_eq!(&unwrapped.0, &key.0);
            prop_assert!(organisation.unwrap(HERE, OTHER, &wrapped).is_err());
            prop_assert!(organisation.unwrap(ELSEWHERE, ONE, &wrapped).is_err());
            prop_assert!(OrganisationKey::fresh().unwrap(HERE, ONE, &wrapped).is_err());
            let mut altered = wrapped;
            let index = flip.index(altered.len());
            altered[index] ^= 1 << bit;
            prop_assert!(organisation.unwrap(HERE, ONE, &altered).is_err());
        }

        #[test]
        fn anything_else_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            prop_assert!(files_key(7).unwrap(HERE, 1, &bytes).is_err());
            prop_assert!(OrganisationKey::fresh().unwrap(HERE, ONE, &bytes).is_err());
        }
    }
}
