//! Keys of signed notes (C2SP signed-note and tlog-cosignature): Ed25519, by name.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::hash::{decode_base64, encode_base64};

/// What a signature of the key says, and how it is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// Ed25519 over the note's text: the log signs its own checkpoint.
    Ed25519 = 0x01,
    /// Ed25519 over a time and the note's text: a witness says what it saw, and when.
    Cosignature = 0x04,
}

/// A public key with its name: `example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    algorithm: Algorithm,
    key: VerifyingKey,
    id: u32,
}

/// A secret key with its name. Cannot be printed; erased from memory when dropped.
pub struct SignerKey {
    secret: SigningKey,
    verifier: VerifierKey,
}

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the three parts of a key.
    #[error("expected NAME+ID+KEY: a name, eight hexadecimal digits, and base64")]
    Form,
    /// The name is empty, or has white space or a plus sign.
    #[error("a key's name must not be empty and must not hold white space, control characters or `+`")]
    Name,
    /// The key is not of a kind that we know.
    #[error("only Ed25519 keys (kind 1) and Ed25519 cosignature keys (kind 4) are known here")]
    Algorithm,
    /// The id does not follow from name and key.
    #[error("the id does not belong to this name and key")]
    Id,
}

impl VerifierKey {
    fn new(name: &str, algorithm: Algorithm, key: VerifyingKey) -> Result<Self, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name);
        }
        let digest =
            Sha256::new().chain_update(name).chain_update([b'\n', algorithm as u8]).chain_update(key.as_bytes());
        let [a, b, c, d, ..] = <[u8; 32]>::from(digest.finalize());
        Ok(Self { name: name.to_owned(), algorithm, key, id: u32::from_be_bytes([a, b, c, d]) })
    }

    /// Its name; for a log, the origin of its checkpoints.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of a digest over name, kind and key: tells keys of one name apart.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What its signatures say.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The 32 bytes of the public key alone (RFC 8032, section 5.1.5).
    pub fn public_key(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Whether that is the key's Ed25519 signature over a message.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        // Strict: keys and signatures of small order, which verify for several messages, are refused.
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let material = [&[self.algorithm as u8], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{:08x}+{}", self.name, self.id, encode_base64(&material))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, algorithm, material) = split_key(text)?;
        let key = VerifyingKey::from_bytes(&material).map_err(|_| KeyError::Algorithm)?;
        let key = Self::new(name, algorithm, key)?;
        if key.id == id { Ok(key) } else { Err(KeyError::Id) }
    }
}

impl SignerKey {
    /// A log's key from 32 random bytes (RFC 8032, section 5.1.5); this crate has no random generator.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, seed: &Zeroizing<[u8; 32]>) -> Result<Self, KeyError> {
        Self::new(name, Algorithm::Ed25519, seed)
    }

    /// A witness's key from 32 random bytes.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn witness_from_seed(name: &str, seed: &Zeroizing<[u8; 32]>) -> Result<Self, KeyError> {
        Self::new(name, Algorithm::Cosignature, seed)
    }

    fn new(name: &str, algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let secret = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, algorithm, secret.verifying_key())?;
        Ok(Self { secret, verifier })
    }

    /// Reads `PRIVATE+KEY+NAME+ID+KEY`, as other tools for signed notes write it.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.strip_prefix("PRIVATE+KEY+").ok_or(KeyError::Form)?;
        let (name, id, algorithm, mut seed) = split_key(text)?;
        let key = Self::new(name, algorithm, &seed);
        seed.zeroize();
        let key = key?;
        if key.verifier.id == id { Ok(key) } else { Err(KeyError::Id) }
    }

    /// The secret as text, for the one file that holds it.
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        let material = Zeroizing::new([&[self.verifier.algorithm as u8], self.secret.as_bytes().as_slice()].concat());
        let (name, id) = (&self.verifier.name, self.verifier.id);
        Zeroizing::new(format!("PRIVATE+KEY+{name}+{id:08x}+{}", encode_base64(&material)))
    }

    /// The public half.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({})", self.verifier)
    }
}

/// Name, id, kind and 32 bytes of a key's text.
fn split_key(text: &str) -> Result<(&str, u32, Algorithm, [u8; 32]), KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(material)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Form);
    };
    let digits = id.len() == 8 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let id = u32::from_str_radix(id, 16).ok().filter(|_| digits).ok_or(KeyError::Form)?;
    let material = Zeroizing::new(decode_base64(material).ok_or(KeyError::Form)?);
    let (kind, material) = material.split_first().ok_or(KeyError::Form)?;
    let algorithm = match kind {
        0x01 => Algorithm::Ed25519,
        0x04 => Algorithm::Cosignature,
        _ => return Err(KeyError::Algorithm),
    };
    Ok((name, id, algorithm, material.try_into().map_err(|_| KeyError::Form)?))
}

pub(crate) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '+')
}
