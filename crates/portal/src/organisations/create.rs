//! `organisation.create`: a new tenant with its first owner, by the operator's hand.

use door::{
    Action, Permitted, Place, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ORGANISATION, Role, insert_client, insert_membership};
use crate::fields::{Mail, Name, NewPassword};
use crate::identity::{Anywhere, insert_person};
use crate::ids::{ClientId, OrganisationId, PersonId};
use crate::world::World;

/// Makes an organisation.
pub struct Create;

/// What it is called, and whose it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationWanted {
    /// The organisation's name.
    pub name: Name,
    /// The first owner's name.
    pub owner: Name,
    /// The first owner's mail address.
    pub mail: Mail,
    /// The first owner's password.
    pub password: NewPassword,
    /// Clients to begin with.
    #[serde(default)]
    pub clients: Vec<Name>,
}

/// A new organisation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OrganisationCreated {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its first owner.
    pub person: PersonId,
    /// Its clients, in the order in which they were named.
    pub clients: Vec<ClientId>,
}

/// What is needed to found one: everything checked, the password hashed.
pub struct Founded {
    /// The organisation's name.
    pub name: Name,
    /// The first owner's name.
    pub owner: Name,
    /// The first owner's mail address.
    pub mail: Mail,
    /// The hash of the first owner's password.
    pub password_hash: String,
    /// Clients to begin with.
    pub clients: Vec<Name>,
}

impl Action for Create {
    type Target = Anywhere;
    type Input = OrganisationWanted;
    type Output = OrganisationCreated;
    const SPEC: Spec = Spec::new(
        "organisation.create",
        "Makes an organisation with its first owner.",
        Way::Console("organisation.create"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Receive for Create {
    type Ready = Founded;

    async fn ready(input: OrganisationWanted, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Founded> {
        read.leave();
        let known = [input.name.as_str(), input.owner.as_str(), input.mail.as_str()];
        let password_hash = read.world::<World>()?.hash_chosen("password", input.password, &known).await?;
        let OrganisationWanted { name, owner, mail, clients, .. } = input;
        Ok(Founded { name, owner, mail, password_hash, clients })
    }

    async fn receive(
        founded: &Founded,
        _: &Permitted<Anywhere>,
        write: &mut Write<'_>,
    ) -> Result<(OrganisationCreated, Record)> {
        found(write, founded).await
    }
}

/// Makes an organisation, its first owner and its first clients.
///
/// # Errors
/// [`Refusal::Invalid`] when the mail address is taken.
pub async fn found(write: &mut Write<'_>, founded: &Founded) -> Result<(OrganisationCreated, Record)> {
    if write.maybe("SELECT id FROM person WHERE mail = $1", values![&founded.mail]).await?.is_some() {
        return Err(Refusal::field("mail", "is taken: put the person in with person.create"));
    }
    let organisation = OrganisationId(write.id());
    write
        .insert(
            ORGANISATION,
            organisation.0,
            "INSERT INTO organisation (id, rev, salt, name, made_at) VALUES ($1, $2, $3, $4, $5) RETURNING *",
            values![&founded.name, write.now()],
        )
        .await?;
    let person = insert_person(write, &founded.mail, &founded.owner, &founded.password_hash).await?;
    insert_membership(write, organisation, person, Role::Owner, None, None).await?;
    let mut clients = Vec::with_capacity(founded.clients.len());
    for name in &founded.clients {
        clients.push(insert_client(write, organisation, name).await?);
    }
    let record = Record::on("organisation", organisation.0)
        .and("person", person.0)
        .fact("clients", i64::try_from(clients.len()).unwrap_or(0))
        .about(person.0, "mail", founded.mail.as_str())
        .at(Place::organisation(organisation.0));
    Ok((OrganisationCreated { organisation, person, clients }, record))
}
