//! `service.create`: a program of the organisation's own.

use door::{Action, Change, Permitted, Place, Record, Relations, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ServiceRole;
use crate::fields::Name;
use crate::identity::PERSON;
use crate::ids::{MembershipId, OrganisationId, PersonId};
use crate::organisations::{Room, insert_membership};
use crate::standing::{ADMIN, OWNER};

/// Makes a service account.
pub struct CreateService;

/// Which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceWanted {
    /// What it is called: people read it wherever it did something.
    pub name: Name,
    /// What it is.
    pub role: ServiceRole,
}

/// A new service.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceCreated {
    /// Its id, among the people's.
    pub id: PersonId,
}

impl Action for CreateService {
    type Target = Room;
    type Input = ServiceWanted;
    type Output = ServiceCreated;
    const SPEC: Spec = Spec::new(
        "service.create",
        "Makes a service account: a member that has no password and acts by its API tokens alone.",
        Way::Http(Verb::Post, "/services"),
        Relations::of(&[OWNER, ADMIN]),
    )
    .fresh();
}

impl Change for CreateService {
    async fn change(
        input: &ServiceWanted,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(ServiceCreated, Record)> {
        let (id, membership) = insert_service(write, room.organisation, input.name.as_str(), input.role).await?;
        let record = Record::on("person", id.0)
            .and("membership", membership.0)
            .fact("role", input.role)
            .at(Place::organisation(room.organisation.0));
        Ok((ServiceCreated { id }, record))
    }
}

/// Inserts a service with its membership: nobody can sign in as it.
///
/// # Errors
/// As the store says.
pub async fn insert_service(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    name: &str,
    role: ServiceRole,
) -> Result<(PersonId, MembershipId)> {
    let (id, now) = (PersonId(write.id()), write.now());
    // No letter ever goes to this domain (RFC 2606 section 2), and no password has this fingerprint.
    let mail = format!("{id}@service.invalid");
    let insert = "INSERT INTO person (id, rev, salt, mail, name, password_hash, made_at, service_since) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *";
    write.insert(PERSON, id.0, insert, values![mail.as_str(), name, "", now, now]).await?;
    Ok((id, insert_membership(write, organisation, id, role.into(), None, None).await?))
}
