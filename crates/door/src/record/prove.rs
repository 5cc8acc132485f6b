//! Proving one event to somebody outside: its leaf, and a proof that needs nothing but the log's key to be checked.

use ledger::leaf::Leaf;
use ledger::note::Note;
use ledger::proof::Proof;
use ledger::tree::{inclusion_nodes, prove_inclusion};

use super::log;
use super::sign::Sealer;
use crate::store::{Error, Result, Store, Tx};
use crate::values;

/// What somebody needs to check one event offline, beside the log's key: `verify.sh` of the ledger does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The leaf, whose bytes were hashed into the log.
    pub leaf: Leaf,
    /// The proof, as text a `.tlog-proof` file.
    pub proof: Proof,
}

/// Proves an event by its number. `None` while it is not sealed, or no checkpoint that may be shown covers it yet.
///
/// # Errors
/// As [`crate::store::Error`] says; [`Error::Other`] when what is stored cannot be a log.
pub async fn prove(store: &Store, sealer: &Sealer, n: i64) -> Result<Option<Proved>> {
    prove_in(&mut store.read().await?, sealer, n).await
}

/// The same from a snapshot.
pub(super) async fn prove_in(tx: &mut Tx, sealer: &Sealer, n: i64) -> Result<Option<Proved>> {
    let leaf = "SELECT l.seq AS seq, l.chain AS chain, l.chain_seq AS chain_seq, l.chain_prev AS chain_prev, \
                e.body AS body FROM ledger_leaf l JOIN event e ON e.n = l.n WHERE l.n = $1";
    let Some(row) = tx.maybe(leaf, values![n]).await? else { return Ok(None) };
    let index = log::unsigned(&row, "seq")?;
    let Some(checkpoint) = sealer.newest_covered(tx).await?.filter(|checkpoint| index < checkpoint.size) else {
        return Ok(None);
    };
    let broken = |why: String| Error::Other(format!("event {n} cannot be proved: {why}"));
    let nodes = inclusion_nodes(index, checkpoint.size).map_err(|error| broken(error.to_string()))?;
    let nodes = log::nodes(tx, &nodes).await?;
    let hashes = prove_inclusion(&nodes, index, checkpoint.size).map_err(|error| broken(error.to_string()))?;
    let note = Note::parse(checkpoint.note.as_bytes()).map_err(|error| broken(error.to_string()))?;
    let chain =
        row.get::<String>("chain")?.parse().map_err(|error: ledger::chain::ChainError| broken(error.to_string()))?;
    let (sequence, previous) = (log::unsigned(&row, "chain_seq")?, log::hash(&row, "chain_prev")?);
    let leaf = Leaf { chain, sequence, previous, body: row.get("body")? };
    Ok(Some(Proved { leaf, proof: Proof { extra: None, index, hashes, checkpoint: note } }))
}
