//! `client.keep` and `organisation.keep`: think again.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Time, Verb, Way, Write, values};

use super::{ENDING, Whole};
use crate::nothing::Nothing;
use crate::organisations::{Client, Room, set_archived};
use crate::standing::{ADMIN, OWNER};

/// Takes back that a client is to be deleted.
pub struct KeepClient;

/// Takes back that the organisation is.
pub struct KeepOrganisation;

impl Action for KeepClient {
    type Target = Client;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "client.keep",
        "Takes back that a client is to be deleted: it stands as it stood before.",
        Way::Http(Verb::Delete, "/clients/{client}/deletion"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Change for KeepClient {
    async fn change(_: &Nothing, client: &Permitted<Client>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        if !keep(write, Whole::Client(client.organisation, client.id)).await? {
            set_archived(client, None, write).await?;
        }
        Ok((Nothing {}, Record::on("client", client.id.0)))
    }
}

impl Action for KeepOrganisation {
    type Target = Room;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "organisation.keep",
        "Takes back that the organisation is to be deleted: everything goes on.",
        Way::Http(Verb::Delete, "/organisation/deletion"),
        Relations::of(&[OWNER]),
    )
    .in_closing();
}

impl Change for KeepOrganisation {
    async fn change(_: &Nothing, room: &Permitted<Room>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        keep(write, Whole::Organisation(room.organisation)).await?;
        Ok((Nothing {}, Record::on("organisation", room.organisation.0)))
    }
}

/// Crosses the wish out, unless it has begun to come true. Whether it was archived already when that was asked.
async fn keep(write: &mut Write<'_>, whole: Whole) -> Result<bool> {
    let asked = "SELECT t.id AS id, t.rev AS rev, t.archived_before AS archived_before, t.begun_at AS begun_at FROM ending t \
                 WHERE t.organisation = $1 AND t.client IS NOT DISTINCT FROM $2";
    let row = write.hold(asked, values![whole.organisation(), whole.client()]).await?;
    let row = row.ok_or(Refusal::Conflict("not_asked"))?;
    if row.get::<Option<Time>>("begun_at")?.is_some() {
        return Err(Refusal::NotNow("being_deleted"));
    }
    write.delete(ENDING, row.get("id")?, row.get("rev")?, "DELETE FROM ending WHERE id = $1 AND rev = $2")?;
    Ok(row.get("archived_before")?)
}
