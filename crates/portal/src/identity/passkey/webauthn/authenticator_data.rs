//! What an authenticator signs of itself: authenticator data (section 6.1), byte by byte.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::cbor::Item;
use super::cose::PublicKey;
use super::{CREDENTIAL_ID_MAX, RelyingParty, Result, Trouble};

/// Somebody is there: touched it, or looked at it.
const USER_PRESENT: u8 = 1;
/// Whoever is there was known by the authenticator: finger, face, PIN.
const USER_VERIFIED: u8 = 1 << 2;
/// The key may be backed up (Level 3, section 6.1.3).
const BACKUP_ELIGIBLE: u8 = 1 << 3;
/// It is.
const BACKED_UP: u8 = 1 << 4;
/// A new key follows.
const ATTESTED: u8 = 1 << 6;
/// Extensions follow.
const EXTENSIONS: u8 = 1 << 7;
/// Which model made the key: not looked at (section 6.5.1).
const AAGUID_BYTES: usize = 16;

const CUT_OFF: Trouble = Trouble::Wrong("has authenticator data that ends in the middle");

/// What was signed.
pub(super) struct AuthenticatorData<'a> {
    party: &'a [u8; 32],
    flags: u8,
    /// How often the key has signed, by its own count; zero where none is kept (section 6.1.1).
    pub(super) counter: u32,
    /// The new key, where there is one.
    pub(super) attested: Option<Attested<'a>>,
}

/// A new key (section 6.5.1).
pub(super) struct Attested<'a> {
    /// Its name.
    pub(super) credential_id: &'a [u8],
    /// The key, as it is kept.
    pub(super) public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    /// Reads all of it: what follows and is announced by no flag is refused.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self> {
        let (party, rest) = bytes.split_first_chunk::<32>().ok_or(CUT_OFF)?;
        let (&[flags], rest) = rest.split_first_chunk::<1>().ok_or(CUT_OFF)?;
        let (counter, rest) = rest.split_first_chunk::<4>().ok_or(CUT_OFF)?;
        let (attested, rest) = if flags & ATTESTED == 0 {
            (None, rest)
        } else {
            let (attested, rest) = Attested::parse(rest)?;
            (Some(attested), rest)
        };
        let rest = if flags & EXTENSIONS == 0 {
            rest
        } else {
            let (Item::Map(_), rest) = Item::read(rest).ok_or(CUT_OFF)? else {
                return Err(Trouble::Wrong("has extensions that cannot be read"));
            };
            rest
        };
        if !rest.is_empty() {
            return Err(Trouble::Wrong("has something behind its authenticator data"));
        }
        Ok(Self { party, flags, counter: u32::from_be_bytes(*counter), attested })
    }

    /// Section 7.1, steps 13 to 15; section 7.2, steps 15 to 17. Who is there is always asked for: a passkey counts as two
    /// factors because its authenticator has made sure of whoever holds it.
    pub(super) fn check(&self, party: &RelyingParty) -> Result<()> {
        if !bool::from(self.party[..].ct_eq(&Sha256::digest(party.id.as_bytes())[..])) {
            return Err(Trouble::Wrong("was made for another relying party"));
        }
        if self.flags & USER_PRESENT == 0 {
            return Err(Trouble::Wrong("was made with nobody there"));
        }
        if self.flags & USER_VERIFIED == 0 {
            return Err(Trouble::Wrong("does not say who was there: no finger, face or PIN"));
        }
        // Level 3, section 6.1.3: what is backed up may be.
        if self.backed_up() && !self.backup_eligible() {
            return Err(Trouble::Wrong("is backed up and may not be"));
        }
        Ok(())
    }

    /// Whether the key may be backed up. A key never changes that.
    pub(super) const fn backup_eligible(&self) -> bool {
        self.flags & BACKUP_ELIGIBLE != 0
    }

    /// Whether it is, at the moment.
    pub(super) const fn backed_up(&self) -> bool {
        self.flags & BACKED_UP != 0
    }
}

impl<'a> Attested<'a> {
    fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8])> {
        let (_, rest) = bytes.split_at_checked(AAGUID_BYTES).ok_or(CUT_OFF)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(CUT_OFF)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length == 0 || CREDENTIAL_ID_MAX < length {
            return Err(Trouble::Wrong("has a credential ID of no length that is allowed"));
        }
        let (credential_id, rest) = rest.split_at_checked(length).ok_or(CUT_OFF)?;
        let (key, after) = Item::read(rest).ok_or(CUT_OFF)?;
        // Section 7.1, step 16.
        if PublicKey::of(&key).is_none() {
            return Err(Trouble::Wrong("has a key of none of the algorithms ES256, EdDSA and RS256"));
        }
        let public_key = &rest[..rest.len() - after.len()];
        Ok((Self { credential_id, public_key }, after))
    }
}
