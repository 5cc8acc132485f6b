//! The proof of a run: a signed statement of every verdict and of the root of the evidence, which anybody can check by
//! judging the evidence again.
//!
//! The formats are public ones: the Merkle tree of RFC 6962, an in-toto Statement with the test-result predicate, in a
//! DSSE envelope, signed with Ed25519 (RFC 8032).

pub mod dsse;
pub mod key;
pub mod statement;
pub mod tree;
mod verify;

pub use verify::{Check, NAME, Verified, verify};

use crate::error::Result;
use crate::verdict::Outcome;

/// Signs an outcome: the statement, in its envelope. Notes the key in the outcome's facts.
///
/// # Errors
/// Never in practice: every part of a statement can be written as JSON.
pub fn sign(outcome: &mut Outcome, documents: usize, key: &key::Key) -> Result<dsse::Envelope> {
    outcome.run.signed_by = Some(key.id());
    let statement = statement::Statement::of(outcome, documents, key.public());
    Ok(dsse::Envelope::sign(statement::PAYLOAD_TYPE, &statement.to_json()?, key))
}
