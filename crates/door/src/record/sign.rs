//! Signing the log: when, with what, and when not.

use std::path::PathBuf;

use ledger::Hash;
use ledger::checkpoint::{Checkpoint, CheckpointError};
use ledger::key::{KeyError, SignerKey};
use ledger::tree::{self, Frontier, TreeError};

use super::{high_water, log};
use crate::refusal::Refusal;
use crate::store::{self, Tx};
use crate::time::Time;
use crate::values;

/// A checkpoint is signed when the last one is this old …
pub const CHECKPOINT_SECONDS: i64 = 10;
/// … or when so many leaves came after it.
pub const CHECKPOINT_LEAVES: u64 = 65_536;

/// What signs the log, and where its high-water mark lies outside the database.
pub struct Sealer {
    /// The log's name in its checkpoints: `portal.example/record/<installation>`.
    pub origin: String,
    /// The 32-byte seed of the Ed25519 key. Never in the database.
    pub seed: zeroize::Zeroizing<[u8; 32]>,
    /// The file that holds the last signed checkpoint.
    pub high_water: PathBuf,
}

/// Why nothing was sealed, or why nothing is signed. Events stay recorded and wait.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What is stored does not agree with itself, or with what was signed before.
    #[error("the record does not hold, nothing was signed: {0}\n\nhint: keep the database as it is and verify it")]
    Tampered(String),
    /// The database ends before a checkpoint that was signed already.
    #[error(
        "the database holds {database} leaves, but a checkpoint of {outside} was signed ({}); nothing was signed\n\n\
         hint: was an older copy restored? put the newer one back, or begin another log under another name",
        path.display()
    )]
    Behind {
        /// The high-water file.
        path: PathBuf,
        /// Leaves in the database.
        database: u64,
        /// Leaves that were signed.
        outside: u64,
    },
    /// The database holds another history than the one that was signed.
    #[error(
        "the first {size} leaves are others than those that were signed ({}); nothing was signed\n\n\
         hint: keep both the database and the file: together they prove it",
        path.display()
    )]
    Forked {
        /// The high-water file.
        path: PathBuf,
        /// Leaves that were signed.
        size: u64,
    },
    /// The high-water file cannot be read or written, or is not this log's.
    #[error("the high-water file {} cannot be used: {why}", path.display())]
    HighWater {
        /// The file.
        path: PathBuf,
        /// What was wrong.
        why: String,
    },
    /// The log's name cannot name a key.
    #[error("the log's key: {0}")]
    Key(#[from] KeyError),
    /// The checkpoint cannot be signed.
    #[error("the log's checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
}

impl From<SealError> for Refusal {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "the record cannot be sealed");
                Self::Broken
            }
        }
    }
}

impl From<TreeError> for SealError {
    fn from(error: TreeError) -> Self {
        Self::Tampered(error.to_string())
    }
}

impl Sealer {
    /// The log's key.
    ///
    /// # Errors
    /// [`KeyError`] when the origin cannot name a key.
    pub fn key(&self) -> Result<SignerKey, KeyError> {
        SignerKey::from_seed(&self.origin, &self.seed)
    }
}

/// When to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// After [`CHECKPOINT_SECONDS`] or [`CHECKPOINT_LEAVES`].
    WhenDue,
    /// Whenever there is anything that is not signed.
    Now,
}

/// What is needed to sign.
pub(super) struct Signing<'a> {
    sealer: &'a Sealer,
    key: SignerKey,
    now: Time,
    when: Sign,
}

/// The root of the first `size` leaves, from stored nodes.
pub(super) async fn root_at(tx: &mut Tx, size: u64) -> Result<Hash, SealError> {
    Ok(tree::root(&log::nodes_of_root(tx, size).await?, size)?)
}

impl<'a> Signing<'a> {
    pub(super) fn new(sealer: &'a Sealer, now: Time, when: Sign) -> Result<Self, KeyError> {
        Ok(Self { sealer, key: sealer.key()?, now, when })
    }

    pub(super) fn is_due(&self, size: u64, last: Option<&log::StoredCheckpoint>) -> bool {
        let Some(last) = last else { return size > 0 };
        let leaves = size.saturating_sub(last.size);
        let old = self.now.seconds_since(Time(last.at)) >= CHECKPOINT_SECONDS;
        leaves > 0 && (self.when == Sign::Now || old || leaves >= CHECKPOINT_LEAVES)
    }

    /// Signs the log as it stands, if that is due and does not contradict anything that was signed before.
    pub(super) async fn sign(&self, tx: &mut Tx, frontier: &Frontier) -> Result<Option<String>, SealError> {
        let (size, root) = (frontier.size(), frontier.root());
        let last = log::last_checkpoint(tx).await?;
        if !self.is_due(size, last.as_ref()) {
            return Ok(None);
        }
        if let Some(last) = last
            && root_at(tx, last.size).await? != last.root
        {
            let wrong = format!("the first {} leaves are others than at their checkpoint", last.size);
            return Err(SealError::Tampered(wrong));
        }
        // Nobody else can sign meanwhile: this transaction holds the head.
        self.check_outside(self.outside()?.as_ref(), tx, size).await?;
        let checkpoint = Checkpoint { origin: self.sealer.origin.clone(), size, root, extensions: Vec::new() };
        let note = checkpoint.sign(&self.key)?.to_string();
        tx.run(
            "INSERT INTO ledger_checkpoint (size, root, note, at) VALUES ($1, $2, $3, $4)",
            values![log::signed(size)?, root.0, note.as_str(), self.now],
        )
        .await?;
        Ok(Some(note))
    }

    /// The checkpoint outside the database. In a snapshot taken afterwards the database holds at least as much, because
    /// a checkpoint is published after its commit.
    pub(super) fn outside(&self) -> Result<Option<Checkpoint>, SealError> {
        high_water::read(&self.sealer.high_water, self.key.verifier())
    }

    /// Refuses to go on from a database that stands behind what was signed, or beside it.
    pub(super) async fn check_outside(
        &self,
        outside: Option<&Checkpoint>,
        tx: &mut Tx,
        size: u64,
    ) -> Result<(), SealError> {
        let Some(outside) = outside else { return Ok(()) };
        let path = self.sealer.high_water.clone();
        if outside.size > size {
            return Err(SealError::Behind { path, database: size, outside: outside.size });
        }
        if root_at(tx, outside.size).await? == outside.root {
            Ok(())
        } else {
            Err(SealError::Forked { path, size: outside.size })
        }
    }

    pub(super) fn publish(&self, size: u64, note: &str) -> Result<(), SealError> {
        high_water::write(&self.sealer.high_water, self.key.verifier(), size, note)
    }
}
