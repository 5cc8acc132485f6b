//! Roots and proofs: against published vectors, against the RFC's own recursion, for all sizes up to 300, and with every
//! byte changed.

use std::collections::BTreeMap;

use ledger::Hash;
use ledger::tiles::{Tiled, is_stored, stored_below};
use ledger::tree::{self, EMPTY_ROOT, Frontier, Node, TreeError, leaf_hash, node_hash};
use ledger::verify::{self, ProofError};
use proptest::prelude::*;
use serde::Deserialize;

type Stored = BTreeMap<Node, Hash>;

/// A log of `size` leaves: what would be stored, and its edge.
fn log(size: u64) -> (Tiled<Stored>, Frontier) {
    let (mut stored, mut frontier) = (Stored::new(), Frontier::default());
    for index in 0..size {
        grow(&mut stored, &mut frontier, leaf(index));
    }
    (Tiled(stored), frontier)
}

fn grow(stored: &mut Stored, frontier: &mut Frontier, leaf: Hash) {
    frontier.append(leaf, |node, hash| {
        if is_stored(node.level) {
            stored.insert(node, hash);
        }
    });
}

fn leaf(index: u64) -> Hash {
    leaf_hash(format!("leaf {index}").as_bytes())
}

/// MTH of RFC 9162, section 2.1.1, word for word.
fn rfc_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(rfc_split(leaves));
            node_hash(&rfc_root(left), &rfc_root(right))
        }
    }
}

/// PATH of RFC 9162, section 2.1.3.1.
fn rfc_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let split = rfc_split(leaves);
    let (left, right) = leaves.split_at(split);
    let (mut path, sibling) = if index < split {
        (rfc_path(index, left), rfc_root(right))
    } else {
        (rfc_path(index - split, right), rfc_root(left))
    };
    path.push(sibling);
    path
}

/// SUBPROOF of RFC 9162, section 2.1.4.1.
fn rfc_subproof(old: usize, leaves: &[Hash], complete: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if complete { Vec::new() } else { vec![rfc_root(leaves)] };
    }
    let split = rfc_split(leaves);
    let (left, right) = leaves.split_at(split);
    let (mut proof, sibling) = if old <= split {
        (rfc_subproof(old, left, complete), rfc_root(right))
    } else {
        (rfc_subproof(old - split, right, false), rfc_root(left))
    };
    proof.push(sibling);
    proof
}

fn rfc_split(leaves: &[Hash]) -> usize {
    leaves.len().next_power_of_two() / 2
}

