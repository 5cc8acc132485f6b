//! Verifies a snapshot from end to end before anything is made of it: every chunk is there and authentic, every stream is
//! the one that the manifest names.

use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};

use super::lines::Lines;
use super::manifest::{Manifest, Object, Stream};
use super::repository::Repository;
use super::{Error, Result};

/// What was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    /// Chunks.
    pub chunks: u64,
    /// Bytes.
    pub bytes: u64,
    /// Objects of files.
    pub objects: u64,
}

/// Reads all of it.
///
/// # Errors
/// [`Error::Damaged`] and [`Error::Missing`] name the part.
pub async fn verify(repository: &Repository, manifest: &Manifest) -> Result<Verified> {
    let mut verified = Verified::default();
    for table in &manifest.tables {
        stream(repository, &table.stream, &format!("table {}", table.name), &mut verified).await?;
    }
    let index = &manifest.files.index;
    stream(repository, index, LIST, &mut verified).await?;
    let mut objects = Lines::<Object>::new(repository.read(index, LIST));
    while let Some(object) = objects.next().await? {
        stream(repository, &object.stream, &format!("file {}", object.path), &mut verified).await?;
        verified.objects += 1;
    }
    if verified.objects == manifest.files.count {
        return Ok(verified);
    }
    let (there, count) = (verified.objects, manifest.files.count);
    Err(Error::Differs { what: LIST.to_owned(), why: format!("has {there} entries, and should have {count}") })
}

/// What the index of the files is called in messages.
pub(super) const LIST: &str = "the list of files";

async fn stream(repository: &Repository, stream: &Stream, of: &str, verified: &mut Verified) -> Result<()> {
    let mut pieces = std::pin::pin!(repository.read(stream, of));
    let (mut hasher, mut bytes) = (Sha256::new(), 0);
    while let Some(piece) = pieces.try_next().await? {
        hasher.update(&piece);
        bytes += piece.len() as u64;
        verified.chunks += 1;
    }
    verified.bytes += bytes;
    if bytes == stream.bytes && hex::encode(hasher.finalize()) == stream.sha256 {
        Ok(())
    } else {
        Err(Error::Damaged { what: of.to_owned() })
    }
}
