//! `directory.group.create`: the directory has a group.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};

use super::{BY_ID, Draft, Gives, Group, GroupShown, fill};
use crate::directory::{Directory, GROUP};
use crate::ids::DirectoryGroupId;
use crate::standing::DIRECTORY;

/// Makes a group.
pub struct CreateGroup;

impl Action for CreateGroup {
    type Target = Directory;
    type Input = Draft;
    type Output = GroupShown;
    const SPEC: Spec = Spec::new(
        "directory.group.create",
        "Says for the directory that it has a group, and who is in it. It gives nothing until the organisation says what.",
        Way::Scim(Verb::Post, "/Groups"),
        Relations::of(&[DIRECTORY]),
    );
}

impl Change for CreateGroup {
    async fn change(
        input: &Draft,
        directory: &Permitted<Directory>,
        write: &mut Write<'_>,
    ) -> Result<(GroupShown, Record)> {
        let wanted = input.clone().finish().map_err(|(name, why)| Refusal::field(name, why))?;
        let (id, now) = (DirectoryGroupId(write.id()), write.now());
        let insert = "INSERT INTO directory_group (id, rev, salt, organisation, name, name_key, external_id, gives, made_at, \
                      changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING *";
        let own = values![
            directory.organisation,
            &wanted.name,
            wanted.key(),
            wanted.external_id.clone(),
            Gives::Nothing,
            now
        ];
        write.insert(GROUP, id.0, insert, own).await?;
        let group = Group::of(&write.one(BY_ID, values![id, directory.organisation]).await?)?;
        let (members, moved) = fill(write, &group, &wanted.members).await?;
        let shown = GroupShown::of(&group, &members, write.world()?);
        Ok((shown, moved.on(Record::on("directory_group", id.0))))
    }
}
