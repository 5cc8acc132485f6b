//! What anybody can read in the bytes of a backup.

use crate::canary::Traces;
use crate::unpack;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Most bytes that are read of one file.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Most places that are named.
const NAMED_MAX: usize = 5;
/// How files begin that anybody can open, and what they are.
const OPEN: &[(&[u8], &str)] = &[
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PGDMP", "a dump of PostgreSQL"),
    (b"--\n-- PostgreSQL database", "a dump of PostgreSQL"),
    (b"-- MySQL dump", "a dump of MySQL"),
    (b"-- MariaDB dump", "a dump of MariaDB"),
];
/// How packed files begin that this version does not unpack.
const PACKED: &[(&[u8], &str)] = &[
    (&[0x28, 0xb5, 0x2f, 0xfd], "packed by Zstandard"),
    (&[0xfd, b'7', b'z', b'X', b'Z', 0], "packed by xz"),
    (b"BZh", "packed by bzip2"),
    (&[0x04, 0x22, 0x4d, 0x18], "packed by LZ4"),
];

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::checks::operations) struct Clear {
    /// Canaries: `note.title in backup/db.sql`.
    pub canaries: Vec<String>,
    /// Files that anybody can open: `backup/db is an SQLite database`.
    pub open: Vec<String>,
    /// Files that were not unpacked.
    pub packed: Vec<String>,
    /// Bytes that were searched, unpacked ones too.
    pub searched: u64,
}

/// Searches all files for canaries, and looks how they begin. Blocking: it reads whole files.
pub(super) fn search(files: &[PathBuf], canaries: &[(String, String)]) -> Clear {
    let values: Vec<String> = canaries.iter().map(|(_, canary)| canary.clone()).collect();
    let traces = Traces::of(&values);
    let mut seen = Clear::default();
    for file in files {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut bytes = Vec::new();
        let Ok(open) = std::fs::File::open(file) else { continue };
        if std::io::Read::read_to_end(&mut std::io::Read::take(open, FILE_BYTES_MAX), &mut bytes).is_err() {
            continue;
        }
        for (piece, bytes) in unpack::all(&name, &bytes) {
            seen.searched += bytes.len() as u64;
            seen.open.extend(kind(&bytes, OPEN).map(|kind| format!("{piece} is {kind}")));
            seen.packed.extend(kind(&bytes, PACKED).map(|kind| format!("{piece} is {kind}")));
            let found = traces.found(&bytes).into_iter().map(|at| format!("{} in {piece}", canaries[at].0));
            seen.canaries.extend(found);
        }
    }
    for list in [&mut seen.canaries, &mut seen.open, &mut seen.packed] {
        list.dedup();
        list.truncate(NAMED_MAX);
    }
    seen
}

/// What a file is, by how it begins.
fn kind(bytes: &[u8], known: &[(&[u8], &'static str)]) -> Option<&'static str> {
    known.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn what_anybody_can_read_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"insert into notes values ('plimk3x9q0001');").unwrap();
        let files = [("a.gz", packed.finish().unwrap()), ("b", b"SQLite format 3\0".to_vec()), ("c", b"BZh9".to_vec())];
        let paths: Vec<PathBuf> = files
            .into_iter()
            .map(|(name, bytes)| {
                let path = dir.path().join(name);
                std::fs::write(&path, bytes).unwrap();
                path
            })
            .collect();
        let seen = search(&paths, &[("note.title".into(), "plimk3x9q0001".into())]);
        assert!(seen.canaries.contains(&"note.title in a.gz unpacked".to_owned()), "{seen:?}");
        assert_eq!((seen.open.len(), seen.packed.len()), (1, 1), "{seen:?}");
    }
}
