//! Streams go into a repository: cut, named, and stored where no chunk of that name lies yet. A few chunks are in memory
//! at any time, however much there is.

use std::collections::HashSet;

use object_store::ObjectStoreExt as _;
use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;

use super::chunk::{ChunkName, Cutter};
use super::lock::Lock;
use super::manifest::Stream;
use super::repository::{Repository, chunk_path};
use super::{Error, Result};

/// Chunks that are on their way at the same time.
const CHUNKS_ON_THE_WAY_MAX: usize = 2;

/// A repository that is written into.
pub(super) struct Writer {
    repository: Repository,
    known: HashSet<ChunkName>,
    on_the_way: JoinSet<Result<()>>,
    lock: Lock,
    /// What was not there before.
    pub(super) fresh: Fresh,
}

/// What was stored because it was not there before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fresh {
    /// Chunks.
    pub chunks: u64,
    /// Their bytes, before they were sealed.
    pub bytes: u64,
}

/// A stream on its way in.
pub(super) struct Open {
    cutter: Cutter,
    hasher: Sha256,
    bytes: u64,
    chunks: Vec<ChunkName>,
}

impl Writer {
    pub(super) async fn begin(repository: &Repository, lock: Lock) -> Result<Self> {
        let known = repository.chunk_names().await?;
        let (on_the_way, fresh) = (JoinSet::new(), Fresh::default());
        Ok(Self { repository: repository.clone(), known, on_the_way, lock, fresh })
    }

    /// Whether every chunk of a stream lies there.
    pub(super) fn has(&self, stream: &Stream) -> bool {
        stream.chunks.iter().all(|chunk| self.known.contains(chunk))
    }

    pub(super) fn open(&self) -> Open {
        let cutter = self.repository.keys.gear.cutter();
        Open { cutter, hasher: Sha256::new(), bytes: 0, chunks: Vec::new() }
    }

    /// Waits until everything lies there.
    pub(super) async fn end(mut self) -> Result<(Fresh, Lock)> {
        while let Some(stored) = self.on_the_way.join_next().await {
            joined(stored)?;
        }
        Ok((self.fresh, self.lock))
    }

    async fn store(&mut self, plain: Vec<u8>) -> Result<ChunkName> {
        let keys = self.repository.keys.clone();
        let named = tokio::task::spawn_blocking(move || (keys.name(&plain), plain)).await;
        let (name, plain) = named.map_err(|error| Error::Machine(error.into()))?;
        if !self.known.insert(name) {
            return Ok(name);
        }
        self.fresh.chunks += 1;
        self.fresh.bytes += plain.len() as u64;
        while self.on_the_way.len() >= CHUNKS_ON_THE_WAY_MAX {
            if let Some(stored) = self.on_the_way.join_next().await {
                joined(stored)?;
            }
        }
        self.lock.refresh().await?;
        let repository = self.repository.clone();
        self.on_the_way.spawn(async move {
            let keys = repository.keys.clone();
            let sealed = tokio::task::spawn_blocking(move || keys.seal_chunk(name, &plain)).await;
            let sealed = sealed.map_err(|error| Error::Machine(error.into()))?;
            repository.store.put(&chunk_path(name), sealed.into()).await?;
            Ok(())
        });
        Ok(name)
    }
}

fn joined(stored: std::result::Result<Result<()>, tokio::task::JoinError>) -> Result<()> {
    stored.unwrap_or_else(|error| Err(Error::Machine(error.into())))
}

impl Open {
    pub(super) async fn write(&mut self, writer: &mut Writer, bytes: &[u8]) -> Result<()> {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        for chunk in self.cutter.push(bytes) {
            self.chunks.push(writer.store(chunk).await?);
        }
        Ok(())
    }

    pub(super) async fn end(mut self, writer: &mut Writer) -> Result<Stream> {
        if let Some(chunk) = self.cutter.end() {
            self.chunks.push(writer.store(chunk).await?);
        }
        Ok(Stream { bytes: self.bytes, sha256: hex::encode(self.hasher.finalize()), chunks: self.chunks })
    }
}
