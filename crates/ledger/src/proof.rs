//! Proofs as text (C2SP tlog-proof): all that somebody needs, beside the leaf and a policy, to check it offline.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! index 73894
//! gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
//! …
//!
//! example.com/fancylog
//! 109482
//! sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=
//!
//! — example.com/fancylog …
//! ```

use std::fmt;
use std::str::FromStr;

use crate::Hash;
use crate::checkpoint::decimal;
use crate::hash::{decode_base64, encode_base64};
use crate::note::{MAX_NOTE_BYTES, Note, NoteError};
use crate::policy::{Accepted, Policy, PolicyError};
use crate::verify::{self, ProofError};

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// A tree of 2^64 leaves is 64 nodes high; no proof is longer.
const MAX_HASHES: usize = 64;
/// The most bytes before the checkpoint: the extra data is the only part without a size of its own.
const MAX_HEADER_BYTES: usize = 128 * 1024;

/// That one leaf is in a log, as a witnessed checkpoint shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Data of the application's own, which nothing authenticates.
    pub extra: Option<Vec<u8>>,
    /// The leaf's place in the log, from 0.
    pub index: u64,
    /// The Merkle inclusion proof, from the leaf upwards.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint, as it was published.
    pub checkpoint: Note,
}

/// Why a text is no proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Not of the form.
    #[error("not a tlog proof: {0}")]
    Form(&'static str),
    /// The checkpoint is no signed note.
    #[error("the proof's checkpoint: {0}")]
    Note(#[from] NoteError),
}

/// Why a proof does not convince.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The checkpoint does not satisfy the policy.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The leaf is not in the tree of the checkpoint.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl Proof {
    /// Checks that the leaf with this hash is in a log of the policy, as enough witnesses saw it.
    ///
    /// # Errors
    /// See [`VerifyError`].
    pub fn verify(&self, leaf: &Hash, policy: &Policy) -> Result<Accepted, VerifyError> {
        let accepted = policy.accept(&self.checkpoint)?;
        let (size, root) = (accepted.checkpoint.size, &accepted.checkpoint.root);
        verify::inclusion(leaf, self.index, size, &self.hashes, root)?;
        Ok(accepted)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", encode_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Proof {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let window = &text.as_bytes()[..text.len().min(MAX_HEADER_BYTES)];
        let end = window.windows(2).position(|pair| pair == b"\n\n");
        let end = end.ok_or(ParseError::Form("no empty line before the checkpoint"))?;
        if text.len() - end > MAX_NOTE_BYTES {
            return Err(NoteError::TooLarge.into());
        }
        let mut lines = text[..end].split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(ParseError::Form("the first line is not c2sp.org/tlog-proof@v1"));
        }
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            Some(line) => Some(decode_base64(&line["extra ".len()..]).ok_or(ParseError::Form("`extra` is no base64"))?),
            None => None,
        };
        let index = lines.next().and_then(|line| decimal(line.strip_prefix("index ")?));
        let index = index.ok_or(ParseError::Form("no line `index` with a plain number"))?;
        let mut hashes = Vec::new();
        for line in lines {
            if hashes.len() == MAX_HASHES {
                return Err(ParseError::Form("more than 64 hashes"));
            }
            hashes.push(line.parse().map_err(|_| ParseError::Form("a hash is not the base64 of 32 bytes"))?);
        }
        Ok(Self { extra, index, hashes, checkpoint: Note::parse(&text.as_bytes()[end + 2..])? })
    }
}
