//! `invitation.withdraw`: nobody is invited any more.

use door::{Action, Change, Permitted, Record, Result, Spec, Verb, Way, Write};

use super::{INVITATION, INVITERS, Invitation, refuse_above};
use crate::nothing::Nothing;

/// Takes an invitation back.
pub struct Withdraw;

impl Action for Withdraw {
    type Target = Invitation;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "invitation.withdraw",
        "Takes an invitation back: its link works no more.",
        Way::Http(Verb::Delete, "/invitations/{invitation}"),
        INVITERS,
    )
    .in_closing();
}

impl Change for Withdraw {
    async fn change(
        _: &Nothing,
        invitation: &Permitted<Invitation>,
        write: &mut Write<'_>,
    ) -> Result<(Nothing, Record)> {
        refuse_above(invitation.standing(), invitation.role)?;
        let delete = "DELETE FROM invitation WHERE id = $1 AND rev = $2";
        write.delete(INVITATION, invitation.id.0, invitation.revision, delete)?;
        Ok((Nothing {}, Record::on("invitation", invitation.id.0).fact("role", invitation.role)))
    }
}
