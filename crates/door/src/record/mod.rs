//! The record: what every change, disclosure and refusal leaves behind, and the log that it is sealed in.

mod event;
mod high_water;
mod log;
mod prove;
mod schema;
mod seal;
mod sign;
pub mod verify;
mod write;

pub use event::Record;
pub use prove::{Proved, prove};
pub use schema::MIGRATIONS;
pub use seal::{BATCH_EVENTS_MAX, Sealed, seal};
pub use sign::{CHECKPOINT_LEAVES, CHECKPOINT_SECONDS, SealError, Sealer, Sign};
pub(crate) use write::{Changed, fresh_salt, refusal, write};
