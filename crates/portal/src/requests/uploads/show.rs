//! `upload.show`: how far an upload is.

use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Time, Verb, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Upload;
use crate::files::FileId;
use crate::nothing::Nothing;
use crate::standing::SUBMITTER;

/// Shows an upload.
pub struct ShowUpload;

/// How far it is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UploadShown {
    /// Its id.
    pub id: FileId,
    /// What the file is called.
    pub name: String,
    /// How many bytes it has.
    pub length: i64,
    /// How many of them are here: where to go on.
    pub offset: i64,
    /// When it is forgotten.
    pub expires_at: Time,
}

impl Action for ShowUpload {
    type Target = Upload;
    type Input = Nothing;
    type Output = UploadShown;
    const SPEC: Spec = Spec::new(
        "upload.show",
        "Shows how far an upload of one's own is, and so where to go on.",
        Way::Http(Verb::Get, "/projects/{project}/requests/{request}/uploads/{upload}"),
        Relations::of(&[SUBMITTER]),
    );
}

impl Look for ShowUpload {
    async fn look(_: &Nothing, upload: &Permitted<Upload>, _: &mut Read<'_>) -> Result<UploadShown> {
        Ok(UploadShown {
            id: upload.id,
            name: upload.name.clone(),
            length: upload.length,
            offset: upload.received,
            expires_at: upload.expires_at,
        })
    }
}
