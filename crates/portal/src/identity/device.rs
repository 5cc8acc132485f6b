//! Devices that are known: a browser in which somebody has signed in before shows so when he signs in again, and its tries
//! are counted by themselves. Who guesses at an account, from wherever, slows strangers and not its owner.
//!
//! What it shows is `until.number.seal`: kept in a cookie, sealed for one mail address, and of no use for anything else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use door::{Result, Time};
use subtle::ConstantTimeEq as _;

use crate::vault::Safe;

/// For how long a device stays known after a sign-in.
pub const KNOWN_SECONDS: i64 = 180 * 24 * 3600;

/// What a device shows from now on, when somebody with this mail address has signed in there.
///
/// # Errors
/// [`door::Refusal::Broken`] when it cannot be sealed.
pub fn mark(safe: &Safe, mail: &str, now: Time) -> Result<String> {
    let mut number = [0_u8; 16];
    getrandom::fill(&mut number).map_err(|_| door::Refusal::Broken)?;
    let known = format!("{}.{}", now.plus_seconds(KNOWN_SECONDS).0 / 1_000_000, URL_SAFE_NO_PAD.encode(number));
    let seal = seal(safe, mail, &known)?;
    Ok(format!("{known}.{seal}"))
}

/// What tells a device apart that is known for this mail address; nothing for any other.
#[must_use]
pub fn known(safe: &Safe, mail: &str, shown: &str, now: Time) -> Option<String> {
    let (known, shown) = shown.rsplit_once('.')?;
    let (until, _) = known.split_once('.')?;
    let until: i64 = until.parse().ok()?;
    let seal = seal(safe, mail, known).ok()?;
    let sound = bool::from(seal.as_bytes().ct_eq(shown.as_bytes())) && now.0 / 1_000_000 < until;
    sound.then(|| known.to_owned())
}

fn seal(safe: &Safe, mail: &str, known: &str) -> Result<String> {
    let seal = safe.device_seal(mail.trim().to_lowercase().as_bytes(), known.as_bytes())?;
    Ok(URL_SAFE_NO_PAD.encode(seal))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    use super::*;
    use crate::vault::Cipher;

    const NOW: Time = Time(1_782_322_200_000_000);

    fn safe(byte: u8) -> Safe {
        Safe::new(Zeroizing::new([byte; 32]), Cipher::REAL)
    }

    #[test]
    fn a_device_is_known_for_one_address_one_portal_and_half_a_year() {
        let shown = mark(&safe(7), "petra@example.com", NOW).unwrap();
        let known = |byte, mail, now| known(&safe(byte), mail, &shown, now);
        assert!(known(7, " Petra@example.com", NOW).is_some_and(|known| shown.starts_with(&known)));
        assert_eq!(known(7, "sam@example.com", NOW), None);
        assert_eq!(known(8, "petra@example.com", NOW), None);
        assert_eq!(known(7, "petra@example.com", NOW.plus_seconds(KNOWN_SECONDS)), None);
        let other = mark(&safe(7), "petra@example.com", NOW).unwrap();
        assert_ne!(shown, other, "two devices are told apart");
    }

    proptest! {
        #[test]
        fn whatever_else_is_shown_is_unknown(shown in ".{0,60}") {
            prop_assert_eq!(known(&safe(7), "petra@example.com", &shown, NOW), None);
        }
    }
}
