//! `upload.drop`: somebody thought better of it.

use door::{Action, Change, Permitted, Record, Relations, Result, Spec, Verb, Way, Write, values};

use super::Upload;
use crate::nothing::Nothing;
use crate::standing::SUBMITTER;

/// Forgets an upload.
pub struct Drop;

impl Action for Drop {
    type Target = Upload;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "upload.drop",
        "Forgets an upload of one's own. Its bytes are deleted.",
        Way::Http(Verb::Delete, "/projects/{project}/requests/{request}/uploads/{upload}"),
        Relations::of(&[SUBMITTER]),
    );
}

impl Change for Drop {
    async fn change(_: &Nothing, upload: &Permitted<Upload>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        write.keep("DELETE FROM upload WHERE id = $1", values![upload.id]).await?;
        let record = Record::on("request", upload.request.id.0).and("project", upload.request.project.id.0);
        Ok((Nothing {}, record.and("upload", upload.id.0)))
    }
}
