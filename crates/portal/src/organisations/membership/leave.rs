//! `organisation.leave`: one belongs to an organisation no more, by one's own wish.

use door::store::{self, Tx};
use door::{Action, Caller, Change, Ids, Permitted, Place, Record, Result, Spec, Target, Verb, Way, Write, values};

use super::{Membership, MembershipState, set_state};
use crate::nothing::Nothing;
use crate::standing::ROOM_PEOPLE;

/// Leaves an organisation.
pub struct Leave;

/// One's own membership in the organisation of the path.
pub struct OwnMembership(Membership);

impl Target for OwnMembership {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> store::Result<Option<Self>> {
        let Ok(organisation) = ids.get("organisation") else { return Ok(None) };
        // A token stays in the rooms that it was made for.
        if caller.scopes.is_some() && caller.organisation != Some(organisation) {
            return Ok(None);
        }
        let sql = "SELECT t.id AS id, t.organisation AS organisation, t.person AS person, t.role AS role, t.client AS client, \
                   t.state AS state, t.by_hand AS by_hand, t.rev AS rev FROM membership t \
                   WHERE t.organisation = $1 AND t.person = $2 AND t.state = 'active'";
        let row = tx.target(sql, values![organisation, caller.actor.person()]).await?;
        row.map(|row| Ok(Self(Membership::read(&row)?))).transpose()
    }

    fn place(&self) -> Place {
        self.0.place()
    }
}

impl Action for Leave {
    type Target = OwnMembership;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "organisation.leave",
        "Leaves an organisation: one's tokens and one's places in its projects go with it.",
        Way::Http(Verb::Post, "/organisations/{organisation}/leave"),
        ROOM_PEOPLE,
    )
    .fresh()
    .in_closing();
}

impl Change for Leave {
    async fn change(_: &Nothing, own: &Permitted<OwnMembership>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let ended = set_state(write, &own.0, MembershipState::Left).await?;
        let record = Record::on("organisation", own.0.organisation.0)
            .and("membership", own.0.id.0)
            .fact("role", own.0.role)
            .fact("projects_left", ended.projects)
            .fact("tokens_revoked", ended.tokens)
            .fact("sessions_ended", ended.sessions);
        Ok((Nothing {}, record))
    }
}
