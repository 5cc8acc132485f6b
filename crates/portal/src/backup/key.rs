//! The backup key, and what is derived from it. It is made at the first start, lies in the data directory so that backups
//! can be made without anybody, and stands in the recovery kit so that they can be opened when the directory is gone.

use std::path::Path;

use anyhow::Result;
use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::Mac as _;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::data;

/// How everything that is sealed here begins: the version of the form.
pub(super) const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 24;

/// The backup key.
#[derive(Clone)]
pub struct BackupKey(pub(super) Zeroizing<[u8; 32]>);

/// One of the keys that are derived from it, each for one use.
#[derive(Clone)]
pub(super) struct Key(Zeroizing<[u8; 32]>);

/// Why something sealed does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotOpened {
    /// It was sealed in a newer form.
    Newer,
    /// It is not what was sealed here.
    Altered,
}

impl BackupKey {
    /// Where it lies in a data directory, from there.
    pub(crate) const FILE: &'static str = "keys/backup.key";

    /// The key of a data directory, made on first use.
    ///
    /// # Errors
    /// When it cannot be read or made.
    pub fn of(directory: &Path) -> Result<Self> {
        data::key(&directory.join(Self::FILE)).map(Self)
    }

    /// The key for one use. Derived with a label of its own: one block of HKDF-Expand (RFC 5869 section 2.3), whose input
    /// is uniform already.
    pub(super) fn derive(&self, label: &str) -> Key {
        Key(Zeroizing::new(keyed(&self.0, &[label.as_bytes(), &[1]])))
    }

    /// By which a repository knows its key again. Says nothing about the key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        hex::encode(&self.derive("backup/fingerprint/v1").0[..8])
    }
}

impl Key {
    /// A keyed fingerprint: whoever lacks the key cannot tell what has it.
    pub(super) fn digest(&self, bytes: &[u8]) -> [u8; 32] {
        keyed(&self.0, &[bytes])
    }

    /// Seals bytes for one place: version, nonce, then the ciphertext with its tag (XChaCha20-Poly1305).
    pub(super) fn seal(&self, place: &str, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = crate::files::keys::random();
        let mut sealed = Vec::with_capacity(1 + NONCE_BYTES + plain.len() + 16);
        sealed.extend_from_slice(plain);
        #[expect(clippy::expect_used, reason = "the cipher refuses nothing shorter than 256 GiB")]
        self.cipher()
            .encrypt_in_place(&XNonce::from(nonce), place.as_bytes(), &mut sealed)
            .expect("what is sealed at once is short enough");
        sealed.splice(0..0, [FORMAT].into_iter().chain(nonce));
        sealed
    }

    /// Opens what [`Key::seal`] made for this place.
    pub(super) fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, NotOpened> {
        let (version, rest) = sealed.split_first().ok_or(NotOpened::Altered)?;
        if *version > FORMAT {
            return Err(NotOpened::Newer);
        }
        let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(NotOpened::Altered)?;
        let mut plain = rest.to_vec();
        let opened = self.cipher().decrypt_in_place(&XNonce::from(*nonce), place.as_bytes(), &mut plain);
        opened.map_err(|_| NotOpened::Altered)?;
        if *version == FORMAT { Ok(plain) } else { Err(NotOpened::Altered) }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let key: &[u8; 32] = &self.0;
        XChaCha20Poly1305::new(key.into())
    }
}

fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = hmac::Hmac::<Sha256>::new_from_slice(key).expect("a key of 32 bytes");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(first: u8) -> BackupKey {
        BackupKey(Zeroizing::new([first; 32]))
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_in_its_place_only(bytes in prop::collection::vec(any::<u8>(), 0..200), flip in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let one = key(1).derive("one");
            let mut sealed = one.seal("here", &bytes);
            prop_assert_eq!(one.open("here", &sealed), Ok(bytes));
            prop_assert_eq!(one.open("there", &sealed), Err(NotOpened::Altered));
            prop_assert_eq!(key(1).derive("two").open("here", &sealed), Err(NotOpened::Altered));
            prop_assert_eq!(key(2).derive("one").open("here", &sealed), Err(NotOpened::Altered));
            let index = flip.index(sealed.len());
            sealed[index] ^= 1 << bit;
            prop_assert!(one.open("here", &sealed).is_err());
        }

        #[test]
        fn any_bytes_are_opened_or_not(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            prop_assert!(key(1).derive("one").open("here", &bytes).is_err());
        }
    }
}
