//! Which nodes are stored, and how the others follow from them.
//!
//! Only levels 0, 8, 16 … are stored, as in C2SP tlog-tiles: one hash in 256 above the leaves. A node between follows
//! from at most 128 stored ones.

use crate::Hash;
use crate::tree::{Node, Nodes, node_hash};

/// Levels from one stored level to the next.
const HEIGHT: u8 = 8;

/// Whether nodes of this level are stored.
pub fn is_stored(level: u8) -> bool {
    level.is_multiple_of(HEIGHT)
}

/// The stored nodes that a node follows from, in order; the node itself if it is stored.
pub fn stored_below(node: Node) -> impl Iterator<Item = Node> {
    let above = node.level % HEIGHT;
    let level = node.level - above;
    let first = node.index << above;
    (first..first + (1 << above)).map(move |index| Node { level, index })
}

/// Any node of a complete subtree, from the stored ones.
#[derive(Debug, Clone)]
pub struct Tiled<N>(
    /// Holds levels 0, 8, 16 ….
    pub N,
);

impl<N: Nodes> Nodes for Tiled<N> {
    fn node(&self, node: Node) -> Option<Hash> {
        let mut hashes = stored_below(node).map(|stored| self.0.node(stored)).collect::<Option<Vec<_>>>()?;
        while hashes.len() > 1 {
            hashes = hashes.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
        }
        hashes.pop()
    }
}
