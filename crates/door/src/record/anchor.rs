//! Anchors: taking checkpoints to where whoever runs the portal cannot change them.
//!
//! Each checkpoint covers all before it, so an anchor that was away for a day needs only the newest one afterwards: events
//! are recorded all the while, nothing is lost, and the backlog is a number that can be shown. What an anchor answers, a
//! witness's cosignature above all, is kept beside the log and believed only by its pinned key.

use std::time::Duration;

use ledger::Hash;
use ledger::checkpoint::Checkpoint;
use ledger::tree::{consistency_nodes, prove_consistency};

use super::log::{self, StoredCheckpoint};
use super::sign::{SealError, Sealer};
use crate::catalogue::Later;
use crate::pass::Door;
use crate::store::{Error, Result, Store};
use crate::time::Time;
use crate::values;

/// How long an anchor may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// An anchor that has not answered for this long, while there is something for it, is late.
pub const LATE_SECONDS: i64 = 3600;

/// Somewhere outside.
pub trait Anchor: Send + Sync {
    /// Its name in receipts and reports: `witness acme`, `file /mnt/worm`. Never changes.
    fn name(&self) -> &str;

    /// How often it wants a new checkpoint at the most, in seconds.
    fn every_seconds(&self) -> i64;

    /// Takes the checkpoint there. The answer is the note as it stands now: with a witness's cosignature, if there is one.
    fn put<'a>(&'a self, offer: &'a Offer<'a>) -> Later<'a, std::result::Result<String, Unanchored>>;

    /// The newest checkpoint of a log that it holds, as a note; nothing where it holds none, or cannot be asked (a letter box).
    fn newest<'a>(&'a self, origin: &'a str) -> Later<'a, std::result::Result<Option<Vec<u8>>, Unanchored>> {
        let _ = origin;
        Box::pin(async { Ok(None) })
    }
}

/// A checkpoint for an anchor, and the log behind it.
pub struct Offer<'a> {
    /// The signed note.
    pub note: &'a str,
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The size of the last checkpoint that this anchor took; 0 when there was none.
    pub last: u64,
    /// Who was erased, one line each: belongs beside every copy outside, so that a restored backup can be erased again.
    pub erased: String,
    store: &'a Store,
}

/// Why a checkpoint was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanchored {
    /// Another try may succeed.
    #[error("not now: {0}")]
    Later(String),
    /// The anchor holds something that contradicts it: a larger checkpoint, or another root. Nothing is signed any more.
    #[error("{0}")]
    Contradicted(String),
}

impl Offer<'_> {
    /// The proof that the checkpoint extends the first `old` leaves.
    ///
    /// # Errors
    /// As [`crate::store::Error`] says.
    pub async fn consistency(&self, old: u64) -> Result<Vec<Hash>> {
        let mut tx = self.store.read().await?;
        let other = |error: ledger::tree::TreeError| Error::Other(error.to_string());
        let nodes = consistency_nodes(old, self.checkpoint.size).map_err(other)?;
        let nodes = log::nodes(&mut tx, &nodes).await?;
        prove_consistency(&nodes, old, self.checkpoint.size).map_err(other)
    }
}

/// How far an anchor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// The anchor.
    pub anchor: String,
    /// Leaves that are signed.
    pub signed: u64,
    /// Leaves that it vouches for.
    pub anchored: u64,
    /// When it last answered.
    pub at: Option<Time>,
}

impl Door {
    /// Takes the newest checkpoint that may be shown to every anchor that wants one. An anchor that does not answer stops no other one.
    ///
    /// # Errors
    /// As [`SealError`] says; [`SealError::Forked`] when an anchor holds something that contradicts the log.
    pub async fn anchor(&self) -> std::result::Result<u64, SealError> {
        let Some(sealer) = self.parts.sealer.as_deref() else { return Ok(0) };
        let store = &self.parts.store;
        let Some(newest) = sealer.newest_covered(&mut store.read().await?).await? else { return Ok(0) };
        let (mut done, mut contradiction) = (0, None);
        for anchor in &sealer.anchors {
            if !wants(store, anchor.as_ref(), &newest, self.now()).await? {
                continue;
            }
            match put(store, sealer, anchor.as_ref(), &newest).await {
                Ok(note) => {
                    keep(store, anchor.name(), newest.size, &note, self.now()).await?;
                    done += 1;
                }
                Err(Unanchored::Later(why)) => {
                    tracing::warn!(anchor = anchor.name(), why, "a checkpoint was not taken");
                }
                Err(Unanchored::Contradicted(why)) => {
                    tracing::error!(anchor = anchor.name(), why, "an anchor contradicts the log");
                    contradiction = Some((anchor.name().to_owned(), why));
                }
            }
        }
        match contradiction {
            None => Ok(done),
            Some((by, why)) => {
                sealer.halt(&by, &why);
                Err(SealError::Contradicted { by, why })
            }
        }
    }

