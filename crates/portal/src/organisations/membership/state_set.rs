//! `membership.state.set`: somebody is suspended, leaves, or comes back, by the operator's hand.

use door::{
    Action, Change, Permitted, Place, Record, Refusal, Relation, Relations, Result, Spec, Target as _, Way, Write,
    values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Membership, set_state};
use crate::fields::words;
use crate::identity::Anywhere;
use crate::ids::{OrganisationId, PersonId};

words!(
    /// Whether a membership counts.
    MembershipState {
        /// It does.
        Active = "active",
        /// Not for now.
        Suspended = "suspended",
        /// Not any more.
        Left = "left",
    }
);

/// Sets the state of a membership.
pub struct SetMembershipState;

/// Whose, where, what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateWanted {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The person.
    pub person: PersonId,
    /// The state.
    pub state: MembershipState,
}

/// What it is now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct StateSet {
    /// The state.
    pub state: MembershipState,
    /// Sessions that ended with it.
    pub sessions_ended: i64,
}

impl Action for SetMembershipState {
    type Target = Anywhere;
    type Input = StateWanted;
    type Output = StateSet;
    const SPEC: Spec = Spec::new(
        "membership.state.set",
        "Suspends somebody in an organisation, lets them leave, or brings them back.",
        Way::Console("membership.state.set"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Change for SetMembershipState {
    async fn change(input: &StateWanted, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(StateSet, Record)> {
        let sql = "SELECT id, organisation, person, role, client, state, by_hand, rev FROM membership \
                   WHERE organisation = $1 AND person = $2";
        let row = write.maybe(sql, values![input.organisation, input.person]).await?.ok_or(Refusal::NotFound)?;
        let membership = Membership::read(&row)?;
        let ended = set_state(write, &membership, input.state).await?;
        let record = Record::on("membership", membership.id.0)
            .and("person", membership.person.0)
            .fact("state", input.state)
            .fact("projects_left", ended.projects)
            .fact("tokens_revoked", ended.tokens)
            .fact("sessions_ended", ended.sessions)
            .at(Place { internal: false, ..membership.place() });
        Ok((StateSet { state: input.state, sessions_ended: ended.sessions }, record))
    }
}
