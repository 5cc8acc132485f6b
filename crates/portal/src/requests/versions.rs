//! `request.version.list`: what was handed in for a request.

use door::{Action, Look, Permitted, Read, Result, Spec, Verb, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::show::versions;
use super::{Request, VersionShown};
use crate::nothing::Nothing;
use crate::standing::PROJECT_PEOPLE;

/// Lists versions.
pub struct ListVersions;

/// The versions of a request.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct VersionList {
    /// The versions, newest first; at most two hundred.
    pub versions: Vec<VersionShown>,
}

impl Action for ListVersions {
    type Target = Request;
    type Input = Nothing;
    type Output = VersionList;
    const SPEC: Spec = Spec::new(
        "request.version.list",
        "Lists what was handed in for a request, and what was decided on each version.",
        Way::Http(Verb::Get, "/projects/{project}/requests/{request}/versions"),
        PROJECT_PEOPLE,
    );
}

impl Look for ListVersions {
    async fn look(_: &Nothing, request: &Permitted<Request>, read: &mut Read<'_>) -> Result<VersionList> {
        Ok(VersionList { versions: versions(request, read).await? })
    }
}
