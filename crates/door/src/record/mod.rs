//! The record: what every change, disclosure and refusal leaves behind, and the log that it is sealed in.

mod event;
mod schema;
mod seal;
mod write;

pub use event::Record;
pub use schema::MIGRATIONS;
pub use seal::Sealer;
pub(crate) use write::{Changed, fresh_salt, refusal, write};
