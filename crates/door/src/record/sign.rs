//! Signing the log: when, with what, and when not.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use ledger::Hash;
use ledger::checkpoint::{Checkpoint, CheckpointError};
use ledger::key::{KeyError, SignerKey};
use ledger::tree::{self, Frontier, TreeError};

use super::anchor::Anchor;
use super::durability::Copies;
use super::high_water::{self, Erased};
use super::{log, terms};
use crate::refusal::Refusal;
use crate::store::{self, Store, Tx};
use crate::time::Time;
use crate::values;

/// A checkpoint is signed when the last one is this old …
pub const CHECKPOINT_SECONDS: i64 = 10;
/// … or when so many leaves came after it.
pub const CHECKPOINT_LEAVES: u64 = 65_536;

/// Copies that lag behind for this long are worth a word; before that, it is how replication works.
const LATE_SECONDS: i64 = 60;

/// What signs the log, and what is known of it outside the database.
pub struct Sealer {
    /// The log's name in its checkpoints: `portal.example/record/<installation>`; in a later epoch with its number behind.
    pub origin: String,
    /// The 32-byte seed of the Ed25519 key. Never in the database.
    pub seed: zeroize::Zeroizing<[u8; 32]>,
    /// The file that holds the last signed checkpoint.
    pub high_water: PathBuf,
    /// Where checkpoints are taken to.
    pub(super) anchors: Vec<Arc<dyn Anchor>>,
    /// What must hold a part of the log before it is signed.
    pub(super) copies: Option<Arc<dyn Copies>>,
    state: Mutex<State>,
}

