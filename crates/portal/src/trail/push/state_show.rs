//! `webhook.state.show`: how far a webhook is, for its page and for whatever watches it.

use door::{Action, Look, Permitted, Read, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::KEEPERS;
use super::hook::Hook;
use crate::nothing::Nothing;

/// Shows how far a webhook is.
pub struct ShowWebhookState;

/// How far it is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WebhookState {
    /// How many events were received.
    pub received: i64,
    /// When the last one was.
    pub received_at: Option<Time>,
    /// Whether there is more in the log than it has looked at.
    pub waiting: bool,
    /// Failures since the last success.
    pub tries: i64,
    /// Why the last try failed.
    pub problem: Option<String>,
    /// When it is tried again.
    pub next_at: Option<Time>,
}

impl Action for ShowWebhookState {
    type Target = Hook;
    type Input = Nothing;
    type Output = WebhookState;
    const SPEC: Spec = Spec::new(
        "webhook.state.show",
        "Shows how far in the record a webhook is, and why it goes no further.",
        Way::Http(Verb::Get, "/webhooks/{webhook}/state"),
        KEEPERS,
    );
}

impl Look for ShowWebhookState {
    async fn look(_: &Nothing, hook: &Permitted<Hook>, read: &mut Read<'_>) -> Result<WebhookState> {
        let row = read
            .one(
                "SELECT p.received AS received, p.received_at AS received_at, p.tries AS tries, p.problem AS problem, \
                 p.next_at AS next_at, h.size - p.position AS waiting FROM push p, ledger_head h \
                 WHERE h.id = 1 AND p.receiver = $1",
                values![hook.receiver()],
            )
            .await?;
        let problem: Option<String> = row.get("problem")?;
        let next: Time = row.get("next_at")?;
        Ok(WebhookState {
            received: row.get("received")?,
            received_at: row.get("received_at")?,
            waiting: 0 < row.get::<i64>("waiting")?,
            tries: row.get("tries")?,
            next_at: problem.is_some().then_some(next),
            problem,
        })
    }
}
