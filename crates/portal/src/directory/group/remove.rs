//! `directory.group.remove`: there is no such group any more.

use std::collections::BTreeSet;

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write};

use super::{Group, fill};
use crate::directory::{Directory, GROUP};
use crate::nothing::Nothing;
use crate::standing::DIRECTORY;

/// Removes a group.
pub struct RemoveGroup;

impl Action for RemoveGroup {
    type Target = Group;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "directory.group.remove",
        "Takes one of the directory's groups away for it. Whoever was in it loses at once what it gave.",
        Way::Scim(Verb::Delete, "/Groups/{group}"),
        Relations::of(&[DIRECTORY]),
    );
}

impl Change for RemoveGroup {
    async fn change(_: &Nothing, group: &Permitted<Group>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        Directory::hold(write, group.organisation).await?.ok_or(Refusal::NotFound)?;
        let (_, moved) = fill(write, group, &BTreeSet::new()).await?;
        write.delete(GROUP, group.id.0, group.revision, "DELETE FROM directory_group WHERE id = $1 AND rev = $2")?;
        Ok((Nothing {}, moved.on(Record::on("directory_group", group.id.0))))
    }
}
