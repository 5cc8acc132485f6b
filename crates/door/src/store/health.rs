//! Whether a database does its work at this moment: asked often, so it is cheap and leaves nothing behind.

use std::io::Read as _;
use std::path::PathBuf;
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

fn is_a_database(file: &PathBuf) -> Result<()> {
    let unavailable = |error: std::io::Error| Error::Unavailable(format!("{}: {error}", file.display()));
    let mut header = [0; SQLITE_HEADER.len()];
    std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut header)).map_err(unavailable)?;
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
