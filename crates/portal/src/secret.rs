//! Secrets that we give out: 256 random bits, kept as a hash only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// How a token begins, so that scanners for leaked secrets know it.
const TOKEN_PREFIX: &str = "plim_";

/// A fresh secret, and its hash for the database. It has full entropy, so a fast hash is enough.
#[must_use]
pub fn fresh(token: bool) -> (Zeroizing<String>, Vec<u8>) {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    #[expect(clippy::expect_used, reason = "no randomness, no safe answer")]
    getrandom::fill(bytes.as_mut()).expect("the operating system's random generator answers");
    let text = URL_SAFE_NO_PAD.encode(bytes.as_ref());
    let text = Zeroizing::new(if token { format!("{TOKEN_PREFIX}{text}") } else { text });
    let hash = hash(&text);
    (text, hash)
}

/// The hash under which a shown secret is looked up.
#[must_use]
pub fn hash(shown: &str) -> Vec<u8> {
    Sha256::digest(shown.as_bytes()).to_vec()
}

/// Whether it is an API token, and not a session.
#[must_use]
pub fn is_token(shown: &str) -> bool {
    shown.starts_with(TOKEN_PREFIX)
}
