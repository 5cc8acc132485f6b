//! `webhook.remove`: the record is not sent there any more.

use door::{Action, Change, Permitted, Record, Result, Spec, Verb, Way, Write, values};

use super::KEEPERS;
use super::hook::{Hook, WEBHOOK};
use crate::nothing::Nothing;

/// Removes the webhook.
pub struct RemoveWebhook;

impl Action for RemoveWebhook {
    type Target = Hook;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "webhook.remove",
        "Stops sending the organisation's record there.",
        Way::Http(Verb::Delete, "/webhooks/{webhook}"),
        KEEPERS,
    );
}

impl Change for RemoveWebhook {
    async fn change(_: &Nothing, hook: &Permitted<Hook>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        write.keep("DELETE FROM push WHERE receiver = $1", values![hook.receiver()]).await?;
        write.delete(WEBHOOK, hook.id, hook.revision, "DELETE FROM webhook WHERE id = $1 AND rev = $2")?;
        Ok((Nothing {}, Record::on("webhook", hook.id)))
    }
}
