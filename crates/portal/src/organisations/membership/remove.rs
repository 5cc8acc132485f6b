//! `membership.remove`: somebody does not belong to the organisation any more.

use door::{Action, Change, Permitted, Record, Relations, Result, Spec, Verb, Way, Write};

use super::{Membership, MembershipState, set_state};
use crate::nothing::Nothing;
use crate::standing::MANAGER;

/// Takes somebody out of the organisation.
pub struct Remove;

impl Action for Remove {
    type Target = Membership;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "membership.remove",
        "Takes somebody out of the organisation: their tokens and their places in its projects go with it.",
        Way::Http(Verb::Delete, "/people/{person}"),
        Relations::of(&[MANAGER]),
    )
    .fresh()
    .in_closing();
}

impl Change for Remove {
    async fn change(
        _: &Nothing,
        membership: &Permitted<Membership>,
        write: &mut Write<'_>,
    ) -> Result<(Nothing, Record)> {
        let ended = set_state(write, membership, MembershipState::Left).await?;
        let record = Record::on("membership", membership.id.0)
            .and("person", membership.person.0)
            .fact("role", membership.role)
            .fact("projects_left", ended.projects)
            .fact("tokens_revoked", ended.tokens)
            .fact("sessions_ended", ended.sessions);
        Ok((Nothing {}, record))
    }
}
