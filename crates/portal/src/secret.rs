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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_secret_has_two_hundred_and_fifty_six_random_bits() {
        let mut seen = BTreeSet::new();
        let (mut ones, mut all) = ([0_u32; 256], 0);
        for _ in 0..1000 {
            let (text, kept) = fresh(false);
            let bytes = URL_SAFE_NO_PAD.decode(text.as_str()).unwrap();
            assert_eq!(bytes.len(), 32);
            assert_eq!(kept, hash(&text));
            assert!(seen.insert(text.to_string()), "the same secret twice");
            for (bit, count) in ones.iter_mut().enumerate() {
                *count += u32::from(bytes[bit / 8] >> (bit % 8) & 1);
            }
            all += 1;
        }
        // Each bit is set about half of the time: eight standard deviations leave room for chance and none for a constant.
        assert!(ones.iter().all(|count| count.abs_diff(all / 2) < 127), "{ones:?}");
    }
}
