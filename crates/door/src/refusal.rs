//! Why the door says no.

use std::collections::BTreeMap;

use crate::relation::Relations;
use crate::store;
use crate::time::Time;

/// Fields of an input and what is wrong with each: a sentence fragment without a full stop.
pub type FieldErrors = BTreeMap<String, String>;

/// A refusal. Its wires say it in their own words; its number is HTTP's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is nothing here that the caller can see. 404.
    NotFound,
    /// The caller sees it, and may not do this. 403.
    Forbidden {
        /// Who may.
        needs: Relations,
        /// What the caller is.
        has: Relations,
    },
    /// The token's scope does not name this. 403.
    Scope,
    /// Nobody may in this state. 409.
    NotNow(&'static str),
    /// It collides with what is there. 409.
    Conflict(&'static str),
    /// The object is not what the caller has seen any more. 412.
    Changed,
    /// It is more than there is room for. 413.
    TooLarge(String),
    /// The same key was used with another input. 422.
    KeyReused,
    /// It is done; its answer was shown once and is not kept. 409.
    ShownOnce,
    /// Nobody is signed in, or the sign-in has ended. 401.
    SignIn,
    /// The sign-in wants its second step first. 401.
    SecondStep,
    /// That did not match. 401.
    NoMatch,
    /// The sign-in is too old for this. 403.
    StepUp,
    /// It asks for a second factor, and the account has none. 403.
    NoFactor,
    /// The organisation lets nobody in from the network that it comes from. 403.
    Network,
    /// The sign-in is older, or was unused for longer, than the organisation allows. 403.
    Overdue,
    /// The organisation lets this person in by a sign-in through its own provider alone. 403.
    Provider,
    /// Who looks as somebody else does nothing but look, until he ends that. 403.
    Viewing,
    /// Too often. 429.
    TooMany {
        /// Seconds until it may be tried again.
        retry_seconds: u32,
    },
    /// A browser was led here by another site. 403.
    CrossOrigin,
    /// The input is not what is asked for. 422, or 400 when it is not even a document.
    Invalid(FieldErrors),
    /// The input is not a document of the expected type. 400.
    Malformed(String),
    /// Somebody else's work came in between: the door runs the transaction again. 503 when that never ends.
    Again,
    /// It cannot be done at the moment. 503.
    Unavailable,
    /// Nothing is written during maintenance. 503.
    Maintenance {
        /// When it is expected to be over.
        until: Time,
    },
    /// Our fault; the log has it. 500.
    Broken,
}

/// What every action answers.
pub type Result<T, E = Refusal> = std::result::Result<T, E>;

impl Refusal {
    /// One field is wrong.
    #[must_use]
    pub fn field(name: &str, why: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::from([(name.to_owned(), why.into())]))
    }

    /// HTTP's number for it (RFC 9110 section 15; 422 and 429 from RFC 9110 and RFC 6585).
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Forbidden { .. }
            | Self::Scope
            | Self::StepUp
            | Self::NoFactor
            | Self::Network
            | Self::Overdue
            | Self::Provider
            | Self::Viewing
            | Self::CrossOrigin => 403,
            Self::NotNow(_) | Self::Conflict(_) | Self::ShownOnce => 409,
            Self::Changed => 412,
            Self::TooLarge(_) => 413,
            Self::KeyReused | Self::Invalid(_) => 422,
            Self::SignIn | Self::SecondStep | Self::NoMatch => 401,
            Self::TooMany { .. } => 429,
            Self::Malformed(_) => 400,
            Self::Unavailable | Self::Again | Self::Maintenance { .. } => 503,
            Self::Broken => 500,
        }
    }

    /// The word under which it is recorded and counted.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Forbidden { .. } => "forbidden",
            Self::Scope => "scope",
            Self::NotNow(_) => "not_now",
            Self::Conflict(_) => "conflict",
            Self::Changed => "changed",
            Self::TooLarge(_) => "too_large",
            Self::KeyReused => "key_reused",
            Self::ShownOnce => "shown_once",
            Self::SignIn => "sign_in",
            Self::SecondStep => "second_step",
            Self::NoMatch => "no_match",
            Self::StepUp => "step_up",
            Self::NoFactor => "no_factor",
            Self::Network => "network",
            Self::Overdue => "overdue",
            Self::Provider => "provider",
            Self::Viewing => "viewing",
            Self::TooMany { .. } => "too_many",
            Self::CrossOrigin => "cross_origin",
            Self::Invalid(_) => "invalid",
            Self::Malformed(_) => "malformed",
            Self::Again => "again",
            Self::Unavailable => "unavailable",
            Self::Maintenance { .. } => "maintenance",
            Self::Broken => "broken",
        }
    }

    /// Whether it says something about who tried what, and so belongs on the record. A malformed body does not.
    #[must_use]
    pub const fn recorded(&self) -> bool {
        matches!(
            self,
            Self::NotFound
                | Self::Forbidden { .. }
                | Self::Scope
                | Self::StepUp
                | Self::NoFactor
                | Self::Network
                | Self::Overdue
                | Self::Provider
                | Self::NoMatch
                | Self::SignIn
                | Self::SecondStep
                | Self::CrossOrigin
                | Self::Viewing
                | Self::TooMany { .. }
                | Self::NotNow(_)
        )
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Again(_) => Self::Again,
            store::Error::Unavailable(_) => {
                tracing::warn!(%error, "the store is unavailable");
                Self::Unavailable
            }
            store::Error::Exists(_) => Self::Conflict("exists"),
            _ => {
                tracing::error!(%error, "the store failed");
                Self::Broken
            }
        }
    }
}
