//! A file whose time was over gets its key back, as a backup still has it.

use door::{Refusal, Result, Time, Write, values};

use super::rows::newest_key;
use crate::files::{FileId, PartId};
use crate::ids::OrganisationId;
use crate::world::World;

/// A file as a backup has it. Its key is sealed as it was then.
pub struct LostFile {
    /// Which.
    pub file: FileId,
    /// The organisation's key under which its key was sealed …
    pub generation: i64,
    /// … its key …
    pub wrapped: Vec<u8>,
    /// … and the organisation's key itself, sealed under the installation's.
    pub organisation_key: Vec<u8>,
    /// Where its bytes lie.
    pub parts: Vec<LostPart>,
}

/// A part of such a file.
pub struct LostPart {
    /// Its place among the parts.
    pub number: i64,
    /// Its id.
    pub id: PartId,
    /// How many bytes it is.
    pub length: i64,
    /// The state of the hash behind it, sealed.
    pub hashing: Vec<u8>,
    /// When it was made.
    pub made_at: Time,
}

/// Gives a file its key back, sealed under the organisation's newest, and its parts their rows. Whether it had none.
///
/// # Errors
/// [`Refusal::Broken`] when the key does not open: the backup is of another installation.
pub async fn put_file_back(write: &mut Write<'_>, organisation: OrganisationId, lost: &LostFile) -> Result<bool> {
    let files_key = &write.world::<World>()?.cabinet.key;
    let broken = |error| {
        tracing::error!(%error, file = %lost.file, "the key of a lost file does not open");
        Refusal::Broken
    };
    let old = files_key.unwrap(organisation, lost.generation, &lost.organisation_key).map_err(broken)?;
    let (generation, new) = newest_key(write, organisation).await?;
    let wrapped = old.rewrap(&new, organisation, lost.file, &lost.wrapped).map_err(broken)?;
    let sql = "UPDATE file SET generation = $2, wrapped = $3, gone_at = NULL \
               WHERE id = $1 AND organisation = $4 AND gone_at IS NOT NULL";
    if write.keep(sql, values![lost.file, generation, wrapped, organisation]).await? == 0 {
        return Ok(false);
    }
    for part in &lost.parts {
        let sql = "INSERT INTO file_part (file, number, id, length, hashing, made_at) VALUES ($1, $2, $3, $4, $5, $6) \
                   ON CONFLICT (file, number) DO NOTHING";
        let LostPart { number, id, length, hashing, made_at } = part;
        write.keep(sql, values![lost.file, *number, *id, *length, hashing.clone(), *made_at]).await?;
    }
    Ok(true)
}
