//! What lies in the data directory besides the database and the files: keys, the last signed checkpoint, the list of whom
//! was erased, the settings of the anchors. It is small, and nothing of it is left out by an oversight: everything counts
//! that is not known to be made anew.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use zeroize::Zeroizing;

use super::Result;
use super::key::BackupKey;

/// A file of this size is none of ours.
const BYTES_MAX: u64 = 1024 * 1024;
/// The directory of the keys.
const KEYS: &str = "keys";

/// Files of a data directory, by their names from there.
pub(super) type Kept = BTreeMap<String, Zeroizing<Vec<u8>>>;

/// Reads them.
///
/// # Errors
/// When one cannot be read, or is too large.
pub(super) fn read(directory: &Path) -> Result<Kept> {
    let mut kept = Kept::new();
    for (folder, prefix) in [(directory.to_owned(), String::new()), (directory.join(KEYS), format!("{KEYS}/"))] {
        for entry in fs::read_dir(&folder).with_context(|| format!("{}: cannot be read", folder.display()))? {
            let path = entry?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()).map(|name| format!("{prefix}{name}"))
            else {
                continue;
            };
            if !path.is_file() || is_made_anew(&name) {
                continue;
            }
            let bytes = fs::metadata(&path)?.len();
            if bytes > BYTES_MAX {
                let shown = path.display();
                return Err(anyhow::anyhow!(
                    "{shown}: has {bytes} bytes, and what lies beside the database is small\n\nhint: keep it elsewhere"
                )
                .into());
            }
            let bytes = fs::read(&path).with_context(|| format!("{}: cannot be read", path.display()))?;
            kept.insert(name, Zeroizing::new(bytes));
        }
    }
    Ok(kept)
}

/// The database, which is copied otherwise; what is half written; and the backup key, which stands in the recovery kit: a
/// key inside what it opens is of no use.
fn is_made_anew(name: &str) -> bool {
    name == BackupKey::FILE
        || name.starts_with("portal.db")
        || name.starts_with('.')
        || [".new", ".next"].iter().any(|end| name.ends_with(end))
}

/// Writes one into a data directory that is being put together, for its owner only.
///
/// # Errors
/// When it cannot be written, or its name leads elsewhere.
pub(super) fn write(directory: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let inside = name.strip_prefix(&format!("{KEYS}/")).unwrap_or(name);
    if inside.is_empty() || inside.contains(['/', '\\']) || inside == ".." || inside == "." {
        bail!("{name:?}: is no name of a file in a data directory");
    }
    let path = directory.join(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).with_context(|| format!("{}: cannot be written", path.display()))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(())
}
