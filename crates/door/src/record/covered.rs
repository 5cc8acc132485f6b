//! Which checkpoint may be shown to anybody: the newest one that the high-water file covers.
//!
//! A checkpoint is committed first and written into the file afterwards. Whoever took it in between could hold it alone: a
//! crash just there and an older copy of the database put back, and the log would go on past it without anybody noticing.
//! So everything that hands a checkpoint out — anchors, proofs, slices, [`crate::Door::checkpoint`], what retention counts
//! as covered — asks here, and nowhere else.

use super::high_water;
use super::log::StoredCheckpoint;
use super::sign::Sealer;
use crate::store::{Result, Tx};
use crate::values;

impl Sealer {
    /// The newest checkpoint that the high-water file covers; nothing while there is none, or where the file tells of
    /// another log: another epoch, or another root at the same size.
    ///
    /// # Errors
    /// As [`crate::store::Error`] says.
    pub(super) async fn newest_covered(&self, tx: &mut Tx) -> Result<Option<StoredCheckpoint>> {
        let Some(mark) = high_water::read_unverified(&self.high_water) else { return Ok(None) };
        let newest = "SELECT size, root, note, at FROM ledger_checkpoint WHERE size <= $1 ORDER BY size DESC LIMIT 1";
        // A mark beyond what the database can count covers all that it holds.
        let size = i64::try_from(mark.size).unwrap_or(i64::MAX);
        let newest = tx.maybe(newest, values![size]).await?.as_ref().map(StoredCheckpoint::read).transpose()?;
        Ok(newest.filter(|newest| {
            let same_log = newest.note.lines().next() == Some(mark.origin.as_str());
            same_log && (newest.size < mark.size || newest.root == mark.root)
        }))
    }
}
