//! `webhook.create`: the record is sent to one more address from now on.

use door::{Action, Change, Permitted, Record, Refusal, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::KEEPERS;
use super::hook::{Hook, WEBHOOK};
use super::webhook::shown;
use crate::organisations::Room;
use crate::outside;
use crate::world::World;

/// Makes a webhook.
pub struct CreateWebhook;

/// Webhooks of one organisation at the most.
const WEBHOOKS_MAX: i64 = 50;

/// Where to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// An address of the public internet, over HTTPS.
    #[schema(format = "uri", max_length = 500, example = "https://siem.example/plimsoll")]
    pub url: String,
}

/// A webhook and its secret.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WebhookSecret {
    /// The webhook.
    pub id: Uuid,
    /// The secret that its events are signed with. Shown once.
    pub secret: String,
}

impl Address {
    /// The address, if the portal may go there.
    pub(super) fn checked(&self, write: &Write<'_>) -> Result<String> {
        let private = write.world::<World>()?.outside.private;
        let url = outside::address(&self.url, private).map_err(|why| Refusal::field("url", why))?;
        Ok(url.to_string())
    }
}

impl Action for CreateWebhook {
    type Target = Room;
    type Input = Address;
    type Output = WebhookSecret;
    const SPEC: Spec = Spec::new(
        "webhook.create",
        "Sends the organisation's record to an address from now on, event by event. The secret is shown once.",
        Way::Http(Verb::Post, "/webhooks"),
        KEEPERS,
    )
    .fresh()
    .secret();
}

impl Change for CreateWebhook {
    async fn change(input: &Address, room: &Permitted<Room>, write: &mut Write<'_>) -> Result<(WebhookSecret, Record)> {
        let url = input.checked(write)?;
        let count = "SELECT count(*) AS webhooks FROM webhook WHERE organisation = $1";
        if WEBHOOKS_MAX <= write.one(count, values![room.organisation]).await?.get("webhooks")? {
            return Err(Refusal::Conflict("full"));
        }
        let (id, rotated_at) = (write.id(), write.now());
        let hook = Hook { id, organisation: room.organisation, url, generation: 1, rotated_at, revision: 1 };
        let own = values![hook.organisation, hook.url.as_str(), hook.generation, hook.rotated_at];
        let sql = "INSERT INTO webhook (id, rev, salt, organisation, url, generation, rotated_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *";
        write.insert(WEBHOOK, hook.id, sql, own).await?;
        // It begins at the end of the log as it is now: what was before is had by a copy.
        let begin = "INSERT INTO push (receiver, position, received, tries, next_at, claimed_until) \
                     SELECT $1, size, 0, 0, 0, 0 FROM ledger_head WHERE id = 1";
        write.keep(begin, values![hook.receiver()]).await?;
        let secret = shown(&hook.key(&write.world::<World>()?.safe)?);
        let place = door::Place::organisation(room.organisation.0);
        Ok((WebhookSecret { id, secret }, Record::on("webhook", id).at(place)))
    }
}
