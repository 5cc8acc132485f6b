//! Time-based one-time passwords: RFC 6238 over HMAC-SHA-1 with six digits and steps of 30 seconds, which is what every
//! authenticator app takes.

use door::Time;
use hmac::Mac as _;
use hmac::digest::KeyInit as _;
use sha1::Sha1;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

/// Seconds of a step (RFC 6238 section 5.2).
const STEP_SECONDS: i64 = 30;
/// Steps before and after the present one whose codes are taken, too: clocks differ, and people type slowly.
const STEPS_BESIDE: i64 = 1;
/// Digits of a code.
const DIGITS: usize = 6;
/// Bytes of a secret (RFC 4226 section 4, R6).
const SECRET_BYTES: usize = 20;
/// The letters of RFC 4648 section 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What an authenticator app and the portal share.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; SECRET_BYTES]>);

impl Secret {
    /// A new one.
    #[must_use]
    pub fn fresh() -> Self {
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        #[expect(clippy::expect_used, reason = "no randomness, no safe answer")]
        getrandom::fill(bytes.as_mut()).expect("the operating system's random generator answers");
        Self(bytes)
    }

    /// As it was kept; `None` when that has another length.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The bytes, for sealing only.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// As it is typed into an app: RFC 4648 section 6, without padding.
    #[must_use]
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(base32(self.bytes()))
    }

    /// Back from what [`Secret::base32`] gave.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mut bits, mut held, mut bytes) = (0_u32, 0, Zeroizing::new(Vec::with_capacity(SECRET_BYTES)));
        for letter in text.bytes() {
            let value = BASE32.iter().position(|known| *known == letter)?;
            bits = bits << 5 | u32::try_from(value).ok()?;
            held += 5;
            if held >= 8 {
                held -= 8;
                bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
            }
        }
        bits.zeroize();
        Self::of(&bytes)
    }

    /// The code that an app shows at this time.
    #[must_use]
    pub fn code(&self, at: Time) -> String {
        self.code_of(step(at))
    }

    /// The first code that is taken now and belongs to a step later than `after`, as far as there is one.
    #[must_use]
    pub fn code_after(&self, after: i64, now: Time) -> String {
        self.code_of((after + 1).clamp(step(now), step(now) + STEPS_BESIDE))
    }

    /// The step that a code belongs to, if it is one of now and later than `after`: a step is used once (RFC 6238
    /// section 5.2).
    #[must_use]
    pub fn step_of(&self, code: &str, now: Time, after: i64) -> Option<i64> {
        let here = step(now);
        let matches = |step: &i64| bool::from(self.code_of(*step).as_bytes().ct_eq(code.as_bytes()));
        (here - STEPS_BESIDE..=here + STEPS_BESIDE).filter(|step| *step > after).find(matches)
    }

    /// RFC 4226 section 5.3, with the step as its counter.
    fn code_of(&self, step: i64) -> String {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = hmac::Hmac::<Sha1>::new_from_slice(self.bytes()).expect("a key of 20 bytes");
        mac.update(&step.to_be_bytes());
        let hash: [u8; 20] = mac.finalize().into_bytes().into();
        let at = usize::from(hash[19] & 0x0f);
        let [first, second, third, fourth] = [hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]];
        let number = u32::from_be_bytes([first, second, third, fourth]) % 10_u32.pow(6);
        format!("{number:0DIGITS$}")
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The step that a time lies in.
const fn step(at: Time) -> i64 {
    at.0.div_euclid(STEP_SECONDS * 1_000_000)
}

/// Bytes in letters and digits that are not taken for each other (RFC 4648 section 6).
pub(super) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in bytes {
        bits = (bits << 8 | u32::from(*byte)) & 0xffff;
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(BASE32[(bits >> held & 31) as usize]));
        }
    }
    if held > 0 {
        text.push(char::from(BASE32[(bits << (5 - held) & 31) as usize]));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHARED: &[u8; 20] = b"12345678901234567890";

    const fn at(second: i64) -> Time {
        Time(second * 1_000_000)
    }

    /// RFC 6238 appendix B, the last six of its eight digits.
    #[test]
    fn the_standards_own_codes() {
        let secret = Secret::of(SHARED).unwrap();
        let codes = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (second, code) in codes {
            assert_eq!(secret.code(at(second)), code, "at {second}");
        }
    }

    /// RFC 4648 section 10.
    #[test]
    fn letters_as_the_standard_has_them() {
        for (bytes, text) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(Secret::of(SHARED).unwrap().base32().as_str(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_is_good_for_its_step_and_the_ones_beside_it_once() {
        let secret = Secret::of(SHARED).unwrap();
        let (code, here) = (secret.code(at(3_000)), 100);
        for (now, taken) in [(2_939, false), (2_970, true), (3_000, true), (3_059, true), (3_060, false)] {
            assert_eq!(secret.step_of(&code, at(now), 0), taken.then_some(here), "at {now}");
        }
        assert_eq!(secret.step_of(&code, at(3_000), here), None, "its step was used");
        assert_eq!(secret.step_of(&secret.code(at(2_970)), at(3_000), here), None, "an older one, too");
        assert_eq!(secret.step_of(&secret.code(at(3_030)), at(3_000), here), Some(here + 1));
        assert_eq!(secret.step_of("", at(3_000), 0), None);
        for (after, good_for) in [(0, Some(100)), (99, Some(100)), (100, Some(101)), (101, None)] {
            assert_eq!(
                secret.step_of(&secret.code_after(after, at(3_000)), at(3_000), after),
                good_for,
                "after {after}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_secret_comes_back_as_it_was_shown(bytes in any::<[u8; 20]>()) {
            let secret = Secret::of(&bytes).unwrap();
            let back = Secret::parse(&secret.base32()).unwrap();
            prop_assert_eq!(back.bytes(), &bytes);
        }

        #[test]
        fn whatever_is_typed_is_no_secret_or_one(text in ".{0,40}") {
            let _ = Secret::parse(&text);
        }
    }
}
