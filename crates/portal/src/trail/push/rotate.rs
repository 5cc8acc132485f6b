//! `webhook.rotate`: another secret. The one before signs along for a day, so that nothing is refused meanwhile.

use door::{Action, Change, Permitted, Record, Result, Spec, Verb, Way, Write, values};

use super::KEEPERS;
use super::create::WebhookSecret;
use super::hook::{Hook, WEBHOOK};
use super::webhook::shown;
use crate::nothing::Nothing;
use crate::world::World;

/// Makes a new secret.
pub struct RotateWebhook;

impl Action for RotateWebhook {
    type Target = Hook;
    type Input = Nothing;
    type Output = WebhookSecret;
    const SPEC: Spec = Spec::new(
        "webhook.rotate",
        "Makes a new secret for the webhook, shown once. The one before signs along for 24 hours.",
        Way::Http(Verb::Post, "/webhooks/{webhook}/rotate"),
        KEEPERS,
    )
    .fresh()
    .secret();
}

impl Change for RotateWebhook {
    async fn change(_: &Nothing, hook: &Permitted<Hook>, write: &mut Write<'_>) -> Result<(WebhookSecret, Record)> {
        let hook = Hook { generation: hook.generation + 1, ..Hook::clone(hook) };
        let sql = "UPDATE webhook SET rev = $2, generation = $3, rotated_at = $4 \
                   WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        let own = values![hook.generation, write.now()];
        write.update(WEBHOOK, hook.id, hook.revision, sql, own).await?;
        let secret = shown(&hook.key(&write.world::<World>()?.safe)?);
        Ok((WebhookSecret { id: hook.id, secret }, Record::on("webhook", hook.id).fact("generation", hook.generation)))
    }
}
