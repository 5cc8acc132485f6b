//! A directory in which something is put together. It goes away by itself, unless it takes over from another one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

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

    /// Inside a directory, for a rehearsal. One that was left behind there goes.
    pub(super) fn inside(directory: &Path, what: &str) -> Result<Self> {
        clear_left(directory);
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
            let before = free_name(target, now)?;
            fs::rename(target, &before)
                .with_context(|| format!("{}: cannot be renamed\n\nhint: {hint}", target.display()))?;
            kept = Some(before);
        }
        if let Err(error) = fs::rename(&self.path, target) {
            // Whoever finds nothing under the name that he knows believes that all is lost.
            if let Some(before) = &kept {
                fs::rename(before, target).with_context(|| format!("what was there is now {}", before.display()))?;
            }
            return Err(error).with_context(|| format!("{}: cannot take over\n\nhint: {hint}", self.path.display()));
        }
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

/// What is put together inside the data directory.
pub(super) const DRILL: &str = "drill";
pub(super) const PUTTING_BACK: &str = "putting-back";
/// Nothing is being put together for longer than this.
const LEFT: Duration = Duration::from_secs(24 * 3600);

/// Takes away what somebody who was killed left inside the data directory: a copy of the whole database must not lie there.
pub(crate) fn clear_left(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours =
            [DRILL, PUTTING_BACK].iter().any(|what| name.strip_prefix(what).is_some_and(|end| end.starts_with('-')));
        let old = entry.metadata().and_then(|metadata| metadata.modified());
        let old = old.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFT));
        if ours && old && fs::remove_dir_all(entry.path()).is_ok() {
            tracing::warn!(name, "what a command that was killed left behind is gone");
        }
    }
}

fn random() -> String {
    hex::encode(crate::files::keys::random::<4>())
}

/// A name for what is there now, with the second in it. Two restores in one second are told apart by a number.
fn free_name(target: &Path, now: Time) -> Result<PathBuf> {
    let at = now.timestamp().strftime("%Y%m%dT%H%M%SZ");
    let mut name = named_beside(target, &format!("before-{at}"))?;
    let mut number = 1;
    while name.exists() {
        number += 1;
        name = named_beside(target, &format!("before-{at}-{number}"))?;
    }
    Ok(name)
}

/// `data` and `before-…` give `data.before-…`.
fn named_beside(target: &Path, what: &str) -> Result<PathBuf> {
    let name = target.file_name().and_then(|name| name.to_str());
    let name = name.with_context(|| format!("{}: names no directory\n\nhint: --data DIR", target.display()))?;
    Ok(target.with_file_name(format!("{name}.{what}")))
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn what_was_there_is_kept_however_quickly_one_follows_another() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("data");
        let now = Time(1_800_000_000_000_000);
        let kept: Vec<_> = (0..3)
            .map(|round| {
                let stage = Stage::beside(&target).unwrap();
                fs::write(stage.path.join("round"), round.to_string()).unwrap();
                stage.take_over(&target, now).unwrap()
            })
            .collect();
        assert_eq!(kept[0], None);
        let rounds =
            kept[1..].iter().flatten().chain([&target]).map(|at| fs::read_to_string(at.join("round")).unwrap());
        assert_eq!(rounds.collect::<Vec<_>>(), ["0", "1", "2"]);
    }

    #[test]
    fn what_was_left_behind_goes_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let make = |name: &str, age: Duration| {
            let path = directory.path().join(name);
            fs::create_dir(&path).unwrap();
            let made = File::open(&path).unwrap();
            made.set_modified(made.metadata().unwrap().modified().unwrap() - age).unwrap();
        };
        let old = LEFT + Duration::from_secs(60);
        make("drill-00112233", old);
        make("putting-back-00112233", old);
        make("drill-44556677", Duration::from_secs(60));
        make("drills", old);
        make("files", old);
        clear_left(directory.path());
        let mut left: Vec<_> =
            fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["drill-44556677", "drills", "files"]);
    }
}
