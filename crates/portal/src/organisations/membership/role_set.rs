//! `membership.role.set`: somebody is something else in the organisation from now on.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Membership, another_owner, roles_given_by};
use crate::directory::group::standing::Given;
use crate::organisations::{MEMBERSHIP, Role};
use crate::standing::{ADMIN, MANAGER, OWNER};

/// Gives somebody another role.
pub struct SetRole;

/// Which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleWanted {
    /// The role. Never one above one's own, and never one of the other side.
    pub role: Role,
}

/// What it is now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RoleSet {
    /// The role.
    pub role: Role,
}

impl Action for SetRole {
    type Target = Membership;
    type Input = RoleWanted;
    type Output = RoleSet;
    const SPEC: Spec = Spec::new(
        "membership.role.set",
        "Gives somebody another role in the organisation, or in their company: at most one's own.",
        Way::Http(Verb::Put, "/people/{person}/role"),
        Relations::of(&[MANAGER]),
    )
    .fresh();
}

impl Change for SetRole {
    async fn change(
        input: &RoleWanted,
        membership: &Permitted<Membership>,
        write: &mut Write<'_>,
    ) -> Result<(RoleSet, Record)> {
        let giver = if membership.caller_is(&[OWNER]) {
            Role::Owner
        } else if membership.caller_is(&[ADMIN]) {
            Role::Admin
        } else {
            Role::ClientAdmin
        };
        if !roles_given_by(giver, membership.role.of_client()).contains(&input.role) {
            return Err(Refusal::field("role", "is not one that you can give to this person"));
        }
        // Nobody could ask a program to stay, or to let somebody in.
        let service = "SELECT id FROM person WHERE id = $1 AND service_since IS NOT NULL";
        if input.role == Role::Owner && write.maybe(service, values![membership.person]).await?.is_some() {
            return Err(Refusal::field("role", "is nothing for a service"));
        }
        if membership.role == Role::Owner && input.role != Role::Owner {
            another_owner(write, membership.organisation, membership.person).await?;
        }
        let mut given = Given::to(write, membership.id, None).await?;
        if given.in_organisation(input.role).0 != input.role {
            return Err(Refusal::Conflict("given_by_group"));
        }
        let sql =
            "UPDATE membership SET rev = $2, role = $3, by_hand = NULL WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(MEMBERSHIP, membership.id.0, membership.revision, sql, values![input.role]).await?;
        given.places_to(write, membership.organisation, membership.person).await?;
        let record = Record::on("membership", membership.id.0)
            .and("person", membership.person.0)
            .fact("before", membership.role)
            .fact("role", input.role);
        Ok((RoleSet { role: input.role }, record))
    }
}
