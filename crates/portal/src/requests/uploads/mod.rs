//! A file that comes in parts, so that what broke off goes on where it was: the resumable upload of tus 1.0
//! (<https://tus.io/protocols/resumable-upload>). `wires/tus.rs` speaks its headers.

mod append;
mod begin;
mod drop;
mod show;

use door::store::{Result, Tx};
use door::{Caller, Ids, Place, Relations, Target, Time, values};

pub use append::Append;
pub use begin::{Begin, UploadBegun};
pub use drop::Drop;
pub use show::{ShowUpload, UploadShown};

use super::Request;
use crate::files::FileId;

/// How long an upload waits to go on, in seconds.
pub(super) const UPLOAD_SECONDS: i64 = 24 * 3600;

/// An upload: there for nobody but the person who began it, and in its own request.
pub struct Upload {
    request: Request,
    id: FileId,
    name: String,
    length: i64,
    received: i64,
    parts: i64,
    expires_at: Time,
}

impl Target for Upload {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let (Some(request), Ok(id)) = (Request::load(tx, caller, ids).await?, ids.get("upload")) else {
            return Ok(None);
        };
        let sql = "SELECT t.id AS id, t.name AS name, t.length AS length, t.expires_at AS expires_at, \
                   (SELECT CAST(coalesce(sum(p.length), 0) AS BIGINT) FROM file_part p WHERE p.file = t.id) AS received, \
                   (SELECT count(*) FROM file_part p WHERE p.file = t.id) AS parts \
                   FROM upload t WHERE t.request = $1 AND t.id = $2 AND t.person = $3";
        let row = tx.target(sql, values![request.id, id, caller.actor.person()]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                name: row.get("name")?,
                length: row.get("length")?,
                received: row.get("received")?,
                parts: row.get("parts")?,
                expires_at: row.get("expires_at")?,
                request,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        self.request.place()
    }

    fn state(&self) -> &'static str {
        self.request.state()
    }

    fn standing(&self, caller: &Caller, at_its_place: Relations) -> Relations {
        self.request.standing(caller, at_its_place)
    }
}
