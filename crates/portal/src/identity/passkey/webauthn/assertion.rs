//! A proof with a key that is known: section 7.2, “Verifying an Authentication Assertion”.

use sha2::{Digest as _, Sha256};

use super::authenticator_data::AuthenticatorData;
use super::client_data::{Asked, ClientData};
use super::cose::PublicKey;
use super::json::Assertion;
use super::{Expected, Result, Trouble};

/// What is known of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The name of whose it is, as authenticators have it.
    pub user_handle: Vec<u8>,
    /// The public key.
    pub public_key: Vec<u8>,
    /// How often it has signed.
    pub counter: u32,
    /// Whether it may be backed up.
    pub backup_eligible: bool,
}

/// What is new about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asserted {
    /// How often it has signed.
    pub counter: u32,
    /// Whether it is backed up.
    pub backed_up: bool,
}

impl Assertion {
    /// The question that it says it answers.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] when it says none.
    pub fn challenge(&self) -> Result<Vec<u8>> {
        ClientData::parse(&self.response.client_data.0)?.challenge()
    }

    /// The name of the key.
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        &self.id.0
    }
}

/// Goes through section 7.2. `known` is the key of the name that the assertion gives (step 7), and the caller has looked whose it
/// is (step 6). Where nobody was known before, the authenticator must say whose it is: `discovered`. Steps 1 to 4 are the browser's;
/// 5 holds because only keys of whoever proves are looked up; 14 is about token binding, which is no more; of 18 no extension was
/// asked for.
///
/// # Errors
/// [`Trouble::Wrong`], with what is wrong with it first; [`Trouble::CounterBack`] when there may be two of the key.
pub fn verify_assertion(
    assertion: &Assertion,
    known: &Known,
    expected: &Expected<'_>,
    discovered: bool,
) -> Result<Asserted> {
    let response = &assertion.response;
    // Step 6.
    match &response.user_handle {
        Some(handle) if handle.0 != known.user_handle => return Err(Trouble::Wrong("says that it is somebody else's")),
        None if discovered => return Err(Trouble::Wrong("does not say whose it is")),
        _ => {}
    }
    // Steps 8 to 13.
    ClientData::parse(&response.client_data.0)?.check(Asked::Get, expected)?;
    // Steps 15 to 17.
    let data = AuthenticatorData::parse(&response.authenticator_data.0)?;
    data.check(expected.party)?;
    // Level 3, section 7.2: a key does not change whether it may be backed up.
    if data.backup_eligible() != known.backup_eligible {
        return Err(Trouble::Wrong("changed whether it may be backed up"));
    }
    // Steps 19 and 20.
    let signed = [response.authenticator_data.0.as_slice(), &Sha256::digest(&response.client_data.0)[..]].concat();
    let key = PublicKey::parse(&known.public_key).ok_or(Trouble::Wrong("belongs to a key that cannot be read"))?;
    if !key.signed(&signed, &response.signature.0) {
        return Err(Trouble::Wrong("was not signed by its key"));
    }
    // Step 21: a key that counts counts upwards.
    if (data.counter, known.counter) != (0, 0) && data.counter <= known.counter {
        return Err(Trouble::CounterBack);
    }
    Ok(Asserted { counter: data.counter, backed_up: data.backed_up() })
}
