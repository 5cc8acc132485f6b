//! The way in: every byte of every file passes here, whether it comes by a form, by the interface or in parts.

use door::{Arriving, Read, Refusal, Result, values};

use crate::files::{
    BreakOff, Cabinet, Error, FileId, FileKey, FileName, FileParts, Hashing, PartId, PartPlace, PutError, Size,
    StoredPart,
};
use crate::ids::OrganisationId;

/// What a whole file was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::requests) struct Examined {
    /// The media type to give it out with (RFC 6838).
    pub(in crate::requests) media_type: String,
    /// How many pages a preview has; none where there is no preview.
    pub(in crate::requests) pages: Option<i64>,
}

/// How many bytes an organisation may still hand in at once: its quota, and the most that one file may have.
pub(in crate::requests) async fn room_for(
    read: &mut Read<'_>,
    cabinet: &Cabinet,
    organisation: OrganisationId,
) -> Result<u64> {
    let row = read.one(USED, values![organisation]).await?;
    let used = u64::try_from(row.get::<i64>("used")?).unwrap_or(0);
    Ok(cabinet.limits.organisation_bytes.saturating_sub(used).min(cabinet.limits.file_bytes))
}

/// Bytes that an organisation's files have.
const USED: &str = "SELECT CAST(coalesce(sum(p.length), 0) AS BIGINT) AS used \
                    FROM file f JOIN file_part p ON p.file = f.id WHERE f.organisation = $1";

/// One part of a file that is on its way in.
pub(in crate::requests) struct Coming<'a> {
    /// Whose it is.
    pub(in crate::requests) organisation: OrganisationId,
    /// Which file.
    pub(in crate::requests) file: FileId,
    /// Its key.
    pub(in crate::requests) key: &'a FileKey,
    /// Which part of it.
    pub(in crate::requests) part: PartId,
    /// The part's number, from 0.
    pub(in crate::requests) number: u32,
    /// The most bytes that may come.
    pub(in crate::requests) room: u64,
    /// What to do with a part that breaks off.
    pub(in crate::requests) break_off: BreakOff,
}

/// Takes a part in: encrypted, hashed and counted on the way, and on disk when this returns. Nothing came when its length
/// is 0.
///
/// # Errors
/// [`Refusal::TooLarge`] when more came than there is room for, the sender's own refusal when it broke off.
pub(in crate::requests) async fn take_in(
    cabinet: &Cabinet,
    coming: &Coming<'_>,
    hashing: &mut Hashing,
    pieces: Arriving,
) -> Result<StoredPart> {
    let Coming { organisation, file, key, part, number, room, break_off } = *coming;
    let place = PartPlace { organisation, file, number, part };
    let pieces = futures_util::TryStreamExt::map_err(pieces, Broken);
    match cabinet.files.put(&place, key, pieces, hashing, room, break_off).await {
        Ok(arrived) => Ok(StoredPart { id: part, number, length: arrived.length }),
        Err(PutError::TooLarge { room }) => Err(cabinet.too_large(room)),
        Err(PutError::Broken(error)) => match error.downcast::<Broken>() {
            Ok(broken) => Err(broken.0),
            Err(_) => Err(Refusal::Malformed("the file did not arrive whole".to_owned())),
        },
        Err(PutError::Store(error)) => Err(cabinet.refused(&error)),
    }
}

/// Why a file's pieces ended.
#[derive(Debug)]
struct Broken(Refusal);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.word())
    }
}

impl std::error::Error for Broken {}

/// Looks at a whole file before anybody else does: is it what it is called, does the scanner object, can it be shown.
///
/// # Errors
/// A word on the field `file` when it is not to be taken in; [`Refusal::Unavailable`] while nobody can tell.
pub(in crate::requests) async fn examine(cabinet: &Cabinet, file: &FileParts, name: &FileName) -> Result<Examined> {
    let kind = cabinet.recognise(file, name).await?;
    cabinet.scan(file).await?;
    let pages = cabinet.pages(file, kind).await;
    Ok(Examined { media_type: kind.media_type().to_owned(), pages: pages.map(i64::from) })
}

/// The first error of a store, in the door's words.
impl Cabinet {
    /// A store that does not answer is no fault of the caller's.
    pub(crate) fn refused(&self, error: &Error) -> Refusal {
        match error {
            Error::Store(_) => {
                tracing::warn!(%error, "the store of files is unavailable");
                Refusal::Unavailable
            }
            Error::Altered { .. } | Error::Missing { .. } | Error::Range { .. } => {
                tracing::error!(%error, "a file is not what was stored");
                Refusal::Broken
            }
        }
    }

    /// Deletes a part's bytes. One that is gone already is none.
    pub(crate) async fn delete(&self, place: &PartPlace) -> Result<()> {
        match self.files.delete(place).await {
            Ok(()) | Err(Error::Missing { .. }) => Ok(()),
            Err(error) => Err(self.refused(&error)),
        }
    }

    /// Why no more than this comes in.
    pub(in crate::requests) fn too_large(&self, room: u64) -> Refusal {
        let file_bytes = self.limits.file_bytes;
        let why = if room < file_bytes {
            "The organisation's space for files is used up.".to_owned()
        } else {
            format!("A file may have {}.", Size(file_bytes))
        };
        Refusal::TooLarge(why)
    }
}
