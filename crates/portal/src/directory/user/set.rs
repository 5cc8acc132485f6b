//! `directory.user.set`: a user is this from now on, as a whole.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write};

use super::{Draft, User, UserShown, become_what_is_wanted};
use crate::standing::DIRECTORY;

/// Sets a user.
pub struct SetUser;

impl Action for SetUser {
    type Target = User;
    type Input = Draft;
    type Output = UserShown;
    const SPEC: Spec = Spec::new(
        "directory.user.set",
        "Says for the directory what one of its users is. Whoever is not active any more is out at once.",
        Way::Scim(Verb::Put, "/Users/{user}"),
        Relations::of(&[DIRECTORY]),
    );
}

impl Change for SetUser {
    async fn change(input: &Draft, user: &Permitted<User>, write: &mut Write<'_>) -> Result<(UserShown, Record)> {
        let wanted = input.clone().finish().map_err(|(name, why)| Refusal::field(name, why))?;
        become_what_is_wanted(write, user, &wanted).await
    }
}
