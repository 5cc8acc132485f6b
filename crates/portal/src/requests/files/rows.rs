//! Where a file's key and parts stand in the database.

use door::{Read, Refusal, Result, Time, Write, values};

use crate::files::keys::{FileKey, FilesKey, OrganisationKey};
use crate::files::{FileId, FileParts, PartId, StoredPart};
use crate::ids::OrganisationId;
use crate::world::World;

/// A file as its rows have it. Its key is still wrapped: nothing here can be read as it is.
pub struct Kept {
    organisation: OrganisationId,
    file: FileId,
    generation: i64,
    wrapped: Vec<u8>,
    organisation_key: Vec<u8>,
    /// Its parts, in order.
    pub(in crate::requests) parts: Vec<StoredPart>,
    /// Where the hash of its last part stood, sealed under its key.
    pub(in crate::requests) hashing: Option<Vec<u8>>,
}

impl Kept {
    /// The file with its key.
    pub(crate) fn open(self, key: &FilesKey) -> Result<FileParts> {
        let broken = |error| {
            tracing::error!(%error, "a file's key does not open");
            Refusal::Broken
        };
        let organisation_key =
            key.unwrap(self.organisation, self.generation, &self.organisation_key).map_err(broken)?;
        let key = organisation_key.unwrap(self.organisation, self.file, &self.wrapped).map_err(broken)?;
        Ok(FileParts { organisation: self.organisation, file: self.file, key, parts: self.parts })
    }
}

/// A text of SQL that snapshots and transactions both ask.
macro_rules! kept {
    ($tx:expr, $organisation:expr, $file:expr) => {{
        let (organisation, file): (OrganisationId, FileId) = ($organisation, $file);
        let row = $tx
            .maybe(
                "SELECT f.generation AS generation, f.wrapped AS wrapped, f.gone_at AS gone_at, k.wrapped AS organisation_key FROM file f \
                 JOIN organisation_key k ON k.organisation = f.organisation AND k.generation = f.generation \
                 WHERE f.id = $1 AND f.organisation = $2",
                values![file, organisation],
            )
            .await?
            .ok_or(Refusal::NotFound)?;
        // Its time was over: the bytes are gone, by the organisation's own word.
        if row.get::<Option<i64>>("gone_at")?.is_some() {
            return Err(Refusal::NotNow("deleted"));
        }
        let rows = $tx
            .all("SELECT number, id, length, hashing FROM file_part WHERE file = $1 ORDER BY number", values![file])
            .await?;
        let mut parts = Vec::with_capacity(rows.len());
        let mut hashing = None;
        for row in &rows {
            let number = u32::try_from(row.get::<i64>("number")?).map_err(|_| Refusal::Broken)?;
            let length = u64::try_from(row.get::<i64>("length")?).map_err(|_| Refusal::Broken)?;
            parts.push(StoredPart { id: row.get::<PartId>("id")?, number, length });
            hashing = Some(row.get("hashing")?);
        }
        Ok(Kept {
            organisation,
            file,
            generation: row.get("generation")?,
            wrapped: row.get("wrapped")?,
            organisation_key: row.get("organisation_key")?,
            parts,
            hashing,
        })
    }};
}

/// A file's rows, inside its organisation.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not there.
pub(in crate::requests) async fn kept(read: &mut Read<'_>, organisation: OrganisationId, file: FileId) -> Result<Kept> {
    kept!(read, organisation, file)
}

/// The same inside a transaction.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not there.
pub async fn kept_in(write: &mut Write<'_>, organisation: OrganisationId, file: FileId) -> Result<Kept> {
    kept!(write, organisation, file)
}

/// Writes down that there is a file, its key wrapped under its organisation's newest.
pub(in crate::requests) async fn keep_file(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    file: FileId,
    key: &FileKey,
) -> Result<()> {
    let (generation, organisation_key) = newest_key(write, organisation).await?;
    let now = write.now();
    write
        .keep(
            "INSERT INTO file (id, organisation, generation, wrapped, made_at) VALUES ($1, $2, $3, $4, $5)",
            values![file, organisation, generation, organisation_key.wrap(organisation, file, key), now],
        )
        .await?;
    Ok(())
}

