//! The key that signs runs: one Ed25519 seed in a file that only its owner can read.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::error::{Result, Trouble};

/// What a key file begins with, so that nobody takes it for another kind.
const SECRET: &str = "plimsoll-ed25519-secret-v1";

/// A key that can sign.
pub struct Key(SigningKey);

/// A key that can be told to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl std::fmt::Debug for Key {
    /// Never the seed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.id())
    }
}

impl Key {
    /// The key of a seed.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// `ed25519:3f9ac2d1…`: a name for people, from the public half.
    #[must_use]
    pub fn id(&self) -> String {
        self.public().id()
    }

    /// 64 bytes.
    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// Reads a key file, or makes it where there is none.
    ///
    /// # Errors
    /// When the file cannot be read or made, is not a key, or can be read by others.
    pub fn load_or_create(path: &Path) -> Result<Self> {
        match fs::metadata(path) {
            Ok(meta) if meta.permissions().mode() & 0o077 != 0 => {
                let hint = format!("chmod 600 {}", path.display());
                Err(Trouble::new(path.display().to_string(), "this key can be read by others").hint(hint))
            }
            Ok(_) => Self::read(path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(disk(path, "cannot be read", &error)),
        }
    }

    fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|error| disk(path, "cannot be read", &error))?;
        let seed = text.trim().strip_prefix(SECRET).and_then(|rest| STANDARD.decode(rest.trim_start()).ok());
        let seed: Option<[u8; 32]> = seed.and_then(|seed| seed.try_into().ok());
        let wrong = format!("is not a key: one line, `{SECRET}` and 32 bytes in base64, is expected");
        seed.map(Self::from_seed).ok_or_else(|| {
            Trouble::new(path.display().to_string(), wrong).hint("name another file, and a key is made there")
        })
    }

    fn create(path: &Path) -> Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)
            .map_err(|error| Trouble::new(path.display().to_string(), format!("no randomness for a key: {error}")))?;
        if let Some(parent) = path.parent() {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(parent);
            made.map_err(|error| disk(parent, "cannot be made", &error))?;
        }
        let line = format!("{SECRET} {}\n", STANDARD.encode(seed));
        (fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path))
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(|error| disk(path, "cannot be written", &error))?;
        Ok(Self::from_seed(seed))
    }
}

impl PublicKey {
    /// Base64 of the 32 bytes.
    #[must_use]
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0.as_bytes())
    }

    /// Reads what [`PublicKey::to_base64`] wrote.
    ///
    /// # Errors
    /// When it is not a public key.
    pub fn from_base64(text: &str) -> Result<Self> {
        let bytes: Option<[u8; 32]> = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        let key = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok()).filter(|key| !key.is_weak());
        key.map(Self).ok_or_else(|| Trouble::new("public key", "is not an Ed25519 public key in base64"))
    }

    /// `ed25519:` and the first sixteen hex digits of its SHA-256.
    #[must_use]
    pub fn id(self) -> String {
        format!("ed25519:{}", &hex::encode(Sha256::digest(self.0.as_bytes()))[..16])
    }

    /// Strict: a signature has exactly one form, and weak keys sign nothing.
    pub(super) fn verifies(self, message: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

/// Where the key lies when nobody says: `$XDG_DATA_HOME/plimsoll/key`, or `~/.local/share/plimsoll/key`. `None` for a
/// user without a home.
#[must_use]
pub fn default_path() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = set("XDG_DATA_HOME").filter(|path| path.is_absolute());
    Some(data.or_else(|| Some(set("HOME")?.join(".local/share")))?.join("plimsoll/key"))
}

fn disk(path: &Path, wrong: &str, error: &std::io::Error) -> Trouble {
    Trouble::new(path.display().to_string(), format!("{wrong}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data/plimsoll/key");
        let made = Key::load_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Key::load_or_create(&path).unwrap().id(), made.id());

        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(Key::load_or_create(&path).unwrap_err().wrong, "this key can be read by others");
    }

    #[test]
    fn what_is_not_a_key_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        fs::write(&path, "-----BEGIN PRIVATE KEY-----\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(Key::load_or_create(&path).unwrap_err().wrong.starts_with("is not a key"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "-----BEGIN PRIVATE KEY-----\n");
    }

    /// RFC 8032, section 7.1, test 1.
    #[test]
    fn signature_of_the_standard() {
        let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
        let key = Key::from_seed(seed.try_into().unwrap());
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        assert_eq!(hex::encode(key.public().0.as_bytes()), public);
        let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
                         d25bf5f0595bbe24655141438e7a100b";
        assert_eq!(hex::encode(key.sign(b"")), signature);
    }

    #[test]
    fn a_public_key_travels_as_base64() {
        let key = Key::from_seed([7; 32]).public();
        assert_eq!(PublicKey::from_base64(&key.to_base64()).unwrap(), key);
        assert!(PublicKey::from_base64("AAAA").is_err());
        assert!(PublicKey::from_base64(&STANDARD.encode([0; 32])).is_err(), "a weak key");
    }
}
