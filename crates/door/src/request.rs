//! What a wire hands to the door, and what it gets back.

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
    /// The idempotency key, where one was sent.
    pub key: Option<String>,
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
        Self { output, repeated: false, pieces: None }
    }
}
