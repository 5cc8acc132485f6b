//! Evidence on disk: one JSON document a file, named by its SHA-256, and an index that holds their order.
//!
//! Probes write documents through a [`Store`], which removes secrets first; judges read them from a [`Dossier`], which
//! is nothing but what lies on disk. So a run can be judged again, by somebody else, without the service.

mod documents;
mod facts;
mod join;
mod redact;

pub use documents::*;
pub use facts::facts;
pub use join::{Portion, join_rest, join_shards};
pub use redact::{REDACTED, Secrets, is_secret_name, is_told_key, may_be_secret};

use crate::error::{Result, Trouble};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The file that lists the digests, one a line, in the order of writing: the leaves of the Merkle tree.
pub const INDEX: &str = "index";

/// A kind of document. The kind stands in the document, so that a dossier can be read without knowing all kinds.
pub trait Document: Serialize + DeserializeOwned {
    /// `run`, `trial`, `record` …
    const KIND: &'static str;
}

/// Where probes write.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    secrets: Secrets,
    index: Mutex<Vec<String>>,
}

impl Store {
    /// An empty store in a new directory.
    ///
    /// # Errors
    /// When the directory cannot be made, or holds evidence already.
    pub fn create(dir: &Path, secrets: Secrets) -> Result<Self> {
        std::fs::create_dir_all(dir).map_err(|e| disk(dir, "cannot be made", &e))?;
        let index = dir.join(INDEX);
        std::fs::File::create_new(&index).map_err(|e| disk(&index, "cannot be made", &e))?;
        Ok(Self { dir: dir.to_owned(), secrets, index: Mutex::default() })
    }

    /// The secrets that are kept out of it.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Where it lies.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes a document of a kind and returns its digest.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn add<D: Document>(&self, document: &D) -> Result<String> {
        let mut value = serde_json::to_value(document)
            .map_err(|e| Trouble::new(D::KIND, format!("cannot be written as JSON: {e}")))?;
        if let Some(fields) = value.as_object_mut() {
            fields.insert("kind".into(), D::KIND.into());
        }
        self.put(&value)
    }

    /// Writes a document and returns its digest. The same document twice is one file and two lines of the index.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn put(&self, document: &Value) -> Result<String> {
        let bytes = self.secrets.clean_value(document.clone()).to_string().into_bytes();
        let digest = hex::encode(Sha256::digest(&bytes));
        let file = self.dir.join(format!("{digest}.json"));
        std::fs::write(&file, &bytes).map_err(|e| disk(&file, "cannot be written", &e))?;
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.dir.join(INDEX);
        (std::fs::File::options().append(true).open(&path))
            .and_then(|mut file| writeln!(file, "{digest}"))
            .map_err(|e| disk(&path, "cannot be written", &e))?;
        index.push(digest.clone());
        Ok(digest)
    }
}

/// All evidence of one run, read back from disk.
#[derive(Debug, Clone, Default)]
pub struct Dossier {
    documents: Vec<(String, Value)>,
}

impl Dossier {
    /// Reads a directory. Each document must have the digest that its name says.
    ///
    /// # Errors
    /// When the directory, its index or a document is missing or damaged; the file is named.
    pub fn load(dir: &Path) -> Result<Self> {
        let index = dir.join(INDEX);
        let list = std::fs::read_to_string(&index)
            .map_err(|e| disk(&index, "cannot be read", &e).hint("is this a directory below .plimsoll/evidence?"))?;
        let documents = list.lines().map(|digest| read_document(dir, digest)).collect::<Result<_>>()?;
        Ok(Self { documents })
    }

    /// Digests in order: the leaves of the Merkle tree.
    pub fn digests(&self) -> impl Iterator<Item = &str> {
        self.documents.iter().map(|(digest, _)| digest.as_str())
    }

    /// All documents of a kind, in order, with their digests. What does not read as this kind is left out: a later
    /// version may have written it.
    pub fn all<D: Document>(&self) -> Vec<(&str, D)> {
        (self.documents.iter())
            .filter(|(_, value)| value["kind"] == D::KIND)
            .filter_map(|(digest, value)| Some((digest.as_str(), serde_json::from_value(value.clone()).ok()?)))
            .collect()
    }

    /// The document of this kind, where there is just one by its nature. The last one counts.
    pub fn one<D: Document>(&self) -> Option<D> {
        self.all().pop().map(|(_, document)| document)
    }

    /// A document by its digest.
    pub fn document(&self, digest: &str) -> Option<&Value> {
        self.documents.iter().find(|(d, _)| d == digest).map(|(_, value)| value)
    }
}

fn read_document(dir: &Path, digest: &str) -> Result<(String, Value)> {
    let name = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    if digest.len() != 64 || !digest.chars().all(name) {
        return Err(Trouble::new(dir.join(INDEX).display().to_string(), format!("{digest:?} is not a digest")));
    }
    let file = dir.join(format!("{digest}.json"));
    let bytes = std::fs::read(&file).map_err(|e| disk(&file, "cannot be read", &e))?;
    let place = file.display().to_string();
    if hex::encode(Sha256::digest(&bytes)) != digest {
        return Err(Trouble::new(place, "was changed after it was written: its digest is not its name"));
    }
    let value = serde_json::from_slice(&bytes).map_err(|e| Trouble::new(place, format!("is not JSON: {e}")))?;
    Ok((digest.to_owned(), value))
}

fn disk(path: &Path, wrong: &str, error: &std::io::Error) -> Trouble {
    Trouble::new(path.display().to_string(), format!("{wrong}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_written_is_read_and_secrets_are_not_there() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("run");
        let secrets = Secrets::default();
        secrets.add("hunter2hunter2");
        let store = Store::create(&dir, secrets).unwrap();
        let digest = store.put(&json!({"kind": "x", "answer": "key hunter2hunter2 end"})).unwrap();
        store.put(&json!({"kind": "x", "headers": {"cookie": "sid=1"}})).unwrap();
        let dossier = Dossier::load(&dir).unwrap();
        assert_eq!(dossier.digests().count(), 2);
        assert_eq!(dossier.document(&digest).unwrap()["answer"], "key [redacted] end");
        for entry in std::fs::read_dir(&dir).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            assert!(!text.contains("hunter2") && !text.contains("sid=1"), "{text}");
        }
    }

    #[test]
    fn a_changed_byte_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("run");
        let store = Store::create(&dir, Secrets::default()).unwrap();
        let digest = store.put(&json!({"kind": "x", "n": 1})).unwrap();
        std::fs::write(dir.join(format!("{digest}.json")), "{\"kind\":\"x\",\"n\":2}").unwrap();
        let trouble = Dossier::load(&dir).unwrap_err();
        assert!(trouble.place.contains(&digest) && trouble.wrong.contains("changed"), "{trouble}");
    }
}
