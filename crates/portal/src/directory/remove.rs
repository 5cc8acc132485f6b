//! `directory.remove`: the organisation has no directory any more. Whoever it brought in stays, as what they are.

use door::{Action, Change, Permitted, Record, Refusal, Result, Spec, Verb, Way, Write, values};

use super::{DIRECTORY, Directory, KEEPERS, USER, place};
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
        "Takes the organisation's directory away: its tokens end, and what it wrote down goes. Whoever it brought in stays.",
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
            .fact("tokens_revoked", tokens)
            .at(place(organisation));
        Ok((Nothing {}, record))
    }
}
