//! The record: what every change, disclosure and refusal leaves behind, and the log that it is sealed in.

pub mod anchor;
pub mod attack;
mod covered;
mod durability;
mod erase;
mod event;
mod evidence;
mod hand_over;
mod high_water;
mod keeper;
mod log;
mod prove;
mod prune;
mod schema;
mod schema_watch;
mod seal;
mod sign;
mod slice;
mod terms;
pub mod verify;
mod write;

pub use durability::{Copies, Followers};
pub use erase::{ERASE, Erasure};
pub use event::Record;
pub use evidence::{Evidence, OpenValue, evidence};
pub use hand_over::{Decision, EPOCH_BEGIN, KEY_ROTATE};
pub use high_water::{Erased, read_erased};
pub use keeper::Keeper;
pub use prove::{Proved, prove};
pub use prune::{PRUNE, PRUNE_EVENTS_MAX, Pruned};
pub use schema::MIGRATIONS;
pub(crate) use schema_watch::Looked;
pub use schema_watch::SCHEMA_SET;
pub use seal::{BATCH_EVENTS_MAX, Sealed, seal};
pub use sign::{CHECKPOINT_LEAVES, CHECKPOINT_SECONDS, SealError, Sealer, Sign};
pub use slice::{policy_of, slice, slice_of};
pub use terms::current_key;
pub(crate) use write::{Changed, fresh_salt, refusal, write};

/// What the ledger itself records, beside the actions of the catalogue: name and sentence.
pub const OWN_EVENTS: [(&str, &str); 5] = [
    (KEY_ROTATE, "The log was handed over to another key."),
    (EPOCH_BEGIN, "The log goes on from an older copy, in a new epoch; what is lost is named."),
    (
        SCHEMA_SET,
        "The database's constraints and triggers are others than before, or were looked at for the first time.",
    ),
    (ERASE, "The values about a person were erased; what happened stays, without them."),
    (PRUNE, "The beginning of a chain was dropped by policy; its fingerprints stay."),
];