/// One part of a file: the statement and its values, which snapshots of housekeeping and transactions both run. Nothing
/// happens when there is a part of that number already.
pub(in crate::requests) fn keep_part(
    file: FileId,
    part: &StoredPart,
    hashing: Vec<u8>,
    at: Time,
) -> Result<(&'static str, Vec<door::store::Value>)> {
    let length = i64::try_from(part.length).map_err(|_| Refusal::Broken)?;
    Ok((
        "INSERT INTO file_part (file, number, id, length, hashing, made_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (file, number) DO NOTHING",
        values![file, i64::from(part.number), part.id, length, hashing, at],
    ))
}

/// The organisation's newest key, made on first use.
pub(super) async fn newest_key(write: &mut Write<'_>, organisation: OrganisationId) -> Result<(i64, OrganisationKey)> {
    let newest =
        "SELECT generation, wrapped FROM organisation_key WHERE organisation = $1 ORDER BY generation DESC LIMIT 1";
    let files_key = &write.world::<World>()?.cabinet.key;
    if write.maybe(newest, values![organisation]).await?.is_none() {
        add_key(write, organisation, 1, &OrganisationKey::fresh()).await?;
    }
    let row = write.one(newest, values![organisation]).await?;
    let (generation, wrapped) = (row.get("generation")?, row.get::<Vec<u8>>("wrapped")?);
    let key = files_key.unwrap(organisation, generation, &wrapped).map_err(|error| {
        tracing::error!(%error, "an organisation's key does not open");
        Refusal::Broken
    })?;
    Ok((generation, key))
}

/// Adds a key. Whoever is first makes the generation.
async fn add_key(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    generation: i64,
    key: &OrganisationKey,
) -> Result<()> {
    let wrapped = write.world::<World>()?.cabinet.key.wrap(organisation, generation, key);
    let now = write.now();
    write
        .keep(
            "INSERT INTO organisation_key (organisation, generation, wrapped, made_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (organisation, generation) DO NOTHING",
            values![organisation, generation, wrapped, now],
        )
        .await?;
    Ok(())
}

/// Makes a new generation of an organisation's key and wraps every file's key again. No file's bytes are touched. The
/// generation, and how many files.
pub(super) async fn rotate(write: &mut Write<'_>, organisation: OrganisationId) -> Result<(i64, i64)> {
    let (before, old) = newest_key(write, organisation).await?;
    let (generation, new) = (before + 1, OrganisationKey::fresh());
    add_key(write, organisation, generation, &new).await?;
    let files = write
        .all(
            "SELECT id, generation, wrapped FROM file WHERE organisation = $1 AND gone_at IS NULL",
            values![organisation],
        )
        .await?;
    for row in &files {
        let (file, wrapped): (FileId, Vec<u8>) = (row.get("id")?, row.get("wrapped")?);
        if row.get::<i64>("generation")? != before {
            tracing::error!(%file, "a file's key is of no known generation");
            return Err(Refusal::Broken);
        }
        let again = old.rewrap(&new, organisation, file, &wrapped).map_err(|error| {
            tracing::error!(%error, "a file's key does not open");
            Refusal::Broken
        })?;
        let sql = "UPDATE file SET generation = $2, wrapped = $3 WHERE id = $1";
        write.keep(sql, values![file, generation, again]).await?;
    }
    write
        .keep(
            "DELETE FROM organisation_key WHERE organisation = $1 AND generation < $2",
            values![organisation, generation],
        )
        .await?;
    Ok((generation, i64::try_from(files.len()).unwrap_or(i64::MAX)))
}

/// The hash of a file, where its last part left it.
pub(in crate::requests) fn hash_of(file: &FileParts, hashing: Option<&[u8]>) -> Result<[u8; 32]> {
    let state = hashing.ok_or(Refusal::Broken)?;
    let hashing = crate::files::Hashing::resume(file.file, &file.key, state).map_err(|error| {
        tracing::error!(%error, "an unfinished hash does not open");
        Refusal::Broken
    })?;
    Ok(hashing.finish())
}