#[test]
fn roots_are_the_published_ones() {
    // The test leaves of the reference implementation of RFC 6962, and the roots of the first 1 to 8 of them.
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let hex = |hash: Hash| hash.0.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut frontier = Frontier::default();
    assert_eq!(hex(frontier.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (leaf, root) in leaves.into_iter().zip(roots) {
        frontier.append(leaf_hash(leaf), |_, _| ());
        assert_eq!(hex(frontier.root()), root);
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Published {
    inclusion: Vec<Inclusion>,
    consistency: Vec<Consistency>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inclusion {
    leaf_idx: u64,
    tree_size: u64,
    root: Option<String>,
    leaf_hash: Option<String>,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consistency {
    size1: u64,
    size2: u64,
    root1: Option<String>,
    root2: Option<String>,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

/// Some vectors hold hashes of other lengths, which our types refuse before any check.
fn hash(text: Option<&String>) -> Option<Hash> {
    text?.parse().ok()
}

fn hashes(texts: Option<&Vec<String>>) -> Option<Vec<Hash>> {
    texts.into_iter().flatten().map(|text| hash(Some(text))).collect()
}

#[test]
fn published_proofs_are_judged_as_published() {
    let published: Published = serde_json::from_str(include_str!("../../vectors/merkle-published.json")).unwrap();
    assert_eq!((published.inclusion.len(), published.consistency.len()), (98, 97));
    for vector in published.inclusion {
        let parts = (hash(vector.leaf_hash.as_ref()), hashes(vector.proof.as_ref()), hash(vector.root.as_ref()));
        let holds = matches!(parts, (Some(leaf), Some(proof), Some(root))
            if verify::inclusion(&leaf, vector.leaf_idx, vector.tree_size, &proof, &root).is_ok());
        assert_eq!(holds, !vector.want_err, "{}", vector.desc);
    }
    for vector in published.consistency {
        let parts = (hash(vector.root1.as_ref()), hash(vector.root2.as_ref()), hashes(vector.proof.as_ref()));
        let holds = matches!(parts, (Some(old), Some(new), Some(proof))
            if verify::consistency(vector.size1, &old, vector.size2, &new, &proof).is_ok());
        assert_eq!(holds, !vector.want_err, "{}", vector.desc);
    }
}

#[test]
fn small_trees_are_those_of_the_rfc() {
    let leaves: Vec<Hash> = (0..40).map(leaf).collect();
    let (nodes, _) = log(40);
    for size in 1..=40_u8 {
        let these = &leaves[..size.into()];
        assert_eq!(tree::root(&nodes, size.into()).unwrap(), rfc_root(these));
        for index in 0..size {
            let proof = tree::prove_inclusion(&nodes, index.into(), size.into()).unwrap();
            assert_eq!(proof, rfc_path(index.into(), these), "leaf {index} of {size}");
            let old = index + 1;
            let proof = tree::prove_consistency(&nodes, old.into(), size.into()).unwrap();
            assert_eq!(proof, rfc_subproof(old.into(), these, true), "from {old} to {size}");
        }
    }
}

#[test]
fn every_proof_of_every_size_up_to_300_holds() {
    let (mut all, mut tiled, mut frontier) = (Stored::new(), Tiled(Stored::new()), Frontier::default());
    let (mut leaves, mut roots) = (Vec::new(), vec![EMPTY_ROOT]);
    for size in 1..=300 {
        leaves.push(leaf(size - 1));
        grow(&mut tiled.0, &mut frontier.clone(), leaves[leaves.len() - 1]);
        frontier.append(leaves[leaves.len() - 1], |node, hash| {
            all.insert(node, hash);
        });
        let root = frontier.root();
        roots.push(root);
        assert_eq!(tree::root(&all, size).unwrap(), root, "{size}");
        assert_eq!(tree::root(&tiled, size).unwrap(), root, "{size}");
        assert_eq!(Frontier::read(&tiled, size).unwrap(), frontier, "{size}");
        let around_a_tile = (250..260).contains(&size);
        for (index, leaf) in (0..size).zip(&leaves) {
            let proof = tree::prove_inclusion(&all, index, size).unwrap();
            assert_eq!(verify::inclusion(leaf, index, size, &proof, &root), Ok(()), "leaf {index} of {size}");
            assert!(!around_a_tile || tree::prove_inclusion(&tiled, index, size).unwrap() == proof);
        }
        for (old, old_root) in (0..=size).zip(&roots) {
            let proof = tree::prove_consistency(&all, old, size).unwrap();
            assert_eq!(verify::consistency(old, old_root, size, &root, &proof), Ok(()), "from {old} to {size}");
            assert!(!around_a_tile || tree::prove_consistency(&tiled, old, size).unwrap() == proof);
        }
    }
}

#[test]
fn a_large_tree_follows_from_its_stored_nodes() {
    let size = 66_000;
    let (nodes, frontier) = log(size);
    assert!(nodes.0.keys().any(|node| node.level == 16), "the tree reaches the third stored level");
    assert_eq!(tree::root(&nodes, size).unwrap(), frontier.root());
    for index in [0, 1, 255, 256, 65_535, 65_536, size - 1] {
        // Only what was announced may be read.
        let needed = tree::inclusion_nodes(index, size).unwrap();
        let few = needed.into_iter().flat_map(stored_below).map(|node| (node, nodes.0[&node])).collect();
        let proof = tree::prove_inclusion(&Tiled::<Stored>(few), index, size).unwrap();
        assert_eq!(verify::inclusion(&leaf(index), index, size, &proof, &frontier.root()), Ok(()), "{index}");
    }
    let needed = tree::consistency_nodes(65_537, size).unwrap();
    let few: Stored = needed.into_iter().flat_map(stored_below).map(|node| (node, nodes.0[&node])).collect();
    let proof = tree::prove_consistency(&Tiled(few), 65_537, size).unwrap();
    let old = tree::root(&nodes, 65_537).unwrap();
    assert_eq!(verify::consistency(65_537, &old, size, &frontier.root(), &proof), Ok(()));
}

#[test]
fn a_changed_byte_breaks_every_inclusion_proof() {
    for size in 1..=24 {
        let (nodes, frontier) = log(size);
        for index in 0..size {
            let (mut proof, mut leaf, mut root) =
                (tree::prove_inclusion(&nodes, index, size).unwrap(), leaf(index), frontier.root());
            for place in 0..32 {
                for hash in 0..proof.len() {
                    proof[hash].0[place] ^= 1;
                    assert_eq!(verify::inclusion(&leaf, index, size, &proof, &root), Err(ProofError::Root));
                    proof[hash].0[place] ^= 1;
                }
                leaf.0[place] ^= 1;
                assert_eq!(verify::inclusion(&leaf, index, size, &proof, &root), Err(ProofError::Root));
                leaf.0[place] ^= 1;
                root.0[place] ^= 1;
                assert_eq!(verify::inclusion(&leaf, index, size, &proof, &root), Err(ProofError::Root));
                root.0[place] ^= 1;
            }
            // A proof is of one place only: the path turns left and right as the index says.
            for other in (0..size).filter(|other| *other != index) {
                assert!(verify::inclusion(&leaf, other, size, &proof, &root).is_err(), "{index} as {other} of {size}");
            }
            proof.push(root);
            assert!(verify::inclusion(&leaf, index, size, &proof, &root).is_err(), "too long");
            proof.pop();
            if proof.pop().is_some() {
                assert!(verify::inclusion(&leaf, index, size, &proof, &root).is_err(), "too short");
            }
        }
    }
}

#[test]
fn a_changed_byte_breaks_every_consistency_proof() {
    let (nodes, _) = log(24);
    let roots: Vec<Hash> = (0..=24).map(|size| tree::root(&nodes, size).unwrap()).collect();
    let root = |size: u64| roots[usize::try_from(size).unwrap()];
    for new in 1..=24 {
        for old in 1..=new {
            let mut proof = tree::prove_consistency(&nodes, old, new).unwrap();
            let check = |proof: &[Hash], old_root: Hash, new_root: Hash| {
                verify::consistency(old, &old_root, new, &new_root, proof)
            };
            for place in 0..32 {
                let flipped = |mut hash: Hash| {
                    hash.0[place] ^= 0x80;
                    hash
                };
                for hash in 0..proof.len() {
                    let kept = proof[hash];
                    proof[hash] = flipped(kept);
                    assert!(check(&proof, root(old), root(new)).is_err(), "from {old} to {new}");
                    proof[hash] = kept;
                }
                assert!(check(&proof, flipped(root(old)), root(new)).is_err());
                assert!(check(&proof, root(old), flipped(root(new))).is_err());
            }
            proof.push(root(1));
            assert_eq!(check(&proof, root(old), root(new)), Err(ProofError::Length));
            proof.pop();
            if proof.pop().is_some() {
                assert!(check(&proof, root(old), root(new)).is_err(), "too short");
            }
        }
    }
    assert!(verify::consistency(0, &root(1), 5, &root(5), &[]).is_err(), "the empty tree has one root");
    assert!(verify::consistency(6, &root(6), 5, &root(5), &[]).is_err(), "a log never shrinks");
}

#[test]
fn a_node_is_no_leaf() {
    let (nodes, frontier) = log(4);
    let node = node_hash(&leaf(0), &leaf(1));
    let proof = tree::prove_inclusion(&nodes, 0, 4).unwrap();
    assert!(verify::inclusion(&node, 0, 2, &proof[1..], &frontier.root()).is_ok(), "hashes alone cannot tell");
    // That is why leaves and nodes are hashed apart: no bytes have a node's hash as their leaf hash.
    let bytes = [leaf(0).0, leaf(1).0].concat();
    assert_ne!(leaf_hash(&bytes), node);
}

#[test]
fn what_is_missing_is_named() {
    let (mut nodes, _) = log(300);
    assert_eq!(tree::prove_inclusion(&nodes, 5, 5), Err(TreeError::Beyond { asked: 5, size: 5 }));
    assert_eq!(tree::prove_consistency(&nodes, 6, 5), Err(TreeError::Beyond { asked: 6, size: 5 }));
    nodes.0.remove(&Node { level: 0, index: 7 });
    let parent = Node { level: 2, index: 1 };
    assert_eq!(tree::prove_inclusion(&nodes, 0, 300), Err(TreeError::Missing(parent)));
}

proptest! {
    #[test]
    fn any_proof_is_judged(
        leaf: [u8; 32], index: u64, size: u64, root: [u8; 32],
        proof in prop::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let proof: Vec<Hash> = proof.into_iter().map(Hash).collect();
        prop_assert!(verify::inclusion(&Hash(leaf), index, size, &proof, &Hash(root)).is_err());
        prop_assert!(verify::consistency(index, &Hash(leaf), size, &Hash(root), &proof).is_err());
    }

    #[test]
    fn any_size_is_made_of_whole_nodes(size: u64, index: u64) {
        let nodes = tree::root_nodes(size);
        prop_assert_eq!(nodes.len(), size.count_ones() as usize);
        let covered: u64 = nodes.iter().map(|node| 1 << node.level).sum();
        prop_assert_eq!(covered, size);
        prop_assert_eq!(tree::inclusion_nodes(index, size).is_ok(), index < size);
        prop_assert_eq!(tree::consistency_nodes(index, size).is_ok(), index <= size);
    }
}
