//! Somebody else's lock on an SQLite database, by the bytes that SQLite itself locks.
//!
//! In rollback mode these are the pending, reserved and shared bytes at 1 GiB of the file (*File Locking And Concurrency
//! In SQLite Version 3*); in WAL mode the bytes 120 to 127 of the file `-shm`: writer, checkpointer, recovery, and the
//! five of readers (*WAL-mode File Format*, section 2.2.4). Nothing is read or written. The locks end with their file.

use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Pending, reserved, and 510 shared bytes.
const ROLLBACK: (i64, i64) = (0x4000_0000, 512);
/// The locks of the index of the write-ahead log.
const WAL: std::ops::Range<i64> = 120..128;
/// How long others may hold what is wanted.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// Pause between two tries.
const TRY: Duration = Duration::from_millis(2);

/// The lock, until it is dropped.
#[derive(Debug)]
pub struct Lock {
    /// The file whose bytes are locked; closing it gives them back.
    _file: File,
}

impl Lock {
    /// Locks a database against everybody, readers too. Waits until others let go.
    ///
    /// # Errors
    /// One sentence: there is no such file, or others do not let go of it.
    pub fn take(database: &Path) -> Result<Self, String> {
        let index = PathBuf::from(format!("{}-shm", database.display()));
        let (path, ranges) = if index.is_file() {
            // Each byte is a lock of its own: what is free is kept while the next one is waited for.
            (index.as_path(), WAL.map(|byte| (byte, 1)).collect())
        } else {
            (database, vec![ROLLBACK])
        };
        let file = File::options()
            .read(true)
            .write(true)
            .open(path)
            .map_err(|error| format!("{} cannot be opened: {error}", path.display()))?;
        let started = Instant::now();
        for range in ranges {
            while !locked(&file, range).map_err(|error| format!("{} cannot be locked: {error}", path.display()))? {
                if WAIT_MAX < started.elapsed() {
                    return Err(format!("others hold {} without a pause", path.display()));
                }
                std::thread::sleep(TRY);
            }
        }
        Ok(Self { _file: file })
    }
}

/// Whether the bytes are locked now. The lock belongs to the open file and not to the process (OFD), so that nothing
/// else that this process does with the file ends it.
fn locked(file: &File, (start, length): (i64, i64)) -> nix::Result<bool> {
    let wanted = libc::flock {
        l_type: libc::F_WRLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: start,
        l_len: length,
        l_pid: 0,
    };
    match fcntl(file, FcntlArg::F_OFD_SETLK(&wanted)) {
        Ok(_) => Ok(true),
        Err(nix::errno::Errno::EAGAIN | nix::errno::Errno::EACCES) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_do_not_hold_it_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("x.db");
        std::fs::write(&database, "").unwrap();
        let other = File::options().read(true).write(true).open(&database).unwrap();
        let lock = Lock::take(&database).unwrap();
        assert!(!locked(&other, ROLLBACK).unwrap());
        drop(lock);
        assert!(locked(&other, ROLLBACK).unwrap());
        assert!(Lock::take(&dir.path().join("none")).unwrap_err().contains("cannot be opened"));
    }
}
