//! What a snapshot holds. The manifest is sealed as a whole; everything else hangs on it by the names of chunks.

use std::collections::BTreeMap;

use door::Time;
use door::store::Table;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::chunk::ChunkName;

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the portal that made it.
    pub portal: String,
    /// When its copy of the database was taken.
    pub at: Time,
    /// Whose it is.
    pub installation: Uuid,
    /// The migrations that made its schema: version and digest, in order.
    pub migrations: Vec<(i64, String)>,
    /// Its tables, in the order in which they were made.
    pub tables: Vec<TableKept>,
    /// Its files.
    pub files: FilesKept,
    /// What lay in the data directory besides: keys, the last signed checkpoint, the list of whom was erased. By name,
    /// each sealed once more under a key of its own use.
    pub kept: BTreeMap<String, String>,
    /// When the newest event in it happened.
    pub newest_event_at: Option<Time>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableKept {
    /// Its name.
    pub name: String,
    /// Its columns in the order of their names.
    pub columns: Vec<String>,
    /// The columns of its primary key.
    pub key: Vec<String>,
    /// Its rows.
    pub rows: u64,
    /// SHA-256 over every row's canonical text, in hexadecimal: the same on both engines.
    pub digest: String,
    /// Its rows as [`door::store::encode`] writes them.
    pub stream: Stream,
}

/// Files, without their bytes: those hang on the index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesKept {
    /// Objects.
    pub count: u64,
    /// Bytes of all of them.
    pub bytes: u64,
    /// A line of JSON each: [`Object`], in the order of file and number.
    pub index: Stream,
    /// Objects that the database names and the store of files has lost.
    pub lost: Vec<String>,
}

/// An object in the store of files, as it lies there: encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// The file, and the how manieth of its parts it is. Objects stand in this order.
    pub place: (Uuid, i64),
    /// Its name in the store.
    pub path: String,
    /// Its bytes.
    pub stream: Stream,
}

/// Bytes as chunks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// How many.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
    /// The chunks, in order.
    pub chunks: Vec<ChunkName>,
}

impl TableKept {
    /// Its shape.
    #[must_use]
    pub fn shape(&self) -> Table {
        Table { name: self.name.clone(), columns: self.columns.clone(), key: self.key.clone() }
    }
}

impl Manifest {
    /// Rows of all tables.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}