/// What a sealer learned while it ran.
#[derive(Default)]
struct State {
    /// Why nothing is signed, as the last try said.
    trouble: Option<String>,
    /// Checkpoints that those outside hold, until the database has shown that it agrees with them.
    outside: Vec<(String, Checkpoint)>,
    /// Whether those outside were asked.
    asked: bool,
    /// Who contradicted the log, and how: nothing is signed until the next start.
    halted: Option<(String, String)>,
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
        "the database holds {database} leaves, but a checkpoint of {outside} was signed ({by}); nothing was signed\n\n\
         hint: was an older copy restored? put the newer one back, or go on in a new epoch: \
         plimsoll-portal ledger new-epoch --reason …"
    )]
    Behind {
        /// Who holds the checkpoint.
        by: String,
        /// Leaves in the database.
        database: u64,
        /// Leaves that were signed.
        outside: u64,
    },
    /// The database holds another history than the one that was signed.
    #[error(
        "the first {size} leaves are others than those that were signed ({by}); nothing was signed\n\n\
         hint: keep both the database and the checkpoint: together they prove it"
    )]
    Forked {
        /// Who holds the checkpoint.
        by: String,
        /// Leaves that were signed.
        size: u64,
    },
    /// The log was handed over to another key.
    #[error(
        "the log is signed by another key since leaf {since}; nothing was signed\n\n\
         hint: start again, so that the new key is read; another instance needs a copy of it"
    )]
    Retired {
        /// The leaf that handed over.
        since: u64,
    },
    /// An anchor holds something that contradicts the log.
    #[error(
        "{by} holds something that contradicts the log: {why}; nothing was signed\n\n\
         hint: was an older copy restored? put the newer one back, or go on in a new epoch"
    )]
    Contradicted {
        /// Which anchor.
        by: String,
        /// What it said.
        why: String,
    },
    /// The copies hold less of the log than is to be signed.
    #[error(
        "the copies hold {held} of {size} leaves, and checkpoint_durability waits for them; nothing was signed\n\n\
         hint: let the servers that follow catch up, then run it again"
    )]
    NotDurable {
        /// Leaves that the copies hold.
        held: u64,
        /// Leaves of the log.
        size: u64,
    },
    /// A log without a leaf.
    #[error("nothing is sealed yet, so there is nothing to hand over")]
    Empty,
    /// A chain that is never dropped.
    #[error(
        "the installation's chain tells of keys, epochs and erasures: without it the rest cannot be read, so it is kept"
    )]
    Kept,
    /// Another instance seals at this moment.
    #[error("another instance seals at this moment; run it again")]
    Busy,
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
    /// A sealer that nobody outside knows yet.
    #[must_use]
    pub fn new(origin: impl Into<String>, seed: zeroize::Zeroizing<[u8; 32]>, high_water: impl Into<PathBuf>) -> Self {
        let (origin, high_water) = (origin.into(), high_water.into());
        Self { origin, seed, high_water, anchors: Vec::new(), copies: None, state: Mutex::default() }
    }

    /// The same, with anchors to which its checkpoints are taken.
    #[must_use]
    pub fn anchored(mut self, anchors: Vec<Arc<dyn Anchor>>) -> Self {
        self.anchors = anchors;
        self
    }

    /// The same, which signs nothing that these do not hold.
    #[must_use]
    pub fn durable(mut self, copies: Arc<dyn Copies>) -> Self {
        self.copies = Some(copies);
        self
    }

    /// The log's key.
    ///
    /// # Errors
    /// [`KeyError`] when the origin cannot name a key.
    pub fn key(&self) -> Result<SignerKey, KeyError> {
        SignerKey::from_seed(&self.origin, &self.seed)
    }

    /// Why nothing is signed at present; nothing when all is well.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    /// Who was erased, as the list beside the high-water file says.
    ///
    /// # Errors
    /// [`SealError::HighWater`].
    pub fn erased(&self) -> Result<Vec<Erased>, SealError> {
        high_water::erased(&self.high_water)
    }

    /// A checkpoint that somebody outside holds: nothing is signed until the database has shown that it agrees with it.
    /// What is not this log's is not believed.
    pub fn outside_holds(&self, label: &str, note: &[u8]) {
        let opened = self.key().ok().and_then(|key| Checkpoint::open(note, key.verifier()).ok());
        match opened {
            Some(checkpoint) => self.state().outside.push((label.to_owned(), checkpoint)),
            None => tracing::warn!(anchor = label, "what is held there is no checkpoint of this log's present key"),
        }
    }

    /// Whether those outside were not asked yet. Says so once.
    pub(super) fn asks_outside(&self) -> bool {
        !std::mem::replace(&mut self.state().asked, true)
    }

    /// The largest checkpoint that is known outside the database. The file is taken at its word here: after a copy from
    /// before a change of keys was put back, the key that signed it is not there any more.
    pub(super) fn largest_outside(&self) -> Result<Option<Checkpoint>, SealError> {
        let file = high_water::read_unverified(&self.high_water);
        let others = self.state().outside.iter().map(|(_, checkpoint)| checkpoint.clone()).collect::<Vec<_>>();
        Ok(file.into_iter().chain(others).max_by_key(|checkpoint| checkpoint.size))
    }

    /// Nothing is signed any more until the next start.
    pub(super) fn halt(&self, by: &str, why: &str) {
        self.state().halted = Some((by.to_owned(), why.to_owned()));
    }

    pub(super) fn remember(&self, trouble: Option<String>) {
        self.state().trouble = trouble;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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

    pub(super) fn waits_for_copies(&self) -> bool {
        self.sealer.copies.is_some()
    }

    /// How many leaves the copies hold, where they are waited for.
    pub(super) async fn held(&self, store: &Store) -> Result<Option<u64>, SealError> {
        match &self.sealer.copies {
            Some(copies) => Ok(Some(copies.hold(store).await?)),
            None => Ok(None),
        }
    }

    /// Whether a checkpoint has been due for so long that somebody should know.
    pub(super) fn is_late(&self, last: Option<&log::StoredCheckpoint>) -> bool {
        last.is_none_or(|last| self.now.seconds_since(Time(last.at)) >= LATE_SECONDS)
    }

    /// Signs the log as it stands, if that is due and does not contradict anything that was signed before.
    pub(super) async fn sign(&self, tx: &mut Tx, frontier: &Frontier) -> Result<Option<(u64, String)>, SealError> {
        let (size, root) = (frontier.size(), frontier.root());
        let last = log::last_checkpoint(tx).await?;
        if !self.is_due(size, last.as_ref()) {
            return Ok(None);
        }
        self.check_term(tx).await?;
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
        Ok(Some((size, note)))
    }

    /// Only the key of the present term signs. The first one that ever does writes itself down.
    async fn check_term(&self, tx: &mut Tx) -> Result<(), SealError> {
        match terms::stored(tx).await?.last() {
            None => Ok(terms::insert(tx, 0, self.key.verifier(), None).await?),
            Some(last) if last.key == *self.key.verifier() => Ok(()),
            Some(last) => Err(SealError::Retired { since: last.from }),
        }
    }

    /// The checkpoint outside the database. In a snapshot taken afterwards the database holds at least as much, because
    /// a checkpoint is published after its commit.
    pub(super) fn outside(&self) -> Result<Option<Checkpoint>, SealError> {
        high_water::read(&self.sealer.high_water, self.key.verifier())
    }

    /// Refuses to go on from a database that stands behind what was signed, or beside it.
    pub(super) async fn check_outside(
        &self,
        high_water: Option<&Checkpoint>,
        tx: &mut Tx,
        size: u64,
    ) -> Result<(), SealError> {
        if let Some((by, why)) = self.sealer.state().halted.clone() {
            return Err(SealError::Contradicted { by, why });
        }
        if let Some(high_water) = high_water {
            agrees(tx, size, &self.sealer.high_water.display().to_string(), high_water).await?;
        }
        let others = self.sealer.state().outside.clone();
        for (label, checkpoint) in &others {
            agrees(tx, size, label, checkpoint).await?;
            // A log only grows: what agrees once agrees for ever.
            self.sealer.state().outside.retain(|(_, other)| other != checkpoint);
        }
        Ok(())
    }

    pub(super) fn publish(&self, size: u64, note: &str) -> Result<(), SealError> {
        high_water::write(&self.sealer.high_water, self.key.verifier(), size, note)
    }
}

/// Whether the database continues what was signed.
async fn agrees(tx: &mut Tx, size: u64, by: &str, outside: &Checkpoint) -> Result<(), SealError> {
    let by = by.to_owned();
    if outside.size > size {
        return Err(SealError::Behind { by, database: size, outside: outside.size });
    }
    if root_at(tx, outside.size).await? == outside.root {
        Ok(())
    } else {
        Err(SealError::Forked { by, size: outside.size })
    }
}
