//! The pure half of a witness (C2SP tlog-witness): what it is asked, and what it must answer.
//!
//! A witness cosigns a checkpoint only if it extends the last one of that log that it cosigned. It keeps one size and one
//! root for each log, and needs nothing else to make a fork or a rollback impossible to hide.
//!
//! ```text
//! old 20852014
//! PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
//! …
//!
//! example.com/behind-the-sofa
//! 20852163
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//!
//! — example.com/behind-the-sofa Az3grlgtzPIC…
//! ```

use std::fmt;
use std::str::FromStr;

use crate::Hash;
use crate::checkpoint::{Checkpoint, decimal};
use crate::key::VerifierKey;
use crate::note::{MAX_NOTE_BYTES, Note};
use crate::tree::EMPTY_ROOT;
use crate::verify;

/// The most hashes of a consistency proof.
const MAX_HASHES: usize = 63;
/// The most bytes of a request: the proof, and a note.
pub const MAX_REQUEST_BYTES: usize = MAX_NOTE_BYTES + 4096;
/// The content type of the size that a conflict is answered with.
pub const SIZE_CONTENT_TYPE: &str = "text/x.tlog.size";

/// A request to cosign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the last checkpoint that the witness is thought to have cosigned.
    pub old: u64,
    /// The consistency proof from there.
    pub proof: Vec<Hash>,
    /// The new checkpoint.
    pub checkpoint: Note,
}

/// The last checkpoint of a log that the witness cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Its size; 0 when there was none.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl Seen {
    /// Nothing was cosigned yet.
    pub const NOTHING: Self = Self { size: 0, root: EMPTY_ROOT };
}

/// Why a witness does not cosign. Each has its status (C2SP tlog-witness, "add-checkpoint").
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// 400: not of the form, or the old size is beyond the new.
    #[error("{0}")]
    Malformed(&'static str),
    /// 403: no signature of a key that is trusted for this log.
    #[error("no signature is of a key that is trusted for this log")]
    Forbidden,
    /// 404: this log is not known here.
    #[error("the log {0} is not known here")]
    Unknown(String),
    /// 409: the last checkpoint cosigned was another one.
    #[error("the last checkpoint cosigned here has the size {size}")]
    Conflict {
        /// Its size.
        size: u64,
    },
    /// 422: the new checkpoint does not extend the old one, as far as the proof shows.
    #[error("the proof does not show that the checkpoint extends the last one")]
    Proof,
}

impl Refused {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::Forbidden => 403,
            Self::Unknown(_) => 404,
            Self::Conflict { .. } => 409,
            Self::Proof => 422,
        }
    }
}

impl AddCheckpoint {
    /// The log that the checkpoint names, before anything is believed.
    ///
    /// # Errors
    /// [`Refused::Malformed`].
    pub fn origin(&self) -> Result<String, Refused> {
        let checkpoint: Result<Checkpoint, _> = self.checkpoint.text().parse();
        Ok(checkpoint.map_err(|_| Refused::Malformed("the note is no checkpoint"))?.origin)
    }

    /// Whether to cosign: everything that the protocol asks of a witness, in its order. `logs` are the keys that it
    /// trusts, `seen` is what it keeps for this log. Whoever cosigns must store the answer in the same transaction.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn consider(&self, logs: &[VerifierKey], seen: Seen) -> Result<Checkpoint, Refused> {
        let checkpoint: Checkpoint =
            self.checkpoint.text().parse().map_err(|_| Refused::Malformed("the note is no checkpoint"))?;
        let trusted: Vec<&VerifierKey> = logs.iter().filter(|key| key.name() == checkpoint.origin).collect();
        if trusted.is_empty() {
            return Err(Refused::Unknown(checkpoint.origin));
        }
        self.checkpoint.verify(trusted).map_err(|_| Refused::Forbidden)?;
        if self.old > checkpoint.size {
            return Err(Refused::Malformed("the old size is beyond the checkpoint's"));
        }
        if self.old != seen.size || (checkpoint.size == seen.size && checkpoint.root != seen.root) {
            return Err(Refused::Conflict { size: seen.size });
        }
        let shown = verify::consistency(self.old, &seen.root, checkpoint.size, &checkpoint.root, &self.proof);
        shown.map_err(|_| Refused::Proof)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for AddCheckpoint {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        if text.len() > MAX_REQUEST_BYTES {
            return Err(Refused::Malformed("the request is too large"));
        }
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or(Refused::Malformed("no empty line before the checkpoint"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| decimal(line.strip_prefix("old ")?));
        let old = old.ok_or(Refused::Malformed("no line `old` with a plain number"))?;
        let mut proof = Vec::new();
        for line in lines {
            if proof.len() == MAX_HASHES {
                return Err(Refused::Malformed("more than 63 hashes"));
            }
            proof.push(line.parse().map_err(|_| Refused::Malformed("a hash is not the base64 of 32 bytes"))?);
        }
        let checkpoint =
            Note::parse(checkpoint.as_bytes()).map_err(|_| Refused::Malformed("the checkpoint is no signed note"))?;
        Ok(Self { old, proof, checkpoint })
    }
}
