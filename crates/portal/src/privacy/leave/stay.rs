//! `account.keep`: thinks again.

use door::{Action, Change, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way, Write, values};
use uuid::Uuid;

use super::DELETION;
use crate::identity::Own;
use crate::nothing::Nothing;

/// Takes it back.
pub struct KeepAccount;

impl Action for KeepAccount {
    type Target = Own;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "account.keep",
        "Takes back that one's account is to be deleted.",
        Way::Http(Verb::Delete, "/account/deletion"),
        Relations::of(&[Relation::SELF]),
    );
}

impl Change for KeepAccount {
    async fn change(_: &Nothing, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let asked = "SELECT id, rev FROM account_deletion WHERE person = $1 AND erased_at IS NULL";
        let row = write.maybe(asked, values![own.0]).await?.ok_or(Refusal::Conflict("not_asked"))?;
        let id: Uuid = row.get("id")?;
        write.delete(DELETION, id, row.get("rev")?, "DELETE FROM account_deletion WHERE id = $1 AND rev = $2")?;
        Ok((Nothing {}, Record::on("person", own.0.0)))
    }
}
