//! Retention: the beginning of a chain is dropped, and everything after it stays provable.
//!
//! Bodies go, leaf hashes stay. An event of the chain itself says how far, and names the hash of the last leaf that was
//! dropped, so that whoever reads the chain later sees where it begins, and why.

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
    /// checkpoint covers it. Nothing where there is nothing to drop.
    ///
    /// # Errors
    /// See [`SealError`].
    pub async fn prune(&self, chain: &Chain, before: Time) -> Result<Option<Pruned>, SealError> {
        let now = self.now;
        let mut tx = self.store.write(true).await?;
        let Some(sealer) = self.sealer else { return Ok(None) };
        let Some(checkpoint) = sealer.newest_covered(&mut tx).await? else { return Ok(None) };
        let text = chain.to_string();
        // Only the beginning: a leaf behind one that stays would leave a hole.
        let first_kept = tx
            .one(
                "SELECT min(l.chain_seq) AS first FROM ledger_leaf l JOIN event_index i ON i.n = l.n \
                 WHERE l.chain = $1 AND (i.at >= $2 OR l.seq >= $3)",
                values![text.as_str(), before, log::signed(checkpoint.size)?],
            )
            .await?
            .get::<Option<i64>>("first")?;
        let last = tx
            .maybe(
                "SELECT chain_seq, hash FROM ledger_leaf WHERE chain = $1 AND seq < $2 AND chain_seq < $3 \
                 ORDER BY chain_seq DESC LIMIT 1",
                values![text.as_str(), log::signed(checkpoint.size)?, first_kept.unwrap_or(i64::MAX)],
            )
            .await?;
        let Some(last) = last else { return Ok(None) };
        let (until, hash): (i64, Hash) = (last.get("chain_seq")?, log::hash(&last, "hash")?);
        let going = "SELECT count(*) AS count FROM event WHERE n IN \
                     (SELECT n FROM ledger_leaf WHERE chain = $1 AND chain_seq <= $2)";
        let events = log::unsigned(&tx.one(going, values![text.as_str(), until]).await?, "count")?;
        if events == 0 {
            return Ok(None);
        }
        let draft = own_draft(self.installation, self.observer, now, PRUNE)
            .chain(*chain)
            .actor(Performer::console())
            .target(Thing { kind: chain.kind(), id: chain.owner() })
            .fact(UNTIL_FACT, until)
            .fact(LAST_FACT, hash)
            .fact("events", i64::try_from(events).unwrap_or(i64::MAX))
            .fact("checkpoint", log::signed(checkpoint.size)?);
        let n = write::insert(&mut tx, draft, Outcome::Done).await?;
        let insert = "INSERT INTO ledger_prune (n, chain, until, last) VALUES ($1, $2, $3, $4)";
        tx.run(insert, values![n, text.as_str(), until, hash.0]).await?;
        let dropped = "DELETE FROM event WHERE n IN (SELECT n FROM ledger_leaf WHERE chain = $1 AND chain_seq <= $2)";
        tx.run(dropped, values![text.as_str(), until]).await?;
        let index =
            "DELETE FROM event_index WHERE n IN (SELECT n FROM ledger_leaf WHERE chain = $1 AND chain_seq <= $2)";
        tx.run(index, values![text.as_str(), until]).await?;
        tx.commit().await?;
        self.store.forget().await?;
        Ok(Some(Pruned { events, until: until.unsigned_abs() }))
    }
}
