//! A directory: on storage that is written once, on another machine's disk, on a stick.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use door::Later;
use door::record::anchor::{Anchor, Offer, Unanchored};
use ledger::note::Note;
use serde::Deserialize;

/// Its place in `anchors.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    directory: PathBuf,
    #[serde(default = "every_seconds")]
    every_seconds: i64,
}

fn every_seconds() -> i64 {
    60
}

/// The directory.
pub(super) struct Directory {
    name: String,
    settings: Settings,
}

impl Directory {
    pub(super) fn new(settings: Settings) -> Self {
        Self { name: format!("file {}", settings.directory.display()), settings }
    }

    fn put_now(&self, origin: &str, size: u64, note: &str, erased: &str) -> Result<(), Unanchored> {
        let later = |error: std::io::Error| Unanchored::Later(error.to_string());
        let path = self.settings.directory.join(super::name(origin, size));
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).map_err(later)?;
            fs::write(directory.join("erased"), erased).map_err(later)?;
        }
        // Never over another one: two portals with one key would overwrite each other unnoticed.
        match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => file.write_all(note.as_bytes()).and_then(|()| file.sync_all()).map_err(later),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => same_text(&path, note),
            Err(error) => Err(later(error)),
        }
    }
}

/// Whether what stands there says the same; signatures may differ.
fn same_text(path: &Path, note: &str) -> Result<(), Unanchored> {
    let standing = fs::read(path).map_err(|error| Unanchored::Later(error.to_string()))?;
    let text = |bytes: &[u8]| Note::parse(bytes).map(|note| note.text().to_owned()).ok();
    match text(&standing) == text(note.as_bytes()) {
        true => Ok(()),
        false => Err(Unanchored::Contradicted(format!("{} holds another checkpoint of this size", path.display()))),
    }
}

impl Anchor for Directory {
    fn name(&self) -> &str {
        &self.name
    }

    fn every_seconds(&self) -> i64 {
        self.settings.every_seconds
    }

    fn put<'a>(&'a self, offer: &'a Offer<'a>) -> Later<'a, Result<String, Unanchored>> {
        Box::pin(async move {
            let (origin, size) = (&offer.checkpoint.origin, offer.checkpoint.size);
            self.put_now(origin, size, offer.note, &offer.erased)?;
            Ok(offer.note.to_owned())
        })
    }

    fn newest<'a>(&'a self, origin: &'a str) -> Later<'a, Result<Option<Vec<u8>>, Unanchored>> {
        Box::pin(async move {
            let directory = self.settings.directory.join(origin.replace('/', "-"));
            let entries = match fs::read_dir(&directory) {
                Ok(entries) => entries,
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(Unanchored::Later(error.to_string())),
            };
            let paths = entries.flatten().map(|entry| entry.path());
            let newest = paths.filter(|path| path.extension().is_some_and(|kind| kind == "checkpoint")).min();
            newest.map(fs::read).transpose().map_err(|error| Unanchored::Later(error.to_string()))
        })
    }
}
