//! `file.key.rotate`: a new key for an organisation's files.

use door::{Action, Change, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rows::rotate;
use crate::identity::Anywhere;
use crate::ids::OrganisationId;

/// Rotates an organisation's key.
pub struct RotateKey;

/// Whose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    /// The organisation.
    pub organisation: OrganisationId,
}

/// The new key.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyRotated {
    /// Which it is, counted from 1.
    pub generation: i64,
    /// Files whose keys were wrapped again.
    pub files: i64,
}

impl Action for RotateKey {
    type Target = Anywhere;
    type Input = Whose;
    type Output = KeyRotated;
    const SPEC: Spec = Spec::new(
        "file.key.rotate",
        "Makes a new key for an organisation's files and wraps theirs under it. The old one is deleted.",
        Way::Console("file.key.rotate"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Change for RotateKey {
    async fn change(input: &Whose, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(KeyRotated, Record)> {
        let known = write.maybe("SELECT id FROM organisation WHERE id = $1", values![input.organisation]).await?;
        known.ok_or_else(|| Refusal::field("organisation", "is not known"))?;
        let (generation, files) = rotate(write, input.organisation).await?;
        let record =
            Record::on("organisation", input.organisation.0).fact("generation", generation).fact("files", files);
        Ok((KeyRotated { generation, files }, record))
    }
}
