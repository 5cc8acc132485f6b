//! Who belongs to an organisation, as what, and how that ends.

mod leave;
mod list;
pub mod pages;
mod remove;
mod report;
mod role_set;
mod state_set;
mod suspend;

use door::store::{Result, Row, Tx};
use door::{Caller, Ids, Place, Refusal, Relations, Target, Write, values};

pub use leave::Leave;
pub use list::{InProject, ListMemberships, MembershipHere, MembershipList};
pub use remove::Remove;
pub use report::{ReportFile, ReportMemberships};
pub use role_set::SetRole;
pub use state_set::{MembershipState, SetMembershipState};
pub use suspend::{Resume, Suspend};

use super::{Client, MEMBERSHIP, Role, insert_membership};
use crate::directory::group::standing::Given;
use crate::identity::{TOKEN, end_provided_sessions, end_sessions};
use crate::ids::{ClientId, MembershipId, OrganisationId, PersonId};
use crate::projects::MEMBER;
use crate::providers::forget_subjects;
use crate::standing::{ADMIN, CLIENT_ADMIN, MANAGER, OWNER};

/// Somebody's membership in the organisation that the caller is in. Who has left is not there.
pub struct Membership {
    id: MembershipId,
    organisation: OrganisationId,
    person: PersonId,
    role: Role,
    client: Option<ClientId>,
    state: MembershipState,
    /// What they are by hand, where a group has made them more.
    by_hand: Option<Role>,
    revision: i64,
}

const OF_PERSON: &str = "SELECT t.id AS id, t.organisation AS organisation, t.person AS person, t.role AS role, t.client AS client, \
                         t.state AS state, t.by_hand AS by_hand, t.rev AS rev FROM membership t \
                         WHERE t.organisation = $1 AND t.person = $2 AND t.state <> 'left'";

impl Membership {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            organisation: row.get("organisation")?,
            person: row.get("person")?,
            role: row.get("role")?,
            client: row.get("client")?,
            state: row.get("state")?,
            by_hand: row.get("by_hand")?,
            revision: row.get("rev")?,
        })
    }

    /// One of an organisation's, held until the end. Who has left is not there.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) async fn of_id(
        write: &mut Write<'_>,
        organisation: OrganisationId,
        id: MembershipId,
    ) -> door::Result<Option<Self>> {
        let sql = "SELECT t.id AS id, t.organisation AS organisation, t.person AS person, t.role AS role, t.client AS client, \
                   t.state AS state, t.by_hand AS by_hand, t.rev AS rev FROM membership t \
                   WHERE t.organisation = $1 AND t.id = $2 AND t.state <> 'left'";
        let row = write.hold(sql, values![organisation, id]).await?;
        Ok(row.as_ref().map(Self::read).transpose()?)
    }

    /// Somebody's in an organisation, held until the end. Who has left is not there.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) async fn of_person(
        write: &mut Write<'_>,
        organisation: OrganisationId,
        person: PersonId,
    ) -> door::Result<Option<Self>> {
        let row = write.hold(OF_PERSON, values![organisation, person]).await?;
        Ok(row.as_ref().map(Self::read).transpose()?)
    }

    /// Its id.
    pub(crate) const fn id(&self) -> MembershipId {
        self.id
    }

    /// In which organisation.
    pub(crate) const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// Whose.
    pub(crate) const fn person(&self) -> PersonId {
        self.person
    }

    /// As what.
    pub(crate) const fn role(&self) -> Role {
        self.role
    }

    /// Whether it counts.
    pub(crate) const fn standing_state(&self) -> MembershipState {
        self.state
    }
}

impl Target for Membership {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let (Ok(person), Some(organisation)) = (ids.get("person"), caller.organisation) else { return Ok(None) };
        let row = tx.target(OF_PERSON, values![organisation, person]).await?;
        row.map(|row| Self::read(&row)).transpose()
    }

    fn place(&self) -> Place {
        Place {
            organisation: Some(self.organisation.0),
            client: self.client.map(|client| client.0),
            // What becomes of the organisation's own people is nothing that a client's people see.
            internal: self.client.is_none(),
            ..Place::INSTALLATION
        }
    }

    fn state(&self) -> &'static str {
        self.state.word()
    }

    fn standing(&self, caller: &Caller, at_its_place: Relations) -> Relations {
        let own = caller.actor.person() == Some(self.person.0);
        // Nobody changes his own: raising oneself is what this must never be, and leaving is an action of its own.
        if !own && manages(at_its_place, self.role) {
            at_its_place.and(Relations::of(&[MANAGER]))
        } else {
            at_its_place
        }
    }
}

