//! An archive that is sent while it is made (ZIP, APPNOTE 6.3.10): no more of it than a piece is ever in memory.

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use door::{Outlet, Refusal, Result};
use futures_util::StreamExt as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::{Cabinet, FileParts};

/// An archive on its way out.
pub struct Archive<'o> {
    zip: ZipWriter<StreamWriter<Written>>,
    written: Written,
    outlet: &'o Outlet,
    entry: Option<(Entry, Sha256)>,
    entries: Vec<Entry>,
}

/// One file of an archive.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Its path in the archive.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its fingerprint, in hexadecimal.
    pub sha256: String,
}

impl<'o> Archive<'o> {
    /// An empty one.
    #[must_use]
    pub fn new(outlet: &'o Outlet) -> Self {
        let written = Written::default();
        Self { zip: ZipWriter::new_stream(written.clone()), written, outlet, entry: None, entries: Vec::new() }
    }

    /// Begins the next file.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when a file cannot be called that.
    pub fn begin(&mut self, path: impl Into<String>) -> Result<()> {
        self.end();
        let path = path.into();
        // Files that are worth sending are compressed already.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
        self.zip.start_file(path.as_str(), options).map_err(|error| broken(&error))?;
        self.entry = Some((Entry { path, bytes: 0, sha256: String::new() }, Sha256::new()));
        Ok(())
    }

    /// Goes on with the file, and sends what is ready.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] when the reader has gone.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some((entry, hash)) = &mut self.entry {
            entry.bytes += bytes.len() as u64;
            hash.update(bytes);
        }
        self.zip.write_all(bytes).map_err(|error| broken(&error))?;
        self.outlet.send(self.written.take()).await
    }

    /// A whole file that is in memory.
    ///
    /// # Errors
    /// As [`Archive::begin`] and [`Archive::write`].
    pub async fn put(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.begin(path)?;
        self.write(bytes).await
    }

    /// A whole file from the store.
    ///
    /// # Errors
    /// As [`Archive::begin`] and [`Archive::write`], and when it cannot be read.
    pub async fn copy(&mut self, path: &str, cabinet: &Cabinet, file: &FileParts) -> Result<()> {
        self.begin(path)?;
        let mut pieces = std::pin::pin!(cabinet.files.read(file, 0..file.length()));
        while let Some(piece) = pieces.next().await {
            self.write(&piece.map_err(|error| cabinet.refused(&error))?).await?;
        }
        Ok(())
    }

    /// What is in it so far.
    pub fn entries(&mut self) -> &[Entry] {
        self.end();
        &self.entries
    }

    /// Sends the rest.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] when the reader has gone.
    pub async fn finish(self) -> Result<()> {
        self.zip.finish().map_err(|error| broken(&error))?;
        self.outlet.send(self.written.take()).await
    }

    fn end(&mut self) {
        if let Some((mut entry, hash)) = self.entry.take() {
            entry.sha256 = hex::encode(hash.finalize());
            self.entries.push(entry);
        }
    }
}

fn broken(error: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(%error, "an archive cannot be written");
    Refusal::Broken
}

/// What the archive has written and nobody has sent yet.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
