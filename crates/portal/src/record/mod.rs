//! The record from the operator's side: commands that verify it, hand it over, tamper with a copy of it, and witness
//! somebody else's; and the anchors outside to which its checkpoints are taken.

mod anchors;
mod attack;
mod bundle;
mod keys;
mod ledger;
mod verify;
pub mod witness;

pub use anchors::sealer;
pub use attack::attack;
pub use bundle::zip;
pub use keys::finish_handover;
pub use ledger::{ledger, new_epoch};
pub use verify::verify;

pub use self::arguments::{Attack, Ledger, LedgerDo, Verify, Witness};

mod arguments;
