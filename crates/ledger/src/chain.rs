//! Chains: whose history an event belongs to, and how the next leaf of a chain follows from the one before.
//!
//! An event belongs to the chain of the *client* if it concerns an object that the client may see, else of the
//! *organisation*, else of the *account*, else of the *installation*. Each chain counts its own leaves and names the hash
//! of the previous one, so a client's slice can be proved complete by itself, and nobody else's leaves show in it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::Hash;

/// Whose history an event belongs to. Text form: `client/01930000-0000-7000-8000-000000000001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chain {
    /// Everything that one installation does for nobody in particular.
    Installation(Uuid),
    /// What concerns a person's account only, in no organisation.
    Account(Uuid),
    /// What concerns an organisation, and no client may see.
    Organisation(Uuid),
    /// What the people of a client may see.
    Client(Uuid),
}

/// The text is not a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected installation/, account/, organisation/ or client/ and a lower-case hyphenated UUID")]
pub struct ChainError;

/// Where a chain stands: how many leaves it has, and the hash of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// How many leaves the chain has: the sequence number of its last leaf, which counts from 1.
    pub count: u64,
    /// The leaf hash of the last leaf; [`Hash::ZERO`] while there is none.
    pub last: Hash,
}

impl ChainHead {
    /// A chain without a leaf.
    pub const EMPTY: Self = Self { count: 0, last: Hash::ZERO };
}

impl Chain {
    /// The first half of the text form.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Installation(_) => "installation",
            Self::Account(_) => "account",
            Self::Organisation(_) => "organisation",
            Self::Client(_) => "client",
        }
    }

    /// Whose chain it is.
    pub fn owner(&self) -> Uuid {
        match self {
            Self::Installation(id) | Self::Account(id) | Self::Organisation(id) | Self::Client(id) => *id,
        }
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind(), self.owner())
    }
}

impl FromStr for Chain {
    type Err = ChainError;

    fn from_str(text: &str) -> Result<Self, ChainError> {
        let (kind, owner) = text.split_once('/').ok_or(ChainError)?;
        let owner = Uuid::try_parse(owner).map_err(|_| ChainError)?;
        let chain = match kind {
            "installation" => Self::Installation(owner),
            "account" => Self::Account(owner),
            "organisation" => Self::Organisation(owner),
            "client" => Self::Client(owner),
            _ => return Err(ChainError),
        };
        // The reader of UUIDs is lenient (braces, upper case); a chain has one text only.
        if chain.to_string() == text { Ok(chain) } else { Err(ChainError) }
    }
}

impl Serialize for Chain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Chain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn has_one_text_only() {
        let text = "client/01930000-0000-7000-8000-00000000000a";
        assert_eq!(text.parse::<Chain>().unwrap().to_string(), text);
        for other in [
            "client/01930000-0000-7000-8000-00000000000A",
            "client/0193000000007000800000000000000a",
            "client/{01930000-0000-7000-8000-00000000000a}",
            "Client/01930000-0000-7000-8000-00000000000a",
            "client",
            "client/",
            "",
        ] {
            assert_eq!(other.parse::<Chain>(), Err(ChainError), "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(client|account|installation|organisation)?/?.{0,40}") {
            if let Ok(chain) = text.parse::<Chain>() {
                prop_assert_eq!(chain.to_string(), text);
            }
        }
    }
}
