//! Whether a database does its work at this moment: asked often, so it is cheap and leaves nothing behind.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::db::Connections;
use super::{Error, Result, Store};
use crate::values;

/// How a database file of SQLite's begins (Database File Format, section 1.3).
const SQLITE_HEADER: &[u8; 16] = b"SQLite format 3\0";
/// What must be free on its disk: more than one transaction writes.
const PROBE_BYTES: usize = 256 * 1024;
/// Whoever waits longer for the database is not served.
const ANSWER_TIME: Duration = Duration::from_secs(2);

impl Store {
    /// Writes a row and takes it back, and on SQLite looks whether the file is still there and still a database, since open
    /// connections go on for a while on what they remember of it, and whether its disk has room.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it takes longer than two seconds, or what is wrong.
    pub async fn takes_writes(&self) -> Result<()> {
        let asked = async {
            if let Connections::Sqlite { read, .. } = &self.connections {
                let file = read.connect_options().get_filename().to_owned();
                let looked = tokio::task::spawn_blocking(move || is_a_database(&file));
                looked.await.map_err(|error| Error::Other(error.to_string()))??;
            }
            let mut tx = self.write(false).await?;
            let row = "INSERT INTO limit_count (key, starts_at, times) VALUES ($1, 0, 0)";
            tx.run(row, values![b"health".as_slice()]).await?;
            // Dropped without a commit.
            Ok(())
        };
        match tokio::time::timeout(ANSWER_TIME, asked).await {
            Ok(answered) => answered,
            Err(_) => Err(Error::Unavailable("it does not answer in time".to_owned())),
        }
    }
}

/// Files of databases that were looked at, by their identity. None is ever closed: on closing any handle of a file the system
/// takes away all locks that this process has on it, SQLite's among them, and the next program that leaves the database would
/// take itself for the last and the log away (How To Corrupt An SQLite Database File, section 2.2).
static LOOKED_AT: Mutex<BTreeMap<(u64, u64), File>> = Mutex::new(BTreeMap::new());

/// How the file begins that stands there now.
fn beginning(file: &PathBuf) -> std::io::Result<[u8; SQLITE_HEADER.len()]> {
    let identity = identity(&std::fs::metadata(file)?);
    let mut looked_at = LOOKED_AT.lock().unwrap_or_else(PoisonError::into_inner);
    if !looked_at.contains_key(&identity) {
        let opened = File::open(file)?;
        // What was put in its place meanwhile is another file.
        let identity = self::identity(&opened.metadata()?);
        looked_at.entry(identity).or_insert(opened);
    }
    let mut header = [0; SQLITE_HEADER.len()];
    let mut known = looked_at.get(&identity).ok_or(std::io::ErrorKind::NotFound)?;
    known.rewind()?;
    known.read_exact(&mut header)?;
    Ok(header)
}

/// What tells a file from another that is put in its place.
#[cfg(unix)]
fn identity(file: &std::fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (file.dev(), file.ino())
}

#[cfg(not(unix))]
fn identity(file: &std::fs::Metadata) -> (u64, u64) {
    let made = file.created().ok().and_then(|made| made.duration_since(std::time::UNIX_EPOCH).ok());
    (0, made.map_or(0, |made| u64::try_from(made.as_nanos()).unwrap_or(u64::MAX)))
}

fn is_a_database(file: &PathBuf) -> Result<()> {
    let unavailable = |error: std::io::Error| Error::Unavailable(format!("{}: {error}", file.display()));
    let header = beginning(file).map_err(unavailable)?;
    if header != *SQLITE_HEADER {
        return Err(Error::Unavailable(format!("{}: is no database any more", file.display())));
    }
    // A transaction that is taken back never reaches the disk, so it does not notice one that is full.
    let mut probe = file.clone().into_os_string();
    probe.push("-probe");
    let written = std::fs::write(&probe, [0; PROBE_BYTES]);
    let removed = std::fs::remove_file(&probe);
    written.map_err(unavailable)?;
    match removed {
        // Two who ask at the same moment write the same file.
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unavailable(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;
    use crate::Time;
    use crate::store::Settings;

    /// The locks of this process on a file, as the kernel lists them.
    fn locks(file: &PathBuf) -> usize {
        let (process, file) = (std::process::id().to_string(), std::fs::metadata(file).unwrap().ino().to_string());
        let locks = std::fs::read_to_string("/proc/locks").unwrap();
        let is_ours = |line: &&str| {
            let words: Vec<_> = line.split_whitespace().collect();
            words.contains(&process.as_str()) && words.iter().any(|word| word.rsplit(':').next() == Some(&file))
        };
        locks.lines().filter(is_ours).count()
    }

    /// Without its locks a portal's log is taken away under it by whichever command ends next.
    #[tokio::test]
    async fn whoever_looks_keeps_the_locks() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.db");
        let store = Store::open(&Settings::Sqlite(file.clone())).await.unwrap();
        store.migrate(&[], Time(0)).await.unwrap();
        store.read().await.unwrap().all("SELECT 1 AS one", vec![]).await.unwrap();
        let before = locks(&file);
        assert!(before > 0, "SQLite holds none");
        for _ in 0..2 {
            is_a_database(&file).unwrap();
            assert_eq!(locks(&file), before);
        }
        store.close().await;
    }
}
