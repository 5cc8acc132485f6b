//! Whose word a log's checkpoints are, from which leaf on: the log's keys, one after the other.
//!
//! A key is handed over by an event in the log itself. The checkpoint that covers this event and nothing after it is
//! signed by both keys; every larger one is the new key's alone. So somebody who knows any one of the keys learns the
//! others from the log, and a key that was retired, or stolen later, can vouch for nothing that came after it.
//!
//! A new *epoch* hands over in the same way, but to a new name: the log goes on from an older copy of itself, and what was
//! signed under the old name beyond that place is lost, and named as lost.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::VerifierKey;
use crate::note::{Note, NoteError};

/// One key's time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The place of the leaf that handed over to it: its checkpoints are larger than this. 0 for the first key.
    pub from: u64,
    /// The key. Its name is the log's name during the term.
    pub key: VerifierKey,
}

/// The log's keys in the order of their terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    first: Term,
    later: Vec<Term>,
}

/// Why a note is no checkpoint of this log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TermError {
    /// It is no checkpoint that one of the log's keys signed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A key signed beyond its term.
    #[error("the key {key} was retired at leaf {until}, and this is signed over {}", checkpoint.size)]
    Over {
        /// What was signed.
        checkpoint: Box<Checkpoint>,
        /// The key's name.
        key: String,
        /// The place of the leaf that retired it.
        until: u64,
        /// Whether the next term has another name, so that an older copy of the log may have gone on.
        epoch: bool,
    },
    /// A key signed before its term.
    #[error("the key {key} came at leaf {from}, and this is signed over {size}")]
    Early {
        /// The key's name.
        key: String,
        /// The place of the leaf that brought it.
        from: u64,
        /// What was signed.
        size: u64,
    },
}

impl Terms {
    /// A log with one key so far.
    pub fn new(first: VerifierKey) -> Self {
        Self { first: Term { from: 0, key: first }, later: Vec::new() }
    }

    /// Another key from the leaf at this place on. Gives whether that is later than every handover before.
    #[must_use]
    pub fn hand_over(&mut self, from: u64, key: VerifierKey) -> bool {
        let later = self.later.last().is_none_or(|last| last.from < from);
        self.later.extend(later.then_some(Term { from, key }));
        later
    }

    /// The term that a checkpoint of this size belongs to.
    pub fn at(&self, size: u64) -> &Term {
        self.later.iter().rev().find(|term| term.from < size).unwrap_or(&self.first)
    }

    /// The newest term.
    pub fn last(&self) -> &Term {
        self.later.last().unwrap_or(&self.first)
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = &Term> {
        std::iter::once(&self.first).chain(&self.later)
    }

    /// The term after this one.
    fn after(&self, term: &Term) -> Option<&Term> {
        self.iter().find(|other| other.from > term.from)
    }

    /// Reads a signed checkpoint, and believes only the key in whose term it lies. The checkpoint that hands over must
    /// have the signature of the key before, too.
    ///
    /// # Errors
    /// See [`TermError`].
    pub fn open(&self, note: &[u8]) -> Result<Checkpoint, TermError> {
        let note = Note::parse(note).map_err(CheckpointError::from)?;
        let verified = note.verify(self.iter().map(|term| &term.key)).map_err(CheckpointError::from)?;
        let checkpoint: Checkpoint = note.text().parse()?;
        let signed = |term: &&Term| {
            term.key.name() == checkpoint.origin && verified.iter().any(|signature| *signature.key == term.key)
        };
        let due = self.at(checkpoint.size);
        if signed(&due) {
            let handover = due.from > 0 && checkpoint.size == due.from + 1;
            let before = self.iter().take_while(|term| term.from < due.from).last();
            let vouched = before.is_none_or(|before| verified.iter().any(|signature| *signature.key == before.key));
            if handover && !vouched {
                return Err(
                    CheckpointError::Form("it hands over to another key without the word of the one before").into()
                );
            }
            return Ok(checkpoint);
        }
        let Some(term) = self.iter().find(signed) else {
            return Err(CheckpointError::Note(NoteError::Unknown).into());
        };
        let key = term.key.to_string();
        match self.after(term) {
            Some(next) if next.from < checkpoint.size => {
                let epoch = next.key.name() != term.key.name();
                Err(TermError::Over { checkpoint: Box::new(checkpoint), key, until: next.from, epoch })
            }
            _ => Err(TermError::Early { key, from: term.from, size: checkpoint.size }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Hash;
    use crate::key::SignerKey;

    fn key(name: &str, seed: u8) -> SignerKey {
        SignerKey::from_seed(name, &[seed; 32].into()).unwrap()
    }

    fn note(origin: &str, size: u64, keys: &[&SignerKey]) -> String {
        let checkpoint = Checkpoint { origin: origin.to_owned(), size, root: Hash([7; 32]), extensions: vec![] };
        let note = Note::new(checkpoint.to_string()).unwrap();
        keys.iter().fold(note, |note, key| note.sign(key)).to_string()
    }

    #[test]
    fn each_key_has_its_term() {
        let (first, second, third) = (key("a/log", 1), key("a/log", 2), key("a/log/2", 3));
        let mut terms = Terms::new(first.verifier().clone());
        assert!(terms.hand_over(10, second.verifier().clone()));
        assert!(!terms.hand_over(10, second.verifier().clone()), "one leaf hands over once");
        assert!(terms.hand_over(20, third.verifier().clone()));
        let opened = |size, origin: &str, keys: &[&SignerKey]| terms.open(note(origin, size, keys).as_bytes());
        assert!(opened(1, "a/log", &[&first]).is_ok() && opened(10, "a/log", &[&first]).is_ok());
        assert!(opened(11, "a/log", &[&second, &first]).is_ok() && opened(12, "a/log", &[&second]).is_ok());
        assert!(opened(21, "a/log/2", &[&third, &second]).is_ok() && opened(99, "a/log/2", &[&third]).is_ok());
        assert!(opened(11, "a/log", &[&second]).is_err(), "the key before must have handed over");
        assert!(matches!(opened(12, "a/log", &[&first]), Err(TermError::Over { until: 10, epoch: false, .. })));
        assert!(matches!(opened(25, "a/log", &[&second]), Err(TermError::Over { until: 20, epoch: true, .. })));
        assert!(matches!(opened(5, "a/log", &[&second]), Err(TermError::Early { from: 10, .. })));
        assert!(matches!(opened(5, "a/log", &[&key("a/log", 9)]), Err(TermError::Checkpoint(_))));
    }
}
