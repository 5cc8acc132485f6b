//! `invitation.renew`: another link, sent or to be copied; the one before works no more.

use door::{Action, Change, Limit, Per, Permitted, Record, Refusal, Result, Spec, Verb, Way, Write, values};

use super::{
    INVITATION, INVITATION_SECONDS, INVITERS, Invitation, InvitationMade, Inviter, fresh, hand_over, name_of,
    refuse_above,
};
use crate::ids::PersonId;
use crate::mail::Invited;
use crate::nothing::Nothing;
use crate::organisations::mail_domains::refuse_others;

/// Makes a link anew.
pub struct Renew;

impl Action for Renew {
    type Target = Invitation;
    type Input = Nothing;
    type Output = InvitationMade;
    const SPEC: Spec = Spec::new(
        "invitation.renew",
        "Makes the link of an invitation anew and sends it: it works for another week, and the one before no more. Who renews it \
         is who invites from then on.",
        Way::Http(Verb::Post, "/invitations/{invitation}/renew"),
        INVITERS,
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 100, seconds: 3600, per: Per::CallerShared },
    ])
    .secret();
}

impl Change for Renew {
    async fn change(
        _: &Nothing,
        invitation: &Permitted<Invitation>,
        write: &mut Write<'_>,
    ) -> Result<(InvitationMade, Record)> {
        refuse_above(invitation.standing(), invitation.role)?;
        let Inviter { name, domains, look } = Inviter::of(write, invitation.organisation, invitation.client).await?;
        refuse_others(&domains, &invitation.mail)?;
        let by = PersonId(write.caller().actor.person().ok_or(Refusal::NotFound)?);
        let (now, (token, hash)) = (write.now(), fresh());
        let renew = "UPDATE invitation SET rev = $2, secret_hash = $3, invited_by = $4, expires_at = $5 \
                     WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        let own = values![hash, by, now.plus_seconds(INVITATION_SECONDS)];
        write.update(INVITATION, invitation.id.0, invitation.revision, renew, own).await?;
        let inviter = name_of(write, by).await?;
        let invited = Invited {
            mail: &invitation.mail,
            inviter: &inviter,
            organisation: &name,
            look: &look,
            role: invitation.role,
        };
        let made = hand_over(write, invitation.id, invited, &token).await?;
        Ok((made, Record::on("invitation", invitation.id.0).fact("role", invitation.role)))
    }
}
