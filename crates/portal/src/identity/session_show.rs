//! `session.show`: how far the sign-in is.

use door::{Action, Look, Permitted, Read, Refusal, Result, Spec, Time, Verb, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Own;
use super::factor::{Factor, Ways};
use crate::nothing::Nothing;
use crate::standing::ONESELF;
use crate::world::World;

/// Shows the session that asks.
pub struct ShowSession;

/// How far a sign-in is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SessionState {
    /// Whether it still wants its second step, and reaches nothing else.
    pub second_step: bool,
    /// Whether it is confirmed with a second factor, a recovery code if nothing else is at hand, and not with the password.
    pub by_code: bool,
    /// Whether an authenticator app has such codes.
    pub app: bool,
    /// Whether a passkey will do: `session.confirm.begin`.
    pub passkey: bool,
    /// When its person last proved to be it, with what is the account's own. An organisation's provider proves nothing.
    pub proved_at: Option<Time>,
    /// In a demo, where nobody has a phone at hand: what the authenticator app would show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demo_code: Option<String>,
}

impl Action for ShowSession {
    type Target = Own;
    type Input = Nothing;
    type Output = SessionState;
    const SPEC: Spec = Spec::new(
        "session.show",
        "Shows how far one's sign-in is: whether it wants its second step, and when one last proved to be it.",
        Way::Http(Verb::Get, "/session"),
        ONESELF,
    )
    .half();
}

impl Look for ShowSession {
    async fn look(_: &Nothing, own: &Permitted<Own>, read: &mut Read<'_>) -> Result<SessionState> {
        // A token is no sign-in.
        read.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let proved_at = read.caller().proved_at;
        let ways = Ways::look(read, own.0).await?;
        // Where the portal is reached by a number, no browser proves with a key that was made for its name.
        let passkey = ways.passkey && read.world::<World>()?.relying_party().is_some();
        let demo_code = if read.world::<World>()?.demo { Factor::code_of_now(read, own.0).await? } else { None };
        Ok(SessionState {
            second_step: read.caller().half,
            by_code: ways.any(),
            app: ways.app,
            passkey,
            proved_at,
            demo_code,
        })
    }
}
