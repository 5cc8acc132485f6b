//! Where backups lie: a directory, or a bucket that speaks S3. Many snapshots of one portal share their chunks.
//!
//! ```text
//! repository                 which key it belongs to, and the version of the form; the only object in clear
//! snapshots/20261122T124000.000000Z    a sealed manifest, named by its time
//! chunks/ab/abcdef…          a sealed chunk, named by a keyed fingerprint of its bytes
//! lock                       while a backup is written or old ones are cleared away
//! ```

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::{Stream as Items, StreamExt as _, TryStreamExt as _, stream};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::chunk::{ChunkName, Gear};
use super::key::{BackupKey, FORMAT, Key, NotOpened};
use super::manifest::{Manifest, Stream};
use super::{Error, Result};

const HEADER: &str = "repository";
const SNAPSHOTS: &str = "snapshots";
const CHUNKS: &str = "chunks";
/// Chunks that are fetched ahead of whoever reads.
const CHUNKS_AHEAD: usize = 2;

/// Backups of one portal.
#[derive(Clone)]
pub struct Repository {
    pub(super) store: Arc<dyn ObjectStore>,
    /// The place, in words.
    pub(super) place: String,
    pub(super) keys: Keys,
}

/// Everything that is derived from the backup key.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) root: BackupKey,
    pub(super) gear: Gear,
    name: Key,
    chunk: Key,
    manifest: Key,
    kept: Key,
}

/// The object in clear.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    /// What this is, for whoever finds it.
    what: String,
    /// The version of the form.
    format: u8,
    /// The fingerprint of the key.
    key: String,
}

/// A snapshot that was opened.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub manifest: Manifest,
    /// SHA-256 of its sealed manifest, in hexadecimal.
    pub sha256: String,
}

impl Keys {
    fn of(root: &BackupKey) -> Self {
        Self {
            gear: Gear::of(&root.derive("backup/cut/v1")),
            name: root.derive("backup/name/v1"),
            chunk: root.derive("backup/chunk/v1"),
            manifest: root.derive("backup/manifest/v1"),
            kept: root.derive("backup/kept/v1"),
            root: root.clone(),
        }
    }

    /// What a chunk with these bytes is called.
    pub(super) fn name(&self, plain: &[u8]) -> ChunkName {
        ChunkName(self.name.digest(plain))
    }

    pub(super) fn seal_chunk(&self, name: ChunkName, plain: &[u8]) -> Vec<u8> {
        self.chunk.seal(&name.to_string(), plain)
    }

    /// Seals a file of the data directory for the manifest.
    pub(super) fn seal_kept(&self, name: &str, plain: &[u8]) -> Vec<u8> {
        self.kept.seal(name, plain)
    }

    pub(super) fn open_kept(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        self.kept.open(name, sealed).map_err(|why| not_opened(why, format!("{name} in the manifest")))
    }
}

