//! `invitation.create`: invites a mail address.

use door::{Action, Change, Ids, Limit, Per, Permitted, Record, Refusal, Result, Spec, Verb, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    INVITATION, INVITATION_SECONDS, INVITERS, InvitationMade, Inviter, fresh, givers_of, hand_over, name_of, place,
    refuse_above,
};
use crate::fields::Mail;
use crate::ids::{ClientId, InvitationId, OrganisationId, PersonId};
use crate::mail::Invited;
use crate::organisations::{Client, Role, Room};
use crate::projects::CLIENT_ARCHIVED;

/// Invites somebody.
pub struct Create;

/// Whom, as what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationWanted {
    /// The mail address. Only who has it can accept.
    pub mail: Mail,
    /// The role. Nobody gives one above his own.
    pub role: Role,
    /// The client company, for its people. A client's people invite to their own.
    pub client: Option<ClientId>,
}

impl Action for Create {
    type Target = Room;
    type Input = InvitationWanted;
    type Output = InvitationMade;
    const SPEC: Spec = Spec::new(
        "invitation.create",
        "Invites a mail address into the organisation, or into a client company, with a role that is not above one's own.",
        Way::Http(Verb::Post, "/invitations"),
        INVITERS,
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        // Letters go to people who have asked for none.
        Limit { times: 100, seconds: 3600, per: Per::CallerShared },
    ])
    .secret();
}

impl Change for Create {
    async fn change(
        input: &InvitationWanted,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(InvitationMade, Record)> {
        refuse_above(room.standing(), input.role)?;
        let client = match (input.role.of_client(), input.client.or(room.client)) {
            (true, Some(client)) => Some(client),
            (true, None) => return Err(Refusal::field("client", "is asked for: whose people they will be")),
            (false, _) if input.client.is_some() => {
                return Err(Refusal::field(
                    "client",
                    "goes with the roles client_admin and client_member, and with no other",
                ));
            }
            (false, _) => None,
        };
        if let Some(client) = client {
            let client = write.also::<Client>(&Ids(vec![("client", client.0)]), givers_of(input.role)).await?;
            if client.archived {
                return Err(Refusal::NotNow(CLIENT_ARCHIVED));
            }
        }
        // Whom the caller sees anyway; of others he learns nothing.
        let member = "SELECT m.id FROM membership m JOIN person p ON p.id = m.person WHERE m.organisation = $1 \
                      AND p.mail = $2 AND m.state <> 'left' AND ($3 OR m.client = $4)";
        let ours = room.client.is_none();
        if write.maybe(member, values![room.organisation, &input.mail, ours, room.client]).await?.is_some() {
            return Err(Refusal::Conflict("member_exists"));
        }
        let invited = "SELECT id FROM invitation WHERE organisation = $1 AND mail = $2 AND ($3 OR client = $4)";
        if write.maybe(invited, values![room.organisation, &input.mail, ours, room.client]).await?.is_some() {
            return Err(Refusal::Conflict("invitation_exists"));
        }
        let (organisation, by) = (room.organisation, room.person);
        let made = invite(write, &Inviting { organisation, client, mail: &input.mail, role: input.role, by }).await?;
        let record = Record::on("invitation", made.id.0)
            .fact("role", input.role)
            .about(made.id.0, "mail", input.mail.as_str())
            .at(place(room.organisation, client));
        Ok((made, record))
    }
}

/// Somebody who is about to be invited: that they may be was decided before.
pub(crate) struct Inviting<'a> {
    /// Into which organisation.
    pub(crate) organisation: OrganisationId,
    /// The client company, for its people.
    pub(crate) client: Option<ClientId>,
    /// The address.
    pub(crate) mail: &'a Mail,
    /// As what.
    pub(crate) role: Role,
    /// Who invites.
    pub(crate) by: PersonId,
}

/// Invites them, and sends the link.
///
/// # Errors
/// [`Refusal::Invalid`] when the organisation brings nobody in by such an address; as the store says.
pub(crate) async fn invite(write: &mut Write<'_>, inviting: &Inviting<'_>) -> Result<InvitationMade> {
    let Inviting { organisation, client, mail, role, by } = *inviting;
    let Inviter { name, domains, look } = Inviter::of(write, organisation, client).await?;
    if !domains.is_empty() && !domains.hold(mail.as_str()) {
        let whose = if client.is_some() { "client" } else { "organisation" };
        return Err(Refusal::field("mail", format!("is under none of the {whose}'s mail domains: {domains}")));
    }
    let (id, now, (token, hash)) = (InvitationId(write.id()), write.now(), fresh());
    let insert = "INSERT INTO invitation (id, rev, salt, organisation, client, mail, role, invited_by, made_at, \
                  expires_at, secret_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING *";
    let until = now.plus_seconds(INVITATION_SECONDS);
    write.insert(INVITATION, id.0, insert, values![organisation, client, mail, role, by, now, until, hash]).await?;
    let inviter = name_of(write, by).await?;
    let invited = Invited { mail: mail.as_str(), inviter: &inviter, organisation: &name, look: &look, role };
    hand_over(write, id, invited, &token).await
}
