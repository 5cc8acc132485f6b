//! Signed notes (C2SP signed-note): a text, an empty line, and one line for each signature.
//!
//! ```text
//! This is an example message.
//!
//! — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
//! ```

use std::fmt;

use crate::hash::{decode_base64, encode_base64};
use crate::key::{Algorithm, SignerKey, VerifierKey, is_key_name};

/// The largest note in bytes: far more than sixteen post-quantum signatures need.
pub const MAX_NOTE_BYTES: usize = 256 * 1024;
/// The most signatures of a note. Every reader must accept sixteen.
pub const MAX_SIGNATURES: usize = 64;

/// A text and the signatures that came with it. Nothing in it is to be believed before [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: u32,
    bytes: Vec<u8>,
}

/// A key whose signature on a note was checked and holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'keys> {
    /// Whose signature.
    pub key: &'keys VerifierKey,
    /// For a witness, when it signed, in seconds since 1970.
    pub at: Option<u64>,
}

/// Why a note is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// More than [`MAX_NOTE_BYTES`] or [`MAX_SIGNATURES`].
    #[error("the note is larger than {MAX_NOTE_BYTES} bytes or has more than {MAX_SIGNATURES} signatures")]
    TooLarge,
    /// Not of the form.
    #[error("not a signed note: {0}")]
    Form(&'static str),
    /// The signature of a key that we know does not hold.
    #[error("the signature of {0} does not hold")]
    Signature(String),
    /// No signature is of a key that we know.
    #[error("no signature is of a key that is known here")]
    Unknown,
    /// Two different known keys have the same name and id.
    #[error("two keys are named {0} and have the same id")]
    Ambiguous(String),
}

