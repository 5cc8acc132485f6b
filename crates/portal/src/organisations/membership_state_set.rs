//! `membership.state.set`: somebody is suspended, leaves, or comes back, by the operator's hand.

use door::{Action, Change, Permitted, Place, Record, Refusal, Relation, Relations, Result, Spec, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MEMBERSHIP;
use crate::fields::words;
use crate::identity::{Anywhere, SESSION};
use crate::ids::{ClientId, MembershipId, OrganisationId, PersonId, SessionId};

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
        let row = write
            .maybe(
                "SELECT id, role, client, rev FROM membership WHERE organisation = $1 AND person = $2",
                values![input.organisation, input.person],
            )
            .await?
            .ok_or(Refusal::NotFound)?;
        let membership: MembershipId = row.get("id")?;
        let client: Option<ClientId> = row.get("client")?;
        let owner = row.get::<String>("role")? == "owner";
        if owner && input.state != MembershipState::Active {
            let others = write
                .one(
                    "SELECT count(*) AS n FROM membership WHERE organisation = $1 AND role = 'owner' \
                     AND state = 'active' AND person <> $2",
                    values![input.organisation, input.person],
                )
                .await?;
            if others.get::<i64>("n")? == 0 {
                return Err(Refusal::Conflict("last_owner"));
            }
        }
        write
            .update(
                MEMBERSHIP,
                membership.0,
                row.get("rev")?,
                "UPDATE membership SET rev = $2, state = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *",
                values![input.state],
            )
            .await?;
        let ended = if input.state == MembershipState::Active { 0 } else { end_sessions(write, input.person).await? };
        let place = Place {
            organisation: Some(input.organisation.0),
            client: client.map(|client| client.0),
            ..Place::INSTALLATION
        };
        let record = Record::on("membership", membership.0)
            .and("person", input.person.0)
            .fact("state", input.state)
            .fact("sessions_ended", ended)
            .at(place);
        Ok((StateSet { state: input.state, sessions_ended: ended }, record))
    }
}

/// Ends the sessions of somebody who has no active membership left anywhere.
async fn end_sessions(write: &mut Write<'_>, person: PersonId) -> Result<i64> {
    let active = "SELECT 1 AS one FROM membership WHERE person = $1 AND state = 'active' LIMIT 1";
    if write.maybe(active, values![person]).await?.is_some() {
        return Ok(0);
    }
    let sessions = write.all("SELECT id, rev FROM session WHERE person = $1", values![person]).await?;
    for row in &sessions {
        let id: SessionId = row.get("id")?;
        write.keep("DELETE FROM session_seen WHERE session = $1", values![id]).await?;
        write.delete(SESSION, id.0, row.get("rev")?, "DELETE FROM session WHERE id = $1 AND rev = $2")?;
    }
    Ok(i64::try_from(sessions.len()).unwrap_or(i64::MAX))
}
