//! What the vessel keeps: one JSON document and a directory of files, read and written at each request.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Everything.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Chest {
    pub(crate) people: BTreeMap<String, Person>,
    pub(crate) sessions: BTreeMap<String, String>,
    pub(crate) notes: BTreeMap<u64, Note>,
    pub(crate) next: u64,
    #[serde(skip)]
    directory: PathBuf,
}

#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) password: String,
    pub(crate) mail: String,
}

#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) owner: String,
    pub(crate) title: String,
    /// Sealed, unless the flaw says otherwise.
    pub(crate) secret: String,
    pub(crate) files: Vec<u64>,
}

impl Chest {
    pub(crate) fn begin(directory: &Path) -> Result<()> {
        fs::create_dir_all(directory.join("files"))?;
        let file = directory.join("state.json");
        if file.is_file() { Ok(()) } else { fs::write(file, serde_json::to_vec(&Self::default())?) }
    }

    pub(crate) fn open(directory: &Path, _: &BTreeSet<String>) -> Result<Self> {
        let bytes = fs::read(directory.join("state.json"))?;
        Ok(Self { directory: directory.to_owned(), ..serde_json::from_slice(&bytes)? })
    }

    pub(crate) fn keep(&self) -> Result<()> {
        let file = self.directory.join("state.json");
        if !file.is_file() {
            return Err(Error::other("the database is away"));
        }
        fs::write(file, serde_json::to_vec(self)?)
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub(crate) fn file(&self, number: u64) -> PathBuf {
        self.directory.join("files").join(number.to_string())
    }
}

/// Makes bytes unreadable, and readable again: no cipher for real use.
pub(crate) fn seal(bytes: &[u8], key: &str) -> Vec<u8> {
    let pad = |at: usize| Sha256::digest(format!("{key}{}", at / 32))[at % 32];
    bytes.iter().enumerate().map(|(at, byte)| byte ^ pad(at)).collect()
}

/// Backs up a directory into a file, or restores it: sealed and with a digest, unless a flaw says otherwise.
pub(crate) fn copy(does: &str, from: &Path, to: &Path, flaws: &BTreeSet<String>) -> Result<()> {
    let has = |flaw: &str| flaws.contains(flaw);
    let key = if has("backup-in-clear") { None } else { Some("k") };
    if does == "backup" {
        let mut all: BTreeMap<String, String> = BTreeMap::new();
        all.insert("state.json".into(), hex::encode(fs::read(from.join("state.json"))?));
        if !has("backup-without-files") {
            for entry in fs::read_dir(from.join("files"))? {
                let entry = entry?;
                let name = format!("files/{}", entry.file_name().to_string_lossy());
                all.insert(name, hex::encode(fs::read(entry.path())?));
            }
        }
        let mut bytes = serde_json::to_vec(&all)?;
        bytes.extend(Sha256::digest(&bytes));
        return fs::write(to, key.map_or(bytes.clone(), |key| seal(&bytes, key)));
    }
    let bytes = fs::read(from)?;
    let bytes = key.map_or(bytes.clone(), |key| seal(&bytes, key));
    let cut = bytes.len().saturating_sub(32);
    let good = Sha256::digest(&bytes[..cut]).as_slice() == &bytes[cut..];
    if !good && !has("restore-believes") {
        return Err(Error::other("the backup is damaged: its digest differs"));
    }
    fs::create_dir_all(to.join("files"))?;
    if has("restore-believes") && !good {
        // It makes do with what it finds, and says nothing.
        return fs::write(to.join("state.json"), serde_json::to_vec(&Chest::default())?);
    }
    let all: BTreeMap<String, String> = serde_json::from_slice(&bytes[..cut])?;
    for (name, text) in all {
        fs::write(to.join(name), hex::decode(text).map_err(Error::other)?)?;
    }
    Ok(())
}
