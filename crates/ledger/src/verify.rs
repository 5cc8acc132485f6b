//! Checking Merkle proofs: what a reader needs who has a root, and nothing of the log (RFC 9162, section 2.1).

use crate::Hash;
use crate::tree::{EMPTY_ROOT, node_hash};

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// There is no such leaf, or the older tree is larger than the newer.
    #[error("the proof asks for {asked} of a tree of size {size}")]
    Beyond {
        /// The index or older size that was asked for.
        asked: u64,
        /// The tree's size.
        size: u64,
    },
    /// A proof between these sizes has another number of hashes.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// Checks that `leaf` is the hash of the leaf at `index` of the tree of `size` leaves and this root
/// (RFC 9162, section 2.1.3.2).
///
/// # Errors
/// See [`ProofError`].
pub fn inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Beyond { asked: index, size });
    }
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if place % 2 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            // A right edge without siblings of its own rises until it has a left one.
            while place % 2 == 0 && place != 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (place, last) = (place / 2, last / 2);
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `new_size` leaves begins with all leaves of the tree of `old_size`
/// (RFC 9162, section 2.1.4.2). Every tree begins with the empty one, whose root is known.
///
/// # Errors
/// See [`ProofError`].
pub fn consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old_size > new_size {
        return Err(ProofError::Beyond { asked: old_size, size: new_size });
    }
    if old_size == 0 || old_size == new_size {
        let roots_agree = if old_size == new_size { old_root == new_root } else { *old_root == EMPTY_ROOT };
        return match (proof.is_empty(), roots_agree) {
            (false, _) => Err(ProofError::Length),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    // An old tree that is complete is itself the first node; the RFC leaves it out of the proof.
    let (mut hashes, mut old, mut new) = (proof.iter(), *old_root, *old_root);
    if !old_size.is_power_of_two() {
        let first = hashes.next().ok_or(ProofError::Length)?;
        (old, new) = (*first, *first);
    }
    let (mut place, mut last) = (old_size - 1, new_size - 1);
    while place % 2 == 1 {
        (place, last) = (place / 2, last / 2);
    }
    for hash in hashes {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if place % 2 == 1 || place == last {
            (old, new) = (node_hash(hash, &old), node_hash(hash, &new));
            while place % 2 == 0 && place != 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            new = node_hash(&new, hash);
        }
        (place, last) = (place / 2, last / 2);
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if old == *old_root && new == *new_root { Ok(()) } else { Err(ProofError::Root) }
}
