//! `directory.group.set`: a group is this from now on, as a whole.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write};

use super::{Draft, Group, GroupShown, become_what_is_wanted};
use crate::standing::DIRECTORY;

/// Sets a group.
pub struct SetGroup;

impl Action for SetGroup {
    type Target = Group;
    type Input = Draft;
    type Output = GroupShown;
    const SPEC: Spec = Spec::new(
        "directory.group.set",
        "Says for the directory what one of its groups is, and who is in it. Whoever is not any more loses at once what it gave.",
        Way::Scim(Verb::Put, "/Groups/{group}"),
        Relations::of(&[DIRECTORY]),
    );
}

impl Change for SetGroup {
    async fn change(input: &Draft, group: &Permitted<Group>, write: &mut Write<'_>) -> Result<(GroupShown, Record)> {
        let wanted = input.clone().finish().map_err(|(name, why)| Refusal::field(name, why))?;
        become_what_is_wanted(write, group, &wanted).await
    }
}
