//! `client.archive` and `client.reopen`: work for a client is over, and everything of it can be read and not changed; or goes on.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Time, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CLIENT, Client};
use crate::nothing::Nothing;
use crate::standing::{ADMIN, OWNER};

/// Closes a client's projects to changes.
pub struct ArchiveClient;

/// Opens them again.
pub struct ReopenClient;

/// How a client stands now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ClientStands {
    /// Since when it is archived; none where it is not.
    pub archived_at: Option<Time>,
}

impl Action for ArchiveClient {
    type Target = Client;
    type Input = Nothing;
    type Output = ClientStands;
    const SPEC: Spec = Spec::new(
        "client.archive",
        "Archives a client: everything of it can be read by whoever could, and nothing of it changed, until it is reopened.",
        Way::Http(Verb::Post, "/clients/{client}/archive"),
        Relations::of(&[OWNER, ADMIN]),
    )
    .not_when(&[Client::ARCHIVED, Client::ENDING])
    .fresh();
}

impl Change for ArchiveClient {
    async fn change(_: &Nothing, client: &Permitted<Client>, write: &mut Write<'_>) -> Result<(ClientStands, Record)> {
        let now = write.now();
        set_archived(client, Some(now), write).await?;
        Ok((ClientStands { archived_at: Some(now) }, Record::on("client", client.id.0)))
    }
}

impl Action for ReopenClient {
    type Target = Client;
    type Input = Nothing;
    type Output = ClientStands;
    const SPEC: Spec = Spec::new(
        "client.reopen",
        "Takes back that a client was archived: its projects stand as they stood.",
        Way::Http(Verb::Post, "/clients/{client}/reopen"),
        Relations::of(&[OWNER, ADMIN]),
    )
    .not_when(&[Client::ENDING])
    .fresh();
}

impl Change for ReopenClient {
    async fn change(_: &Nothing, client: &Permitted<Client>, write: &mut Write<'_>) -> Result<(ClientStands, Record)> {
        if !client.archived {
            return Err(Refusal::NotNow(Client::SERVED));
        }
        set_archived(client, None, write).await?;
        Ok((ClientStands { archived_at: None }, Record::on("client", client.id.0)))
    }
}

/// Closes a client's projects to changes since a time, or opens them again.
///
/// # Errors
/// As the store says.
pub(crate) async fn set_archived(client: &Client, archived_at: Option<Time>, write: &mut Write<'_>) -> Result<()> {
    let by = archived_at.and(write.caller().actor.person());
    let sql =
        "UPDATE client SET rev = $2, archived_at = $3, archived_by = $4 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
    write.update(CLIENT, client.id.0, client.revision, sql, values![archived_at, by]).await
}
