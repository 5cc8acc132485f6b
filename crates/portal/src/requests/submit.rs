//! `request.submit`: a file is handed in, whole or as an upload that is finished.

use door::{
    Action, Permitted, Read, Receive, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, id::uuid_at, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::files::{Coming, Examined, examine, hash_of, keep_file, keep_part, kept, room_for, take_in};
use super::{OVER, REQUEST, Request, State, VERSION};
use crate::fields::Sentence;
use crate::files::{BreakOff, FileId, FileKey, FileName, FileParts, Hashing, PartId};
use crate::ids::VersionId;
use crate::standing::SUBMITTER;
use crate::world::World;

/// Hands a file in.
pub struct Submit;

/// What is handed in: a file beside the fields, or the id of an upload that is finished.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandedIn {
    /// What the file is called, where it comes with the request.
    pub name: Option<FileName>,
    /// A finished upload, where it came before.
    pub upload: Option<FileId>,
    /// What to say with it.
    pub note: Option<Sentence>,
}

/// What was handed in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Submitted {
    /// The version's id.
    pub version: VersionId,
    /// Its number, from 1.
    pub number: i64,
    /// The file's SHA-256, in hexadecimal.
    pub sha256: String,
}

/// A file that has come in and was looked at.
pub struct Ready {
    file: FileParts,
    /// Its hash where it stood last, when its rows are still to be written.
    fresh: Option<Vec<u8>>,
    name: FileName,
    examined: Examined,
    sha256: [u8; 32],
    note: String,
}

impl Action for Submit {
    type Target = Request;
    type Input = HandedIn;
    type Output = Submitted;
    const SPEC: Spec = Spec::new(
        "request.submit",
        "Hands in a file: as a form with the file in its last field, or by naming an upload that is finished.",
        Way::Http(Verb::Post, "/projects/{project}/requests/{request}/versions"),
        Relations::of(&[SUBMITTER]),
    )
    .not_when(OVER)
    .takes(&["multipart/form-data"]);
}

impl Receive for Submit {
    type Ready = Ready;

    async fn ready(input: HandedIn, request: &Permitted<Request>, read: &mut Read<'_>) -> Result<Ready> {
        let cabinet = read.world::<World>()?.cabinet.clone();
        let organisation = request.project.organisation;
        let note = input.note.map(|note| note.as_str().to_owned()).unwrap_or_default();
        let (file, fresh, name, sha256) = match (read.body(), input.name, input.upload) {
            (Some(pieces), Some(name), None) => {
                let room = room_for(read, &cabinet, organisation).await?;
                let (file, part) = (FileId(uuid_at(read.now())), PartId(uuid_at(read.now())));
                let key = FileKey::fresh();
                read.leave();
                let mut hashing = Hashing::start();
                let coming =
                    Coming { organisation, file, key: &key, part, number: 0, room, break_off: BreakOff::Forget };
                let stored = take_in(&cabinet, &coming, &mut hashing, pieces).await?;
                if stored.length == 0 {
                    return Err(Refusal::field("file", "is empty"));
                }
                let state = hashing.state(file, &key);
                let parts = FileParts { organisation, file, key, parts: vec![stored] };
                (parts, Some(state), name, hashing.finish())
            }
            (None, None, Some(upload)) => finished(read, request, upload).await?,
            (None, ..) => return Err(Refusal::field("file", "is missing")),
            (Some(_), None, None) => return Err(Refusal::field("file", "has no name")),
            (Some(_), ..) => return Err(Refusal::field("upload", "cannot come with a file beside it")),
        };
        let examined = match examine(&cabinet, &file, &name).await {
            Ok(examined) => examined,
            Err(refusal) => {
                // What is not taken in is not kept either; what cannot be deleted now is swept later.
                if fresh.is_some() {
                    for part in &file.parts {
                        let _ = cabinet.delete(&file.place(part)).await;
                    }
                }
                return Err(refusal);
            }
        };
        Ok(Ready { file, fresh, name, examined, sha256, note })
    }

