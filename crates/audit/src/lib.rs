//! The audit: walks every action of a web service as every actor and says what load it can safely carry.

pub mod baseline;
pub mod canary;
pub mod catalogue;
pub mod checks;
pub mod cli;
pub mod client;
pub mod compare;
pub mod error;
pub mod evidence;
pub mod faults;
pub mod fix;
pub mod init;
pub mod json_path;
pub mod load_line;
pub mod lock;
pub mod manifest;
pub mod matrix;
mod nearest;
mod page;
pub mod plan;
mod process;
pub mod progress;
pub mod proof;
pub mod recording;
pub mod report;
pub mod sinks;
pub mod target;
pub mod totp;
pub mod unpack;
pub mod verdict;
pub mod walk;

pub use error::{Result, Trouble};
pub use walk::{Setup, Walked, walk};

use evidence::Dossier;
use verdict::{Finding, Outcome};

/// What all built checks say of the evidence. Nothing but the evidence is looked at, so it can be judged again years
/// later, by somebody else.
#[must_use]
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    checks::judge(dossier)
}

/// The whole outcome: judged and settled.
#[must_use]
pub fn outcome(dossier: &Dossier) -> Outcome {
    load_line::settle(checks::all(), evidence::facts(dossier), judge(dossier))
}
