//! A new key: section 7.1, “Registering a New Credential”.

use super::authenticator_data::AuthenticatorData;
use super::cbor::Item;
use super::client_data::{Asked, ClientData};
use super::json::NewCredential;
use super::{Expected, Result, Trouble};

/// Ways to reach an authenticator that are kept as a hint for the browser (section 5.8.4; Level 3 adds the last two).
const TRANSPORTS: [&str; 6] = ["usb", "nfc", "ble", "internal", "hybrid", "smart-card"];

/// What is kept of a new key (Level 3, section 4, “credential record”).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Its name, which no other key has.
    pub credential_id: Vec<u8>,
    /// The public key, as the authenticator wrote it.
    pub public_key: Vec<u8>,
    /// How often it has signed.
    pub counter: u32,
    /// Whether it may be backed up.
    pub backup_eligible: bool,
    /// Whether it is.
    pub backed_up: bool,
    /// Ways to reach it, with spaces between.
    pub transports: String,
}

impl NewCredential {
    /// The question that it says it answers.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] when it says none.
    pub fn challenge(&self) -> Result<Vec<u8>> {
        ClientData::parse(&self.response.client_data.0)?.challenge()
    }
}

/// Goes through section 7.1. Steps 1 to 4 are the browser's; 10 is about token binding, which is no more; of 17 no extension that
/// was asked for changes anything; 18 to 21 and 24 are about who made the authenticator: “none” is asked for, and whatever comes is
/// not looked at. Step 22, whether the key is registered already, is the database's: names of keys are unique there.
///
/// # Errors
/// [`Trouble::Wrong`], with what is wrong with it first.
pub fn verify_registration(credential: &NewCredential, expected: &Expected<'_>) -> Result<Registered> {
    // Steps 5 to 9.
    ClientData::parse(&credential.response.client_data.0)?.check(Asked::Create, expected)?;
    // Step 11 wants the hash of the client data, for a statement that is not looked at. Step 12.
    let unreadable = Trouble::Wrong("has an attestation object that cannot be read");
    let (attestation, rest) = Item::read(&credential.response.attestation_object.0).ok_or(unreadable)?;
    let data = attestation.get(&Item::Text("authData")).and_then(Item::as_bytes).ok_or(unreadable)?;
    if !rest.is_empty() || !matches!(attestation.get(&Item::Text("fmt")), Some(Item::Text(_))) {
        return Err(unreadable);
    }
    // Steps 13 to 16.
    let data = AuthenticatorData::parse(data)?;
    data.check(expected.party)?;
    let attested = data.attested.as_ref().ok_or(Trouble::Wrong("brings no new key"))?;
    if attested.credential_id != credential.id.0 {
        return Err(Trouble::Wrong("is called otherwise outside than inside"));
    }
    let transports =
        TRANSPORTS.into_iter().filter(|known| credential.response.transports.iter().any(|said| said == known));
    Ok(Registered {
        credential_id: attested.credential_id.to_vec(),
        public_key: attested.public_key.to_vec(),
        counter: data.counter,
        backup_eligible: data.backup_eligible(),
        backed_up: data.backed_up(),
        transports: transports.collect::<Vec<_>>().join(" "),
    })
}
