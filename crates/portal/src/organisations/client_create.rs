//! `client.create`: a company that the organisation serves from now on.

use door::{Action, Change, Permitted, Place, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Room, insert_client};
use crate::fields::Name;
use crate::ids::ClientId;
use crate::standing::{ADMIN, OWNER};

/// Makes a client.
pub struct CreateClient;

/// What it is called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientWanted {
    /// The company's name.
    pub name: Name,
}

/// A new client.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ClientCreated {
    /// Its id.
    pub id: ClientId,
}

impl Action for CreateClient {
    type Target = Room;
    type Input = ClientWanted;
    type Output = ClientCreated;
    const SPEC: Spec = Spec::new(
        "client.create",
        "Makes a client of the organisation.",
        Way::Http(Verb::Post, "/clients"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Change for CreateClient {
    async fn change(
        input: &ClientWanted,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(ClientCreated, Record)> {
        let taken = write
            .maybe(
                "SELECT id FROM client WHERE organisation = $1 AND name = $2",
                values![room.organisation, &input.name],
            )
            .await?;
        if taken.is_some() {
            return Err(Refusal::field("name", "is the name of another client already"));
        }
        let id = insert_client(write, room.organisation, &input.name).await?;
        // On the organisation's own record: a client's chain begins with what its people may see.
        Ok((ClientCreated { id }, Record::on("client", id.0).at(Place::organisation(room.organisation.0))))
    }
}
