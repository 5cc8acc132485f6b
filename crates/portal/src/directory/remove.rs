//! `directory.remove`: the organisation has no directory any more. Whoever it brought in stays, as what they are by
//! hand.

use door::{Action, Change, Permitted, Record, Refusal, Result, Spec, Verb, Way, Write, values};

use super::group::standing::{Given, give};
use super::{DIRECTORY, Directory, GROUP, GROUP_MEMBER, KEEPERS, USER, place};
use crate::ids::MembershipId;
use crate::nothing::Nothing;
use crate::organisations::Room;
use crate::organisations::membership::{Membership, MembershipState, set_state};

/// Takes the directory away.
pub struct RemoveDirectory;

impl Action for RemoveDirectory {
    type Target = Room;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "directory.remove",
        "Takes the organisation's directory away: its tokens end, and what it wrote down goes, with what its groups gave. Whoever \
         it brought in stays.",
        Way::Http(Verb::Delete, "/directory"),
        KEEPERS,
    )
    .fresh()
    .by_factor();
}

impl Change for RemoveDirectory {
    async fn change(_: &Nothing, room: &Permitted<Room>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let organisation = room.organisation;
        let directory = Directory::hold(write, organisation).await?.ok_or(Refusal::Conflict("no_directory"))?;
        let mut changed = 0_i64;
        let given = "SELECT DISTINCT u.membership AS membership FROM directory_group g \
                     JOIN directory_group_member i ON i.directory_group = g.id \
                     JOIN directory_user u ON u.id = i.directory_user \
                     WHERE g.organisation = $1 AND g.gives <> 'nothing' AND u.membership IS NOT NULL ORDER BY u.membership";
        for row in write.all(given, values![organisation]).await? {
            let membership: MembershipId = row.get("membership")?;
            changed += i64::from(give(write, membership, Given::default()).await?);
        }
        let in_groups = "SELECT i.id AS id, i.rev AS rev FROM directory_group_member i \
                         JOIN directory_group g ON g.id = i.directory_group WHERE g.organisation = $1 ORDER BY i.id";
        for row in write.all(in_groups, values![organisation]).await? {
            let delete = "DELETE FROM directory_group_member WHERE id = $1 AND rev = $2";
            write.delete(GROUP_MEMBER, row.get("id")?, row.get("rev")?, delete)?;
        }
        let mut groups = 0_i64;
        let all = "SELECT id, rev FROM directory_group WHERE organisation = $1 ORDER BY id";
        for row in write.all(all, values![organisation]).await? {
            let delete = "DELETE FROM directory_group WHERE id = $1 AND rev = $2";
            write.delete(GROUP, row.get("id")?, row.get("rev")?, delete)?;
            groups += 1;
        }
        let mut users = 0_i64;
        let all = "SELECT id, rev FROM directory_user WHERE organisation = $1 ORDER BY id";
        for row in write.all(all, values![organisation]).await? {
            let delete = "DELETE FROM directory_user WHERE id = $1 AND rev = $2";
            write.delete(USER, row.get("id")?, row.get("rev")?, delete)?;
            users += 1;
        }
        let mut tokens = 0;
        if let Some(service) = Membership::of_person(write, organisation, directory.service).await? {
            tokens = set_state(write, &service, MembershipState::Left).await?.tokens;
        }
        write.delete(
            DIRECTORY,
            directory.id.0,
            directory.revision,
            "DELETE FROM directory WHERE id = $1 AND rev = $2",
        )?;
        let record = Record::on("directory", directory.id.0)
            .fact("users", users)
            .fact("groups", groups)
            .fact("standings_changed", changed)
            .fact("tokens_revoked", tokens)
            .at(place(organisation));
        Ok((Nothing {}, record))
    }
}
