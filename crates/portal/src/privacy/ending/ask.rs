//! `client.delete` and `organisation.delete`: ask for the end of a client, or of the whole organisation.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Time, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::kept_by::refuse_kept;
use super::tell::{Word, tell};
use super::{ENDING, GRACE_SECONDS, Whole};
use crate::fields::Name;
use crate::organisations::{Client, Room, set_archived};
use crate::standing::{ADMIN, OWNER};

/// Asks for a client's end.
pub struct DeleteClient;

/// Asks for the organisation's.
pub struct DeleteOrganisation;

/// The name of what is to be deleted, typed, so that nothing ends by a slip of the finger.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameTyped {
    /// The name, exactly.
    pub name: Name,
}

/// When it will be done.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EndingAsked {
    /// Until then it can be taken back.
    pub due_at: Time,
}

impl Action for DeleteClient {
    type Target = Client;
    type Input = NameTyped;
    type Output = EndingAsked;
    const SPEC: Spec = Spec::new(
        "client.delete",
        "Asks for the end of a client and of everything that was done for it: it is erased after 30 days, can be read and not \
         changed until then, and be kept after all.",
        Way::Http(Verb::Post, "/clients/{client}/deletion"),
        Relations::of(&[OWNER, ADMIN]),
    )
    .not_when(&[Client::ENDING])
    .fresh();
}

impl Change for DeleteClient {
    async fn change(
        input: &NameTyped,
        client: &Permitted<Client>,
        write: &mut Write<'_>,
    ) -> Result<(EndingAsked, Record)> {
        if input.name.as_str() != client.name {
            return Err(Refusal::field("name", "is not the name of this client"));
        }
        let whole = Whole::Client(client.organisation, client.id);
        let due_at = ask(write, whole, client.archived).await?;
        if !client.archived {
            let now = write.now();
            set_archived(client, Some(now), write).await?;
        }
        Ok((EndingAsked { due_at }, Record::on("client", client.id.0)))
    }
}

impl Action for DeleteOrganisation {
    type Target = Room;
    type Input = NameTyped;
    type Output = EndingAsked;
    const SPEC: Spec = Spec::new(
        "organisation.delete",
        "Asks for the end of the organisation and of everything in it: it is erased after 30 days, can be read and not changed \
         until then, and be kept after all.",
        Way::Http(Verb::Post, "/organisation/deletion"),
        Relations::of(&[OWNER]),
    )
    .fresh()
    .in_closing();
}

impl Change for DeleteOrganisation {
    async fn change(input: &NameTyped, room: &Permitted<Room>, write: &mut Write<'_>) -> Result<(EndingAsked, Record)> {
        // Held, so that two who ask at once do not both.
        let own = "SELECT t.name AS name FROM organisation t WHERE t.id = $1";
        let row = write.hold(own, values![room.organisation]).await?.ok_or(Refusal::NotFound)?;
        if input.name.as_str() != row.get::<String>("name")? {
            return Err(Refusal::field("name", "is not the name of this organisation"));
        }
        let due_at = ask(write, Whole::Organisation(room.organisation), false).await?;
        Ok((EndingAsked { due_at }, Record::on("organisation", room.organisation.0)))
    }
}

/// Writes the wish down, and tells those who could take it back. Gives when it will be done.
async fn ask(write: &mut Write<'_>, whole: Whole, archived_before: bool) -> Result<Time> {
    refuse_kept(write, whole).await?;
    let asked = "SELECT id FROM ending WHERE organisation = $1 AND client IS NOT DISTINCT FROM $2";
    if write.maybe(asked, values![whole.organisation(), whole.client()]).await?.is_some() {
        return Err(Refusal::Conflict("asked_already"));
    }
    let (id, now, by) = (write.id(), write.now(), write.caller().actor.person().ok_or(Refusal::SignIn)?);
    let due_at = now.plus_seconds(GRACE_SECONDS);
    let insert = "INSERT INTO ending (id, rev, salt, organisation, client, asked_by, asked_at, due_at, archived_before) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *";
    let own = values![whole.organisation(), whole.client(), by, now, due_at, archived_before];
    write.insert(ENDING, id, insert, own).await?;
    tell(write, whole, due_at, Word::First { by }).await?;
    Ok(due_at)
}
