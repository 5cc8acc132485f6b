//! The Merkle tree of RFC 6962, section 2.1, and RFC 9162, section 2.1: roots and proofs from stored nodes.
//!
//! Where the nodes lie is the caller's affair: `…_nodes()` says which ones an answer needs, so that a database can fetch
//! them in one query, and [`Nodes`] hands them back. Checking a proof needs no nodes at all; see [`crate::verify`].

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::Hash;

/// The root of a tree without leaves: SHA-256 of nothing.
pub const EMPTY_ROOT: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// The hash of a leaf's bytes: SHA-256 of a zero byte and the bytes.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    LeafHasher::default().with(bytes).finish()
}

/// [`leaf_hash`] of bytes that come in pieces.
pub(crate) struct LeafHasher(Sha256);

impl Default for LeafHasher {
    fn default() -> Self {
        Self(Sha256::new_with_prefix([0]))
    }
}

impl LeafHasher {
    pub(crate) fn with(self, bytes: &[u8]) -> Self {
        Self(self.0.chain_update(bytes))
    }

    pub(crate) fn finish(self) -> Hash {
        Hash(self.0.finalize().into())
    }
}

/// The hash of a node: SHA-256 of a one byte and its two children. The first byte keeps nodes and leaves apart.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// A complete subtree: the leaves from `index << level` up to, but not including, `(index + 1) << level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// Height above the leaves; a leaf has level 0.
    pub level: u8,
    /// Place among the nodes of its level, from 0.
    pub index: u64,
}

/// Hands back the hashes of complete subtrees.
pub trait Nodes {
    /// The hash of that node, or nothing if it is not there.
    fn node(&self, node: Node) -> Option<Hash>;
}

impl Nodes for BTreeMap<Node, Hash> {
    fn node(&self, node: Node) -> Option<Hash> {
        self.get(&node).copied()
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The tree has no such leaf, or the older tree is larger than the newer.
    #[error("{asked} is beyond the tree of size {size}")]
    Beyond {
        /// The index or size that was asked for.
        asked: u64,
        /// The tree's size.
        size: u64,
    },
    /// A node that the answer needs is not there.
    #[error("node {} of level {} is missing", .0.index, .0.level)]
    Missing(Node),
}

/// The nodes that [`root`] needs: the complete subtrees side by side, the largest first.
pub fn root_nodes(size: u64) -> Vec<Node> {
    Span { start: 0, end: size }.nodes().collect()
}

/// The root of the first `size` leaves.
///
/// # Errors
/// [`TreeError::Missing`].
pub fn root(nodes: &impl Nodes, size: u64) -> Result<Hash, TreeError> {
    if size == 0 { Ok(EMPTY_ROOT) } else { Span { start: 0, end: size }.hash(nodes) }
}

/// The nodes that [`prove_inclusion`] needs.
///
/// # Errors
/// [`TreeError::Beyond`].
pub fn inclusion_nodes(index: u64, size: u64) -> Result<Vec<Node>, TreeError> {
    Ok(inclusion_spans(index, size)?.iter().flat_map(Span::nodes).collect())
}

/// Proves that a leaf is the one at `index` of the first `size` leaves (RFC 9162, section 2.1.3.1).
///
/// # Errors
/// See [`TreeError`].
pub fn prove_inclusion(nodes: &impl Nodes, index: u64, size: u64) -> Result<Vec<Hash>, TreeError> {
    inclusion_spans(index, size)?.iter().map(|span| span.hash(nodes)).collect()
}

/// The nodes that [`prove_consistency`] needs.
///
/// # Errors
/// [`TreeError::Beyond`].
pub fn consistency_nodes(old_size: u64, new_size: u64) -> Result<Vec<Node>, TreeError> {
    Ok(consistency_spans(old_size, new_size)?.iter().flat_map(Span::nodes).collect())
}

/// Proves that the first `new_size` leaves begin with the first `old_size` (RFC 9162, section 2.1.4.1).
///
/// # Errors
/// See [`TreeError`].
pub fn prove_consistency(nodes: &impl Nodes, old_size: u64, new_size: u64) -> Result<Vec<Hash>, TreeError> {
    consistency_spans(old_size, new_size)?.iter().map(|span| span.hash(nodes)).collect()
}

/// The leaves from `start` up to `end`: a subtree of the RFC's recursion, complete or at the tree's ragged right edge.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u64,
    end: u64,
}

