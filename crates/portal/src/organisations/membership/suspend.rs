//! `membership.suspend` and `membership.resume`: the organisation's rooms are closed to somebody for now, and open again.

use door::{Action, Change, Permitted, Record, Relations, Result, Spec, Verb, Way, Write};

use super::{Membership, MembershipState, set_state};
use crate::nothing::Nothing;
use crate::standing::MANAGER;

/// Suspends somebody.
pub struct Suspend;
/// Takes a suspension back.
pub struct Resume;

impl Action for Suspend {
    type Target = Membership;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "membership.suspend",
        "Closes the organisation's rooms to somebody at once, tokens included, until that is taken back.",
        Way::Http(Verb::Post, "/people/{person}/suspend"),
        Relations::of(&[MANAGER]),
    )
    .not_when(&["suspended"])
    .fresh()
    .in_closing();
}

impl Change for Suspend {
    async fn change(
        _: &Nothing,
        membership: &Permitted<Membership>,
        write: &mut Write<'_>,
    ) -> Result<(Nothing, Record)> {
        let ended = set_state(write, membership, MembershipState::Suspended).await?;
        let record = Record::on("membership", membership.id.0).and("person", membership.person.0);
        Ok((Nothing {}, record.fact("sessions_ended", ended.sessions)))
    }
}

impl Action for Resume {
    type Target = Membership;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "membership.resume",
        "Opens the organisation's rooms again to somebody who was suspended.",
        Way::Http(Verb::Post, "/people/{person}/resume"),
        Relations::of(&[MANAGER]),
    )
    .not_when(&["active"])
    .fresh();
}

impl Change for Resume {
    async fn change(
        _: &Nothing,
        membership: &Permitted<Membership>,
        write: &mut Write<'_>,
    ) -> Result<(Nothing, Record)> {
        set_state(write, membership, MembershipState::Active).await?;
        Ok((Nothing {}, Record::on("membership", membership.id.0).and("person", membership.person.0)))
    }
}
