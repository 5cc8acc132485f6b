//! `directory.user.change`: something of a user is something else.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write};

use super::{Draft, User, UserShown, become_what_is_wanted};
use crate::directory::patch::Patch;
use crate::standing::DIRECTORY;

/// Changes a user.
pub struct ChangeUser;

impl Action for ChangeUser {
    type Target = User;
    type Input = Patch;
    type Output = UserShown;
    const SPEC: Spec = Spec::new(
        "directory.user.change",
        "Changes one of the directory's users for it. Whoever is not active any more is out at once.",
        Way::Scim(Verb::Patch, "/Users/{user}"),
        Relations::of(&[DIRECTORY]),
    );
}

impl Change for ChangeUser {
    async fn change(input: &Patch, user: &Permitted<User>, write: &mut Write<'_>) -> Result<(UserShown, Record)> {
        let mut draft = Draft::from(user.attributes.clone());
        input.apply(&mut draft)?;
        let wanted = draft.finish().map_err(|(name, why)| Refusal::field(name, why))?;
        become_what_is_wanted(write, user, &wanted).await
    }
}