/// Pure: whether who has this standing may change the membership of somebody with this role.
fn manages(standing: Relations, role: Role) -> bool {
    let is = |relation| standing.meet(Relations::of(&[relation]));
    match role {
        Role::Owner => is(OWNER),
        Role::Admin | Role::Staff => is(OWNER) || is(ADMIN),
        Role::ClientAdmin | Role::ClientMember => is(OWNER) || is(ADMIN) || is(CLIENT_ADMIN),
    }
}

/// Pure: the roles that somebody of the role `giver` can give to a person of the client company, or to one of the
/// organisation's own: never one above the giver's, and never one of the other side.
#[must_use]
pub const fn roles_given_by(giver: Role, of_client: bool) -> &'static [Role] {
    match (giver, of_client) {
        (Role::Owner, false) => &[Role::Owner, Role::Admin, Role::Staff],
        (Role::Admin, false) => &[Role::Admin, Role::Staff],
        (Role::Owner | Role::Admin | Role::ClientAdmin, true) => &[Role::ClientAdmin, Role::ClientMember],
        (Role::Staff | Role::ClientAdmin | Role::ClientMember, _) => &[],
    }
}

/// Refuses what would leave the organisation without an owner: somebody who is one ceases to be it. The organisation is
/// held until the end, so that two owners cannot let go at once.
///
/// # Errors
/// [`Refusal::Conflict`] when nobody else is an owner; as the store says.
pub async fn another_owner(write: &mut Write<'_>, organisation: OrganisationId, person: PersonId) -> door::Result<()> {
    write.hold("SELECT t.id AS id FROM organisation t WHERE t.id = $1", values![organisation]).await?;
    let another = "SELECT m.id AS id FROM membership m JOIN person p ON p.id = m.person WHERE m.organisation = $1 \
                   AND m.role = 'owner' AND m.state = 'active' AND m.person <> $2 AND p.service_since IS NULL LIMIT 1";
    match write.maybe(another, values![organisation, person]).await? {
        Some(_) => Ok(()),
        None => Err(Refusal::Conflict("last_owner")),
    }
}

/// Takes somebody's places in an organisation's projects and the tokens for its rooms away, and says how many there were.
///
/// # Errors
/// As the store says.
pub async fn end_places(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    person: PersonId,
) -> door::Result<(i64, i64)> {
    let mut projects = 0;
    let here = values![organisation, person];
    let places = "SELECT i.id AS id, i.rev AS rev FROM project_member i JOIN project p ON p.id = i.project \
                  WHERE p.organisation = $1 AND i.person = $2 ORDER BY i.id";
    for row in write.all(places, here).await? {
        let sql = "DELETE FROM project_member WHERE id = $1 AND rev = $2";
        write.delete(MEMBER, row.get("id")?, row.get("rev")?, sql)?;
        projects += 1;
    }
    Ok((projects, end_tokens(write, organisation, person).await?))
}

/// Takes somebody's tokens for an organisation's rooms away, and says how many there were.
///
/// # Errors
/// As the store says.
pub async fn end_tokens(write: &mut Write<'_>, organisation: OrganisationId, person: PersonId) -> door::Result<i64> {
    let mut tokens = 0;
    let own = "SELECT id, rev FROM token WHERE organisation = $1 AND person = $2 ORDER BY id";
    for row in write.all(own, values![organisation, person]).await? {
        let id: uuid::Uuid = row.get("id")?;
        write.keep("DELETE FROM token_seen WHERE token = $1", values![id]).await?;
        write.delete(TOKEN, id, row.get("rev")?, "DELETE FROM token WHERE id = $1 AND rev = $2")?;
        tokens += 1;
    }
    Ok(tokens)
}

/// Makes somebody a member, who is given this by groups if they were not here before. Who had left comes back as what he is let in
/// as now, without the projects and tokens of before; who is suspended stays so.
///
/// # Errors
/// [`Refusal::Conflict`] when they belong to the organisation already; [`Refusal::NotNow`] when it is about to end.
pub async fn let_in(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    person: PersonId,
    role: Role,
    client: Option<ClientId>,
    mut given: Given,
) -> door::Result<MembershipId> {
    let ending = "SELECT id FROM ending WHERE organisation = $1 AND (client IS NULL OR client = $2) LIMIT 1";
    if write.maybe(ending, values![organisation, client]).await?.is_some() {
        return Err(Refusal::NotNow(Client::ENDING));
    }
    let before = "SELECT id, rev, state FROM membership WHERE organisation = $1 AND person = $2";
    let Some(row) = write.maybe(before, values![organisation, person]).await? else {
        let (role, by_hand) = given.in_organisation(role);
        let id = insert_membership(write, organisation, person, role, client, by_hand).await?;
        given.places_to(write, organisation, person).await?;
        return Ok(id);
    };
    if row.get::<String>("state")? != "left" {
        return Err(Refusal::Conflict("member_exists"));
    }
    end_places(write, organisation, person).await?;
    let id: MembershipId = row.get("id")?;
    // Whom the directory knows as this membership is given what it gives to them.
    let known = "SELECT id FROM directory_user WHERE membership = $1";
    if write.maybe(known, values![id]).await?.is_some() {
        given = Given::to(write, id, None).await?;
    }
    let (role, by_hand) = given.in_organisation(role);
    let back = "UPDATE membership SET rev = $2, role = $3, client = $4, state = 'active', by_hand = $5 \
                WHERE id = $1 AND rev = $2 - 1 RETURNING *";
    write.update(MEMBERSHIP, id.0, row.get("rev")?, back, values![role, client, by_hand]).await?;
    given.places_to(write, organisation, person).await?;
    Ok(id)
}

