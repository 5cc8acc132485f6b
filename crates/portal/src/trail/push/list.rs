//! `webhook.list`: where the organisation's record is sent.

use door::{Action, Look, Permitted, Read, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::KEEPERS;
use crate::nothing::Nothing;
use crate::organisations::Room;

/// Lists webhooks.
pub struct ListWebhooks;

/// The organisation's webhooks.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WebhookList {
    /// The oldest first.
    pub webhooks: Vec<WebhookShown>,
}

/// One webhook.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WebhookShown {
    /// Its id.
    pub id: Uuid,
    /// Where events are sent.
    pub url: String,
    /// Since when its secret is the one of today.
    pub secret_since: Time,
}

impl Action for ListWebhooks {
    type Target = Room;
    type Input = Nothing;
    type Output = WebhookList;
    const SPEC: Spec = Spec::new(
        "webhook.list",
        "Lists where the organisation's record is sent.",
        Way::Http(Verb::Get, "/webhooks"),
        KEEPERS,
    );
}

impl Look for ListWebhooks {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<WebhookList> {
        let sql = "SELECT id, url, rotated_at FROM webhook WHERE organisation = $1 ORDER BY id";
        let rows = read.all(sql, values![room.organisation]).await?;
        let webhooks = rows
            .iter()
            .map(|row| {
                Ok(WebhookShown { id: row.get("id")?, url: row.get("url")?, secret_since: row.get("rotated_at")? })
            })
            .collect::<Result<_>>()?;
        Ok(WebhookList { webhooks })
    }
}
