//! `webhook.test`: sends a document that says nothing, at once, and tells what came back. A button for people.

use door::{Action, Limit, Per, Permitted, Read, Receive, Record, Result, Spec, Verb, Way, Write, id::uuid_at};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::KEEPERS;
use super::hook::Hook;
use super::webhook::test_document;
use crate::nothing::Nothing;
use crate::world::World;

/// Tries the webhook.
pub struct TestWebhook;

/// What came back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WebhookTested {
    /// Whether it was received.
    pub received: bool,
    /// Why not.
    pub problem: Option<String>,
}

impl Action for TestWebhook {
    type Target = Hook;
    type Input = Nothing;
    type Output = WebhookTested;
    const SPEC: Spec = Spec::new(
        "webhook.test",
        "Sends a test to the webhook at once, and tells whether it was received.",
        Way::Page(Verb::Post, "/webhooks/{webhook}/test"),
        KEEPERS,
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 20, seconds: 3600, per: Per::CallerShared },
    ]);
}

impl Receive for TestWebhook {
    type Ready = WebhookTested;

    async fn ready(_: Nothing, hook: &Permitted<Hook>, read: &mut Read<'_>) -> Result<WebhookTested> {
        let (world, now) = (read.world::<World>()?, read.now());
        read.leave();
        let id = uuid_at(now);
        let document = test_document(&world.public_origin, id, now);
        let sent = world.sender.send(&hook.url, id, &document, &hook.keys(&world.safe, now)?, now).await;
        Ok(WebhookTested { received: sent.is_ok(), problem: sent.err() })
    }

    async fn receive(
        tested: &WebhookTested,
        hook: &Permitted<Hook>,
        _: &mut Write<'_>,
    ) -> Result<(WebhookTested, Record)> {
        Ok((tested.clone(), Record::on("webhook", hook.id).fact("received", tested.received)))
    }
}
