//! The receipt of an approval: who approved exactly which file, when, with its proof. A text that anybody can read, and
//! that can be checked offline for ever, by us or by a shell script.

use std::sync::LazyLock;

mod command;
mod paper;
mod show;

pub use command::{VerifyReceipt, verify};
pub use paper::{Paper, Unproved};
pub use show::{ReceiptShown, ShowReceipt};

/// The script that checks a receipt with bash, coreutils and openssl, whole: behind its last line stands the one that checks
/// any proof.
pub static SCRIPT: LazyLock<String> =
    LazyLock::new(|| format!("{}{}", include_str!("verify-receipt.sh"), ledger::slice::PROOF_SCRIPT));
