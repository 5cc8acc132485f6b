//! A credential's public key, as authenticators write it: `COSE_Key` (RFC 9052 section 7), with the parameters of RFC 9053 and
//! RFC 8230, for the three algorithms that are asked for.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};

use super::cbor::Item;

/// What is asked for, the best liked first (IANA, COSE algorithms): ES256, EdDSA, RS256.
pub(super) const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];
const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

const KEY_TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
/// Bytes of a coordinate of P-256, and of a key of Ed25519.
const COORDINATE_BYTES: usize = 32;
/// Bytes of an RSA modulus: what is shorter than 2048 bits or longer than 8192 signs nothing here.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// A key that was looked at: it is one.
pub(super) struct PublicKey(ParsedPublicKey);

impl PublicKey {
    /// As an authenticator wrote it, and as it is kept. `None` when it is no key of an algorithm that is asked for.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (key, rest) = Item::read(bytes)?;
        if rest.is_empty() { Self::of(&key) } else { None }
    }

    /// The same, of what was read already.
    pub(super) fn of(key: &Item<'_>) -> Option<Self> {
        let integer = |name| key.get(&Item::Integer(name))?.as_integer();
        let bytes = |name| key.get(&Item::Integer(name))?.as_bytes();
        let coordinate = |name| bytes(name).filter(|bytes| bytes.len() == COORDINATE_BYTES);
        let parsed = match (integer(KEY_TYPE)?, integer(ALGORITHM)?) {
            // EC2 on P-256 (RFC 9053 section 7.1.1); WebAuthn section 5.8.5 wants both coordinates whole.
            (2, ES256) if integer(-1)? == 1 => {
                // An uncompressed point (SEC 1, section 2.3.3).
                let point = [&[4], coordinate(-2)?, coordinate(-3)?].concat();
                ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).ok()?
            }
            // OKP with Ed25519 (RFC 9053 section 7.2).
            (1, EDDSA) if integer(-1)? == 6 => ParsedPublicKey::new(&ED25519, coordinate(-2)?).ok()?,
            // RSA (RFC 8230 section 4).
            (3, RS256) => {
                let modulus = bytes(-1).filter(|modulus| MODULUS_BYTES.contains(&modulus.len()))?;
                let components = PublicKeyComponents { n: modulus, e: bytes(-2)? };
                components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()?
            }
            _ => return None,
        };
        Some(Self(parsed))
    }

    /// Whether it has signed this. Its kind says by which algorithm, and what is signed has no say in it.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 8032 section 7.1, test 2.
    #[test]
    fn the_standards_own_signature() {
        let key = "a40101032720062158203d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        let key = PublicKey::parse(&hex::decode(key).unwrap()).unwrap();
        let signature = hex::decode(signature).unwrap();
        assert!(key.signed(&[0x72], &signature));
        assert!(!key.signed(&[0x73], &signature) && !key.signed(&[0x72], &signature[1..]));
    }

    #[test]
    fn what_is_no_key_of_ours_is_none() {
        let x = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        let zero = "00".repeat(32);
        for (text, why) in [
            (format!("a4010103262006215820{x}"), "ES256 on Ed25519"),
            (format!("a4010103272004215820{x}"), "X25519"),
            (format!("a401010327200621581f{}", &x[2..]), "too short"),
            (format!("a4010103272006215820{x}00"), "something behind it"),
            (format!("a3010103272158{x}"), "no curve"),
            (format!("a5010203262001215820{zero}225820{zero}"), "a point beside the curve"),
            (format!("a5010203262001215820{x}22f5"), "half a point"),
            (format!("a401030339010020{}2143010001", "4101"), "a modulus of a byte"),
            ("a0".to_owned(), "nothing"),
            ("00".to_owned(), "no map"),
        ] {
            assert!(PublicKey::parse(&hex::decode(text).unwrap()).is_none(), "{why}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_key_or_none(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = PublicKey::parse(&bytes);
        }
    }
}
