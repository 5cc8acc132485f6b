//! The high-water file: the last signed checkpoint, outside the database. Beside it, the list of whom was erased.
//!
//! A database can be put back to yesterday's copy without a trace inside it. The file shows it: what was signed once is
//! never signed otherwise. And whoever was erased since yesterday stands in the list, so that they are erased again.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ledger::checkpoint::Checkpoint;
use ledger::key::VerifierKey;
use ledger::note::Note;
use uuid::Uuid;

use super::sign::SealError;
use crate::time::Time;

/// The checkpoint in the file; nothing if there is no file yet.
pub(super) fn read(path: &Path, key: &VerifierKey) -> Result<Option<Checkpoint>, SealError> {
    let failed = |why: String| SealError::HighWater { path: path.to_owned(), why };
    match fs::read(path) {
        Ok(note) => Checkpoint::open(&note, key).map(Some).map_err(|error| failed(error.to_string())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// What the file says, whoever signed it; nothing where it says nothing.
pub(super) fn read_unverified(path: &Path) -> Option<Checkpoint> {
    Note::parse(&fs::read(path).ok()?).ok()?.text().parse().ok()
}

/// Who looks at the file and replaces it does so alone in this process: two that sealed the same moment would else put a
/// smaller one over a larger, or take each other's fresh file away.
static WRITING: Mutex<()> = Mutex::new(());

/// Puts a checkpoint into the file, so that after a power cut either the old or the new one stands there. Never goes back
/// to a smaller one.
pub(super) fn write(path: &Path, key: &VerifierKey, size: u64, note: &str) -> Result<(), SealError> {
    let _alone = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    if read(path, key)?.is_some_and(|standing| standing.size >= size) {
        return Ok(());
    }
    replace(path, size, note).map_err(|error| SealError::HighWater { path: path.to_owned(), why: error.to_string() })
}

/// Puts the first checkpoint of a new epoch into the file, which may be smaller. The one that stood there is evidence and
/// is kept beside it.
pub(super) fn write_epoch(path: &Path, size: u64, note: &str) -> Result<(), SealError> {
    let put = || {
        let mut number = 1;
        let kept = loop {
            let kept = beside(path, &format!("epoch-{number}"));
            if !kept.exists() {
                break kept;
            }
            number += 1;
        };
        match fs::copy(path, kept) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        replace(path, size, note)
    };
    put().map_err(|error| SealError::HighWater { path: path.to_owned(), why: error.to_string() })
}

fn replace(path: &Path, size: u64, note: &str) -> std::io::Result<()> {
    // Another process beside this one, a command of the operator's, has a name of its own.
    let fresh = path.with_extension(format!("{size}.{}.new", std::process::id()));
    let mut file = File::create(&fresh)?;
    file.write_all(note.as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    sync_directory(path)
}

/// A new name itself must be on disk, too.
fn sync_directory(path: &Path) -> std::io::Result<()> {
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

/// A file beside the high-water file: `record.checkpoint` and `erased` give `record.erased`.
fn beside(path: &Path, extension: &str) -> PathBuf {
    path.with_extension(extension)
}

/// Who was erased, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Erased {
    /// The random id of the person.
    pub subject: Uuid,
    /// When. What was recorded about them later is not meant.
    pub at: Time,
}

/// The list of whom was erased.
///
/// # Errors
/// [`SealError::HighWater`] when it is there and cannot be read.
pub(super) fn erased(path: &Path) -> Result<Vec<Erased>, SealError> {
    let path = beside(path, "erased");
    match fs::read_to_string(&path) {
        Ok(text) => Ok(read_erased(&text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(SealError::HighWater { path, why: error.to_string() }),
    }
}

/// Reads a list of whom was erased: one line each, the id and the microseconds since 1970. A line that was cut by a power
/// failure is left out: its erasure was not acknowledged.
#[must_use]
pub fn read_erased(text: &str) -> Vec<Erased> {
    let line = |line: &str| {
        let (subject, at) = line.split_once(' ')?;
        Some(Erased { subject: subject.parse().ok()?, at: Time(at.parse().ok()?) })
    };
    text.split_inclusive('\n').filter_map(|text| line(text.strip_suffix('\n')?)).collect()
}

/// Adds to the list.
pub(super) fn add_erased(path: &Path, erased: Erased) -> Result<(), SealError> {
    let path = beside(path, "erased");
    let put = || {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&path)?;
        writeln!(file, "{} {}", erased.subject, erased.at.0)?;
        file.sync_all()?;
        sync_directory(&path)
    };
    put().map_err(|error: std::io::Error| SealError::HighWater { path: path.clone(), why: error.to_string() })
}

#[cfg(test)]
mod tests {
    use ledger::key::SignerKey;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_list_is_read_back_without_a_torn_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("record.checkpoint");
        assert_eq!(erased(&path).unwrap(), []);
        let [one, two] = [1, 2].map(|number| Erased { subject: Uuid::from_u128(number), at: Time(5) });
        add_erased(&path, one).unwrap();
        add_erased(&path, two).unwrap();
        assert_eq!(erased(&path).unwrap(), [one, two]);
        let torn = format!("{} 5\n{} 5", one.subject, two.subject);
        assert_eq!(read_erased(&torn), [one]);
    }

    #[test]
    fn many_who_sign_at_once_leave_the_largest() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("record.checkpoint");
        let key = SignerKey::from_seed("portal.example/1", &zeroize::Zeroizing::new([7; 32])).unwrap();
        let put = |size: u64| {
            let (origin, root) = ("portal.example/1".to_owned(), ledger::tree::EMPTY_ROOT);
            let checkpoint = Checkpoint { origin, size, root, extensions: Vec::new() };
            write(&path, key.verifier(), size, &checkpoint.sign(&key).unwrap().to_string()).unwrap();
        };
        std::thread::scope(|scope| {
            for thread in 0..8 {
                scope.spawn(move || (1..40).for_each(|size| put(size * 2 + thread % 2)));
            }
        });
        assert_eq!(read(&path, key.verifier()).unwrap().unwrap().size, 79);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left behind");
    }

    proptest! {
        #[test]
        fn any_list_is_read(text in ".{0,200}") {
            let _ = read_erased(&text);
        }
    }
}
