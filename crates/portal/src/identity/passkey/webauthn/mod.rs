//! Web Authentication, as far as a relying party goes (W3C, Level 2; what Level 3 says of backed-up keys besides). Pure: what was
//! asked, what came back, and whether the one answers the other. Steps are those of Level 2.

mod assertion;
mod authenticator_data;
mod cbor;
mod client_data;
mod cose;
mod json;
mod options;
mod registration;

pub use assertion::{Asserted, Known, verify_assertion};
pub use json::{Assertion, Base64Url, NewCredential, maybe_text_or_object, text_or_object};
pub use options::{CreationOptions, Described, Parameters, Party, RequestOptions, Selection, User};
pub use registration::{Registered, verify_registration};

use url::{Host, Url};

/// The longest name of a credential, in bytes (Level 3, section 7.1, step 25).
pub const CREDENTIAL_ID_MAX: usize = 1023;
/// How long a browser waits for somebody's finger, and a challenge for its answer.
pub const CHALLENGE_SECONDS: i64 = 300;
/// Random bytes of a challenge (section 13.4.3 asks for 16).
pub const CHALLENGE_BYTES: usize = 32;
/// Random bytes of a user handle (section 14.6.1 recommends 64, and nothing that says who it is).
pub const USER_HANDLE_BYTES: usize = 64;

/// Who asks for a proof, as browsers and authenticators know it (section 5.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// The name that keys are made for: the host, without port (section 5.1.2, `rp.id`).
    pub id: String,
    /// The one origin that may ask: scheme, host and port.
    pub origin: String,
}

impl RelyingParty {
    /// Of where browsers reach the portal. `None` where that is a number: keys are made for names.
    #[must_use]
    pub fn of(public_origin: &str) -> Option<Self> {
        let url: Url = public_origin.parse().ok()?;
        let Some(Host::Domain(name)) = url.host() else { return None };
        Some(Self { id: name.to_owned(), origin: url.origin().ascii_serialization() })
    }
}

/// What an answer must answer.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// For whom.
    pub party: &'a RelyingParty,
    /// Which question.
    pub challenge: &'a [u8],
}

/// Why an answer is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It does not say what it must: what is wrong with it first.
    Wrong(&'static str),
    /// Its key has signed with a count that was passed already: there may be two of it (section 6.1.1).
    CounterBack,
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Wrong(why) => why,
            Self::CounterBack => "counts backwards: somebody may have a copy of it",
        })
    }
}

/// What verification answers.
pub type Result<T> = std::result::Result<T, Trouble>;

#[cfg(test)]
#[path = "../../../../tests/it/authenticator.rs"]
mod authenticator;

#[cfg(test)]
mod tests;