/// What ended together with a membership.
pub(crate) struct Ended {
    /// Places in projects.
    pub(crate) projects: i64,
    /// Tokens.
    pub(crate) tokens: i64,
    /// Sign-ins.
    pub(crate) sessions: i64,
}

/// Sets a membership's state; where it does not count any more, what hangs on it ends: sign-ins of whoever belongs
/// nowhere now and, for who has left for good, tokens and places in projects.
///
/// # Errors
/// [`Refusal::Conflict`] when the organisation would be left without an owner; as the store says.
pub(crate) async fn set_state(write: &mut Write<'_>, of: &Membership, state: MembershipState) -> door::Result<Ended> {
    // Who has left keeps nothing that a group gave.
    let left = state == MembershipState::Left;
    let given = if left { Given::default() } else { Given::to(write, of.id, None).await? };
    set_state_with(write, of, state, given).await
}

/// The same, with what groups give from now on.
///
/// # Errors
/// As [`set_state`].
pub(crate) async fn set_state_with(
    write: &mut Write<'_>,
    of: &Membership,
    state: MembershipState,
    mut given: Given,
) -> door::Result<Ended> {
    if of.role == Role::Owner && state != MembershipState::Active {
        another_owner(write, of.organisation, of.person).await?;
    }
    let (role, by_hand) = given.in_organisation(of.by_hand.unwrap_or(of.role));
    let sql = "UPDATE membership SET rev = $2, state = $3, role = $4, by_hand = $5 \
               WHERE id = $1 AND rev = $2 - 1 RETURNING *";
    write.update(MEMBERSHIP, of.id.0, of.revision, sql, values![state, role, by_hand]).await?;
    let mut ended = Ended { projects: 0, tokens: 0, sessions: 0 };
    if state == MembershipState::Left {
        (ended.projects, ended.tokens) = end_places(write, of.organisation, of.person).await?;
    } else {
        given.places_to(write, of.organisation, of.person).await?;
    }
    if state != MembershipState::Active {
        let anywhere = "SELECT id FROM membership WHERE person = $1 AND state = 'active' LIMIT 1";
        ended.sessions = match write.maybe(anywhere, values![of.person]).await? {
            Some(_) => end_provided_sessions(write, of.organisation, of.person).await?,
            None => end_sessions(write, of.person, None).await?,
        };
    }
    if state == MembershipState::Left {
        forget_subjects(write, of.organisation, of.person).await?;
    }
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standing::{CLIENT_MEMBER, STAFF};

    const ROLES: [(Role, door::Relation); 5] = [
        (Role::Owner, OWNER),
        (Role::Admin, ADMIN),
        (Role::Staff, STAFF),
        (Role::ClientAdmin, CLIENT_ADMIN),
        (Role::ClientMember, CLIENT_MEMBER),
    ];

    #[test]
    fn nobody_gives_a_role_that_he_could_not_take_away() {
        for (giver, relation) in ROLES {
            for of_client in [false, true] {
                for role in roles_given_by(giver, of_client) {
                    assert_eq!(role.of_client(), of_client, "{giver:?} moves nobody to the other side");
                    assert!(manages(Relations::of(&[relation]), *role), "{giver:?} gives {role:?}");
                }
            }
        }
    }

    #[test]
    fn an_administrator_does_not_touch_an_owner_and_staff_nobody() {
        assert!(!manages(Relations::of(&[ADMIN]), Role::Owner));
        assert!(manages(Relations::of(&[ADMIN]), Role::Admin));
        for (role, _) in ROLES {
            assert!(!manages(Relations::of(&[STAFF]), role));
            assert!(!manages(Relations::of(&[CLIENT_MEMBER]), role));
            assert!(manages(Relations::of(&[OWNER]), role));
        }
        assert!(!manages(Relations::of(&[CLIENT_ADMIN]), Role::Staff));
    }
}
