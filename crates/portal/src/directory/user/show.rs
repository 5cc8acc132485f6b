//! `directory.user.show`: one user.

use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Verb, Way, values};

use super::{GROUPS, User, UserShown, groups_by_user};
use crate::nothing::Nothing;
use crate::standing::DIRECTORY;

/// Shows a user.
pub struct ShowUser;

impl Action for ShowUser {
    type Target = User;
    type Input = Nothing;
    type Output = UserShown;
    const SPEC: Spec = Spec::new(
        "directory.user.show",
        "Shows the directory one of its users.",
        Way::Scim(Verb::Get, "/Users/{user}"),
        Relations::of(&[DIRECTORY]),
    );
}

impl Look for ShowUser {
    async fn look(_: &Nothing, user: &Permitted<User>, read: &mut Read<'_>) -> Result<UserShown> {
        let groups = read.all(GROUPS, values![user.organisation, user.id, user.id]).await?;
        let groups = groups_by_user(&groups)?.remove(&user.id).unwrap_or_default();
        Ok(UserShown::of(user, groups, read.world()?))
    }
}
