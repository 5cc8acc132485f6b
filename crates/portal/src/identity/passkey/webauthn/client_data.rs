//! What a browser says of the question that it passed on: `CollectedClientData` (section 5.8.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::{Expected, Result, Trouble};

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// A new key.
    Create,
    /// A proof with one that is there.
    Get,
}

impl Asked {
    const fn word(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin")]
    cross_origin: Option<bool>,
    #[serde(rename = "topOrigin")]
    top_origin: Option<String>,
}

impl ClientData {
    /// Sections 7.1 and 7.2: steps 5 and 6, 9 and 10. Browsers may add names later, which are not looked at.
    pub(super) fn parse(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).map_err(|_| Trouble::Wrong("has client data that cannot be read"))
    }

    /// The question that it says it answers.
    pub(super) fn challenge(&self) -> Result<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(&self.challenge).map_err(|_| Trouble::Wrong("has a challenge that cannot be read"))
    }

    /// Section 7.1, steps 7 to 9; section 7.2, steps 11 to 13. The origin is compared letter by letter.
    pub(super) fn check(&self, asked: Asked, expected: &Expected<'_>) -> Result<()> {
        if self.kind != asked.word() {
            return Err(Trouble::Wrong("answers another kind of question"));
        }
        if !bool::from(self.challenge()?.ct_eq(expected.challenge)) {
            return Err(Trouble::Wrong("answers another question"));
        }
        if self.origin != expected.party.origin {
            return Err(Trouble::Wrong("was made for another origin"));
        }
        // No page of ours stands in a frame of somebody else's (Level 3, section 7.1, steps 10 and 11).
        if self.cross_origin == Some(true) || self.top_origin.is_some() {
            return Err(Trouble::Wrong("was made inside a page of another origin"));
        }
        Ok(())
    }
}
