//! The relying party's half of OpenID Connect: the code flow of OpenID Connect Core 1.0 with PKCE, and what a provider says of
//! itself by OpenID Connect Discovery 1.0. It knows no table and no person.

mod discovery;
mod fetch;
mod id_token;
mod keys;
mod redeem;

pub(crate) use discovery::{Discovered, discover};
pub(crate) use fetch::Trouble;
pub(crate) use id_token::{Claims, Expected, verify};
pub(crate) use keys::Keys;
pub(crate) use redeem::{Redeemed, redeem};

/// Signatures that are taken (RFC 7518 section 3.1, RFC 8037 section 3.1), as providers name them. There is no `none` and no
/// HMAC here to be talked into.
const ALGORITHMS: [&str; 3] = ["RS256", "ES256", "EdDSA"];
