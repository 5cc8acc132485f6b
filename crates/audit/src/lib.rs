//! The audit: walks every action of a web service as every actor and says what load it can safely carry.

pub mod catalogue;
pub mod checks;
pub mod error;
pub mod json_path;
pub mod load_line;
pub mod lock;
pub mod manifest;
pub mod matrix;
mod nearest;
pub mod plan;
pub mod progress;
pub mod proof;
pub mod report;
pub mod verdict;

pub use error::{Result, Trouble};
