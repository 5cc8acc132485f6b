//! `upload.append`: the next bytes of an upload.

use door::{Action, Desk, Keep, Permitted, Refusal, Relations, Result, Spec, Verb, Way};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Upload, UploadShown};
use crate::fields::Count;
use crate::files::{BreakOff, Hashing, PartId};
use crate::requests::OVER;
use crate::requests::files::{Coming, keep_part, kept, take_in};
use crate::standing::SUBMITTER;
use crate::world::World;

/// Goes on with an upload.
pub struct Append;

/// Where the bytes belong.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct At {
    /// How many bytes come before them: the offset that the upload has now.
    pub offset: Count,
}

impl Action for Append {
    type Target = Upload;
    type Input = At;
    type Output = UploadShown;
    const SPEC: Spec = Spec::new(
        "upload.append",
        "Goes on with an upload at its offset. What has arrived is kept, also when the connection breaks.",
        Way::Http(Verb::Patch, "/projects/{project}/requests/{request}/uploads/{upload}"),
        Relations::of(&[SUBMITTER]),
    )
    .not_when(OVER)
    .takes(&["application/offset+octet-stream"]);
}

impl Keep for Append {
    async fn keep(input: &At, upload: &Permitted<Upload>, desk: &Desk) -> Result<UploadShown> {
        if input.offset.signed() != upload.received {
            return Err(Refusal::Conflict("offset"));
        }
        let pieces = desk.body().ok_or_else(|| Refusal::field("file", "is missing"))?;
        let cabinet = &desk.world::<World>()?.cabinet;
        let organisation = upload.request.project.organisation;
        let kept = kept(&mut desk.read().await?, organisation, upload.id).await?;
        let state = kept.hashing.clone();
        let file = kept.open(&cabinet.key)?;
        let mut hashing = match &state {
            Some(state) => Hashing::resume(file.file, &file.key, state).map_err(|error| cabinet.refused(&error))?,
            None => Hashing::start(),
        };
        let coming = Coming {
            organisation,
            file: upload.id,
            key: &file.key,
            part: PartId(desk.id()),
            number: u32::try_from(upload.parts).map_err(|_| Refusal::Broken)?,
            room: u64::try_from(upload.length - upload.received).unwrap_or(0),
            break_off: BreakOff::Keep,
        };
        let stored = take_in(cabinet, &coming, &mut hashing, pieces).await?;
        let mut offset = upload.received;
        if stored.length > 0 {
            let (sql, values) = keep_part(upload.id, &stored, hashing.state(file.file, &file.key), desk.now())?;
            if desk.keep(sql, values).await? == 0 {
                // Two went on at once: the other one was first, and these bytes are swept.
                return Err(Refusal::Conflict("offset"));
            }
            offset += i64::try_from(stored.length).unwrap_or(0);
        }
        Ok(UploadShown {
            id: upload.id,
            name: upload.name.clone(),
            length: upload.length,
            offset,
            expires_at: upload.expires_at,
        })
    }
}
