//! A chain's statement: how many leaves one chain has, and the hash of the last, signed together with the log's head.
//!
//! ```text
//! portal.example/record
//! chain client/01930000-0000-7000-8000-00000000000a
//! count 12
//! last <base64 of the chain's last leaf hash>
//! size 300
//! root <base64 of the log's root>
//! ```
//!
//! A client who keeps it can show anybody that a later account of the same chain contradicts it. It is no checkpoint: its
//! second line is no number.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::decimal;
use crate::key::{SignerKey, VerifierKey};
use crate::note::{Note, NoteError};
use crate::{Chain, ChainHead, Hash};

/// What the log says about one of its chains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Which log; also the name of the key that signs.
    pub origin: String,
    /// Which chain.
    pub chain: Chain,
    /// Where it stands.
    pub head: ChainHead,
    /// The log's size at that time.
    pub size: u64,
    /// The log's root at that size.
    pub root: Hash,
}

/// Why something is no statement of this log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Not of the form.
    #[error("not a chain's statement: {0}")]
    Form(&'static str),
    /// The note is not accepted.
    #[error(transparent)]
    Note(#[from] NoteError),
}

impl Statement {
    /// Signs it.
    ///
    /// # Errors
    /// [`StatementError::Form`] when the key has another name than the log.
    pub fn sign(&self, key: &SignerKey) -> Result<Note, StatementError> {
        if key.verifier().name() != self.origin {
            return Err(StatementError::Form("the key's name is not the log's"));
        }
        Ok(Note::new(self.to_string())?.sign(key))
    }

    /// Reads a signed statement, and believes only these keys of logs.
    ///
    /// # Errors
    /// See [`StatementError`].
    pub fn open<'keys>(
        note: &[u8],
        logs: impl IntoIterator<Item = &'keys VerifierKey>,
    ) -> Result<Self, StatementError> {
        let note = Note::parse(note)?;
        let verified = note.verify(logs)?;
        let statement: Self = note.text().parse()?;
        if verified.iter().any(|signature| signature.key.name() == statement.origin) {
            Ok(statement)
        } else {
            Err(NoteError::Unknown.into())
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, chain, head, size, root } = self;
        writeln!(f, "{origin}\nchain {chain}\ncount {}\nlast {}\nsize {size}\nroot {root}", head.count, head.last)
    }
}

impl FromStr for Statement {
    type Err = StatementError;

    fn from_str(text: &str) -> Result<Self, StatementError> {
        let mut lines = text.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty()).ok_or(StatementError::Form("no origin"))?.to_owned();
        let mut value = |key: &str| lines.next().and_then(|line| line.strip_prefix(key)?.strip_prefix(' '));
        let wrong = StatementError::Form;
        let chain = value("chain").and_then(|text| text.parse().ok()).ok_or(wrong("the line `chain`"))?;
        let count = value("count").and_then(decimal).ok_or(wrong("the line `count`"))?;
        let last = value("last").and_then(|text| text.parse().ok()).ok_or(wrong("the line `last`"))?;
        let size = value("size").and_then(decimal).ok_or(wrong("the line `size`"))?;
        let root = value("root").and_then(|text| text.parse().ok()).ok_or(wrong("the line `root`"))?;
        let statement = Self { origin, chain, head: ChainHead { count, last }, size, root };
        if statement.to_string() == text { Ok(statement) } else { Err(wrong("more than its six lines")) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checkpoint::Checkpoint;

    fn statement() -> Statement {
        Statement {
            origin: "a/log".to_owned(),
            chain: Chain::Client(uuid::Uuid::from_u128(7)),
            head: ChainHead { count: 12, last: Hash([3; 32]) },
            size: 300,
            root: Hash([4; 32]),
        }
    }

    #[test]
    fn is_signed_and_is_no_checkpoint() {
        let key = SignerKey::from_seed("a/log", &[1; 32].into()).unwrap();
        let note = statement().sign(&key).unwrap().to_string();
        assert_eq!(Statement::open(note.as_bytes(), [key.verifier()]), Ok(statement()));
        assert!(Checkpoint::open(note.as_bytes(), key.verifier()).is_err());
        let other = SignerKey::from_seed("a/log", &[2; 32].into()).unwrap();
        assert!(Statement::open(note.as_bytes(), [other.verifier()]).is_err());
        let edited = note.replace("count 12", "count 11");
        assert!(Statement::open(edited.as_bytes(), [key.verifier()]).is_err());
        let misnamed = SignerKey::from_seed("another/log", &[1; 32].into()).unwrap();
        assert!(statement().sign(&misnamed).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(cut in 0_usize..200, put in ".{0,4}") {
            let mut text = statement().to_string();
            let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            text.insert_str(cut, &put);
            if let Ok(read) = text.parse::<Statement>() {
                prop_assert_eq!(read.to_string(), text);
            }
        }
    }
}
