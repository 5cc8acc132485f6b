//! The receipt of an approval: who approved exactly which file, when, with its proof. A text that anybody can read, and
//! that can be checked offline for ever, by us or by a shell script.

mod command;
mod paper;
mod show;

pub use command::{VerifyReceipt, verify};
pub use paper::{Paper, Unproved};
pub use show::{ReceiptShown, ShowReceipt};