impl Repository {
    /// Opens what is there.
    ///
    /// # Errors
    /// When nothing is there, or it belongs to another key or a newer version.
    pub async fn open(store: Arc<dyn ObjectStore>, place: String, key: &BackupKey) -> Result<Self> {
        let header = match store.get(&Path::from(HEADER)).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Err(Error::NoRepository { place }),
            Err(error) => return Err(error.into()),
        };
        let damaged = |_| Error::Damaged { what: format!("{place}/{HEADER}") };
        let header: Header = serde_json::from_slice(&header).map_err(damaged)?;
        if header.format > FORMAT {
            return Err(Error::Newer { what: place });
        }
        if header.key != key.fingerprint() {
            return Err(Error::Foreign { place, theirs: header.key, ours: key.fingerprint() });
        }
        Ok(Self { store, place, keys: Keys::of(key) })
    }

    /// Opens what is there, or begins.
    ///
    /// # Errors
    /// As for [`Repository::open`].
    pub async fn open_or_begin(store: Arc<dyn ObjectStore>, place: String, key: &BackupKey) -> Result<Self> {
        match Self::open(Arc::clone(&store), place.clone(), key).await {
            Err(Error::NoRepository { .. }) => {}
            end => return end,
        }
        let what = "backups of a client portal: plimsoll-portal restore --help".to_owned();
        let header = Header { what, format: FORMAT, key: key.fingerprint() };
        let header = serde_json::to_vec_pretty(&header).map_err(|error| Error::Machine(error.into()))?;
        let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match store.put_opts(&Path::from(HEADER), header.into(), create).await {
            // Somebody else began at the same moment.
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Self::open(store, place, key).await,
            Err(error) => Err(error.into()),
        }
    }

    /// The names of all snapshots, the oldest first.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub async fn snapshots(&self) -> Result<Vec<String>> {
        let listed: Vec<ObjectMeta> = self.store.list(Some(&Path::from(SNAPSHOTS))).try_collect().await?;
        let name = |object: &ObjectMeta| object.location.filename().map(str::to_owned);
        let mut names: Vec<String> = listed.iter().filter_map(name).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Opens a snapshot: the one of this name, or the newest.
    ///
    /// # Errors
    /// When it is not there, damaged, or of a newer version.
    pub async fn snapshot(&self, name: Option<&str>) -> Result<Snapshot> {
        let there = self.snapshots().await?;
        let found = match name {
            Some(name) => there.iter().find(|there| *there == name),
            None => there.last(),
        };
        let Some(name) = found.cloned() else {
            let (place, snapshot) = (self.place.clone(), name.unwrap_or("at all").to_owned());
            let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
            return Err(Error::NoSnapshot { place, snapshot, there });
        };
        let what = format!("the manifest of snapshot {name}");
        let sealed = self.fetch(&snapshot_path(&name), &what).await?;
        let plain = self.keys.manifest.open(&name, &sealed).map_err(|why| not_opened(why, what.clone()))?;
        // It is authentic, so that what cannot be read was written by a version that writes more.
        let manifest = serde_json::from_slice(&plain).map_err(|_| Error::Newer { what })?;
        Ok(Snapshot { name, manifest, sha256: hex::encode(Sha256::digest(&sealed)) })
    }

    /// Keeps a manifest: from now on there is this snapshot.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) async fn keep(&self, mut manifest: Manifest) -> Result<Snapshot> {
        loop {
            let name = manifest.at.timestamp().strftime("%Y%m%dT%H%M%S.%6fZ").to_string();
            let plain = serde_json::to_vec(&manifest).map_err(|error| Error::Machine(error.into()))?;
            let sealed = self.keys.manifest.seal(&name, &plain);
            let sha256 = hex::encode(Sha256::digest(&sealed));
            let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
            match self.store.put_opts(&snapshot_path(&name), sealed.into(), create).await {
                Ok(_) => return Ok(Snapshot { name, manifest, sha256 }),
                // Two of one moment: the second is the later one.
                Err(object_store::Error::AlreadyExists { .. }) => manifest.at.0 += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Forgets a snapshot; its chunks stay until nothing names them.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub(super) async fn forget(&self, name: &str) -> Result<()> {
        Ok(self.store.delete(&snapshot_path(name)).await?)
    }

    /// The names of all chunks.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub(super) async fn chunk_names(&self) -> Result<HashSet<ChunkName>> {
        let listed = self.store.list(Some(&Path::from(CHUNKS)));
        let named = listed.try_filter_map(|object| async move {
            Ok(object.location.filename().and_then(|name| name.parse::<ChunkName>().ok()))
        });
        Ok(named.try_collect().await?)
    }

    /// Removes a chunk.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub(super) async fn remove(&self, chunk: ChunkName) -> Result<()> {
        Ok(self.store.delete(&chunk_path(chunk)).await?)
    }

    /// The bytes of a stream, each chunk authentic before it is handed over. `of` says what they are.
    pub(super) fn read<'a>(
        &'a self,
        stream: &'a Stream,
        of: &'a str,
    ) -> impl Items<Item = Result<Vec<u8>>> + Send + 'a {
        let count = stream.chunks.len();
        stream::iter(stream.chunks.iter().copied().enumerate())
            .map(move |(index, name)| async move {
                let what = format!("{of} (chunk {} of {count})", index + 1);
                let sealed = self.fetch(&chunk_path(name), &what).await?;
                let keys = self.keys.clone();
                let opened = tokio::task::spawn_blocking(move || {
                    let plain = keys.chunk.open(&name.to_string(), &sealed)?;
                    if keys.name(&plain) == name { Ok(plain) } else { Err(NotOpened::Altered) }
                });
                let opened = opened.await.unwrap_or(Err(NotOpened::Altered));
                opened.map_err(|why| not_opened(why, what))
            })
            .buffered(CHUNKS_AHEAD)
    }

    async fn fetch(&self, path: &Path, what: &str) -> Result<Vec<u8>> {
        match self.store.get(path).await {
            Ok(found) => Ok(found.bytes().await?.into()),
            Err(object_store::Error::NotFound { .. }) => Err(Error::Missing { what: what.to_owned() }),
            Err(error) => Err(error.into()),
        }
    }
}

fn snapshot_path(name: &str) -> Path {
    Path::from(format!("{SNAPSHOTS}/{name}"))
}

pub(super) fn chunk_path(name: ChunkName) -> Path {
    let name = name.to_string();
    Path::from(format!("{CHUNKS}/{}/{name}", &name[..2]))
}

fn not_opened(why: NotOpened, what: String) -> Error {
    match why {
        NotOpened::Newer => Error::Newer { what },
        NotOpened::Altered => Error::Damaged { what },
    }
}
