//! The event, version 1: one immutable body that says who did what, when, to what, and why it was allowed.
//!
//! **Frozen.** The canonical bytes of a body are hashed into the log and never written again; `vectors/body-v1.json` holds
//! examples and a test holds them fast. A new field is a new version beside this one.
//!
//! Write with [`Draft`], which takes ids, numbers, hashes and words of the source code and nothing else; read with
//! [`Event::parse`] and [`Event::body`].

mod body;
mod draft;
mod public;

use jiff::Timestamp;
use uuid::Uuid;

pub use self::body::{Actor, ActorKind, Authorization, Body, Change, Operation, Outcome, Reference};
pub use self::draft::{Draft, Performer, Recorded, Row, StoredValue, Thing};
pub use self::public::{Pii, PublicField, PublicValue};
use crate::canonical::{self, CanonicalError};

/// The largest body in bytes. What is larger enters by its SHA-256.
pub const MAX_BODY_BYTES: usize = 32 * 1024;

/// Why something is no event of version 1.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// More than [`MAX_BODY_BYTES`].
    #[error("the body has {bytes} bytes, the limit is {MAX_BODY_BYTES}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The bytes are not canonical JSON.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// Canonical JSON, but not of this form: a field that is missing, unknown, or of another type.
    #[error("not an event body of version 1: {0}")]
    Form(String),
    /// A field holds what it must not.
    #[error("{field}: {wrong}")]
    Field {
        /// Where in the body: `chg.0.rev`.
        field: String,
        /// One sentence.
        wrong: &'static str,
    },
}

/// An event: the bytes that are stored and hashed, and what they say. The two cannot differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    bytes: Vec<u8>,
    body: Body,
}

impl Event {
    /// Reads the bytes of a body, and refuses everything but the one canonical text of a sound event.
    ///
    /// # Errors
    /// See [`EventError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EventError> {
        if bytes.len() > MAX_BODY_BYTES {
            return Err(EventError::TooLarge { bytes: bytes.len() });
        }
        // Whatever is not canonical, or has another text than we would write, differs from what we write of it: repeated
        // keys, spaces, another order, another text of an id, hash or time.
        match serde_json::from_slice(bytes).map(Self::of) {
            Ok(Ok(event)) if event.bytes == bytes => Ok(event),
            Ok(Err(error)) => Err(error),
            end => {
                // Only a refusal asks what was wrong in the first place.
                canonical::parse_strict(bytes)?;
                Err(EventError::Form(match end {
                    Err(error) => error.to_string(),
                    Ok(_) => "an id, hash or time is not in its canonical text".to_owned(),
                }))
            }
        }
    }

    fn of(body: Body) -> Result<Self, EventError> {
        body.check()?;
        // The fields of every struct stand in the order of their names, and all names are ASCII: this is canonical JSON
        // already, as the tests hold fast, without sorting it once more for every event.
        let bytes = serde_json::to_vec(&body).map_err(|error| EventError::Form(error.to_string()))?;
        if bytes.len() > MAX_BODY_BYTES {
            return Err(EventError::TooLarge { bytes: bytes.len() });
        }
        Ok(Self { bytes, body })
    }

    /// The canonical bytes: what is stored, hashed, and never serialised again.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the bytes say.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The event's id, a UUIDv7.
    pub fn id(&self) -> Uuid {
        self.body.id
    }

    /// When it happened, by the clock of the one who recorded it.
    pub fn at(&self) -> Timestamp {
        self.body.at
    }
}