impl Span {
    /// Where the RFC cuts it in two: the largest power of two below its length, which must be 2 or more.
    fn middle(&self) -> u64 {
        self.start + (1 << (self.end - self.start - 1).ilog2())
    }

    /// The complete subtrees that make it up, from the left; each is smaller than the one before.
    fn nodes(&self) -> impl Iterator<Item = Node> + use<> {
        let Self { mut start, end } = *self;
        std::iter::from_fn(move || {
            // The start of a subtree is a multiple of its length rounded up, so that every piece is aligned.
            let level = u8::try_from(end.checked_sub(start)?.checked_ilog2()?).ok()?;
            let node = Node { level, index: start >> level };
            start += 1 << level;
            Some(node)
        })
    }

    fn hash(&self, nodes: &impl Nodes) -> Result<Hash, TreeError> {
        let read = |node| nodes.node(node).ok_or(TreeError::Missing(node));
        let hashes = self.nodes().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(fold_peaks(&hashes))
    }
}

fn inclusion_spans(index: u64, size: u64) -> Result<Vec<Span>, TreeError> {
    if index >= size {
        return Err(TreeError::Beyond { asked: index, size });
    }
    let (mut within, mut spans) = (Span { start: 0, end: size }, Vec::new());
    while within.end - within.start > 1 {
        let middle = within.middle();
        let (left, right) = (Span { end: middle, ..within }, Span { start: middle, ..within });
        let (here, sibling) = if index < middle { (left, right) } else { (right, left) };
        spans.push(sibling);
        within = here;
    }
    // Found from the root downwards; a proof is read from the leaf upwards.
    spans.reverse();
    Ok(spans)
}

fn consistency_spans(old_size: u64, new_size: u64) -> Result<Vec<Span>, TreeError> {
    if old_size > new_size {
        return Err(TreeError::Beyond { asked: old_size, size: new_size });
    }
    let mut spans = Vec::new();
    if old_size == 0 {
        return Ok(spans);
    }
    let mut within = Span { start: 0, end: new_size };
    while within.end != old_size {
        let middle = within.middle();
        let (left, right) = (Span { end: middle, ..within }, Span { start: middle, ..within });
        let (here, sibling) = if old_size <= middle { (left, right) } else { (right, left) };
        spans.push(sibling);
        within = here;
    }
    // A subtree that begins at the first leaf is the old tree itself: the verifier has its root already.
    if within.start > 0 {
        spans.push(within);
    }
    spans.reverse();
    Ok(spans)
}

/// The hash over complete subtrees side by side, the largest first.
fn fold_peaks(peaks: &[Hash]) -> Hash {
    let folded = peaks.iter().rev().copied().reduce(|right, left| node_hash(&left, &right));
    folded.unwrap_or(EMPTY_ROOT)
}

/// The right edge of a growing tree: all that is needed to append and to know the root, at most 64 hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The edge of the first `size` leaves.
    ///
    /// # Errors
    /// [`TreeError::Missing`]; [`root_nodes`] says what is needed.
    pub fn read(nodes: &impl Nodes, size: u64) -> Result<Self, TreeError> {
        let read = |node| nodes.node(node).ok_or(TreeError::Missing(node));
        Ok(Self { size, peaks: root_nodes(size).into_iter().map(read).collect::<Result<_, _>>()? })
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of all of them.
    pub fn root(&self) -> Hash {
        fold_peaks(&self.peaks)
    }

    /// Appends a leaf by its hash, and tells `completed` of every node that it completes, the leaf itself first.
    pub fn append(&mut self, leaf: Hash, mut completed: impl FnMut(Node, Hash)) {
        let mut node = Node { level: 0, index: self.size };
        let mut hash = leaf;
        completed(node, hash);
        // An odd place completes its parent, which may complete its own.
        while node.index % 2 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            node = Node { level: node.level + 1, index: node.index / 2 };
            completed(node, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }
}
