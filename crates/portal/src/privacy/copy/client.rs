//! `client.copy`: everything of a client company's, to take away.

use door::{Action, Outlet, Permitted, Record, Relations, Released, Result, Snapshots, Spec, Stream, Verb, Way, Write};

use super::account::LIMITS;
use super::{Grant, Whose, grant, pour};
use crate::nothing::Nothing;
use crate::organisations::Client;
use crate::requests::ArchiveOut;
use crate::standing::{ADMIN, CLIENT_ADMIN, OWNER};

/// Gives out a copy of a client company's data.
pub struct CopyClient;

impl Action for CopyClient {
    type Target = Client;
    type Input = Nothing;
    type Output = ArchiveOut;
    const SPEC: Spec = Spec::new(
        "client.copy",
        "Gives out everything that is kept for a client company and that it may see, as an archive with its files.",
        Way::Http(Verb::Post, "/clients/{client}/copy"),
        Relations::of(&[OWNER, ADMIN, CLIENT_ADMIN]),
    )
    .limits(LIMITS)
    .fresh()
    .media(&["application/zip"]);
}

impl Stream for CopyClient {
    type Grant = Grant;

    async fn grant(
        _: &Nothing,
        here: &Permitted<Client>,
        write: &mut Write<'_>,
    ) -> Result<(Grant, ArchiveOut, Record)> {
        let id = here.id.0;
        grant(Whose::Client, id, here.name.clone(), Record::on("client", id), write).await
    }

    async fn pour(grant: Released<Grant>, snapshots: &Snapshots, outlet: &Outlet) -> Result<()> {
        pour(grant, snapshots, outlet).await
    }
}
