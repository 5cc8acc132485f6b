//! The log's keys as the database lists them.

use ledger::key::VerifierKey;
use ledger::terms::Terms;

use super::log::{signed, unsigned};
use crate::store::{Error, Result, Store, Tx};
use crate::values;

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredTerm {
    /// The leaf that handed over; 0 for the first.
    pub(super) from: u64,
    pub(super) key: VerifierKey,
    /// The event in that leaf. The first key has none.
    pub(super) n: Option<i64>,
}

/// All of them in order. Nothing is signed yet where there are none.
pub(super) async fn stored(tx: &mut Tx) -> Result<Vec<StoredTerm>> {
    let rows = tx.all("SELECT size, vkey, n FROM ledger_key ORDER BY size", vec![]).await?;
    let read = |row: &crate::store::Row| {
        let key = row.get::<String>("vkey")?.parse();
        let key = key.map_err(|error| Error::Column { column: "vkey".to_owned(), why: format!("{error}") })?;
        Ok(StoredTerm { from: unsigned(row, "size")?, key, n: row.get("n")? })
    };
    rows.iter().map(read).collect()
}

/// The same as the ledger reads them; none while nothing was signed.
pub(super) fn terms(stored: &[StoredTerm]) -> Option<Terms> {
    let (first, later) = stored.split_first()?;
    let mut terms = Terms::new(first.key.clone());
    // They come in the order of their leaves, which are different: the key of the table.
    let in_order = later.iter().all(|term| terms.hand_over(term.from, term.key.clone()));
    in_order.then_some(terms)
}

/// The key that signs the log now; none while nothing was signed.
///
/// # Errors
/// As [`crate::store::Error`] says.
pub async fn current_key(store: &Store) -> Result<Option<VerifierKey>> {
    Ok(stored(&mut store.read().await?).await?.pop().map(|term| term.key))
}

/// Writes the next one down.
pub(super) async fn insert(tx: &mut Tx, from: u64, key: &VerifierKey, n: Option<i64>) -> Result<()> {
    let insert = "INSERT INTO ledger_key (size, vkey, n) VALUES ($1, $2, $3)";
    tx.run(insert, values![signed(from)?, key.to_string(), n]).await?;
    Ok(())
}
