//! The high-water file: the last signed checkpoint, outside the database.
//!
//! A database can be put back to yesterday's copy without a trace inside it. The file shows it: what was signed once is
//! never signed otherwise.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use ledger::checkpoint::Checkpoint;
use ledger::key::VerifierKey;

use super::sign::SealError;

/// The checkpoint in the file; nothing if there is no file yet.
pub(super) fn read(path: &Path, key: &VerifierKey) -> Result<Option<Checkpoint>, SealError> {
    let failed = |why: String| SealError::HighWater { path: path.to_owned(), why };
    match fs::read(path) {
        Ok(note) => Checkpoint::open(&note, key).map(Some).map_err(|error| failed(error.to_string())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// Puts a checkpoint into the file, so that after a power cut either the old or the new one stands there. Never goes back
/// to a smaller one.
pub(super) fn write(path: &Path, key: &VerifierKey, size: u64, note: &str) -> Result<(), SealError> {
    if read(path, key)?.is_some_and(|standing| standing.size >= size) {
        return Ok(());
    }
    let put = || {
        let fresh = path.with_extension(format!("{size}.new"));
        let mut file = File::create(&fresh)?;
        file.write_all(note.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)?;
        // The new name itself must be on disk, too.
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
    };
    put().map_err(|error: std::io::Error| SealError::HighWater { path: path.to_owned(), why: error.to_string() })
}
