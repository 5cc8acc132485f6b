//! `directory.group.change`: somebody is in a group from now on, or not any more.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write};

use super::{Attributes, Draft, Group, GroupShown, become_what_is_wanted};
use crate::directory::patch::Patch;
use crate::standing::DIRECTORY;

/// Changes a group.
pub struct ChangeGroup;

impl Action for ChangeGroup {
    type Target = Group;
    type Input = Patch;
    type Output = GroupShown;
    const SPEC: Spec = Spec::new(
        "directory.group.change",
        "Puts users into one of the directory's groups for it, takes them out, or renames it. Whoever is out loses at once what \
         it gave.",
        Way::Scim(Verb::Patch, "/Groups/{group}"),
        Relations::of(&[DIRECTORY]),
    );
}

impl Change for ChangeGroup {
    async fn change(input: &Patch, group: &Permitted<Group>, write: &mut Write<'_>) -> Result<(GroupShown, Record)> {
        let members = group.members(write).await?.into_iter().map(|user| user.0).collect();
        let (name, external_id) = (group.name.clone(), group.external_id.clone());
        let mut draft = Draft::from(Attributes { name, external_id, members });
        input.apply(&mut draft)?;
        let wanted = draft.finish().map_err(|(name, why)| Refusal::field(name, why))?;
        become_what_is_wanted(write, group, &wanted).await
    }
}
