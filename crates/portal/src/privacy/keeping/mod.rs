//! How long things are kept: an organisation says for how many days after a project was closed its messages, files and
//! secrets stay, sees what would go before it goes, and holds what a dispute needs. What was deleted is on the record.

mod due;
mod hold;
mod hold_create;
mod hold_lift;
pub mod pages;
mod set;
mod show;
mod sweep;

use door::Recorded;

pub use due::Due;
pub(crate) use due::is_due;
pub use hold_create::{CreateHold, HoldCreated};
pub use hold_lift::LiftHold;
pub use set::{SetRetention, Wanted};
pub use show::{Deleted, HoldShown, Periods, RetentionShown, ShowRetention};
pub use sweep::Sweep;

use crate::fields::words;

/// The table of periods: one row an organisation.
pub const RETENTION: Recorded = Recorded { table: "retention", entity: 70 };
/// The table of holds.
pub const HOLD: Recorded = Recorded { table: "hold", entity: 71 };
/// The table of what was deleted because its time was over.
pub const DELETED: Recorded = Recorded { table: "deleted", entity: 72 };

words!(
    /// What is kept for a time of its own.
    DataClass {
        /// What was written: messages, and comments on requests.
        Messages = "messages",
        /// The bytes of files. Their names, fingerprints and decisions stay.
        Files = "files",
        /// What lies in the vault, and who has seen it.
        Credentials = "credentials",
    }
);
