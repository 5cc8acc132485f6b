//! `directory.group.show`: one group.

use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Verb, Way, values};

use super::{Group, GroupShown, MEMBERS, members_by_group};
use crate::nothing::Nothing;
use crate::standing::DIRECTORY;

/// Shows a group.
pub struct ShowGroup;

impl Action for ShowGroup {
    type Target = Group;
    type Input = Nothing;
    type Output = GroupShown;
    const SPEC: Spec = Spec::new(
        "directory.group.show",
        "Shows the directory one of its groups, with those in it.",
        Way::Scim(Verb::Get, "/Groups/{group}"),
        Relations::of(&[DIRECTORY]),
    );
}

impl Look for ShowGroup {
    async fn look(_: &Nothing, group: &Permitted<Group>, read: &mut Read<'_>) -> Result<GroupShown> {
        let rows = read.all(MEMBERS, values![group.organisation, group.id, group.id]).await?;
        let members = members_by_group(&rows)?.remove(&group.id).unwrap_or_default();
        Ok(GroupShown::of(group, &members, read.world()?))
    }
}
