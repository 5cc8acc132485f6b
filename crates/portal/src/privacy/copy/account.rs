//! `account.copy`: everything that is kept about oneself, to take away.

use door::{
    Action, Limit, Outlet, Per, Permitted, Record, Relation, Relations, Released, Result, Snapshots, Spec, Stream,
    Verb, Way, Write,
};

use super::{Grant, Whose, grant, name_of, pour};
use crate::identity::Own;
use crate::nothing::Nothing;
use crate::requests::ArchiveOut;

/// How often a copy may be made: each reads everything.
pub(super) const LIMITS: &[Limit] = &[
    Limit { times: 3_000, seconds: 60, per: Per::Address },
    Limit { times: 20, seconds: 3600, per: Per::CallerShared },
];

/// Gives out a copy of one's own data.
pub struct CopyAccount;

impl Action for CopyAccount {
    type Target = Own;
    type Input = Nothing;
    type Output = ArchiveOut;
    const SPEC: Spec = Spec::new(
        "account.copy",
        "Gives out everything that is kept about oneself and that one has made, as an archive with its files.",
        Way::Http(Verb::Post, "/account/copy"),
        Relations::of(&[Relation::SELF]),
    )
    .limits(LIMITS)
    .fresh()
    .media(&["application/zip"]);
}

impl Stream for CopyAccount {
    type Grant = Grant;

    async fn grant(_: &Nothing, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(Grant, ArchiveOut, Record)> {
        let id = own.0.0;
        let name = name_of(write, "SELECT name FROM person WHERE id = $1", id).await?;
        grant(Whose::Person, id, name, Record::on("person", id), write).await
    }

    async fn pour(grant: Released<Grant>, snapshots: &Snapshots, outlet: &Outlet) -> Result<()> {
        pour(grant, snapshots, outlet).await
    }
}
