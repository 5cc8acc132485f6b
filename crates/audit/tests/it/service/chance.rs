//! What differs each time: nonces, uuids, the time.

use jiff::Timestamp;

/// 128 random bits, hex.
pub(crate) fn nonce() -> String {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).unwrap();
    hex::encode(bytes)
}

/// A random uuid (RFC 9562 version 4).
pub(crate) fn uuid() -> String {
    let hex = nonce();
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

#[expect(clippy::disallowed_methods, reason = "a service of the tests has the machine's clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
