//! Retention: the beginning of a chain is dropped, and everything after it stays provable.
//!
//! Bodies go, leaf hashes stay. An event of the chain itself says how far, and names the hash of the last leaf that was
//! dropped, so that whoever reads the chain later sees where it begins, and why. The installation's own chain tells of keys,
//! epochs, the schema and erasures, without which the rest cannot be read: it is never dropped.

use ledger::event::{Outcome, Performer, Thing};
use ledger::{Chain, Hash};

use super::Keeper;
use super::hand_over::own_draft;
use super::sign::SealError;
use super::{log, write};
use crate::time::Time;
use crate::values;

/// The event of a dropping.
pub const PRUNE: &str = "trail.prune";
/// The facts that say how far: the place in the chain of the last leaf dropped, and its hash.
pub(super) const UNTIL_FACT: &str = "until";
pub(super) const LAST_FACT: &str = "last";

/// Events that one transaction drops at the most: writers wait for it.
pub const PRUNE_EVENTS_MAX: i64 = 10_000;

/// What was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// Events that went now.
    pub events: u64,
    /// The place in the chain of the last of them.
    pub until: u64,
}

impl Keeper<'_> {
    /// Drops the beginning of a chain: every event before the first one that happened at `before` or later, as far as a
    /// checkpoint covers it, and at most [`PRUNE_EVENTS_MAX`] at once. `by` stands in its event. Nothing where there is
    /// nothing to drop.
    ///
    /// # Errors
    /// See [`SealError`]; [`SealError::Kept`] for the installation's chain.
    pub async fn prune(&self, chain: &Chain, before: Time, by: Performer) -> Result<Option<Pruned>, SealError> {
        if matches!(chain, Chain::Installation(_)) {
            return Err(SealError::Kept);
        }
        let now = self.now;
        let mut tx = self.store.write(true).await?;
        let Some(sealer) = self.sealer else { return Ok(None) };
        let Some(checkpoint) = sealer.newest_covered(&mut tx).await? else { return Ok(None) };
        let text = chain.to_string();
        // Only the beginning: a leaf behind one that stays would leave a hole.
        let dropped = "SELECT coalesce(max(until), 0) AS until FROM ledger_prune WHERE chain = $1";
        let dropped: i64 = tx.one(dropped, values![text.as_str()]).await?.get("until")?;
        let first_kept = tx
            .maybe(
                "SELECT l.chain_seq AS first FROM ledger_leaf l JOIN event_index i ON i.n = l.n \
                 WHERE l.chain = $1 AND l.chain_seq > $4 AND (i.at >= $2 OR l.seq >= $3) ORDER BY l.chain_seq LIMIT 1",
                values![text.as_str(), before, log::signed(checkpoint.size)?, dropped],
            )
            .await?;
        let first_kept: Option<i64> = first_kept.map(|row| row.get("first")).transpose()?;
        let end = first_kept.unwrap_or(i64::MAX).min(dropped + PRUNE_EVENTS_MAX + 1);
        let last = tx
            .maybe(
                "SELECT chain_seq, hash FROM ledger_leaf WHERE chain = $1 AND seq < $2 AND chain_seq < $3 \
                 ORDER BY chain_seq DESC LIMIT 1",
                values![text.as_str(), log::signed(checkpoint.size)?, end],
            )
            .await?;
        let Some(last) = last else { return Ok(None) };
        let (until, hash): (i64, Hash) = (last.get("chain_seq")?, log::hash(&last, "hash")?);
        let going = "SELECT count(*) AS count FROM event WHERE n IN \
                     (SELECT n FROM ledger_leaf WHERE chain = $1 AND chain_seq > $3 AND chain_seq <= $2)";
        let events = log::unsigned(&tx.one(going, values![text.as_str(), until, dropped]).await?, "count")?;
        if events == 0 {
            return Ok(None);
        }
        let draft = own_draft(self.installation, self.observer, now, PRUNE)
            .chain(*chain)
            .actor(by)
            .target(Thing { kind: chain.kind(), id: chain.owner() })
            .fact(UNTIL_FACT, until)
            .fact(LAST_FACT, hash)
            .fact("events", i64::try_from(events).unwrap_or(i64::MAX))
            .fact("checkpoint", log::signed(checkpoint.size)?);
        let n = write::insert(&mut tx, draft, Outcome::Done).await?;
        let insert = "INSERT INTO ledger_prune (n, chain, until, last) VALUES ($1, $2, $3, $4)";
        tx.run(insert, values![n, text.as_str(), until, hash.0]).await?;
        // Nothing is left by which they could be found.
        for delete in [
            "DELETE FROM event WHERE n IN \
             (SELECT n FROM ledger_leaf WHERE chain = $1 AND chain_seq > $2 AND chain_seq <= $3)",
            "DELETE FROM event_index WHERE n IN \
             (SELECT n FROM ledger_leaf WHERE chain = $1 AND chain_seq > $2 AND chain_seq <= $3)",
            "DELETE FROM event_object WHERE chain = $1 AND n IN \
             (SELECT n FROM ledger_leaf WHERE chain = $1 AND chain_seq > $2 AND chain_seq <= $3)",
        ] {
            tx.run(delete, values![text.as_str(), dropped, until]).await?;
        }
        tx.commit().await?;
        self.store.forget().await?;
        Ok(Some(Pruned { events, until: until.unsigned_abs() }))
    }
}
