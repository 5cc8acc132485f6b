//! The format of a part: a header, then chunks of 64 KiB, each encrypted and authentic by itself.
//!
//! The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its
//! Nonce-Reuse Misuse-Resistance, CRYPTO 2015, section 6) over XChaCha20-Poly1305: a chunk's nonce is the part's random
//! prefix, the chunk's number and whether it is the last. The associated data says whose part it is. So nothing can be
//! cut off, appended, put in another order or into another place without being noticed.
//!
//! Pure: no store, no clock.

use std::ops::Range;

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use object_store::path::Path;

use super::keys::random;
use super::{Error, FileId, FileKey, PartId, Result};
use crate::ids::OrganisationId;

/// Plaintext bytes of a chunk; the last one has fewer, but at least one.
pub(super) const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes that a chunk's tag adds.
pub(super) const TAG_BYTES: usize = 16;
/// How a part begins: four letters and the version.
const MAGIC: &[u8; 5] = b"PLFP\x01";
const PREFIX_BYTES: usize = 19;
/// Bytes before the first chunk.
pub(super) const HEADER_BYTES: usize = MAGIC.len() + PREFIX_BYTES;

/// Where a part belongs. All of it is authenticated with each chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartPlace {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The file.
    pub file: FileId,
    /// The how manieth part of it, counted from 0.
    pub number: u32,
    /// A fresh id for each attempt: an object is written once and never again.
    pub part: PartId,
}

/// A part that is in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredPart {
    /// Its id.
    pub id: PartId,
    /// The how manieth of the file, counted from 0.
    pub number: u32,
    /// Bytes of plaintext.
    pub length: u64,
}

/// A file, as much as is needed to read it. The parts stand in order and none is left out.
#[derive(Clone)]
pub struct FileParts {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The file.
    pub file: FileId,
    /// Its key.
    pub key: FileKey,
    /// Its parts from number 0 on.
    pub parts: Vec<StoredPart>,
}

impl FileParts {
    /// Bytes of the whole file.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.parts.iter().map(|part| part.length).sum()
    }

    /// Where one of its parts belongs.
    #[must_use]
    pub fn place(&self, part: &StoredPart) -> PartPlace {
        PartPlace { organisation: self.organisation, file: self.file, number: part.number, part: part.id }
    }
}

impl PartId {
    /// A new one. It needs no order in time, and the clock is none of this room's business.
    #[must_use]
    pub fn fresh() -> Self {
        Self(uuid::Builder::from_random_bytes(random()).into_uuid())
    }
}

impl PartPlace {
    /// The object's name: `{organisation}/{file}/{part}`.
    pub(super) fn path(&self) -> Path {
        Path::from(format!("{}/{}/{}", self.organisation, self.file, self.part))
    }

    fn associated(&self) -> Vec<u8> {
        let Self { organisation, file, number, part } = self;
        let ids = [organisation.0.as_bytes().as_slice(), file.0.as_bytes(), part.0.as_bytes()].concat();
        [b"part/v1".as_slice(), &ids, &number.to_be_bytes()].concat()
    }
}

/// How many chunks a part of this length has.
pub(super) const fn chunks(length: u64) -> u64 {
    length.div_ceil(CHUNK_BYTES as u64)
}

/// How many bytes the object of a part has.
pub(super) const fn sealed_length(length: u64) -> u64 {
    HEADER_BYTES as u64 + length + chunks(length) * TAG_BYTES as u64
}

/// Where in the object these chunks lie, of a part of this length.
pub(super) fn sealed_range(chunks: &Range<u64>, length: u64) -> Range<u64> {
    let start = |chunk: u64| HEADER_BYTES as u64 + chunk * (CHUNK_BYTES + TAG_BYTES) as u64;
    start(chunks.start)..start(chunks.end).min(sealed_length(length))
}

/// Seals and opens the chunks of one part.
pub(super) struct ChunkCipher {
    cipher: XChaCha20Poly1305,
    associated: Vec<u8>,
    prefix: [u8; PREFIX_BYTES],
    what: String,
}

impl ChunkCipher {
    /// For a new part.
    pub(super) fn fresh(place: &PartPlace, key: &FileKey) -> Self {
        Self::new(place, key, random())
    }

