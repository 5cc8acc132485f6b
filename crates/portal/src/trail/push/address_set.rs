//! `webhook.address.set`: the record is sent elsewhere from now on. The secret and the place in the log stay.

use door::{Action, Change, Permitted, Record, Result, Spec, Verb, Way, Write, values};

use super::KEEPERS;
use super::create::Address;
use super::hook::{Hook, WEBHOOK};
use crate::nothing::Nothing;

/// Changes where a webhook leads.
pub struct SetWebhookAddress;

impl Action for SetWebhookAddress {
    type Target = Hook;
    type Input = Address;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "webhook.address.set",
        "Changes where a webhook leads. Its secret stays, and so does its place in the record.",
        Way::Http(Verb::Put, "/webhooks/{webhook}"),
        KEEPERS,
    )
    .fresh();
}

impl Change for SetWebhookAddress {
    async fn change(input: &Address, hook: &Permitted<Hook>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let url = input.checked(write)?;
        let sql = "UPDATE webhook SET rev = $2, url = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(WEBHOOK, hook.id, hook.revision, sql, values![url.as_str()]).await?;
        // Whoever mends an address does not want to wait for the next try.
        let now = write.now();
        write.keep("UPDATE push SET next_at = $2 WHERE receiver = $1", values![hook.receiver(), now]).await?;
        Ok((Nothing {}, Record::on("webhook", hook.id)))
    }
}
