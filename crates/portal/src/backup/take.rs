//! Takes a backup: everything as it stood at one moment, while the portal goes on.
//!
//! The order makes it whole. First what lies beside the database is read: the log in the database, copied after it, holds at
//! least what the last signed checkpoint covers. Then every table from one snapshot. Then the files that the snapshot
//! names: each is written once and never again, so that one which is there is the right one.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use door::store::Dump;
use door::{Clock, Read, Time, values};
use futures_util::TryStreamExt as _;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use uuid::Uuid;

use super::lines::Lines;
use super::lock::Lock;
use super::manifest::{FilesKept, Manifest, Object, TableKept};
use super::repository::{Repository, Snapshot};
use super::writer::{Fresh, Writer};
use super::{Error, Result, kept};
use crate::data::Data;
use crate::files::Files;

/// How often it begins again when files or keys change under it.
const ATTEMPTS_MAX: u32 = 3;

/// Whatever a snapshot of the database comes from.
pub trait Database: Send {
    /// A snapshot as of now.
    fn dump(&mut self) -> impl Future<Output = door::store::Result<Dump>> + Send;
}

impl Database for &door::store::Store {
    async fn dump(&mut self) -> door::store::Result<Dump> {
        Dump::open(self).await
    }
}

impl Database for &mut Read<'_> {
    async fn dump(&mut self) -> door::store::Result<Dump> {
        Read::dump(self).await
    }
}

/// A backup that was taken.
#[derive(Debug, Clone)]
pub struct Taken {
    /// What it is.
    pub snapshot: Snapshot,
    /// What had to be stored for it.
    pub fresh: Fresh,
}

/// Takes one.
///
/// # Errors
/// See [`Error`]; there is no new snapshot then.
pub async fn take(
    repository: &Repository,
    database: impl Database,
    data: &Data,
    files: &Files,
    clock: &Arc<dyn Clock>,
) -> Result<Taken> {
    let lock = Lock::take(repository, clock).await?;
    // Chunks of a backup that failed wait for the next one, or for being cleared away.
    let writer = Writer::begin(repository, lock).await?;
    let previous = match repository.snapshot(None).await {
        Ok(snapshot) => Some(snapshot),
        Err(Error::NoSnapshot { .. }) => None,
        Err(error) => {
            tracing::warn!(%error, "the last backup is of no use to this one, which stores everything itself");
            None
        }
    };
    Taking { repository, writer, previous, data, files, clock }.run(database).await
}

struct Taking<'a> {
    repository: &'a Repository,
    writer: Writer,
    previous: Option<Snapshot>,
    data: &'a Data,
    files: &'a Files,
    clock: &'a Arc<dyn Clock>,
}

/// What the snapshot of the database gave.
struct Tables {
    tables: Vec<TableKept>,
    migrations: Vec<(i64, String)>,
    installation: Uuid,
    newest_event_at: Option<Time>,
    wanted: Vec<Wanted>,
}

/// An object that a snapshot names.
struct Wanted {
    organisation: Uuid,
    file: Uuid,
    number: i64,
    part: Uuid,
}

impl Wanted {
    fn path(&self) -> String {
        format!("{}/{}/{}", self.organisation, self.file, self.part)
    }
}

