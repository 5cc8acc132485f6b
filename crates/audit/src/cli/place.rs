//! Where things lie: everything that is written stands in `.plimsoll/` beside the manifest.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Result, Trouble};
use crate::report::json;
use crate::verdict::Outcome;

/// The directory of one manifest's runs.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The manifest's directory; evidence directories in a report are relative to it.
    pub root: PathBuf,
}

impl Place {
    pub(super) fn beside(manifest: &Path) -> Self {
        let root = manifest.parent().filter(|parent| !parent.as_os_str().is_empty());
        Self { root: root.unwrap_or(Path::new(".")).to_owned() }
    }

    /// `.plimsoll`.
    pub(super) fn state(&self) -> PathBuf {
        self.join(".plimsoll")
    }

    /// `.plimsoll/NAME`.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.state().join(name)
    }

    /// A path as it is best shown: without a leading `./`.
    pub(super) fn join(&self, relative: &str) -> PathBuf {
        if self.root == Path::new(".") { PathBuf::from(relative) } else { self.root.join(relative) }
    }

    /// The outcome of the last run.
    pub(super) fn last_outcome(&self) -> Result<Outcome> {
        let path = self.file("report.json");
        let place = path.display().to_string();
        match fs::read_to_string(&path) {
            Ok(text) => json::read(&text, &place),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(Trouble::new(place, "there is no run yet")
                    .hint("run `plimsoll audit` first, or name the manifest with -m"))
            }
            Err(error) => Err(Trouble::new(place, format!("cannot be read: {error}"))),
        }
    }

    /// The evidence directory that was named, or that of the last run.
    pub(super) fn evidence(&self, named: Option<&Path>) -> Result<PathBuf> {
        match named {
            Some(dir) => Ok(dir.to_owned()),
            None => {
                // The report may have been written from another directory; the run's name is the same everywhere.
                let told = PathBuf::from(self.last_outcome()?.run.evidence_dir);
                Ok(self.file("evidence").join(told.file_name().unwrap_or_default()))
            }
        }
    }
}

/// Writes a file, naming it in the error.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text)
        .map_err(|error| Trouble::new(path.display().to_string(), format!("cannot be written: {error}")))
}
