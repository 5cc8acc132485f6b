//! What browsers give out, as `PublicKeyCredential.toJSON()` writes it (Level 3, section 5.1: `RegistrationResponseJSON`,
//! `AuthenticationResponseJSON`). Names that are not looked at are let be: browsers add some from time to time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Bytes in letters: base64url without padding (RFC 4648 section 5).
#[derive(Clone, PartialEq, Eq)]
pub struct Base64Url(pub Vec<u8>);

impl std::fmt::Debug for Base64Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Base64Url({} bytes)", self.0.len())
    }
}

impl Serialize for Base64Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        URL_SAFE_NO_PAD.decode(text).map(Self).map_err(|_| D::Error::custom("is not base64url without padding"))
    }
}

impl PartialSchema for Base64Url {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z0-9_-]*$")).into()
    }
}

impl ToSchema for Base64Url {}

/// A new key: what `navigator.credentials.create()` gave, as `toJSON()` writes it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewCredential {
    /// The name of the key.
    pub(super) id: Base64Url,
    /// The key, and what the browser says of the question.
    pub(super) response: AttestationResponse,
}

/// What the authenticator answered to the wish for a new key.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct AttestationResponse {
    /// What the browser says of the question.
    #[serde(rename = "clientDataJSON")]
    pub(super) client_data: Base64Url,
    /// The key.
    #[serde(rename = "attestationObject")]
    pub(super) attestation_object: Base64Url,
    /// Ways to reach the authenticator.
    #[serde(default)]
    pub(super) transports: Vec<String>,
}

/// A proof with a key: what `navigator.credentials.get()` gave, as `toJSON()` writes it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Assertion {
    /// The name of the key.
    pub(super) id: Base64Url,
    /// The proof, and what the browser says of the question.
    pub(super) response: AssertionResponse,
}

/// What the authenticator answered to the wish for a proof.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct AssertionResponse {
    /// What the browser says of the question.
    #[serde(rename = "clientDataJSON")]
    pub(super) client_data: Base64Url,
    /// What the authenticator says of itself.
    #[serde(rename = "authenticatorData")]
    pub(super) authenticator_data: Base64Url,
    /// By the key, over both.
    pub(super) signature: Base64Url,
    /// Whose it is, as the authenticator has it.
    #[serde(rename = "userHandle")]
    pub(super) user_handle: Option<Base64Url>,
}

/// Reads an object; or a text that holds one, as a form sends it.
///
/// # Errors
/// What is wrong with it.
pub fn text_or_object<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<T, D::Error> {
    let read = match Value::deserialize(deserializer)? {
        Value::String(text) => serde_json::from_str(&text),
        object => serde_json::from_value(object),
    };
    read.map_err(D::Error::custom)
}

/// The same, where it may be missing.
///
/// # Errors
/// What is wrong with it.
pub fn maybe_text_or_object<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let read = match Option::<Value>::deserialize(deserializer)? {
        None => return Ok(None),
        Some(Value::String(text)) => serde_json::from_str(&text),
        Some(object) => serde_json::from_value(object),
    };
    read.map(Some).map_err(D::Error::custom)
}
