//! Work orders: open gaps grouped by concern, one Markdown file each, for whoever closes them: a person, a script, an
//! AI coding tool. Nothing is started and no code is touched.

mod concern;
mod order;

use std::fs;
use std::path::{Path, PathBuf};

pub use concern::{Concern, concerns};

use crate::checks::Check;
use crate::error::{Result, Trouble};

/// The first line of every order, by which one of an earlier run is known.
pub const HEADER: &str = "<!-- work order of plimsoll fix; written anew by each run -->";

/// An order that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// `exports`.
    pub concern: String,
    /// How many gaps it closes.
    pub gaps: usize,
    /// Where it lies.
    pub path: PathBuf,
    /// A person must act: an address, a key, a decision is no code.
    pub person: bool,
}

/// Writes one order a concern into a directory, and takes away those that an earlier run left there.
///
/// # Errors
/// When the directory cannot be made, or a file in it cannot be written.
pub fn write(dir: &Path, concerns: &[Concern<'_>], declared: &[Check]) -> Result<Vec<Written>> {
    let disk = |path: &Path, wrong: &str, error: &std::io::Error| {
        Trouble::new(path.display().to_string(), format!("{wrong}: {error}"))
    };
    fs::create_dir_all(dir).map_err(|error| disk(dir, "cannot be made", &error))?;
    for entry in fs::read_dir(dir).map_err(|error| disk(dir, "cannot be read", &error))?.flatten() {
        let path = entry.path();
        if fs::read_to_string(&path).is_ok_and(|text| text.starts_with(HEADER)) {
            fs::remove_file(&path).map_err(|error| disk(&path, "cannot be removed", &error))?;
        }
    }
    let mut written = Vec::new();
    for concern in concerns {
        let path = dir.join(concern.file_name());
        fs::write(&path, order::text(concern, declared)).map_err(|error| disk(&path, "cannot be written", &error))?;
        let (name, gaps, person) = (concern.name.clone(), concern.gaps.len(), concern.person().is_some());
        written.push(Written { concern: name, gaps, path, person });
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;
    use crate::verdict::Severity;

    #[test]
    fn orders_are_written_anew_and_other_files_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("p1-old.md"), format!("{HEADER}\nclosed long ago")).unwrap();
        fs::write(dir.path().join("notes.md"), "mine").unwrap();
        let outcome = samples::many_gaps();
        let concerns = concerns(&outcome, Some(Severity::Blocks));
        let written = write(dir.path(), &concerns, &samples::declared()).unwrap();
        let total: usize = written.iter().map(|order| order.gaps).sum();
        assert_eq!(total, 15, "every gap of phase 1 is in exactly one order");
        assert!(written.iter().all(|order| order.path.exists()));
        assert!(!dir.path().join("p1-old.md").exists());
        assert_eq!(fs::read_to_string(dir.path().join("notes.md")).unwrap(), "mine");
    }

    #[test]
    fn an_order_reads_well() {
        let outcome = samples::many_gaps();
        let concerns = concerns(&outcome, Some(Severity::Blocks));
        let exports = concerns.iter().find(|concern| concern.name == "exports").unwrap();
        insta::assert_snapshot!(order::text(exports, &samples::declared()));
    }
}
