//! Checkpoints (C2SP tlog-checkpoint): a log's origin, size and root, signed as a note.
//!
//! ```text
//! example.com/behind-the-sofa
//! 20852163
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//!
//! — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
//! ```

use std::fmt;
use std::str::FromStr;

use crate::Hash;
use crate::key::{SignerKey, VerifierKey};
use crate::note::{Note, NoteError};
use crate::tree::EMPTY_ROOT;

/// The head of a log at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: `portal.example.com/audit/1`. Also the name of its key.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The Merkle root of that many leaves.
    pub root: Hash,
    /// Further lines, which nobody can check. We write none.
    pub extensions: Vec<String>,
}

/// Why something is no checkpoint of the log that we mean.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not of the form.
    #[error("not a checkpoint: {0}")]
    Form(&'static str),
    /// The note is not accepted.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Well signed, but it is another log's.
    #[error("the checkpoint is of the log {found}, not of {expected}")]
    Origin {
        /// The log that was meant.
        expected: String,
        /// The log that the checkpoint names.
        found: String,
    },
}

impl Checkpoint {
    /// Signs it. The name of the log's key must be its origin.
    ///
    /// # Errors
    /// [`CheckpointError::Origin`], and [`CheckpointError::Form`] for an origin or extension that is no line.
    pub fn sign(&self, key: &SignerKey) -> Result<Note, CheckpointError> {
        self.check_origin(key.verifier())?;
        let text = self.to_string();
        // What could not be read back is not signed: an empty extension, or an origin of two lines.
        if text.parse::<Self>()? != *self {
            return Err(CheckpointError::Form("the origin and the extensions must be single lines"));
        }
        Ok(Note::new(text)?.sign(key))
    }

    /// Reads a signed checkpoint, and believes only the log's key.
    ///
    /// # Errors
    /// See [`CheckpointError`].
    pub fn open(note: &[u8], log: &VerifierKey) -> Result<Self, CheckpointError> {
        let note = Note::parse(note)?;
        note.verify([log])?;
        let checkpoint: Self = note.text().parse()?;
        checkpoint.check_origin(log)?;
        Ok(checkpoint)
    }

    fn check_origin(&self, log: &VerifierKey) -> Result<(), CheckpointError> {
        if self.origin == log.name() {
            return Ok(());
        }
        Err(CheckpointError::Origin { expected: log.name().to_owned(), found: self.origin.clone() })
    }
}

impl fmt::Display for Checkpoint {
    /// The text that is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, root, extensions } = self;
        writeln!(f, "{origin}\n{size}\n{root}")?;
        extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Reads the text of a note.
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let text = text.strip_suffix('\n').ok_or(CheckpointError::Form("no line feed at the end"))?;
        let mut lines = text.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty()).ok_or(CheckpointError::Form("no origin"))?.to_owned();
        let size = lines.next().and_then(decimal).ok_or(CheckpointError::Form("the size is not a plain number"))?;
        let root = lines.next().and_then(|line| line.parse().ok());
        let root = root.ok_or(CheckpointError::Form("the root is not the base64 of 32 bytes"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Form("an extension line is empty"));
        }
        if size == 0 && root != EMPTY_ROOT {
            return Err(CheckpointError::Form("a log without leaves has the root of the empty tree"));
        }
        Ok(Self { origin, size, root, extensions })
    }
}

/// A decimal number without sign or leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
