//! `directory.user.remove`: somebody does not belong to the organisation any more.

use door::{Action, Change, Permitted, Record, Relations, Result, Spec, Verb, Way, Write, values};

use super::{Settled, User, held, put_out, withdraw};
use crate::directory::{GROUP_MEMBER, USER};
use crate::nothing::Nothing;
use crate::organisations::membership::MembershipState;
use crate::standing::DIRECTORY;

/// Removes a user.
pub struct RemoveUser;

impl Action for RemoveUser {
    type Target = User;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "directory.user.remove",
        "Takes somebody out of the organisation for the directory, with their tokens and places in projects; or takes their \
         invitation back. Their account stays.",
        Way::Scim(Verb::Delete, "/Users/{user}"),
        Relations::of(&[DIRECTORY]),
    )
    .in_closing();
}

impl Change for RemoveUser {
    async fn change(_: &Nothing, user: &Permitted<User>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let mut settled = Settled { membership: user.membership, ..Settled::default() };
        match held(write, user.organisation, user.membership).await? {
            Some(held) => put_out(write, &held, MembershipState::Left, &mut settled).await?,
            None => settled.withdrawn = withdraw(write, user.organisation, user.attributes.mail.as_str()).await?,
        }
        let in_groups = "SELECT id, rev FROM directory_group_member WHERE directory_user = $1 ORDER BY id";
        for row in write.all(in_groups, values![user.id]).await? {
            let delete = "DELETE FROM directory_group_member WHERE id = $1 AND rev = $2";
            write.delete(GROUP_MEMBER, row.get("id")?, row.get("rev")?, delete)?;
        }
        write.delete(USER, user.id.0, user.revision, "DELETE FROM directory_user WHERE id = $1 AND rev = $2")?;
        Ok((Nothing {}, settled.on(Record::on("directory_user", user.id.0), false)))
    }
}
