//! Handing the log over to another key: a rotation, or a new epoch after an older copy was put back.
//!
//! Either way one event takes the next place alone, and the checkpoint that covers it and nothing after it is signed by
//! both keys. See [`ledger::terms`].

use std::time::Duration;

use ledger::Chain;
use ledger::checkpoint::Checkpoint;
use ledger::event::{Draft, Outcome, Performer, Pii, Thing};
use ledger::tree::Frontier;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Keeper;
use super::durability::refuse_lagging;
use super::seal::{append, check_again, seal};
use super::sign::{SealError, Sealer, Sign, Signing};
use super::{fresh_salt, high_water, log, terms, write};
use crate::id::uuid_at;
use crate::store::{Row, Tx};
use crate::values;

/// The event that hands over within an epoch.
pub const KEY_ROTATE: &str = "ledger.key.rotate";
/// The event that begins a new epoch.
pub const EPOCH_BEGIN: &str = "ledger.epoch.begin";
/// The fact that names the new key: SHA-256 of its text.
pub(super) const KEY_FACT: &str = "key";
/// The fact that says how large the log once was, as the last checkpoint known outside says.
pub(super) const OUTSIDE_FACT: &str = "outside_size";

/// How often the head is asked for, and the wait in between: three seconds in all.
const CLAIMS_MAX: u32 = 30;
const CLAIM_WAIT: Duration = Duration::from_millis(100);

/// Why a new epoch begins, and who says so. Both are kept beside the event as values that can be erased.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Why.
    pub reason: String,
    /// Who decided.
    pub decided_by: String,
}

impl Keeper<'_> {
    /// Goes on with another key of the same name. Gives the checkpoint that hands over.
    ///
    /// # Errors
    /// See [`SealError`]; the old key is still the log's then.
    pub async fn rotate_key(&self, next: &Sealer) -> Result<String, SealError> {
        let old = self.sealer()?;
        seal(self.store, Some(old), self.now, Sign::Now).await?;
        self.hand_over(old, next, KEY_ROTATE, |draft| draft, false).await
    }

    /// Goes on from the database as it stands, under another name and with another key. The event says how far the log
    /// went once, as far as anybody outside knows, and so which leaves are lost.
    ///
    /// # Errors
    /// See [`SealError`].
    pub async fn begin_epoch(&self, next: &Sealer, decision: &Decision) -> Result<String, SealError> {
        let old = self.sealer()?;
        super::anchor::ask_outside(old).await;
        let outside = old.largest_outside()?;
        let head = "SELECT size FROM ledger_head WHERE id = 1";
        let size = log::unsigned(&self.store.read().await?.one(head, vec![]).await?, "size")?;
        let (installation, decision) = (self.installation, decision.clone());
        let say = move |draft: Draft| {
            let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
            let draft = match &outside {
                Some(outside) => draft
                    .fact(OUTSIDE_FACT, number(outside.size))
                    .fact("outside_root", outside.root)
                    .fact("lost", number(outside.size.saturating_sub(size))),
                None => draft.fact("lost", 0_u32),
            };
            draft.pii("reason", Pii::new(installation, decision.reason), fresh_salt()).pii(
                "decided_by",
                Pii::new(installation, decision.decided_by),
                fresh_salt(),
            )
        };
        self.hand_over(old, next, EPOCH_BEGIN, say, true).await
    }

    fn sealer(&self) -> Result<&Sealer, SealError> {
        self.sealer.ok_or_else(|| SealError::Tampered("this portal has no key".to_owned()))
    }

    async fn hand_over(
        &self,
        old: &Sealer,
        next: &Sealer,
        act: &'static str,
        say: impl FnOnce(Draft) -> Draft,
        epoch: bool,
    ) -> Result<String, SealError> {
        let (old_key, next_key, now) = (old.key()?, next.key()?, self.now);
        let head = "SELECT size FROM ledger_head WHERE id = 1";
        let size = log::unsigned(&self.store.read().await?.one(head, vec![]).await?, "size")?;
        refuse_lagging(old.copies.as_deref(), self.store, size).await?;
        let mut tx = self.store.write(true).await?;
        let head = claim_head(&mut tx).await?;
        let from = log::unsigned(&head, "size")?;
        if from == 0 {
            return Err(SealError::Empty);
        }
        match terms::stored(&mut tx).await?.last() {
            None => terms::insert(&mut tx, 0, old_key.verifier(), None).await?,
            Some(last) if last.key == *old_key.verifier() => {}
            Some(last) => return Err(SealError::Retired { since: last.from }),
        }
        let draft = own_draft(self.installation, self.observer, now, act)
            .actor(Performer::console())
            .fact(KEY_FACT, key_fact(next_key.verifier()))
            .fact("from", i64::try_from(from).unwrap_or(i64::MAX));
        let n = write::insert(&mut tx, say(draft), Outcome::Done).await?;
        let mut frontier = Frontier::read(&log::nodes_of_root(&mut tx, from).await?, from)?;
        append(&mut tx, &mut frontier, Some(n)).await?;
        check_again(&mut tx, from, &frontier).await?;
        let (size, root) = (frontier.size(), frontier.root());
        tx.run("UPDATE ledger_head SET size = $1 WHERE id = 1", values![log::signed(size)?]).await?;
        let checkpoint = Checkpoint { origin: next.origin.clone(), size, root, extensions: Vec::new() };
        let note = checkpoint.sign(&next_key)?.sign(&old_key).to_string();
        let insert = "INSERT INTO ledger_checkpoint (size, root, note, at) VALUES ($1, $2, $3, $4)";
        tx.run(insert, values![log::signed(size)?, root.0, note.as_str(), now]).await?;
        terms::insert(&mut tx, from, next_key.verifier(), Some(n)).await?;
        tx.commit().await?;
        if epoch {
            high_water::write_epoch(&next.high_water, size, &note)?;
        } else {
            // Both keys signed it, so that the old one still finds its way to the file, and the new one from there.
            Signing::new(old, now, Sign::Now)?.publish(size, &note)?;
        }
        Ok(note)
    }
}

/// The row of whoever seals. Another instance may hold it for a moment, or a connection that broke off.
async fn claim_head(tx: &mut Tx) -> Result<Row, SealError> {
    for _ in 0..CLAIMS_MAX {
        if let Some(head) = tx.claim("SELECT size FROM ledger_head WHERE id = 1", vec![]).await? {
            return Ok(head);
        }
        tokio::time::sleep(CLAIM_WAIT).await;
    }
    Err(SealError::Busy)
}

/// What the ledger itself says: an event of the installation's chain.
pub(super) fn own_draft(installation: Uuid, observer: &'static str, now: crate::Time, act: &'static str) -> Draft {
    Draft::new(uuid_at(now), now.timestamp(), Chain::Installation(installation), act)
        .observer(observer)
        .target(Thing { kind: "installation", id: installation })
}

/// What an event says about a key: enough to know it again, name and all.
pub(super) fn key_fact(key: &ledger::key::VerifierKey) -> ledger::Hash {
    ledger::Hash(Sha256::digest(key.to_string()).into())
}
