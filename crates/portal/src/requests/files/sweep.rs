//! `file.sweep`: bytes that nobody refers to go.

use door::{Action, Desk, Keep, Permitted, Relation, Relations, Result, Spec, Time, Way, values};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::files::{FileId, PartId, PartPlace};
use crate::identity::Anywhere;
use crate::ids::OrganisationId;
use crate::nothing::Nothing;
use crate::world::World;

/// How old a file that nobody refers to must be, in seconds: one that is being handed in right now is younger.
const FILE_SECONDS: i64 = 3600;
/// How old bytes without a row must be, in seconds: those that are on their way in are younger.
const BYTES_SECONDS: i64 = 24 * 3600;

/// Deletes bytes that nobody refers to.
pub struct Sweep;

/// What went.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Swept {
    /// Uploads that were not finished in time.
    pub uploads: i64,
    /// Files that nobody refers to, or whose time was over.
    pub files: i64,
    /// Bytes in the store without a row.
    pub strays: i64,
}

impl Action for Sweep {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = Swept;
    const SPEC: Spec = Spec::new(
        "file.sweep",
        "Deletes uploads that were not finished in time, and bytes that nobody refers to.",
        Way::Job { every_seconds: 3600 },
        Relations::of(&[Relation::JOB]),
    );
}

impl Keep for Sweep {
    async fn keep(_: &Nothing, _: &Permitted<Anywhere>, desk: &Desk) -> Result<Swept> {
        let now = desk.now();
        let uploads = desk.keep("DELETE FROM upload WHERE expires_at <= $1", values![now]).await?;
        let files = files(desk, now.plus_seconds(-FILE_SECONDS)).await? + gone(desk).await?;
        let strays = strays(desk, now.plus_seconds(-BYTES_SECONDS).timestamp()).await?;
        Ok(Swept { uploads: i64::try_from(uploads).unwrap_or(i64::MAX), files, strays })
    }
}

/// Files that no version and no upload refers to: first the bytes, then the rows, so that what breaks off is found again.
async fn files(desk: &Desk, before: Time) -> Result<i64> {
    let cabinet = &desk.world::<World>()?.cabinet;
    let rows = desk
        .read()
        .await?
        .all(
            "SELECT f.id AS id, f.organisation AS organisation FROM file f WHERE f.made_at < $1 \
             AND NOT EXISTS (SELECT 1 FROM request_version v WHERE v.file = f.id) \
             AND NOT EXISTS (SELECT 1 FROM upload u WHERE u.id = f.id) LIMIT 500",
            values![before],
        )
        .await?;
    for row in &rows {
        let (file, organisation): (FileId, OrganisationId) = (row.get("id")?, row.get("organisation")?);
        let parts = desk.read().await?.all("SELECT number, id FROM file_part WHERE file = $1", values![file]).await?;
        for part in &parts {
            let number = u32::try_from(part.get::<i64>("number")?).unwrap_or(0);
            let place = PartPlace { organisation, file, number, part: part.get("id")? };
            cabinet.delete(&place).await?;
        }
        desk.keep("DELETE FROM file_part WHERE file = $1", values![file]).await?;
        desk.keep("DELETE FROM file WHERE id = $1", values![file]).await?;
    }
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}

/// Files whose time was over: their key is gone, and now their bytes. The row stays, since versions refer to it; first the
/// parts' rows go, so that nobody misses bytes that a row still speaks of, and what breaks off is a stray.
async fn gone(desk: &Desk) -> Result<i64> {
    let cabinet = &desk.world::<World>()?.cabinet;
    let sql = "SELECT f.id AS id, f.organisation AS organisation FROM file f WHERE f.gone_at IS NOT NULL \
               AND EXISTS (SELECT 1 FROM file_part p WHERE p.file = f.id) LIMIT 500";
    let rows = desk.read().await?.all(sql, vec![]).await?;
    for row in &rows {
        let (file, organisation): (FileId, OrganisationId) = (row.get("id")?, row.get("organisation")?);
        let parts = desk.read().await?.all("SELECT number, id FROM file_part WHERE file = $1", values![file]).await?;
        desk.keep("DELETE FROM file_part WHERE file = $1", values![file]).await?;
        for part in &parts {
            let number = u32::try_from(part.get::<i64>("number")?).unwrap_or(0);
            cabinet.delete(&PartPlace { organisation, file, number, part: part.get("id")? }).await?;
        }
    }
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}

/// Bytes that were stored and never written down: somebody went away in between.
async fn strays(desk: &Desk, before: Timestamp) -> Result<i64> {
    let cabinet = &desk.world::<World>()?.cabinet;
    let mut found = std::pin::pin!(cabinet.files.list(None));
    let mut count = 0;
    while let Some(stray) = found.next().await {
        let stray = stray.map_err(|error| cabinet.refused(&error))?;
        if stray.written >= before {
            continue;
        }
        let row = desk
            .read()
            .await?
            .maybe("SELECT number FROM file_part WHERE id = $1", values![PartId(stray.part.0)])
            .await?;
        if row.is_none() {
            let (organisation, file, part) = (stray.organisation, stray.file, stray.part);
            cabinet.delete(&PartPlace { organisation, file, number: 0, part }).await?;
            count += 1;
        }
    }
    let halves = cabinet.files.remove_half_written(before).await.map_err(|error| cabinet.refused(&error))?;
    Ok(count + i64::try_from(halves).unwrap_or(i64::MAX))
}
