//! `organisation.show`: the organisation and its people, as far as the caller may see them.

use door::{Action, Look, Permitted, Read, Result, Spec, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Organisation, Role};
use crate::ids::{ClientId, OrganisationId, PersonId};
use crate::nothing::Nothing;
use crate::standing::{ADMIN, OWNER, ROOM_PEOPLE, STAFF};

/// Shows an organisation.
pub struct Show;

/// An organisation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OrganisationShown {
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its people. The organisation's own see everybody; a client's people see their colleagues.
    pub people: Vec<PersonShown>,
}

/// One of its people.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonShown {
    /// The person.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The client company, for its people.
    pub client: Option<ClientId>,
}

impl Action for Show {
    type Target = Organisation;
    type Input = Nothing;
    type Output = OrganisationShown;
    const SPEC: Spec = Spec::new(
        "organisation.show",
        "Shows an organisation that one belongs to, and the people that one may see there.",
        Way::Http(Verb::Get, "/organisations/{organisation}"),
        ROOM_PEOPLE,
    );
}

impl Look for Show {
    async fn look(_: &Nothing, here: &Permitted<Organisation>, read: &mut Read<'_>) -> Result<OrganisationShown> {
        let ours = here.caller_is(&[OWNER, ADMIN, STAFF]);
        let rows = read
            .all(
                "SELECT m.person AS person, p.name AS name, m.role AS role, m.client AS client \
                 FROM membership m JOIN person p ON p.id = m.person \
                 WHERE m.organisation = $1 AND m.state = 'active' AND ($2 OR m.client = $3) ORDER BY p.name, p.id LIMIT 1000",
                values![here.id, ours, here.client],
            )
            .await?;
        let people = rows
            .iter()
            .map(|row| {
                Ok(PersonShown {
                    person: row.get("person")?,
                    name: row.get("name")?,
                    role: row.get("role")?,
                    client: row.get("client")?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(OrganisationShown { id: here.id, name: here.name.clone(), people })
    }
}
