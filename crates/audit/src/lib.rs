//! The audit: walks every action of a web service as every actor and says what load it can safely carry.

pub mod checks;
pub mod error;
pub mod load_line;
pub mod progress;
pub mod verdict;

pub use error::{Result, Trouble};
