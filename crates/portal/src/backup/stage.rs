//! A directory in which something is put together. It goes away by itself, unless it takes over from another one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use door::Time;

/// The directory.
pub(super) struct Stage {
    pub(super) path: PathBuf,
    done: bool,
}

impl Stage {
    /// Beside the directory that it is going to be, so that a change of names is all that is left at the end.
    pub(super) fn beside(target: &Path) -> Result<Self> {
        Self::at(named_beside(target, &format!("restoring-{}", random()))?)
    }

    /// Inside a directory, for a rehearsal.
    pub(super) fn inside(directory: &Path, what: &str) -> Result<Self> {
        Self::at(directory.join(format!("{what}-{}", random())))
    }

    fn at(path: PathBuf) -> Result<Self> {
        fs::create_dir_all(&path).with_context(|| format!("{}: cannot be made", path.display()))?;
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        Ok(Self { path, done: false })
    }

    /// Changes names. Gives where what was there is now.
    pub(super) fn take_over(mut self, target: &Path, now: Time) -> Result<Option<PathBuf>> {
        let hint = "is it a mount point, or in use? restore into a directory inside it";
        let mut kept = None;
        // An empty directory need not be kept.
        if target.exists() && fs::remove_dir(target).is_err() {
            let at = now.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string();
            let before = named_beside(target, &format!("before-{at}"))?;
            fs::rename(target, &before)
                .with_context(|| format!("{}: cannot be renamed\n\nhint: {hint}", target.display()))?;
            kept = Some(before);
        }
        fs::rename(&self.path, target)
            .with_context(|| format!("{}: cannot take over\n\nhint: {hint}", self.path.display()))?;
        self.done = true;
        #[cfg(unix)]
        fs::File::open(target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(".".as_ref()))?
            .sync_all()?;
        Ok(kept)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn random() -> String {
    hex::encode(crate::files::keys::random::<4>())
}

/// `data` and `before-…` give `data.before-…`.
fn named_beside(target: &Path, what: &str) -> Result<PathBuf> {
    let name = target.file_name().and_then(|name| name.to_str());
    let name = name.with_context(|| format!("{}: names no directory\n\nhint: --data DIR", target.display()))?;
    Ok(target.with_file_name(format!("{name}.{what}")))
}
