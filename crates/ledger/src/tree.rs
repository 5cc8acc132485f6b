//! The Merkle tree of RFC 6962, section 2.1, and RFC 9162, section 2.1.

use sha2::{Digest, Sha256};

use crate::Hash;

/// The hash of a leaf's bytes: SHA-256 of a zero byte and the bytes.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(bytes).finalize().into())
}