    /// How far each anchor is. Empty where there is none.
    ///
    /// # Errors
    /// As [`crate::store::Error`] says.
    pub async fn backlog(&self) -> Result<Vec<Backlog>> {
        let Some(sealer) = self.parts.sealer.as_deref() else { return Ok(Vec::new()) };
        let mut tx = self.parts.store.read().await?;
        let signed = log::last_checkpoint(&mut tx).await?.map_or(0, |checkpoint| checkpoint.size);
        let mut backlog = Vec::with_capacity(sealer.anchors.len());
        for anchor in &sealer.anchors {
            let last = last_receipt(&mut tx, anchor.name()).await?;
            let (anchored, at) = last.map_or((0, None), |(size, at)| (size, Some(at)));
            backlog.push(Backlog { anchor: anchor.name().to_owned(), signed, anchored, at });
        }
        Ok(backlog)
    }
}

/// Asks everybody outside, once after the start, what they hold: a database that was put back must not sign.
pub(super) async fn ask_outside(sealer: &Sealer) {
    if !sealer.asks_outside() {
        return;
    }
    for anchor in &sealer.anchors {
        let asked = tokio::time::timeout(PATIENCE, anchor.newest(&sealer.origin)).await;
        match asked.unwrap_or_else(|_| Err(Unanchored::Later("it took too long".to_owned()))) {
            Ok(Some(note)) => sealer.outside_holds(anchor.name(), &note),
            Ok(None) => {}
            Err(why) => tracing::warn!(anchor = anchor.name(), %why, "could not be asked what it holds"),
        }
    }
}

async fn last_receipt(tx: &mut crate::store::Tx, anchor: &str) -> Result<Option<(u64, Time)>> {
    let last = "SELECT size, at FROM ledger_anchor WHERE anchor = $1 ORDER BY size DESC LIMIT 1";
    let row = tx.maybe(last, values![anchor]).await?;
    row.map(|row| Ok((log::unsigned(&row, "size")?, row.get("at")?))).transpose()
}

async fn wants(store: &Store, anchor: &dyn Anchor, newest: &StoredCheckpoint, now: Time) -> Result<bool> {
    let last = last_receipt(&mut store.read().await?, anchor.name()).await?;
    Ok(last.is_none_or(|(size, at)| size < newest.size && now.seconds_since(at) >= anchor.every_seconds()))
}

async fn put(
    store: &Store,
    sealer: &Sealer,
    anchor: &dyn Anchor,
    newest: &StoredCheckpoint,
) -> std::result::Result<String, Unanchored> {
    let later = |error: String| Unanchored::Later(error);
    let note = ledger::note::Note::parse(newest.note.as_bytes()).map_err(|error| later(error.to_string()))?;
    let checkpoint = note.text().parse().map_err(|error| later(format!("{error}")))?;
    let erased = sealer.erased().map_err(|error| later(error.to_string()))?;
    let last = async { last_receipt(&mut store.read().await?, anchor.name()).await }.await;
    let last = last.map_err(|error| later(error.to_string()))?.map_or(0, |(size, _)| size);
    let erased = erased.iter().map(|erased| format!("{} {}\n", erased.subject, erased.at.0)).collect();
    let offer = Offer { note: &newest.note, checkpoint, last, erased, store };
    let put = tokio::time::timeout(PATIENCE, anchor.put(&offer)).await;
    put.unwrap_or_else(|_| Err(later("it took too long".to_owned())))
}

async fn keep(store: &Store, anchor: &str, size: u64, note: &str, now: Time) -> Result<()> {
    let size = log::signed(size)?;
    Store::twice(|alone| async move {
        let mut tx = store.write(alone).await?;
        let insert = "INSERT INTO ledger_anchor (size, anchor, note, at) VALUES ($1, $2, $3, $4) \
                      ON CONFLICT (size, anchor) DO NOTHING";
        tx.run(insert, values![size, anchor, note, now]).await?;
        tx.commit().await
    })
    .await
}
