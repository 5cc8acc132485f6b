//! Where parts lie: a directory, or a bucket that speaks S3.

use std::fs;
use std::path::{Path as Directory, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_core::Stream;
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt as _, RetryConfig};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Error, FileId, PartId, PartPlace, Result};
use crate::ids::OrganisationId;

/// Bytes that are written to or read from a directory at once.
const LOCAL_BLOCK_BYTES: usize = 1024 * 1024;
/// Bytes that are sent to or fetched from a bucket at once. S3 takes at most 10,000 blocks an object, each of at least
/// 5 MiB: a part can have 78 GiB.
const S3_BLOCK_BYTES: usize = 8 * 1024 * 1024;
/// How long one request to a bucket may take, and how long it is tried again.
const S3_PATIENCE: Duration = Duration::from_secs(60);
const S3_RETRIES_MAX: usize = 3;

/// The store of all files' parts.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    block_bytes: usize,
    /// The directory, if it is one.
    directory: Option<PathBuf>,
}

/// A bucket, and who may write into it.
#[derive(Clone)]
pub struct S3Settings {
    /// Its name.
    pub bucket: String,
    /// What all our objects' names begin with; may be empty.
    pub prefix: String,
    /// The server, when it is not Amazon's: `https://s3.example`. The bucket stands in the path.
    pub endpoint: Option<url::Url>,
    /// Its region.
    pub region: String,
    /// Who we are.
    pub access_key_id: String,
    /// What proves it.
    pub secret_access_key: Zeroizing<String>,
}

/// An object that lies in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The file that it was written for.
    pub file: FileId,
    /// The part.
    pub part: PartId,
    /// Bytes on disk.
    pub bytes: u64,
    /// When it was written, by the store's clock.
    pub written: Timestamp,
}

impl Files {
    /// A directory, made if it is not there, open to its owner only. What is acknowledged was flushed to disk, with its name.
    ///
    /// # Errors
    /// When it cannot be made, with the next step.
    pub fn local(directory: &Directory) -> anyhow::Result<Self> {
        let store = self::directory(directory, "--files")?;
        Ok(Self { store: Arc::new(store), block_bytes: LOCAL_BLOCK_BYTES, directory: Some(directory.to_owned()) })
    }

    /// A bucket. Nothing is asked of it yet; a wrong key shows with the first request, see [`Files::probe`].
    ///
    /// # Errors
    /// When the settings cannot be.
    pub fn s3(settings: &S3Settings) -> anyhow::Result<Self> {
        Ok(Self { store: bucket(settings)?, block_bytes: S3_BLOCK_BYTES, directory: None })
    }

    /// Whether the store can be written, read and cleared.
    ///
    /// # Errors
    /// What it answered.
    pub async fn probe(&self) -> Result<()> {
        let path = Path::from(format!("probe-{}", PartId::fresh()));
        self.store.put(&path, "plimsoll-portal".into()).await?;
        self.store.get(&path).await?.bytes().await?;
        self.store.delete(&path).await?;
        Ok(())
    }

    /// Removes a part. One that is not there is no error: a removal that was broken off is asked for again.
    ///
    /// # Errors
    /// When the store cannot be reached or refuses.
    pub async fn delete(&self, place: &PartPlace) -> Result<()> {
        match self.store.delete(&place.path()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// All parts, of one organisation or of all. What is not ours is not listed.
    pub fn list(&self, organisation: Option<OrganisationId>) -> impl Stream<Item = Result<Found>> + Send + use<> {
        let prefix = organisation.map(|organisation| Path::from(organisation.to_string()));
        let listed = self.store.list(prefix.as_ref());
        listed.map_err(Error::from).try_filter_map(|object| async move { Ok(found(&object)) })
    }

    /// Removes what killed processes left half-written before this time. Gives how many there were. In a bucket that is the
    /// business of its own rule (`AbortIncompleteMultipartUpload`).
    ///
    /// # Errors
    /// When the directory cannot be read, or something cannot be removed.
    pub async fn remove_half_written(&self, before: Timestamp) -> Result<usize> {
        let Some(directory) = self.directory.clone() else { return Ok(0) };
        let removed = tokio::task::spawn_blocking(move || remove_half_written(&directory, before, 0)).await;
        let removed = removed.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        removed.map_err(|error| Error::Store(object_store::Error::Generic { store: "directory", source: error.into() }))
    }

    pub(crate) fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store)
    }

