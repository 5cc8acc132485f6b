//! `session.close`: signing out.

use door::{Action, Change, Permitted, Place, Record, Refusal, Result, Spec, Verb, Way, Write, values};

use super::{Own, end_session};
use crate::ids::SessionId;
use crate::nothing::Nothing;
use crate::standing::ONESELF;

/// Ends the caller's own session.
pub struct Close;

impl Action for Close {
    type Target = Own;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "session.close",
        "Signs out: ends the session that asks.",
        Way::Http(Verb::Delete, "/session"),
        ONESELF,
    )
    .half()
    .in_view()
    .in_maintenance();
}

impl Change for Close {
    async fn change(_: &Nothing, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        // A token has no session to end.
        let session = write.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let row = write.one("SELECT rev FROM session WHERE id = $1", values![session]).await?;
        end_session(write, SessionId(session), row.get("rev")?).await?;
        // It began on the record of the organisation that was entered, and ends there.
        let place = write.caller().organisation.map_or(Place::account(own.0.0), Place::organisation);
        Ok((Nothing {}, Record::on("session", session).at(place)))
    }
}