    /// For a part whose object begins with this header.
    pub(super) fn read(place: &PartPlace, key: &FileKey, header: &[u8]) -> Result<Self> {
        let prefix = header.strip_prefix(MAGIC).and_then(|prefix| prefix.try_into().ok());
        prefix.map(|prefix| Self::new(place, key, prefix)).ok_or_else(|| altered(place.path().as_ref()))
    }

    fn new(place: &PartPlace, key: &FileKey, prefix: [u8; PREFIX_BYTES]) -> Self {
        let cipher = XChaCha20Poly1305::new(key.bytes().into());
        Self { cipher, associated: place.associated(), prefix, what: place.path().into() }
    }

    /// What the object begins with.
    pub(super) fn header(&self) -> Vec<u8> {
        [MAGIC.as_slice(), &self.prefix].concat()
    }

    /// Seals a chunk in place.
    pub(super) fn seal(&self, number: u32, last: bool, chunk: &mut Vec<u8>) {
        #[expect(clippy::expect_used, reason = "the cipher refuses nothing shorter than 256 GiB")]
        self.cipher
            .encrypt_in_place(&self.nonce(number, last), &self.associated, chunk)
            .expect("a chunk is short enough");
    }

    /// Opens a chunk in place.
    pub(super) fn open(&self, number: u32, last: bool, chunk: &mut Vec<u8>) -> Result<()> {
        let opened = self.cipher.decrypt_in_place(&self.nonce(number, last), &self.associated, chunk);
        opened.map_err(|_| altered(&self.what))
    }

    fn nonce(&self, number: u32, last: bool) -> XNonce {
        let mut nonce = [0; PREFIX_BYTES + 5];
        nonce[..PREFIX_BYTES].copy_from_slice(&self.prefix);
        nonce[PREFIX_BYTES..PREFIX_BYTES + 4].copy_from_slice(&number.to_be_bytes());
        nonce[PREFIX_BYTES + 4] = u8::from(last);
        XNonce::from(nonce)
    }
}

pub(super) fn altered(what: &str) -> Error {
    Error::Altered { what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn place(number: u32) -> PartPlace {
        let id = |n| Uuid::from_u128(n);
        PartPlace { organisation: OrganisationId(id(1)), file: FileId(id(2)), number, part: PartId(id(3)) }
    }

    #[test]
    fn lengths_add_up() {
        for length in [1, 65_535, 65_536, 65_537, 200_000] {
            let all = sealed_range(&(0..chunks(length)), length);
            assert_eq!(all, HEADER_BYTES as u64..sealed_length(length), "{length}");
        }
    }

    proptest! {
        #[test]
        fn a_chunk_opens_in_its_own_place_only(bytes in prop::collection::vec(any::<u8>(), 1..200), number in 0..9_u32, last: bool, flip in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let key = FileKey::fresh();
            let cipher = ChunkCipher::fresh(&place(0), &key);
            let mut sealed = bytes.clone();
            cipher.seal(number, last, &mut sealed);
            let read = |place: &PartPlace, key: &FileKey| ChunkCipher::read(place, key, &cipher.header()).unwrap();
            let opens = |cipher: &ChunkCipher, number, last, sealed: &[u8]| {
                let mut chunk = sealed.to_vec();
                cipher.open(number, last, &mut chunk).ok().map(|()| chunk)
            };
            let same = read(&place(0), &key);
            prop_assert_eq!(opens(&same, number, last, &sealed), Some(bytes));
            prop_assert_eq!(opens(&same, number, !last, &sealed), None);
            prop_assert_eq!(opens(&same, number + 1, last, &sealed), None);
            prop_assert_eq!(opens(&read(&place(0), &FileKey::fresh()), number, last, &sealed), None);
            let elsewhere = [
                place(1),
                PartPlace { organisation: OrganisationId(Uuid::from_u128(9)), ..place(0) },
                PartPlace { file: FileId(Uuid::from_u128(9)), ..place(0) },
                PartPlace { part: PartId(Uuid::from_u128(9)), ..place(0) },
            ];
            for elsewhere in elsewhere {
                prop_assert_eq!(opens(&read(&elsewhere, &key), number, last, &sealed), None);
            }
            let index = flip.index(sealed.len());
            sealed[index] ^= 1 << bit;
            prop_assert_eq!(opens(&same, number, last, &sealed), None);
        }

        #[test]
        fn any_header_is_taken_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = ChunkCipher::read(&place(0), &FileKey::fresh(), &bytes);
        }
    }
}
