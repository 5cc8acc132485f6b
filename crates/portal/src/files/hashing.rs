//! The SHA-256 of a file while it comes in, over as many requests as it takes.

use sha2::digest::common::hazmat::{SerializableState as _, SerializedState};
use sha2::{Digest as _, Sha256};

use super::keys::{open, seal};
use super::{Error, FileId, FileKey, Result};

/// A hash that is not finished.
#[derive(Clone, Default)]
pub struct Hashing(Sha256);

impl Hashing {
    /// The hash of nothing yet.
    #[must_use]
    pub fn start() -> Self {
        Self::default()
    }

    /// Takes more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Where it stands, to be kept between two requests. It is sealed under the file's key, because it holds up to 63
    /// bytes of the file as they are.
    #[must_use]
    pub fn state(&self, file: FileId, key: &FileKey) -> Vec<u8> {
        seal(key.bytes(), &associated(file), &self.0.serialize())
    }

    /// Goes on from where [`Hashing::state`] stood.
    ///
    /// # Errors
    /// When it was altered, or is the state of another file.
    pub fn resume(file: FileId, key: &FileKey, state: &[u8]) -> Result<Self> {
        let opened = open(key.bytes(), &associated(file), state);
        let state = opened.and_then(|plain| SerializedState::<Sha256>::try_from(plain.as_slice()).ok());
        let hash = state.and_then(|state| Sha256::deserialize(&state).ok());
        hash.map(Self).ok_or_else(|| Error::Altered { what: format!("the unfinished hash of file {file}") })
    }

    /// The hash of all that was taken.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

fn associated(file: FileId) -> Vec<u8> {
    [b"hashing/v1".as_slice(), file.0.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const FILE: FileId = FileId(Uuid::from_u128(3));

    proptest! {
        #[test]
        fn a_break_anywhere_changes_nothing(bytes in prop::collection::vec(any::<u8>(), 0..400), at in any::<prop::sample::Index>()) {
            let key = FileKey::fresh();
            let (before, after) = bytes.split_at(at.index(bytes.len() + 1));
            let mut hashing = Hashing::start();
            hashing.update(before);
            let state = hashing.state(FILE, &key);
            let mut hashing = Hashing::resume(FILE, &key, &state).unwrap();
            hashing.update(after);
            let whole: [u8; 32] = Sha256::digest(&bytes).into();
            prop_assert_eq!(hashing.finish(), whole);
            prop_assert!(Hashing::resume(FileId(Uuid::from_u128(4)), &key, &state).is_err());
            prop_assert!(Hashing::resume(FILE, &FileKey::fresh(), &state).is_err());
            prop_assert!(before.len() < 8 || !state.windows(8).any(|window| window == &before[before.len() - 8..]));
        }

        #[test]
        fn anything_else_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Hashing::resume(FILE, &FileKey::fresh(), &bytes).is_err());
        }
    }
}
