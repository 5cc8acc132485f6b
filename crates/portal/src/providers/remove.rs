//! `provider.remove`: nobody's word opens the organisation's rooms any more.

use door::{Action, Change, Permitted, Record, Refusal, Result, Spec, Verb, Way, Write};

use super::{KEEPERS, PROVIDER, Provider};
use crate::nothing::Nothing;
use crate::organisations::Room;

/// Believes nobody any more.
pub struct RemoveProvider;

impl Action for RemoveProvider {
    type Target = Room;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "provider.remove",
        "Believes the organisation's provider no more: every sign-in that came through it ends.",
        Way::Http(Verb::Delete, "/provider"),
        KEEPERS,
    )
    .fresh();
}

impl Change for RemoveProvider {
    async fn change(_: &Nothing, room: &Permitted<Room>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let provider = Provider::hold(write, room.organisation).await?.ok_or(Refusal::Conflict("no_provider"))?;
        let ended = provider.forget(write).await?;
        write.delete(PROVIDER, provider.id.0, provider.revision, "DELETE FROM provider WHERE id = $1 AND rev = $2")?;
        Ok((Nothing {}, Record::on("provider", provider.id.0).fact("sessions", ended)))
    }
}
