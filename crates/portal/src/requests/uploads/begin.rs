//! `upload.begin`: a file is announced.

use door::{
    Action, Permitted, Read, Receive, Record, Refusal, Relations, Result, Spec, Time, Verb, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::UPLOAD_SECONDS;
use crate::fields::Count;
use crate::files::{FileId, FileKey, FileName};
use crate::requests::files::{keep_file, room_for};
use crate::requests::{OVER, Request};
use crate::standing::SUBMITTER;
use crate::world::World;

/// The most uploads that a person may have open in one request.
const OPEN_MAX: i64 = 20;

/// Begins an upload.
pub struct Begin;

/// What is coming.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Announced {
    /// What the file is called.
    pub name: FileName,
    /// How many bytes it has.
    pub length: Count,
}

/// Where to send it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UploadBegun {
    /// The upload's id.
    pub id: FileId,
    /// When it is forgotten, if it is not finished and handed in by then.
    pub expires_at: Time,
}

impl Action for Begin {
    type Target = Request;
    type Input = Announced;
    type Output = UploadBegun;
    const SPEC: Spec = Spec::new(
        "upload.begin",
        "Announces a file that comes in parts and may go on where it broke off (tus 1.0).",
        Way::Http(Verb::Post, "/projects/{project}/requests/{request}/uploads"),
        Relations::of(&[SUBMITTER]),
    )
    .not_when(OVER);
}

impl Receive for Begin {
    type Ready = Announced;

    async fn ready(input: Announced, request: &Permitted<Request>, read: &mut Read<'_>) -> Result<Announced> {
        let cabinet = &read.world::<World>()?.cabinet;
        let room = room_for(read, cabinet, request.project.organisation).await?;
        match input.length.0 {
            0 => Err(Refusal::field("length", "is empty")),
            length if length > room => Err(cabinet.too_large(room)),
            _ => Ok(input),
        }
    }

    async fn receive(
        input: &Announced,
        request: &Permitted<Request>,
        write: &mut Write<'_>,
    ) -> Result<(UploadBegun, Record)> {
        let person = write.caller().actor.person().ok_or(Refusal::SignIn)?;
        let open = write
            .one("SELECT count(*) AS open FROM upload WHERE request = $1 AND person = $2", values![request.id, person])
            .await?;
        if open.get::<i64>("open")? >= OPEN_MAX {
            return Err(Refusal::Conflict("too_many_uploads"));
        }
        let id = FileId(write.id());
        let expires_at = write.now().plus_seconds(UPLOAD_SECONDS);
        keep_file(write, request.project.organisation, id, &FileKey::fresh()).await?;
        write
            .keep(
                "INSERT INTO upload (id, request, person, name, length, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
                values![id, request.id, person, input.name.as_str(), input.length.signed(), expires_at],
            )
            .await?;
        let record = Record::on("request", request.id.0)
            .and("project", request.project.id.0)
            .and("upload", id.0)
            .fact("bytes", input.length.signed());
        Ok((UploadBegun { id, expires_at }, record))
    }
}
