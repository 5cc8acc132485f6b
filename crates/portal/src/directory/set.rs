//! `directory.set`: the organisation has a directory from now on, or its people come in as something else.

use door::{Action, Change, Permitted, Record, Result, Spec, Verb, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::group::standing::Given;
use super::{DIRECTORY, Directory, KEEPERS, place};
use crate::ids::DirectoryId;
use crate::nothing::Nothing;
use crate::organisations::membership::let_in;
use crate::organisations::service::{ServiceRole, insert_service};
use crate::organisations::{Role, Room};

/// What its service is called: people read it wherever the directory did something.
const NAME: &str = "Directory";

/// Sets up a directory.
pub struct SetDirectory;

/// How.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectoryWanted {
    /// As what it brings people in.
    pub role: ServiceRole,
}

impl Action for SetDirectory {
    type Target = Room;
    type Input = DirectoryWanted;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "directory.set",
        "Lets a directory bring people into the organisation by invitation, and close its rooms to them; says as what they come \
         in. It acts by tokens of its own.",
        Way::Http(Verb::Put, "/directory"),
        KEEPERS,
    )
    .fresh()
    .by_factor();
}

impl Change for SetDirectory {
    async fn change(
        input: &DirectoryWanted,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(Nothing, Record)> {
        let organisation = room.organisation;
        // Held, so that two who set it up at once come one after the other.
        write.hold("SELECT t.id AS id FROM organisation t WHERE t.id = $1", values![organisation]).await?;
        let now = write.now();
        let before = Directory::hold(write, organisation).await?;
        let id = if let Some(before) = &before {
            let set =
                "UPDATE directory SET rev = $2, role = $3, set_at = $4 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            write.update(DIRECTORY, before.id.0, before.revision, set, values![input.role, now]).await?;
            // Somebody may have taken the service out of the organisation.
            let gone = "SELECT id FROM membership WHERE organisation = $1 AND person = $2 AND state = 'left'";
            if write.maybe(gone, values![organisation, before.service]).await?.is_some() {
                let_in(write, organisation, before.service, Role::Staff, None, Given::default()).await?;
            }
            before.id
        } else {
            // The least that a member can be: what it may do, it may as the directory.
            let (service, _) = insert_service(write, organisation, NAME, ServiceRole::Staff).await?;
            let id = DirectoryId(write.id());
            let insert = "INSERT INTO directory (id, rev, salt, organisation, service, role, set_at) \
                          VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *";
            write.insert(DIRECTORY, id.0, insert, values![organisation, service, input.role, now]).await?;
            id
        };
        let record = Record::on("directory", id.0)
            .fact("new", before.is_none())
            .fact("role", input.role)
            .at(place(organisation));
        Ok((Nothing {}, record))
    }
}
