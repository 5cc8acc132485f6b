//! What a wire hands to the door, and what it gets back.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_core::Stream;
use serde_json::Value;
use uuid::Uuid;

use crate::caller::{Credential, Origin};
use crate::refusal::{Refusal, Result};

/// The ids of a path, by the names that the catalogue gives them, in the order of the path.
#[derive(Debug, Clone, Default)]
pub struct Ids(pub Vec<(&'static str, Uuid)>);

impl Ids {
    /// The id of this name.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when the path had none: what is not named is not there.
    pub fn get(&self, name: &str) -> Result<Uuid> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, id)| *id).ok_or(Refusal::NotFound)
    }
}

/// The input as it came. It is parsed after the first decision: who may not do it learns nothing about its form.
#[derive(Debug, Clone, Default)]
pub enum Input {
    /// None was sent.
    #[default]
    None,
    /// Bytes that should be a JSON document.
    Json(Vec<u8>),
    /// Fields of a form or a query, or what a command or a job says.
    Fields(Value),
}

/// What follows the input piece by piece: a file that is being sent. A piece that is a refusal is the last one, and what
/// came before it is not whole.
pub type Arriving = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// The file that comes with a request. It is read once.
#[derive(Clone, Default)]
pub struct Body(Arc<Mutex<Option<Arriving>>>);

impl Body {
    /// A file that arrives.
    #[must_use]
    pub fn of(arriving: Arriving) -> Self {
        Self(Arc::new(Mutex::new(Some(arriving))))
    }

    /// The pieces, for whoever asks first.
    pub(crate) fn take(&self) -> Option<Arriving> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body(…)")
    }
}

/// One request: a form, a JSON document, a command or a job made this.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// What the caller shows.
    pub credential: Credential,
    /// Where it comes from.
    pub origin: Origin,
    /// The ids of the path.
    pub ids: Ids,
    /// The input.
    pub input: Input,
    /// The file that comes with it, if any.
    pub body: Body,
    /// The idempotency key, where one was sent.
    pub key: Option<String>,
    /// The state of the object that the caller has seen and means: `If-Match` (RFC 9110 section 13.1.1).
    pub matches: Option<String>,
    /// The number under which log, record and answer know it.
    pub id: Uuid,
}

/// What an action answers.
#[derive(Debug)]
pub struct Reply {
    /// The output.
    pub output: Value,
    /// Whether it is the answer that was given to the same key before.
    pub repeated: bool,
    /// The state of the object that was looked at: what `ETag` says (RFC 9110 section 8.8.3).
    pub tag: Option<String>,
    /// What follows the output piece by piece, where an action gives out more than memory should hold. A piece that is a
    /// refusal is the last one, and what came before it is not whole.
    pub pieces: Option<Pieces>,
}

/// The pieces of an answer, in order.
pub type Pieces = tokio::sync::mpsc::Receiver<Result<Vec<u8>>>;

/// Equal when they say the same. What follows piece by piece is read once, so it equals nothing.
impl PartialEq for Reply {
    fn eq(&self, other: &Self) -> bool {
        let whole = self.pieces.is_none() && other.pieces.is_none();
        whole && self.output == other.output && self.repeated == other.repeated
    }
}

impl Reply {
    /// An answer that is whole in itself.
    #[must_use]
    pub const fn of(output: Value) -> Self {
        Self { output, repeated: false, tag: None, pieces: None }
    }
}
