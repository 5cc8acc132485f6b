//! `person.create`: somebody new, by the operator's hand.

use door::store::Value;
use door::{
    Action, Permitted, Place, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Anywhere, PERSON};
use crate::fields::{Mail, Name, NewPassword};
use crate::ids::{ClientId, MembershipId, OrganisationId, PersonId};
use crate::organisations::{self, Role};
use crate::world::World;

/// Makes a person and puts them into an organisation.
pub struct CreatePerson;

/// Who, where, as what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonWanted {
    /// The mail address. Somebody who has an account already becomes a member with it.
    pub mail: Mail,
    /// The name.
    pub name: Name,
    /// The password, for a new account.
    pub password: NewPassword,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The role.
    pub role: Role,
    /// The client company, for its people.
    pub client: Option<ClientId>,
}

/// Somebody new.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonCreated {
    /// The person.
    pub person: PersonId,
    /// The membership.
    pub membership: MembershipId,
}

/// A wish whose password is hashed.
pub struct Ready {
    mail: Mail,
    name: Name,
    password_hash: String,
    organisation: OrganisationId,
    role: Role,
    client: Option<ClientId>,
}

impl Action for CreatePerson {
    type Target = Anywhere;
    type Input = PersonWanted;
    type Output = PersonCreated;
    const SPEC: Spec = Spec::new(
        "person.create",
        "Makes a person and puts them into an organisation with a role.",
        Way::Console("person.create"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Receive for CreatePerson {
    type Ready = Ready;

    async fn ready(input: PersonWanted, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Ready> {
        if input.role.of_client() != input.client.is_some() {
            return Err(Refusal::field(
                "client",
                "goes with the roles client_admin and client_member, and with no other",
            ));
        }
        let organisation =
            read.maybe("SELECT name FROM organisation WHERE id = $1", values![input.organisation]).await?;
        let Some(organisation) = organisation else { return Err(Refusal::field("organisation", "is not known")) };
        let organisation: String = organisation.get("name")?;
        if let Some(client) = input.client {
            let sql = "SELECT id FROM client WHERE id = $1 AND organisation = $2";
            if read.maybe(sql, values![client, input.organisation]).await?.is_none() {
                return Err(Refusal::field("client", "is not one of this organisation"));
            }
        }
        read.leave();
        let known = [input.mail.as_str(), input.name.as_str(), organisation.as_str()];
        let password_hash = read.world::<World>()?.hash_chosen("password", input.password, &known).await?;
        let PersonWanted { mail, name, organisation, role, client, .. } = input;
        Ok(Ready { mail, name, password_hash, organisation, role, client })
    }

    async fn receive(ready: &Ready, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(PersonCreated, Record)> {
        let existing = write.maybe("SELECT id FROM person WHERE mail = $1", values![&ready.mail]).await?;
        let person = match existing {
            Some(row) => row.get("id")?,
            None => insert_person(write, &ready.mail, &ready.name, &ready.password_hash).await?,
        };
        let membership =
            organisations::insert_membership(write, ready.organisation, person, ready.role, ready.client, None).await?;
        let place = Place {
            organisation: Some(ready.organisation.0),
            client: ready.client.map(|client| client.0),
            ..Place::INSTALLATION
        };
        let record = Record::on("person", person.0)
            .and("membership", membership.0)
            .fact("role", ready.role)
            .about(person.0, "mail", ready.mail.as_str())
            .at(place);
        Ok((PersonCreated { person, membership }, record))
    }
}

/// Inserts a person.
///
/// # Errors
/// [`Refusal::Conflict`] when the mail address is taken.
pub async fn insert_person(write: &mut Write<'_>, mail: &Mail, name: &Name, password_hash: &str) -> Result<PersonId> {
    let id = PersonId(write.id());
    let own: Vec<Value> = values![mail, name, password_hash, write.now()];
    write
        .insert(
            PERSON,
            id.0,
            "INSERT INTO person (id, rev, salt, mail, name, password_hash, made_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *",
            own,
        )
        .await?;
    Ok(id)
}
