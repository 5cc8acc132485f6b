//! Cutting: any stream of bytes becomes chunks whose boundaries follow from the bytes themselves.
//!
//! So a row that is inserted in the middle of a table changes one chunk and not all behind it, and what has not changed
//! since the last backup has the same chunks and need not be stored again. A boundary is where a rolling sum over the last
//! 64 bytes ends in zeros (gear hash: Xia et al., FastCDC, USENIX ATC 2016). The sums are drawn from the backup key: the
//! lengths of chunks tell nothing to somebody who guesses at their content.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::key::Key;

/// The shortest chunk that is not the last one.
const CHUNK_BYTES_MIN: usize = 256 * 1024;
/// The longest chunk. What is held in memory follows from it.
pub(super) const CHUNK_BYTES_MAX: usize = 2 * 1024 * 1024;
/// A boundary every 2^19 bytes on average, beyond the shortest length.
const ZEROS: u32 = 19;

/// What a chunk is called: a keyed fingerprint of its bytes, so that the same bytes lie there once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChunkName(pub(super) [u8; 32]);

impl fmt::Display for ChunkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for ChunkName {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut name = [0; 32];
        hex::decode_to_slice(text, &mut name).map(|()| Self(name))
    }
}

impl Serialize for ChunkName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ChunkName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// How streams of one repository are cut.
#[derive(Clone)]
pub(super) struct Gear(Arc<[u64; 256]>);

impl Gear {
    pub(super) fn of(key: &Key) -> Self {
        let sum = |byte: u8| {
            let digest = key.digest(&[byte]);
            u64::from_le_bytes(std::array::from_fn(|index| digest[index]))
        };
        Self(Arc::new(std::array::from_fn(|byte| sum(u8::try_from(byte).unwrap_or_default()))))
    }

    pub(super) fn cutter(&self) -> Cutter {
        Cutter { gear: self.clone(), waiting: Vec::new(), sum: 0 }
    }
}

/// Cuts one stream.
pub(super) struct Cutter {
    gear: Gear,
    waiting: Vec<u8>,
    sum: u64,
}

impl Cutter {
    /// Takes the next bytes, and gives the chunks that are whole by now.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut whole = Vec::new();
        while !bytes.is_empty() {
            let (taken, ends) = self.boundary(bytes);
            let (of_this, behind) = bytes.split_at(taken);
            self.waiting.extend_from_slice(of_this);
            bytes = behind;
            if ends {
                self.sum = 0;
                whole.push(std::mem::take(&mut self.waiting));
            }
        }
        whole
    }

    /// What is left behind the last boundary.
    pub(super) fn end(self) -> Option<Vec<u8>> {
        (!self.waiting.is_empty()).then_some(self.waiting)
    }

    /// How many of these bytes belong to the chunk, and whether it ends there.
    fn boundary(&mut self, bytes: &[u8]) -> (usize, bool) {
        let skipped = CHUNK_BYTES_MIN.saturating_sub(self.waiting.len()).min(bytes.len());
        let room = CHUNK_BYTES_MAX - self.waiting.len();
        for (index, byte) in bytes.iter().enumerate().skip(skipped) {
            self.sum = (self.sum << 1).wrapping_add(self.gear.0[usize::from(*byte)]);
            if self.sum >> (u64::BITS - ZEROS) == 0 || index + 1 == room {
                return (index + 1, true);
            }
        }
        (bytes.len(), false)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    use super::*;
    use crate::backup::key::BackupKey;

    fn cut(bytes: &[u8], piece: usize) -> Vec<Vec<u8>> {
        let mut cutter = Gear::of(&BackupKey(Zeroizing::new([7; 32])).derive("cut")).cutter();
        let mut chunks: Vec<_> = bytes.chunks(piece).flat_map(|piece| cutter.push(piece)).collect();
        chunks.extend(cutter.end());
        chunks
    }

    /// Bytes that follow no pattern, the same each time.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u64;
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        (0..length).map(next).collect()
    }

    #[test]
    fn what_is_inserted_changes_the_chunks_around_it_only() {
        let bytes = noise(12 << 20);
        let before = cut(&bytes, 1 << 16);
        assert!(before.len() > 4 && before.iter().all(|chunk| chunk.len() <= CHUNK_BYTES_MAX), "{}", before.len());
        let mut altered = bytes.clone();
        altered.splice(3 << 20..3 << 20, *b"a row");
        let after = cut(&altered, 1 << 16);
        let fresh = after.iter().filter(|chunk| !before.contains(chunk)).count();
        assert!(fresh <= 2, "{fresh} of {} chunks are new", after.len());
    }

    #[test]
    fn what_never_ends_in_zeros_is_cut_at_the_longest() {
        let chunks = cut(&vec![0; 9 << 20], 100_000);
        assert!(chunks.iter().all(|chunk| chunk.len() <= CHUNK_BYTES_MAX));
        assert_eq!(chunks.concat().len(), 9 << 20);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn pieces_make_no_difference(length in 0_usize..3_000_000, piece in 1_usize..700_000) {
            let bytes = noise(length);
            let chunks = cut(&bytes, piece);
            prop_assert_eq!(chunks.concat(), bytes.clone());
            prop_assert_eq!(chunks, cut(&bytes, usize::MAX));
        }

        #[test]
        fn any_text_is_a_name_or_none(text in ".{0,80}") {
            let _ = text.parse::<ChunkName>();
        }
    }
}
