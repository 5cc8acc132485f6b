//! The log as the database holds it: leaves, nodes, chains and checkpoints.

use std::collections::BTreeMap;

use ledger::tiles::{Tiled, stored_below};
use ledger::tree::{Node, root_nodes};
use ledger::{Chain, ChainHead, Hash};

use crate::store::{Error, Result, Row, Tx};
use crate::values;

/// The stored nodes from which these nodes follow.
pub(super) async fn nodes(tx: &mut Tx, wanted: &[Node]) -> Result<Tiled<BTreeMap<Node, Hash>>> {
    let mut stored: Vec<Node> = wanted.iter().copied().flat_map(stored_below).collect();
    stored.sort_unstable();
    stored.dedup();
    let mut hashes = BTreeMap::new();
    for run in stored.chunk_by(|left, right| left.level == right.level && left.index + 1 == right.index) {
        let (first, last) = (run[0], run[run.len() - 1]);
        let (from, to) = (signed(first.index)?, signed(last.index)?);
        let rows = if first.level == 0 {
            let leaves = "SELECT seq AS idx, hash FROM ledger_leaf WHERE seq >= $1 AND seq <= $2";
            tx.all(leaves, values![from, to]).await?
        } else {
            let nodes = "SELECT idx, hash FROM ledger_node WHERE level = $1 AND idx >= $2 AND idx <= $3";
            tx.all(nodes, values![i64::from(first.level), from, to]).await?
        };
        for row in &rows {
            hashes.insert(Node { level: first.level, index: unsigned(row, "idx")? }, hash(row, "hash")?);
        }
    }
    Ok(Tiled(hashes))
}

/// The stored nodes from which the root at this size follows.
pub(super) async fn nodes_of_root(tx: &mut Tx, size: u64) -> Result<Tiled<BTreeMap<Node, Hash>>> {
    nodes(tx, &root_nodes(size)).await
}

/// Where a chain stands among the first `size` leaves.
pub(super) async fn chain_head(tx: &mut Tx, chain: &Chain, size: u64) -> Result<ChainHead> {
    let last = "SELECT chain_seq, hash FROM ledger_leaf WHERE chain = $1 AND seq < $2 ORDER BY chain_seq DESC LIMIT 1";
    match tx.maybe(last, values![chain.to_string(), signed(size)?]).await? {
        Some(row) => Ok(ChainHead { count: unsigned(&row, "chain_seq")?, last: hash(&row, "hash")? }),
        None => Ok(ChainHead::EMPTY),
    }
}

/// A checkpoint as the database holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredCheckpoint {
    pub(super) size: u64,
    pub(super) root: Hash,
    pub(super) note: String,
    /// Microseconds since 1970.
    pub(super) at: i64,
}

impl StoredCheckpoint {
    pub(super) fn read(row: &Row) -> Result<Self> {
        Ok(Self { size: unsigned(row, "size")?, root: hash(row, "root")?, note: row.get("note")?, at: row.get("at")? })
    }
}

/// The newest checkpoint.
pub(super) async fn last_checkpoint(tx: &mut Tx) -> Result<Option<StoredCheckpoint>> {
    let last = "SELECT size, root, note, at FROM ledger_checkpoint ORDER BY size DESC LIMIT 1";
    tx.maybe(last, vec![]).await?.as_ref().map(StoredCheckpoint::read).transpose()
}

/// Reads a column of counts and places, which are never negative.
pub(super) fn unsigned(row: &Row, column: &str) -> Result<u64> {
    let wrong = |_| Error::Column { column: column.to_owned(), why: "negative".to_owned() };
    u64::try_from(row.get::<i64>(column)?).map_err(wrong)
}

pub(super) fn hash(row: &Row, column: &str) -> Result<Hash> {
    row.get::<[u8; 32]>(column).map(Hash)
}

/// A count or place as both engines store it.
pub(super) fn signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| Error::Other(format!("{number} is beyond what the database can count")))
}
