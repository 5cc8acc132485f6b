//! A slice's files on disk: as a directory, or as a zip file.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};
use ledger::slice::{Files, MAX_LEAVES};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// A slice that can be read, one file at a time.
pub(super) enum Opened {
    /// A directory.
    Directory(PathBuf),
    /// A zip file.
    Zip(Mutex<ZipArchive<fs::File>>),
}

impl Opened {
    /// Opens a directory or a zip file.
    pub(super) fn open(path: &Path) -> Result<Self> {
        if path.is_dir() {
            return Ok(Self::Directory(path.to_owned()));
        }
        let file = fs::File::open(path).with_context(|| format!("{}: cannot be read", path.display()))?;
        let archive = ZipArchive::new(file)
            .with_context(|| format!("{}: is neither a directory nor a zip file", path.display()))?;
        Ok(Self::Zip(Mutex::new(archive)))
    }
}

impl Files for Opened {
    fn names(&self) -> Vec<String> {
        match self {
            Self::Directory(path) => {
                let leaves = fs::read_dir(path.join("leaves")).into_iter().flatten().flatten();
                let names = leaves.filter_map(|entry| entry.file_name().into_string().ok());
                names.map(|name| format!("leaves/{name}")).take(MAX_LEAVES + 1).collect()
            }
            Self::Zip(archive) => {
                let archive = archive.lock().unwrap_or_else(PoisonError::into_inner);
                archive.file_names().flatten().map(|name| name.into_owned()).collect()
            }
        }
    }

    fn read(&self, name: &str, limit: usize) -> Result<Vec<u8>, String> {
        let limited = |reader: &mut dyn std::io::Read| {
            let mut bytes = Vec::new();
            let read = reader.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
            if read > limit { Err(format!("has more than {limit} bytes")) } else { Ok(bytes) }
        };
        match self {
            Self::Directory(path) => {
                // Names are made by the verifier; one that leads elsewhere cannot be.
                let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
                let path = inside.then(|| path.join(name)).ok_or("is no name of a slice's file")?;
                limited(&mut fs::File::open(path).map_err(|_| "is not there")?)
            }
            Self::Zip(archive) => {
                let mut archive = archive.lock().unwrap_or_else(PoisonError::into_inner);
                let mut file = archive.by_name(name).map_err(|_| "is not there")?;
                limited(&mut file)
            }
        }
    }
}

/// The files as one zip archive, not compressed: hashes and signatures would not get smaller.
///
/// # Errors
/// When an archive cannot hold them.
pub fn zip(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        archive.start_file(name, options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Writes the files to a new directory, or to a zip file where the name ends so.
pub(super) fn write(files: &BTreeMap<String, Vec<u8>>, to: &Path) -> Result<()> {
    if to.exists() {
        bail!("{}: is there already\n\nhint: name one that is not", to.display());
    }
    if to.extension().is_some_and(|extension| extension == "zip") {
        return fs::write(to, zip(files)?).with_context(|| format!("{}: cannot be written", to.display()));
    }
    for (name, bytes) in files {
        let path = to.join(name);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, bytes));
        made.with_context(|| format!("{}: cannot be written", path.display()))?;
    }
    Ok(())
}
