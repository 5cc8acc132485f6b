//! `request.version.preview`: a page of a version as a picture, made by a process that can do nothing else.

use door::{
    Action, Limit, Outlet, Per, Permitted, Record, Refusal, Released, Result, Snapshots, Spec, Stream, Verb, Way, Write,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Version;
use super::download::record_of;
use super::files::{Kept, kept_in};
use crate::fields::Count;
use crate::files::Cabinet;
use crate::standing::PROJECT_PEOPLE;
use crate::world::World;

/// Shows a page.
pub struct Preview;

/// Which page.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The page, from 1.
    pub page: Option<Count>,
}

/// The picture that follows.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PictureOut {
    /// What it is called.
    pub name: String,
    /// What it is (RFC 6838).
    pub media_type: String,
}

/// What is made into a picture once the record is on disk.
pub struct Grant {
    kept: Kept,
    media_type: String,
    page: u32,
    cabinet: Cabinet,
}

impl Action for Preview {
    type Target = Version;
    type Input = Wanted;
    type Output = PictureOut;
    const SPEC: Spec = Spec::new(
        "request.version.preview",
        "Shows a page of a version as a picture. Recorded before it is made.",
        Way::Http(Verb::Get, "/projects/{project}/requests/{request}/versions/{version}/preview"),
        PROJECT_PEOPLE,
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 120, seconds: 60, per: Per::Caller },
    ])
    .media(&["image/png"]);
}

impl Stream for Preview {
    type Grant = Grant;

    async fn grant(
        input: &Wanted,
        version: &Permitted<Version>,
        write: &mut Write<'_>,
    ) -> Result<(Grant, PictureOut, Record)> {
        let page = input.page.map_or(1, |page| page.0);
        let pages = version.pages.ok_or(Refusal::Conflict("no_preview"))?;
        let page = u32::try_from(page).ok().filter(|page| (1..=pages).contains(&i64::from(*page)));
        let page = page.ok_or_else(|| Refusal::field("page", format!("must be from 1 to {pages}")))?;
        let kept = kept_in(write, version.request.project.organisation, version.file).await?;
        let cabinet = write.world::<World>()?.cabinet.clone();
        let record = record_of(version).fact("page", i64::from(page));
        let grant = Grant { kept, media_type: version.media_type.clone(), page, cabinet };
        let out = PictureOut { name: format!("page-{page}.png"), media_type: "image/png".to_owned() };
        Ok((grant, out, record))
    }

    async fn pour(grant: Released<Grant>, _: &Snapshots, outlet: &Outlet) -> Result<()> {
        let Grant { kept, media_type, page, cabinet } = grant.open();
        let file = kept.open(&cabinet.key)?;
        let picture = cabinet.picture(&file, &media_type, page).await?;
        outlet.send(picture).await
    }
}