impl Note {
    /// A text without signatures yet. It must end with a line feed and hold no other control characters.
    ///
    /// # Errors
    /// [`NoteError::Form`], [`NoteError::TooLarge`].
    pub fn new(text: String) -> Result<Self, NoteError> {
        if text.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLarge);
        }
        if !text.ends_with('\n') || text.contains(|letter: char| letter < ' ' && letter != '\n') {
            return Err(NoteError::Form("the text must end with a line feed and hold no other control characters"));
        }
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Reads a note with at least one signature, of whomever.
    ///
    /// # Errors
    /// [`NoteError::Form`], [`NoteError::TooLarge`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLarge);
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::Form("not UTF-8"))?;
        // The text may hold empty lines; the last one separates it from the signatures.
        let split = note.rfind("\n\n").ok_or(NoteError::Form("no empty line before the signatures"))?;
        let mut this = Self::new(note[..=split].to_owned())?;
        let lines = note[split + 2..].strip_suffix('\n').ok_or(NoteError::Form("no line feed at the end"))?;
        for line in lines.split('\n') {
            if this.signatures.len() == MAX_SIGNATURES {
                return Err(NoteError::TooLarge);
            }
            this.signatures.push(Signature::parse(line).ok_or(NoteError::Form("not a signature line"))?);
        }
        Ok(this)
    }

    /// What is signed, with its last line feed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signatures, known or not.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Signs as a log: over the text alone. Replaces an earlier signature of the same key.
    #[must_use]
    pub fn sign(mut self, key: &SignerKey) -> Self {
        let bytes = key.sign(self.text.as_bytes()).to_vec();
        self.put(key.verifier(), bytes);
        self
    }

    /// Signs as a witness: that this is the latest consistent checkpoint it saw, at that second since 1970.
    #[must_use]
    pub fn cosign(mut self, key: &SignerKey, at: u64) -> Self {
        let signature = key.sign(&cosigned(&self.text, at));
        self.put(key.verifier(), [at.to_be_bytes().as_slice(), &signature].concat());
        self
    }

    /// The note with those signatures of further lines that these keys made, as a witness answers them. Lines of other
    /// keys are left out.
    ///
    /// # Errors
    /// [`NoteError`] when the lines are none, or a signature of a known key does not hold.
    pub fn cosigned_by(&self, lines: &str, keys: &[&VerifierKey]) -> Result<Self, NoteError> {
        let more = Self::parse(format!("{}\n{lines}", self.text).as_bytes())?;
        more.verify(keys.iter().copied())?;
        let mut whole = self.clone();
        for signature in more.signatures {
            if keys.iter().any(|key| signature.is_by(key)) {
                whole.signatures.retain(|other| (&other.name, other.id) != (&signature.name, signature.id));
                whole.signatures.push(signature);
            }
        }
        Ok(whole)
    }

    /// The note with the signatures of another copy of it, known or not. A copy of another text adds nothing.
    #[must_use]
    pub fn joined(mut self, copy: &Self) -> Self {
        let same_text = self.text == copy.text;
        for signature in copy.signatures.iter().filter(|_| same_text) {
            let there = |other: &Signature| (&other.name, other.id) == (&signature.name, signature.id);
            if self.signatures.len() < MAX_SIGNATURES && !self.signatures.iter().any(there) {
                self.signatures.push(signature.clone());
            }
        }
        self
    }

    fn put(&mut self, key: &VerifierKey, bytes: Vec<u8>) {
        self.signatures.retain(|signature| !signature.is_by(key));
        self.signatures.push(Signature { name: key.name().to_owned(), id: key.id(), bytes });
    }

    /// Which of these keys signed the note. Each key counts once; unknown signatures are ignored.
    ///
    /// # Errors
    /// [`NoteError::Signature`] if any signature of a known key does not hold, [`NoteError::Unknown`] if there is none,
    /// [`NoteError::Ambiguous`].
    pub fn verify<'keys>(
        &self,
        keys: impl IntoIterator<Item = &'keys VerifierKey>,
    ) -> Result<Vec<Verified<'keys>>, NoteError> {
        let mut known: Vec<&VerifierKey> = Vec::new();
        for key in keys {
            match known.iter().find(|other| (other.name(), other.id()) == (key.name(), key.id())) {
                Some(other) if *other == key => {}
                Some(_) => return Err(NoteError::Ambiguous(key.name().to_owned())),
                None => known.push(key),
            }
        }
        let mut verified: Vec<Verified<'keys>> = Vec::new();
        for signature in &self.signatures {
            let Some(key) = known.iter().find(|key| signature.is_by(key)) else { continue };
            let holds = self.check(key, signature).ok_or_else(|| NoteError::Signature(key.name().to_owned()))?;
            if !verified.iter().any(|other| other.key == *key) {
                verified.push(holds);
            }
        }
        if verified.is_empty() { Err(NoteError::Unknown) } else { Ok(verified) }
    }

    fn check<'key>(&self, key: &'key VerifierKey, signature: &Signature) -> Option<Verified<'key>> {
        match key.algorithm() {
            Algorithm::Ed25519 => {
                key.verifies(self.text.as_bytes(), &signature.bytes).then_some(Verified { key, at: None })
            }
            Algorithm::Cosignature => {
                let (at, bytes) = signature.bytes.split_first_chunk::<8>()?;
                let at = u64::from_be_bytes(*at);
                let in_range = i64::try_from(at).is_ok();
                (in_range && key.verifies(&cosigned(&self.text, at), bytes)).then_some(Verified { key, at: Some(at) })
            }
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl fmt::Display for Signature {
    /// The signature's line, without its line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, id, bytes } = self;
        write!(f, "— {name} {}", encode_base64(&[&id.to_be_bytes(), bytes.as_slice()].concat()))
    }
}

impl Signature {
    fn parse(line: &str) -> Option<Self> {
        let (name, bytes) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = decode_base64(bytes)?;
        let (id, bytes) = bytes.split_first_chunk::<4>()?;
        let sound = is_key_name(name) && !bytes.is_empty();
        sound.then(|| Self { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
    }

    fn is_by(&self, key: &VerifierKey) -> bool {
        self.name == key.name() && self.id == key.id()
    }

    /// The name of the key that is said to have signed.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// What a witness signs (C2SP tlog-cosignature): the header keeps it apart from what a log signs.
fn cosigned(text: &str, at: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {at}\n{text}").into_bytes()
}
