//! SHA-256 digests and their text form: standard base64 with padding (RFC 4648, section 4), as in the C2SP formats.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A SHA-256 digest: of a leaf, a node, a root, or a keyed commitment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// The text is not the base64 of 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 bytes as standard base64 with padding")]
pub struct HashError;

impl Hash {
    /// 32 zero bytes: what stands before the first leaf of a chain.
    pub const ZERO: Self = Self([0; 32]);

    pub(crate) fn write_base64(&self, text: &mut String) {
        STANDARD.encode_string(self.0, text);
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = HashError;

    fn try_from(bytes: &[u8]) -> Result<Self, HashError> {
        bytes.try_into().map(Self).map_err(|_| HashError)
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        decode_base64(text).ok_or(HashError)?.as_slice().try_into()
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

pub(crate) fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Only the one canonical encoding: padding is required and unused bits are zero.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_text_means_one_hash() {
        let text = Hash::ZERO.to_string();
        assert_eq!(text.parse(), Ok(Hash::ZERO));
        assert!(text.trim_end_matches('=').parse::<Hash>().is_err(), "padding is required");
        let unused_bits_set = text.replace("A=", "B=");
        assert_ne!(unused_bits_set, text);
        assert!(unused_bits_set.parse::<Hash>().is_err(), "unused bits must be zero");
        assert!(format!("{text}\n").parse::<Hash>().is_err());
        assert!("".parse::<Hash>().is_err());
    }
}
