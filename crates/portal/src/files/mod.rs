//! What a file's bytes are: encrypted, stored, hashed. This room knows nothing of people, requests, HTTP or tables.
//!
//! A file has an id and one random key. It consists of parts in order: a resumable upload adds one a request. Each part is
//! one object in a [`Files`] store, encrypted in chunks so that any range of the file can be read, and each byte that is
//! read is authentic. What lies where, byte by byte: docs/files.md.

mod archive;
mod cabinet;
mod hashing;
pub mod keys;
mod kind;
mod name;
mod part;
mod preview;
mod put;
mod read;
mod scanner;
mod settings;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub use archive::{Archive, Entry};
pub use cabinet::Cabinet;
pub use hashing::Hashing;
pub use keys::{FileKey, FilesKey, OrganisationKey};
pub use kind::{HEAD_BYTES, Kind, Mistyped, recognise};
pub use name::{FileName, content_disposition};
pub use part::{FileParts, PartPlace, StoredPart};
pub use preview::{NoPreview, PREVIEW_BYTES_MAX, PREVIEW_WIDTH_MAX, Preview, Previews, Render, render};
pub use put::{Arrived, BreakOff, PutError};
pub use scanner::{Clamd, ScanError, Scanner, Verdict};
pub use settings::{Limits, Location, Settings, Size};
pub use store::{Files, Found, S3Settings};

door::typed_id!(
    /// A file: bytes under one key, in parts.
    FileId
);
door::typed_id!(
    /// A part of a file: one object in the store, written once.
    PartId
);

/// The error of whoever hands in bytes.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why something cannot be read or stored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are not what was stored here. `what` names the object or the key.
    #[error("{what}: is not what was stored: altered, cut off, moved, or sealed under another key")]
    Altered {
        /// What was to be opened.
        what: String,
    },
    /// There is no such object. `what` names it.
    #[error("{what}: is not in the store")]
    Missing {
        /// What was to be read.
        what: String,
    },
    /// The range does not lie inside the file.
    #[error("bytes {start} to {end} are asked for, and the file has {length}")]
    Range {
        /// The first byte.
        start: u64,
        /// The byte behind the last.
        end: u64,
        /// The file's length.
        length: u64,
    },
    /// The store cannot be reached, is full, or refuses.
    #[error("the store of files: {0}")]
    Store(object_store::Error),
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { path, .. } => Self::Missing { what: path },
            error => Self::Store(error),
        }
    }
}

/// What can be done, or why not.
pub type Result<T, E = Error> = std::result::Result<T, E>;
