//! Gives a snapshot back into a place where nothing is yet: a directory, an empty database, a store of files.

use std::fs;
use std::path::Path as Directory;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use door::Time;
use door::store::{Decoder, Dump, Load, Migration, Settings, Store, Table};
use futures_util::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStoreExt as _, PutPayload, WriteMultipart};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::kept::{self, Kept};
use super::key::BackupKey;
use super::lines::Lines;
use super::manifest::{Manifest, Object, TableKept};
use super::repository::Repository;
use super::verify::LIST;
use super::{Error, Result};
use crate::files::Files;

/// Bytes of an object that are written at once.
const BLOCK_BYTES: usize = 8 * 1024 * 1024;

/// The migrations under which the snapshot was written.
///
/// # Errors
/// [`Error::Newer`] when this version knows fewer; [`Error::Database`] when it knows others.
pub(super) fn migrations(manifest: &Manifest) -> Result<Vec<Migration>> {
    let ours = crate::schema::migrations();
    if manifest.migrations.len() > ours.len() {
        let (theirs, ours) = (manifest.migrations.len(), ours.len());
        return Err(Error::Newer { what: format!("the snapshot (its schema is {theirs}, this version knows {ours})") });
    }
    let digest = |(version, digest): &(i64, String)| (*version, hex::decode(digest).unwrap_or_default());
    let done: Vec<_> = manifest.migrations.iter().map(digest).collect();
    Ok(Migration::of_history(&done, &ours)?.to_vec())
}

/// Puts what lay beside the database into a directory, with the backup key.
///
/// # Errors
/// When something of it is damaged or cannot be written.
pub(super) fn beside(repository: &Repository, manifest: &Manifest, directory: &Directory) -> Result<()> {
    fs::create_dir_all(directory.join("keys")).with_context(|| format!("{}: cannot be made", directory.display()))?;
    for (name, plain) in kept_of(repository, manifest)? {
        kept::write(directory, &name, &plain)?;
    }
    Ok(kept::write(directory, BackupKey::FILE, repository.keys.root.0.as_ref())?)
}

/// What lay beside the database.
///
/// # Errors
/// [`Error::Damaged`].
pub(super) fn kept_of(repository: &Repository, manifest: &Manifest) -> Result<Kept> {
    let open = |(name, sealed): (&String, &String)| {
        let sealed = STANDARD.decode(sealed);
        let sealed = sealed.map_err(|_| Error::Damaged { what: format!("{name} in the manifest") })?;
        Ok((name.clone(), Zeroizing::new(repository.keys.open_kept(name, &sealed)?)))
    };
    manifest.kept.iter().map(open).collect()
}

/// Fills an empty database, and holds each table against the manifest as it is read back. It has the schema of the
/// snapshot afterwards; what is due since is the business of whoever opens it.
///
/// # Errors
/// See [`Error`]; the database is as empty as before then.
pub(super) async fn database(
    repository: &Repository,
    manifest: &Manifest,
    target: &Settings,
    now: Time,
) -> Result<Store> {
    let migrations = migrations(manifest)?;
    let store = Store::open(target).await?;
    store.migrate(&migrations, now).await?;
    if let Some(table) = absent(&store, manifest).await? {
        return Err(Error::Missing { what: format!("table {table}") });
    }
    let tables: Vec<Table> = manifest.tables.iter().map(TableKept::shape).collect();
    let mut load = Load::begin(&store, &tables).await?;
    for table in &manifest.tables {
        fill(repository, table, &mut load).await?;
        let digest = load.digest(&table.shape()).await?;
        if (digest.rows, hex::encode(digest.sha256)) != (table.rows, table.digest.clone()) {
            let why = format!("{} rows came back as {}, or not the same", table.rows, digest.rows);
            return Err(Error::Differs { what: format!("table {}", table.name), why });
        }
    }
    load.commit().await?;
    Ok(store)
}

/// A table of the schema that the snapshot does not hold.
async fn absent(store: &Store, manifest: &Manifest) -> Result<Option<String>> {
    let schema = Dump::open(store).await?.tables().await?;
    let holds = |name: &str| manifest.tables.iter().any(|table| table.name == name);
    Ok(schema.into_iter().map(|table| table.name).find(|name| !holds(name)))
}

async fn fill(repository: &Repository, table: &TableKept, load: &mut Load) -> Result<()> {
    let of = format!("table {}", table.name);
    let mut pieces = std::pin::pin!(repository.read(&table.stream, &of));
    let mut decoder = Decoder::default();
    while let Some(piece) = pieces.try_next().await? {
        let rows = decoder.push(&piece, table.columns.len());
        let rows = rows.ok_or_else(|| Error::Newer { what: of.clone() })?;
        load.insert(&table.name, rows).await?;
    }
    if decoder.is_at_end() { Ok(()) } else { Err(Error::Damaged { what: of.clone() }) }
}

/// Puts every file into a store. Gives how many.
///
/// # Errors
/// See [`Error`].
pub(super) async fn files(repository: &Repository, manifest: &Manifest, files: &Files) -> Result<u64> {
    some_files(repository, manifest, files, &|_| true).await
}

/// Puts the files into a store whose paths are wanted. Gives how many.
///
/// # Errors
/// See [`Error`].
pub(super) async fn some_files(
    repository: &Repository,
    manifest: &Manifest,
    files: &Files,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<u64> {
    let mut objects = Lines::<Object>::new(repository.read(&manifest.files.index, LIST));
    let mut count = 0;
    while let Some(object) = objects.next().await? {
        if wanted(&object.path) {
            put(repository, &object, files).await?;
            count += 1;
        }
    }
    Ok(count)
}

async fn put(repository: &Repository, object: &Object, files: &Files) -> Result<()> {
    let of = format!("file {}", object.path);
    let mut pieces = std::pin::pin!(repository.read(&object.stream, &of));
    let (store, path, mut hasher) = (files.store(), Path::from(object.path.as_str()), Sha256::new());
    if object.stream.bytes <= BLOCK_BYTES as u64 {
        let mut whole = Vec::new();
        while let Some(piece) = pieces.try_next().await? {
            whole.extend_from_slice(&piece);
        }
        hasher.update(&whole);
        store.put(&path, PutPayload::from(whole)).await?;
    } else {
        let mut upload = WriteMultipart::new_with_chunk_size(store.put_multipart(&path).await?, BLOCK_BYTES);
        while let Some(piece) = pieces.try_next().await? {
            hasher.update(&piece);
            upload.wait_for_capacity(1).await?;
            upload.put(piece.into());
        }
        upload.finish().await?;
    }
    if hex::encode(hasher.finalize()) == object.stream.sha256 {
        Ok(())
    } else {
        Err(Error::Damaged { what: of.clone() })
    }
}
