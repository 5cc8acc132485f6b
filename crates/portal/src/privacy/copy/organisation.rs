//! `organisation.copy`: everything that an organisation has here, to take away.

use door::{Action, Outlet, Permitted, Record, Relations, Released, Result, Snapshots, Spec, Stream, Verb, Way, Write};

use super::account::LIMITS;
use super::{Grant, Whose, grant, name_of, pour};
use crate::nothing::Nothing;
use crate::organisations::Organisation;
use crate::requests::ArchiveOut;
use crate::standing::OWNER;

/// Gives out a copy of an organisation's data.
pub struct CopyOrganisation;

impl Action for CopyOrganisation {
    type Target = Organisation;
    type Input = Nothing;
    type Output = ArchiveOut;
    const SPEC: Spec = Spec::new(
        "organisation.copy",
        "Gives out everything that the organisation has here, as an archive with its files. Secrets are not in it.",
        Way::Http(Verb::Post, "/organisations/{organisation}/copy"),
        Relations::of(&[OWNER]),
    )
    .limits(LIMITS)
    .fresh()
    .media(&["application/zip"]);
}

impl Stream for CopyOrganisation {
    type Grant = Grant;

    async fn grant(
        _: &Nothing,
        here: &Permitted<Organisation>,
        write: &mut Write<'_>,
    ) -> Result<(Grant, ArchiveOut, Record)> {
        let id = here.id.0;
        let name = name_of(write, "SELECT name FROM organisation WHERE id = $1", id).await?;
        grant(Whose::Organisation, id, name, Record::on("organisation", id), write).await
    }

    async fn pour(grant: Released<Grant>, snapshots: &Snapshots, outlet: &Outlet) -> Result<()> {
        pour(grant, snapshots, outlet).await
    }
}