impl Taking<'_> {
    async fn run(mut self, mut database: impl Database) -> Result<Taken> {
        let mut attempt = 0;
        let manifest = loop {
            attempt += 1;
            match self.attempt(&mut database).await {
                Ok(Some(manifest)) => break manifest,
                Ok(None) if attempt < ATTEMPTS_MAX => {}
                Ok(None) => return self.give_up(Error::Unstable(ATTEMPTS_MAX)).await,
                Err(error) => return self.give_up(error).await,
            }
        };
        let (fresh, lock) = self.writer.end().await?;
        let snapshot = self.repository.keep(manifest).await;
        lock.release().await;
        Ok(Taken { snapshot: snapshot?, fresh })
    }

    async fn give_up(self, error: Error) -> Result<Taken> {
        if let Ok((_, lock)) = self.writer.end().await {
            lock.release().await;
        }
        Err(error)
    }

    /// Nothing when something changed under it.
    async fn attempt(&mut self, database: &mut impl Database) -> Result<Option<Manifest>> {
        let beside = kept::read(self.data.directory())?;
        let at = self.clock.now();
        let Tables { tables, migrations, installation, newest_event_at, wanted } =
            self.tables(database.dump().await?).await?;
        let Some(files) = self.files(&wanted, database).await? else { return Ok(None) };
        // A key that was changed meanwhile is not the one that the database was copied under.
        let same = |name: &str| kept::read(self.data.directory()).map(|now| now.get(name) == beside.get(name));
        if !same("keys/record.key")? || !same("keys/record.name")? || !same("keys/master.key")? {
            return Ok(None);
        }
        let keys = &self.repository.keys;
        let seal = |(name, bytes): (&String, &zeroize::Zeroizing<Vec<u8>>)| {
            (name.clone(), STANDARD.encode(keys.seal_kept(name, bytes)))
        };
        Ok(Some(Manifest {
            portal: env!("CARGO_PKG_VERSION").to_owned(),
            at,
            installation,
            migrations,
            tables,
            files,
            kept: beside.iter().map(seal).collect(),
            newest_event_at,
        }))
    }

    async fn tables(&mut self, mut dump: Dump) -> Result<Tables> {
        let migrations = dump.migrations().await?;
        let migrations = migrations.into_iter().map(|(version, digest)| (version, hex::encode(digest))).collect();
        let mut tables = Vec::new();
        for table in dump.tables().await? {
            let (mut reading, mut open) = (table.read(), self.writer.open());
            while let Some(rows) = dump.page(&mut reading).await? {
                open.write(&mut self.writer, &rows).await?;
            }
            let digest = reading.digest();
            tables.push(TableKept {
                rows: digest.rows,
                digest: hex::encode(digest.sha256),
                stream: open.end(&mut self.writer).await?,
                name: table.name,
                columns: table.columns,
                key: table.key,
            });
        }
        let installation = dump.all("SELECT id FROM installation", vec![]).await?;
        let installation = installation.first().map(|row| row.get("id")).transpose()?.unwrap_or_default();
        let newest = dump.all("SELECT max(at) AS at FROM event_index", vec![]).await?;
        let newest_event_at = newest.first().map(|row| row.get("at")).transpose()?.flatten();
        Ok(Tables { tables, migrations, installation, newest_event_at, wanted: wanted(&mut dump).await? })
    }

    /// Nothing when an object went because its file did.
    async fn files(&mut self, wanted: &[Wanted], database: &mut impl Database) -> Result<Option<FilesKept>> {
        let (mut kept, mut index) = (FilesKept::default(), self.writer.open());
        let repository = self.repository.clone();
        let previous = self.previous.as_ref().map(|snapshot| snapshot.manifest.files.index.clone()).unwrap_or_default();
        let mut before = Lines::<Object>::new(repository.read(&previous, "the last backup's list of files"));
        let mut last: Option<Object> = None;
        for wanted in wanted {
            let place = (wanted.file, wanted.number);
            while last.as_ref().is_none_or(|last| last.place < place) {
                match before.next().await {
                    Ok(Some(object)) => last = Some(object),
                    _ => break,
                }
            }
            let path = wanted.path();
            let again = last.as_ref().filter(|last| last.path == path && self.writer.has(&last.stream));
            let object = match again {
                Some(object) => object.clone(),
                None => match self.object(place, &path).await? {
                    Some(object) => object,
                    None if still_wanted(database, wanted).await? => {
                        tracing::error!(path, "the store of files has lost an object; the backup goes on without it");
                        kept.lost.push(path);
                        continue;
                    }
                    None => return Ok(None),
                },
            };
            kept.count += 1;
            kept.bytes += object.stream.bytes;
            let mut line = serde_json::to_vec(&object).map_err(|error| Error::Machine(error.into()))?;
            line.push(b'\n');
            index.write(&mut self.writer, &line).await?;
        }
        kept.index = index.end(&mut self.writer).await?;
        Ok(Some(kept))
    }

    /// Stores an object; nothing when it is not there.
    async fn object(&mut self, place: (Uuid, i64), path: &str) -> Result<Option<Object>> {
        let found = match self.files.store().get(&Path::from(path)).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let (mut pieces, mut open) = (found.into_stream(), self.writer.open());
        while let Some(piece) = pieces.try_next().await? {
            open.write(&mut self.writer, &piece).await?;
        }
        Ok(Some(Object { place, path: path.to_owned(), stream: open.end(&mut self.writer).await? }))
    }
}

/// Every object that the database names, in the order of file and number. The first versions had no files.
async fn wanted(dump: &mut Dump) -> Result<Vec<Wanted>> {
    if !dump.tables().await?.iter().any(|table| table.name == "file_part") {
        return Ok(Vec::new());
    }
    let first = "SELECT f.organisation AS organisation, p.file AS file, p.number AS number, p.id AS id \
                 FROM file_part p JOIN file f ON f.id = p.file WHERE p.length > 0 ORDER BY p.file, p.number";
    let mut wanted = Vec::new();
    for row in dump.all(first, vec![]).await? {
        let (organisation, file, number, part) =
            (row.get("organisation")?, row.get("file")?, row.get("number")?, row.get("id")?);
        wanted.push(Wanted { organisation, file, number, part });
    }
    Ok(wanted)
}

async fn still_wanted(database: &mut impl Database, wanted: &Wanted) -> Result<bool> {
    let mut dump = database.dump().await?;
    Ok(!dump.all("SELECT id FROM file_part WHERE id = $1", values![wanted.part]).await?.is_empty())
}
