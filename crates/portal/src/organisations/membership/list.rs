//! `membership.list`: who has access, as what, and to which projects.

use std::collections::BTreeMap;

use door::store::Row;
use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MembershipState, manages};
use crate::identity::factor;
use crate::ids::{ClientId, PersonId, ProjectId};
use crate::nothing::Nothing;
use crate::organisations::{Role, Room};
use crate::projects::ProjectRole;
use crate::standing::{ADMIN, CLIENT_ADMIN, OWNER};

/// Lists who belongs to the organisation.
pub struct ListMemberships;

/// Who has access.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MembershipList {
    /// The organisation's own people, then those of its clients, by name; at most a thousand.
    pub people: Vec<MembershipHere>,
    /// From when a second factor is asked for, where it is.
    pub factor_from: Option<Time>,
}

/// One of them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MembershipHere {
    /// The person.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// The mail address.
    pub mail: String,
    /// What they are.
    pub role: Role,
    /// The client company, for its people.
    pub client: Option<ClientId>,
    /// Its name.
    pub client_name: Option<String>,
    /// Whether it counts.
    pub state: MembershipState,
    /// Since when.
    pub since: Time,
    /// When they were here last.
    pub last_here: Option<Time>,
    /// Since when a sign-in of theirs takes a second step.
    pub second_factor_since: Option<Time>,
    /// The projects that they were put on. Owner and admin of the organisation see all of them, whatever stands here, and a
    /// client's admin all of the company's.
    pub projects: Vec<InProject>,
    /// Whether it is a program's, which acts by its tokens.
    pub service: bool,
    /// Whether the caller may change this membership.
    pub managed: bool,
}

/// A place in a project.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InProject {
    /// The project.
    pub project: ProjectId,
    /// Its title.
    pub title: String,
    /// What they are in it.
    pub role: ProjectRole,
}

impl Action for ListMemberships {
    type Target = Room;
    type Input = Nothing;
    type Output = MembershipList;
    const SPEC: Spec = Spec::new(
        "membership.list",
        "Lists who has access to the organisation's rooms, as what; a client's admin sees the company's people.",
        Way::Http(Verb::Get, "/people"),
        Relations::of(&[OWNER, ADMIN, CLIENT_ADMIN]),
    );
}

/// Places in the projects that one sees: of an organisation, whether all of it is seen, and else the client's company.
pub(super) const PLACES: &str = "SELECT i.person AS person, p.id AS project, p.title AS title, i.role AS role FROM project_member i \
     JOIN project p ON p.id = i.project WHERE p.organisation = $1 AND ($2 OR p.client = $3) \
     ORDER BY p.title, p.id LIMIT 10000";
/// Memberships, asked for in the same way.
pub(super) const MEMBERSHIPS: &str = "SELECT m.person AS person, p.name AS name, p.mail AS mail, m.role AS role, m.client AS client, \
     c.name AS client_name, m.state AS state, m.made_at AS since, \
     (SELECT max(coalesce(v.at, s.opened_at)) FROM session s LEFT JOIN session_seen v ON v.session = s.id \
      WHERE s.person = m.person AND s.organisation = m.organisation) AS last_here, \
     (SELECT f.confirmed_at FROM factor f WHERE f.person = m.person) AS factor_since, \
     (SELECT min(k.made_at) FROM passkey k WHERE k.person = m.person) AS passkey_since, \
     p.service_since IS NOT NULL AS service \
     FROM membership m JOIN person p ON p.id = m.person LEFT JOIN client c ON c.id = m.client \
     WHERE m.organisation = $1 AND m.state <> 'left' AND ($2 OR m.client = $3) \
     ORDER BY coalesce(c.name, ''), m.client, p.name, p.id LIMIT 1000";

/// What was asked with [`MEMBERSHIPS`] and [`PLACES`], put together for somebody in a room.
pub(super) fn people(room: &Permitted<Room>, memberships: &[Row], places: &[Row]) -> Result<Vec<MembershipHere>> {
    let mut projects: BTreeMap<PersonId, Vec<InProject>> = BTreeMap::new();
    for row in places {
        let place = InProject { project: row.get("project")?, title: row.get("title")?, role: row.get("role")? };
        projects.entry(row.get("person")?).or_default().push(place);
    }
    let standing = [OWNER, ADMIN, CLIENT_ADMIN].into_iter().filter(|relation| room.caller_is(&[*relation]));
    let standing = standing.fold(Relations::NONE, |all, relation| all.and(Relations::of(&[relation])));
    let here = |row: &Row| {
        let (person, role): (PersonId, Role) = (row.get("person")?, row.get("role")?);
        Ok(MembershipHere {
            person,
            name: row.get("name")?,
            mail: row.get("mail")?,
            role,
            client: row.get("client")?,
            client_name: row.get("client_name")?,
            state: row.get("state")?,
            since: row.get("since")?,
            last_here: row.get("last_here")?,
            second_factor_since: factor::since(row)?,
            projects: projects.remove(&person).unwrap_or_default(),
            service: row.get("service")?,
            managed: person != room.person && manages(standing, role),
        })
    };
    memberships.iter().map(here).collect()
}

impl Look for ListMemberships {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<MembershipList> {
        let seen = values![room.organisation, room.caller_is(&[OWNER, ADMIN]), room.client];
        let places = read.all(PLACES, seen.clone()).await?;
        let people = people(room, &read.all(MEMBERSHIPS, seen).await?, &places)?;
        let asked = read.one("SELECT factor_from FROM organisation WHERE id = $1", values![room.organisation]).await?;
        Ok(MembershipList { people, factor_from: asked.get("factor_from")? })
    }
}
