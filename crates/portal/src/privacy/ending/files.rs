//! The bytes of what ends: they go from the store before the rows by which they could be found do.

use door::{Read, Result, Write, values};

use super::Whole;
use crate::files::{FileId, PartPlace};
use crate::world::World;

/// Files whose bytes go at once.
const AT_ONCE: i64 = 20;

/// Files of which parts are left: `$1` is the id, `$2` how many at most.
const LEFT: [&str; 2] = [
    "SELECT f.id AS id FROM file f WHERE f.organisation = $1 \
     AND EXISTS (SELECT 1 FROM file_part p WHERE p.file = f.id) ORDER BY f.id LIMIT $2",
    "SELECT f.id AS id FROM file f WHERE (f.id IN (SELECT v.file FROM request_version v JOIN request r ON r.id = v.request \
     JOIN project j ON j.id = r.project WHERE j.client = $1) OR f.id IN (SELECT u.id FROM upload u \
     JOIN request r ON r.id = u.request JOIN project j ON j.id = r.project WHERE j.client = $1)) \
     AND EXISTS (SELECT 1 FROM file_part p WHERE p.file = f.id) ORDER BY f.id LIMIT $2",
];

/// Deletes the bytes of some of the files of what ends, and gives which. What broke off is done again: bytes that are gone
/// already are none.
///
/// # Errors
/// As the stores say.
pub(super) async fn delete_bytes(read: &mut Read<'_>, whole: Whole) -> Result<Vec<FileId>> {
    let rows = read.all(whole.of(LEFT[0], LEFT[1]), values![whole.id(), AT_ONCE]).await?;
    let files = rows.iter().map(|row| row.get("id")).collect::<door::store::Result<Vec<FileId>>>()?;
    let mut places = Vec::new();
    for file in &files {
        for part in read.all("SELECT number, id FROM file_part WHERE file = $1", values![*file]).await? {
            let number = u32::try_from(part.get::<i64>("number")?).unwrap_or(0);
            places.push(PartPlace { organisation: whole.organisation(), file: *file, number, part: part.get("id")? });
        }
    }
    read.leave();
    let cabinet = &read.world::<World>()?.cabinet;
    for place in &places {
        cabinet.delete(place).await?;
    }
    Ok(files)
}

/// Forgets where the bytes lay, and the keys with which they could have been read. Gives how many parts there were.
///
/// # Errors
/// As the store says.
pub(super) async fn forget_parts(write: &mut Write<'_>, files: &[FileId]) -> Result<i64> {
    let mut parts = 0;
    for file in files {
        let wiped = "UPDATE file SET wrapped = $3, gone_at = $2 WHERE id = $1 AND gone_at IS NULL";
        write.keep(wiped, values![*file, write.now(), Vec::<u8>::new()]).await?;
        parts += write.keep("DELETE FROM file_part WHERE file = $1", values![*file]).await?;
    }
    Ok(i64::try_from(parts).unwrap_or(i64::MAX))
}
