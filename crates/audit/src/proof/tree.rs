//! The Merkle tree hash of RFC 6962, section 2.1, with SHA-256.

use sha2::{Digest, Sha256};

/// A node of the tree.
pub type Hash = [u8; 32];

/// The root over leaves in their order. The prefixes 0 and 1 keep a leaf from being taken for an inner node.
#[must_use]
pub fn root<L: AsRef<[u8]>>(leaves: &[L]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => Sha256::new().chain_update([0]).chain_update(leaf.as_ref()).finalize().into(),
        _ => {
            // The largest power of two that is smaller than their number.
            let split = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(split);
            Sha256::new().chain_update([1]).chain_update(root(left)).chain_update(root(right)).finalize().into()
        }
    }
}

/// The root of evidence, as hex. Its leaves are the digests of its documents, as the 32 bytes that the hex stands
/// for, in the order of the index; `None` where one is not a SHA-256 in hex.
pub fn evidence_root<'a>(digests: impl Iterator<Item = &'a str>) -> Option<String> {
    let leaves: Option<Vec<_>> =
        digests.map(|digest| hex::decode(digest).ok().filter(|leaf| leaf.len() == 32)).collect();
    leaves.map(|leaves| hex::encode(root(&leaves)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The leaves and roots of the reference implementation of certificate transparency.
    #[test]
    fn reference_vectors() {
        let leaves =
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        let leaves = leaves.map(|leaf| hex::decode(leaf).unwrap());
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (number, expected) in roots.into_iter().enumerate() {
            assert_eq!(hex::encode(root(&leaves[..number])), expected, "{number} leaves");
        }
    }

    proptest! {
        #[test]
        fn any_change_changes_the_root(
            leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 1..40),
            at in any::<prop::sample::Index>(),
        ) {
            let at = at.index(leaves.len());
            let mut changed = leaves.clone();
            changed[at].push(0);
            prop_assert_ne!(root(&leaves), root(&changed));
            let mut shorter = leaves.clone();
            shorter.remove(at);
            prop_assert_ne!(root(&leaves), root(&shorter));
        }
    }
}
