//! What is asked of a browser (section 5.4, `PublicKeyCredentialCreationOptions`; section 5.5, `PublicKeyCredentialRequestOptions`),
//! in the form of JSON that Level 3 gives it: `PublicKeyCredential.parseCreationOptionsFromJSON()` reads it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cose::ALGORITHMS;
use super::{Base64Url, CHALLENGE_SECONDS, RelyingParty};

/// There is one kind of key (section 5.8.2).
const PUBLIC_KEY: &str = "public-key";
/// What must be (sections 5.4.6 and 5.8.6): the key can be found without a name, and the authenticator makes sure of who is there.
const REQUIRED: &str = "required";

/// What `navigator.credentials.create({publicKey: …})` is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    /// For whom the key is made.
    pub rp: Party,
    /// Whose it will be.
    pub user: User,
    /// The question.
    pub challenge: Base64Url,
    /// Algorithms, the best liked first.
    pub pub_key_cred_params: Vec<Parameters>,
    /// How long the browser may wait, in milliseconds.
    pub timeout: i64,
    /// Keys that are there already: no authenticator makes a second one.
    pub exclude_credentials: Vec<Described>,
    /// What the authenticator must be able to do.
    pub authenticator_selection: Selection,
    /// Who made the authenticator is not asked.
    pub attestation: String,
}

/// What `navigator.credentials.get({publicKey: …})` is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    /// The question.
    pub challenge: Base64Url,
    /// How long the browser may wait, in milliseconds.
    pub timeout: i64,
    /// For whom the keys were made.
    pub rp_id: String,
    /// The keys that would do; empty where nobody is known yet, and any key of this portal will.
    pub allow_credentials: Vec<Described>,
    /// The authenticator makes sure of who is there.
    pub user_verification: String,
}

/// For whom a key is made (section 5.4.2).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Party {
    /// The host.
    pub id: String,
    /// The same, for people.
    pub name: String,
}

/// Whose a key will be (section 5.4.3).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Random bytes: nothing that says who it is.
    pub id: Base64Url,
    /// The mail address, to tell accounts apart.
    pub name: String,
    /// The name.
    pub display_name: String,
}

/// An algorithm (section 5.3).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Parameters {
    /// The kind of key.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its number (IANA, COSE algorithms).
    pub alg: i64,
}

/// A key by its name (section 5.8.3).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Described {
    /// The kind of key.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub id: Base64Url,
    /// Ways to reach it.
    pub transports: Vec<String>,
}

/// What an authenticator must be able to do (section 5.4.4).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Selection {
    /// The key can be found without anybody's name.
    pub resident_key: String,
    /// The same, for browsers of Level 1.
    pub require_resident_key: bool,
    /// The authenticator makes sure of who is there.
    pub user_verification: String,
}

impl Described {
    /// A key by its name, and the ways to reach it with spaces between.
    #[must_use]
    pub fn new(credential_id: Vec<u8>, transports: &str) -> Self {
        let transports = transports.split_whitespace().map(str::to_owned).collect();
        Self { kind: PUBLIC_KEY.to_owned(), id: Base64Url(credential_id), transports }
    }
}

impl CreationOptions {
    /// A new key for somebody who has these.
    #[must_use]
    pub fn new(party: &RelyingParty, user: User, challenge: &[u8], there: Vec<Described>) -> Self {
        Self {
            rp: Party { id: party.id.clone(), name: party.id.clone() },
            user,
            challenge: Base64Url(challenge.to_vec()),
            pub_key_cred_params: ALGORITHMS.map(|alg| Parameters { kind: PUBLIC_KEY.to_owned(), alg }).to_vec(),
            timeout: CHALLENGE_SECONDS * 1000,
            exclude_credentials: there,
            authenticator_selection: Selection {
                resident_key: REQUIRED.to_owned(),
                require_resident_key: true,
                user_verification: REQUIRED.to_owned(),
            },
            attestation: "none".to_owned(),
        }
    }
}

impl RequestOptions {
    /// A proof with one of these keys; with any, where none are named.
    #[must_use]
    pub fn new(party: &RelyingParty, challenge: &[u8], keys: Vec<Described>) -> Self {
        Self {
            challenge: Base64Url(challenge.to_vec()),
            timeout: CHALLENGE_SECONDS * 1000,
            rp_id: party.id.clone(),
            allow_credentials: keys,
            user_verification: REQUIRED.to_owned(),
        }
    }
}