    pub(super) const fn block_bytes(&self) -> usize {
        self.block_bytes
    }
}

/// A directory as a store, made if it is not there, open to its owner only. What is acknowledged was flushed to disk, with
/// its name.
///
/// # Errors
/// When it cannot be made, with the next step; `option` is what names another.
pub(crate) fn directory(directory: &Directory, option: &str) -> anyhow::Result<LocalFileSystem> {
    let shown = directory.display();
    let made = make(directory)
        .with_context(|| format!("{shown}: the directory cannot be made\n\nhint: choose another with {option} DIR"));
    made?;
    let store = LocalFileSystem::new_with_prefix(directory);
    let store = store.with_context(|| format!("{shown}: the directory cannot be used"))?;
    Ok(store.with_fsync(true).with_automatic_cleanup(true))
}

/// A bucket as a store. Nothing is asked of it yet.
///
/// # Errors
/// When the settings cannot be.
pub(crate) fn bucket(settings: &S3Settings) -> anyhow::Result<Arc<dyn ObjectStore>> {
    let retry = RetryConfig { max_retries: S3_RETRIES_MAX, retry_timeout: S3_PATIENCE, ..RetryConfig::default() };
    let plain = settings.endpoint.as_ref().is_some_and(|endpoint| endpoint.scheme() == "http");
    let client = ClientOptions::new().with_timeout(S3_PATIENCE).with_allow_http(plain);
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&settings.bucket)
        .with_region(&settings.region)
        .with_access_key_id(&settings.access_key_id)
        .with_secret_access_key(settings.secret_access_key.as_str())
        .with_client_options(client)
        .with_retry(retry);
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
    }
    let bucket = builder.build().with_context(|| format!("s3://{}: cannot be used", settings.bucket))?;
    Ok(Arc::new(PrefixStore::new(bucket, settings.prefix.trim_matches('/'))))
}

/// Reads an object's name.
fn found(object: &object_store::ObjectMeta) -> Option<Found> {
    let mut ids = object.location.parts().map(|part| part.as_ref().parse::<Uuid>().ok());
    let (organisation, file, part) = (ids.next()??, ids.next()??, ids.next()??);
    let written = Timestamp::from_second(object.last_modified.timestamp()).ok()?;
    ids.next().is_none().then_some(Found {
        organisation: OrganisationId(organisation),
        file: FileId(file),
        part: PartId(part),
        bytes: object.size,
        written,
    })
}

/// Makes a directory for its owner only, and sees that its name is on disk.
fn make(directory: &Directory) -> std::io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    #[cfg(unix)]
    fs::File::open(directory.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(".".as_ref()))?
        .sync_all()?;
    Ok(())
}

/// A half-written object is called like the whole one, with `#` and a number behind it; no other name of ours has a `#`.
fn remove_half_written(directory: &Directory, before: Timestamp, depth: usize) -> std::io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name();
        if kind.is_dir() && depth < 2 {
            removed += remove_half_written(&entry.path(), before, depth + 1)?;
        } else if kind.is_file() && name.to_str().is_some_and(is_half_written) {
            let written = Timestamp::try_from(entry.metadata()?.modified()?).map_err(std::io::Error::other)?;
            if written < before {
                fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

fn is_half_written(name: &str) -> bool {
    name.split_once('#').is_some_and(|(part, attempt)| {
        part.parse::<Uuid>().is_ok() && !attempt.is_empty() && attempt.bytes().all(|byte| byte.is_ascii_digit())
    })
}
