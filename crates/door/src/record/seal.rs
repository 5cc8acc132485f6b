//! The sequencer: gives committed events their place in the log and signs how far it goes.

use std::path::PathBuf;

use crate::pass::Door;
use crate::store::Result;

/// What signs the log, and where its high-water mark lies outside the database.
pub struct Sealer {
    /// The log's name in its checkpoints: `portal.example/record/<installation>`.
    pub origin: String,
    /// The 32-byte seed of the Ed25519 key. Never in the database.
    pub seed: zeroize::Zeroizing<[u8; 32]>,
    /// The file that holds the last signed checkpoint.
    pub high_water: PathBuf,
}

impl Door {
    /// Seals what is committed and not sealed yet. Gives the number of events.
    ///
    /// # Errors
    /// As [`crate::store::Error`] says.
    pub async fn seal(&self) -> Result<u64> {
        Ok(0)
    }
}