    async fn receive(
        ready: &Ready,
        request: &Permitted<Request>,
        write: &mut Write<'_>,
    ) -> Result<(Submitted, Record)> {
        let by = write.caller().actor.person().ok_or(Refusal::SignIn)?;
        let id = VersionId(write.id());
        let file = stored(ready, request, write).await?;
        let number = request.versions + 1;
        let size = i64::try_from(ready.file.length()).map_err(|_| Refusal::Broken)?;
        write
            .insert(
                VERSION,
                id.0,
                "INSERT INTO request_version (id, rev, salt, request, number, name, media_type, size, pages, sha256, \
                 file, note, submitted_by, submitted_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING *",
                values![
                    request.id,
                    number,
                    ready.name.as_str(),
                    ready.examined.media_type.as_str(),
                    size,
                    ready.examined.pages,
                    ready.sha256.as_slice(),
                    file,
                    ready.note.as_str(),
                    by,
                    write.now()
                ],
            )
            .await?;
        write
            .update(
                REQUEST,
                request.id.0,
                request.revision,
                "UPDATE request SET rev = $2, state = $3, state_at = $4, versions = $5 \
                 WHERE id = $1 AND rev = $2 - 1 RETURNING *",
                values![State::Submitted, write.now(), number],
            )
            .await?;
        let record = Record::on("request", request.id.0)
            .and("project", request.project.id.0)
            .and("version", id.0)
            .fact("number", number)
            .fact("sha256", ledger::Hash(ready.sha256))
            .fact("bytes", size);
        Ok((Submitted { version: id, number, sha256: hex::encode(ready.sha256) }, record))
    }
}

/// A finished upload: the caller's own, for this very request.
async fn finished(
    read: &mut Read<'_>,
    request: &Request,
    upload: FileId,
) -> Result<(FileParts, Option<Vec<u8>>, FileName, [u8; 32])> {
    let me = read.caller().actor.person();
    let row = read
        .maybe(
            "SELECT name, length FROM upload WHERE id = $1 AND request = $2 AND person = $3 AND expires_at > $4",
            values![upload, request.id, me, read.now()],
        )
        .await?;
    let row = row.ok_or_else(|| Refusal::field("upload", "is not there"))?;
    let kept = kept(read, request.project.organisation, upload).await?;
    let hashing = kept.hashing.clone();
    let file = kept.open(&read.world::<World>()?.cabinet.key)?;
    if i64::try_from(file.length()).ok() != Some(row.get("length")?) {
        return Err(Refusal::field("upload", "is not finished"));
    }
    let sha256 = hash_of(&file, hashing.as_deref())?;
    let name = FileName::try_from(row.get::<String>("name")?).map_err(|_| Refusal::Broken)?;
    read.leave();
    Ok((file, None, name, sha256))
}

/// Where the bytes lie from now on. The same bytes as in an earlier version are those of the earlier version, and what
/// came is swept.
async fn stored(ready: &Ready, request: &Request, write: &mut Write<'_>) -> Result<FileId> {
    let file = ready.file.file;
    let known = write
        .maybe(
            "SELECT v.file AS file FROM request_version v JOIN file f ON f.id = v.file \
             WHERE v.request = $1 AND v.sha256 = $2 AND f.gone_at IS NULL LIMIT 1",
            values![request.id, ready.sha256.as_slice()],
        )
        .await?;
    let gone = write.keep("DELETE FROM upload WHERE id = $1", values![file]).await?;
    if ready.fresh.is_none() && gone == 0 {
        // Somebody has handed it in meanwhile.
        return Err(Refusal::field("upload", "is not there"));
    }
    if let Some(known) = known {
        return Ok(known.get("file")?);
    }
    if let Some(hashing) = &ready.fresh {
        keep_file(write, request.project.organisation, file, &ready.file.key).await?;
        for part in &ready.file.parts {
            let (sql, values) = keep_part(file, part, hashing.clone(), write.now())?;
            write.keep(sql, values).await?;
        }
    }
    Ok(file)
}
