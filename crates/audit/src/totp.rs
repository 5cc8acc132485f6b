//! Codes of authenticator apps: RFC 6238 over HOTP (RFC 4226), for whoever signs in with a second factor.
//!
//! A secret is what services give out when a factor is set up: base32 (RFC 4648 section 6), or a whole `otpauth://` address
//! with digits, seconds and hash function of its own.

use hmac::Hmac;
use hmac::digest::KeyInit;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// Most digits of a code: ten would not fit the 31 bits that a code is made of.
const DIGITS_MAX: u32 = 9;

/// What an authenticator app and a service share.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    key: Vec<u8>,
    digits: u32,
    period: u64,
    hash: Hash,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Secret {
    /// Reads base32, in any case, with spaces, hyphens and padding or without; or an `otpauth://totp/` address. Nothing where
    /// it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let mut secret = Self { key: Vec::new(), digits: 6, period: 30, hash: Hash::Sha1 };
        let Some(address) = text.trim().strip_prefix("otpauth://totp/") else {
            secret.key = base32(text)?;
            return Some(secret);
        };
        let query = address.split_once('?')?.1;
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.to_lowercase().as_str() {
                "secret" => secret.key = base32(&value)?,
                "digits" => secret.digits = value.parse().ok().filter(|digits| (1..=DIGITS_MAX).contains(digits))?,
                "period" => secret.period = value.parse().ok().filter(|period| (1..=3600).contains(period))?,
                "algorithm" => {
                    secret.hash = match value.to_uppercase().replace('-', "").as_str() {
                        "SHA1" => Hash::Sha1,
                        "SHA256" => Hash::Sha256,
                        "SHA512" => Hash::Sha512,
                        _ => return None,
                    };
                }
                _ => {}
            }
        }
        (!secret.key.is_empty()).then_some(secret)
    }

    /// The step that a moment lies in, in seconds since 1970.
    pub fn step(&self, seconds: u64) -> u64 {
        seconds / self.period
    }

    /// When a step begins, in seconds since 1970.
    pub fn begins(&self, step: u64) -> u64 {
        step.saturating_mul(self.period)
    }

    /// The code of a step (RFC 4226 section 5.3, with the step as its counter).
    pub fn code(&self, step: u64) -> String {
        let hash = match self.hash {
            Hash::Sha1 => digest::<Hmac<Sha1>>(&self.key, step),
            Hash::Sha256 => digest::<Hmac<Sha256>>(&self.key, step),
            Hash::Sha512 => digest::<Hmac<Sha512>>(&self.key, step),
        };
        let at = usize::from(hash.last().copied().unwrap_or_default() & 0x0f);
        let part = hash.get(at..at + 4).unwrap_or_default();
        let number = part.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) & 0x7fff_ffff;
        format!("{:0width$}", number % 10_u32.pow(self.digits), width = self.digits as usize)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

fn digest<M: hmac::Mac + KeyInit>(key: &[u8], step: u64) -> Vec<u8> {
    // Keys of any length are taken.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return Vec::new() };
    mac.update(&step.to_be_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// RFC 4648 section 6. Nothing where a letter is none of its, or there is none.
fn base32(text: &str) -> Option<Vec<u8>> {
    let (mut held, mut bits, mut bytes) = (0_u32, 0_u32, Vec::new());
    for letter in text.trim().trim_end_matches('=').chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let value = match letter.to_ascii_uppercase() {
            letter @ 'A'..='Z' => u32::from(letter) - u32::from('A'),
            letter @ '2'..='7' => u32::from(letter) - u32::from('2') + 26,
            _ => return None,
        };
        held = (held << 5 | value) & 0xfff;
        bits += 5;
        if 8 <= bits {
            bits -= 8;
            bytes.extend(u8::try_from(held >> bits & 0xff));
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 6238 appendix B: eight digits, the key as long as the hash.
    #[test]
    fn the_codes_of_the_standard() {
        let secret = |repeated: usize, hash: &str| {
            let digits = b"12345678901234567890123456789012345678901234567890123456789012345678901234567890";
            let key = &digits[..repeated];
            let mut text = String::new();
            let (mut held, mut bits) = (0_u32, 0);
            for byte in key {
                held = (held << 8 | u32::from(*byte)) & 0xffff;
                bits += 8;
                while 5 <= bits {
                    bits -= 5;
                    text.push(char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(held >> bits & 31) as usize]));
                }
            }
            text.push(char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(held << (5 - bits) & 31) as usize]));
            Secret::parse(&format!("otpauth://totp/x:y?secret={text}&digits=8&algorithm={hash}")).unwrap()
        };
        let code = |secret: &Secret, seconds| secret.code(secret.step(seconds));
        assert_eq!(code(&secret(20, "SHA1"), 59), "94287082");
        assert_eq!(code(&secret(20, "SHA1"), 20_000_000_000), "65353130");
        assert_eq!(code(&secret(32, "SHA256"), 1_111_111_109), "68084774");
        assert_eq!(code(&secret(64, "SHA512"), 1_234_567_890), "93441116");
    }

    #[test]
    fn a_secret_is_read_as_people_write_it() {
        let secret = Secret::parse("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        assert_eq!(secret.code(secret.step(59)), "287082");
        assert_eq!(Secret::parse("gezd gnbv-gy3t qojq GEZDGNBVGY3TQOJQ====").unwrap(), secret);
        for wrong in ["", "1", "otpauth://totp/x", "otpauth://totp/x?secret=A1", "otpauth://totp/x?secret=ME&digits=99"]
        {
            assert_eq!(Secret::parse(wrong), None, "{wrong}");
        }
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*", query in ".*", step in any::<u64>()) {
            for text in [text, format!("otpauth://totp/x?secret=MFRGG&{query}")] {
                if let Some(secret) = Secret::parse(&text) {
                    prop_assert!(secret.code(step).chars().all(|digit| digit.is_ascii_digit()));
                }
            }
        }
    }
}
