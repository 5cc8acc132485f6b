//! Reading a whole log again from its first leaf: hashes, chains and roots, as they must follow from what is stored.

use std::collections::HashMap;

use crate::tree::{Frontier, Node};
use crate::{Chain, ChainHead, Hash, leaf};

/// One leaf as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// Whose history.
    pub chain: Chain,
    /// Place in the chain, from 1.
    pub sequence: u64,
    /// Hash of the previous leaf of the chain.
    pub previous: Hash,
    /// The leaf's hash.
    pub hash: Hash,
    /// The body, unless it was dropped by policy: then the hash stands for it.
    pub body: Option<&'a [u8]>,
}

/// How a stored leaf does not follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// The chain goes on elsewhere: a leaf of it is missing, repeated, or out of order.
    #[error("the chain stands at {expected}, the leaf says {found}")]
    Sequence {
        /// The place in the chain that comes next.
        expected: u64,
        /// What the leaf says.
        found: u64,
    },
    /// The leaf names another leaf before it than the one that is there.
    #[error("the leaf does not name the hash of the leaf before it in its chain")]
    Previous,
    /// The stored hash is not that of the stored leaf.
    #[error("the stored hash is not the hash of the stored leaf")]
    Hash,
}

/// How far a log was read.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    frontier: Frontier,
    chains: HashMap<Chain, ChainHead>,
}

impl Replay {
    /// Takes the next leaf, and tells `completed` of every node that it completes.
    ///
    /// The stored hash goes into the tree even where it does not fit the body: signed roots then show which of the two was
    /// changed, and the leaves behind it can still be checked.
    ///
    /// # Errors
    /// The first [`Mismatch`]; the leaf counts as read all the same.
    pub fn take(&mut self, leaf: &Stored<'_>, completed: impl FnMut(Node, Hash)) -> Result<(), Mismatch> {
        let computed = leaf.body.map(|body| leaf::hash(&leaf.chain, leaf.sequence, &leaf.previous, body));
        self.take_computed(leaf, computed, completed)
    }

    /// The same for a leaf whose hash was computed elsewhere, on another core: none where its body was dropped by policy.
    ///
    /// # Errors
    /// As for [`Self::take`].
    pub fn take_computed(
        &mut self,
        leaf: &Stored<'_>,
        computed: Option<Hash>,
        completed: impl FnMut(Node, Hash),
    ) -> Result<(), Mismatch> {
        let head = self.chains.entry(leaf.chain).or_insert(ChainHead::EMPTY);
        let before = std::mem::replace(head, ChainHead { count: leaf.sequence, last: leaf.hash });
        self.frontier.append(leaf.hash, completed);
        if leaf.sequence != before.count + 1 {
            return Err(Mismatch::Sequence { expected: before.count + 1, found: leaf.sequence });
        }
        if leaf.previous != before.last {
            return Err(Mismatch::Previous);
        }
        if computed.is_some_and(|computed| computed != leaf.hash) { Err(Mismatch::Hash) } else { Ok(()) }
    }

    /// How many leaves were read.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root of the leaves that were read.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Every chain that was met, and where it stands.
    pub fn chains(&self) -> impl Iterator<Item = (&Chain, &ChainHead)> {
        self.chains.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaf::Leaf;

    fn log() -> Vec<Leaf> {
        let mut heads: HashMap<Chain, ChainHead> = HashMap::new();
        let next = |number: u8| {
            let chain = Chain::Client(uuid::Uuid::from_u128(u128::from(number % 3)));
            let head = heads.entry(chain).or_insert(ChainHead::EMPTY);
            let leaf = head.next(chain, vec![number; 20]);
            *head = ChainHead::after(&leaf);
            leaf
        };
        (0..30).map(next).collect()
    }

    fn read(log: &[Leaf], hashes: &[Hash]) -> Vec<(u64, Mismatch)> {
        let mut replay = Replay::default();
        let mut found = Vec::new();
        for (leaf, hash) in log.iter().zip(hashes) {
            let Leaf { chain, sequence, previous, body } = leaf;
            let stored =
                Stored { chain: *chain, sequence: *sequence, previous: *previous, hash: *hash, body: Some(body) };
            found.extend(replay.take(&stored, |_, _| ()).err().map(|mismatch| (replay.size() - 1, mismatch)));
        }
        found
    }

    #[test]
    fn a_sound_log_is_read_and_one_changed_bit_is_named() {
        let log = log();
        let hashes: Vec<Hash> = log.iter().map(Leaf::hash).collect();
        assert_eq!(read(&log, &hashes), []);
        for place in 0..log.len() {
            let index = u64::try_from(place).unwrap();
            let mut other = log.clone();
            other[place].body[7] ^= 4;
            assert_eq!(read(&other, &hashes), [(index, Mismatch::Hash)]);
            other = log.clone();
            other[place].previous.0[31] ^= 1;
            assert_eq!(read(&other, &hashes), [(index, Mismatch::Previous)]);
            let mut changed = hashes.clone();
            changed[place].0[0] ^= 128;
            let found = read(&log, &changed);
            assert_eq!(found[0], (index, Mismatch::Hash));
            assert!(found.len() == 1 || found[1] == (index + 3, Mismatch::Previous), "the chain's next leaf, if any");
            let (mut fewer, mut their_hashes) = (log.clone(), hashes.clone());
            fewer.remove(place);
            their_hashes.remove(place);
            let found = read(&fewer, &their_hashes);
            assert_eq!(found.is_empty(), place + 3 >= log.len(), "a cut tail shows in a checkpoint only");
        }
    }
}
