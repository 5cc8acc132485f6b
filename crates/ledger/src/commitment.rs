//! Salted commitments: 32 bytes in the immutable part that say nothing once the salt is deleted.
//!
//! A value such as a mail address stands outside the log, beside its random salt; the log holds only
//! `HMAC-SHA256(salt, context)`. While both are there, the value can be checked. After both are deleted the commitment
//! hides the value for ever and every proof stays valid. A plain hash would be a dictionary look-up.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::Hash;

/// 256 random bits, fresh for each value: the key of one commitment, deleted together with the value.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Salt([u8; 32]);

impl Salt {
    /// Takes bytes from the caller's random generator; this crate has none.
    pub fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// The bytes, for storing them beside the value.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// Commits to one value of one event:
/// `HMAC-SHA256(salt, "audit-pii/v1" LF event id LF field LF value)`, the id as hyphenated lower-case text.
///
/// The event id and the field are bound in, so that a commitment cannot be moved to another place.
pub fn of_value(salt: &Salt, event: Uuid, field: &str, value: &[u8]) -> Hash {
    keyed(salt, &[b"audit-pii/v1", event.to_string().as_bytes(), field.as_bytes(), value])
}

/// Commits to the state of one row at one revision:
/// `HMAC-SHA256(salt, "audit-row/v1" LF entity LF id LF revision LF state)`. The salt is kept in the row.
pub fn of_row(salt: &Salt, entity: &str, id: Uuid, revision: u64, state: &[u8]) -> Hash {
    let (id, revision) = (id.to_string(), revision.to_string());
    keyed(salt, &[b"audit-row/v1", entity.as_bytes(), id.as_bytes(), revision.as_bytes(), state])
}

/// Only the last part may contain a line feed, so the parts cannot be shifted against each other.
fn keyed(salt: &Salt, parts: &[&[u8]]) -> Hash {
    // A key shorter than the block is filled with zeros (RFC 2104, section 2); done here, no length can be wrong.
    let mut block = [0; 64];
    block[..32].copy_from_slice(&salt.0);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    block.zeroize();
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            mac.update(b"\n");
        }
        mac.update(part);
    }
    Hash(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_hmac_of_rfc_2104() {
        // `printf 'audit-pii/v1\n…\nactor.ip\n192.0.2.7' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…`
        let event = "01930000-0000-7000-8000-000000000001".parse().unwrap();
        let commitment = of_value(&Salt::new([7; 32]), event, "actor.ip", b"192.0.2.7");
        assert_eq!(commitment.to_string(), "xPdox/zztZ6aeWr0Ad7ehTbGqYb6XPrIZVnTqqsPIuM=");
    }

    #[test]
    fn binds_salt_event_field_and_value() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let salt = Salt::new([7; 32]);
        let commitment = of_value(&salt, one, "actor.ip", b"192.0.2.7");
        assert_ne!(commitment, of_value(&Salt::new([8; 32]), one, "actor.ip", b"192.0.2.7"));
        assert_ne!(commitment, of_value(&salt, two, "actor.ip", b"192.0.2.7"));
        assert_ne!(commitment, of_value(&salt, one, "target.ip", b"192.0.2.7"));
        assert_ne!(commitment, of_value(&salt, one, "actor.ip", b"192.0.2.8"));
        assert_ne!(of_row(&salt, "project", one, 1, b"{}"), of_row(&salt, "project", one, 2, b"{}"));
    }

    #[test]
    fn a_salt_cannot_be_printed() {
        assert_eq!(format!("{:?}", Salt::new([7; 32])), "Salt(…)");
    }
}
