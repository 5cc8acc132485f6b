//! `session.view.end`: back to oneself.

use door::{Action, Change, Permitted, Place, Record, Refusal, Result, Spec, Verb, Way, Write, values};

use super::{Own, SESSION};
use crate::ids::{ClientId, OrganisationId, PersonId};
use crate::nothing::Nothing;
use crate::standing::ONESELF;

/// Ends looking as somebody else.
pub struct EndView;

impl Action for EndView {
    type Target = Own;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "session.view.end",
        "Ends looking as somebody else: from here on the sign-in is its own person's again.",
        Way::Http(Verb::Delete, "/session/view"),
        ONESELF,
    )
    .in_view()
    .in_maintenance();
}

impl Change for EndView {
    async fn change(_: &Nothing, _: &Permitted<Own>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let session = write.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let viewed = "SELECT s.rev AS rev, m.person AS viewed, m.organisation AS organisation, m.client AS client \
                      FROM session s LEFT JOIN membership m ON m.id = s.viewed WHERE s.id = $1";
        let row = write.one(viewed, values![session]).await?;
        let viewed = row.get::<Option<PersonId>>("viewed")?.ok_or(Refusal::Conflict("no_view"))?;
        let sql = "UPDATE session SET rev = $2, viewed = NULL, viewed_until = NULL \
                   WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(SESSION, session, row.get("rev")?, sql, vec![]).await?;
        // It began on the client's record, and ends there.
        let place = Place {
            organisation: row.get::<Option<OrganisationId>>("organisation")?.map(|organisation| organisation.0),
            client: row.get::<Option<ClientId>>("client")?.map(|client| client.0),
            ..Place::INSTALLATION
        };
        Ok((Nothing {}, Record::on("session", session).and("person", viewed.0).at(place)))
    }
}
