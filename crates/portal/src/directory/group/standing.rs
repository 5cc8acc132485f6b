//! What groups make of people here.
//!
//! It is written into the rows that say what people are anyway, their membership and their places in projects, and not worked
//! out anew with each request: so there is one answer to what somebody is, in every decision, list and report, and no query has
//! a second place to look. Beside it stands what they are by hand, which comes back when no group gives more.
//!
//! Groups, and what they give, change in the transaction that writes this, so that the next request finds it, a token's too.

use std::collections::BTreeMap;

use door::store::Row;
use door::{Result, Write, values};

use super::Gives;
use crate::ids::{DirectoryGroupId, DirectoryUserId, MembershipId, OrganisationId, PersonId, ProjectId};
use crate::organisations::membership::MembershipState;
use crate::organisations::{MEMBERSHIP, Role};
use crate::projects::{MEMBER, ProjectRole};

/// Stands beside a place in a project that nobody has given by hand.
const NOTHING: &str = "nothing";

/// What somebody's groups give together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Given {
    admin: bool,
    places: BTreeMap<ProjectId, ProjectRole>,
}

/// Which groups of a membership, or of one of the directory's users, give something.
const OF_MEMBERSHIP: &str = "SELECT g.id AS id, g.gives AS gives, g.project AS project, g.project_role AS project_role \
                             FROM directory_user u JOIN directory_group_member i ON i.directory_user = u.id \
                             JOIN directory_group g ON g.id = i.directory_group \
                             WHERE u.membership = $1 AND u.active AND g.gives <> 'nothing'";
const OF_USER: &str = "SELECT g.id AS id, g.gives AS gives, g.project AS project, g.project_role AS project_role \
                       FROM directory_group_member i JOIN directory_group g ON g.id = i.directory_group \
                       WHERE i.directory_user = $1 AND g.gives <> 'nothing'";

impl Given {
    /// What it is for one membership, without a group that goes. Whoever the directory says is not active is given nothing.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) async fn to(
        write: &mut Write<'_>,
        membership: MembershipId,
        without: Option<DirectoryGroupId>,
    ) -> Result<Self> {
        Self::of(&write.all(OF_MEMBERSHIP, values![membership]).await?, without)
    }

    /// What it is for one of the directory's users, who is becoming active or is coming.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) async fn to_user(write: &mut Write<'_>, user: DirectoryUserId) -> Result<Self> {
        Self::of(&write.all(OF_USER, values![user]).await?, None)
    }

    fn of(rows: &[Row], without: Option<DirectoryGroupId>) -> Result<Self> {
        let mut given = Self::default();
        for row in rows {
            if without != Some(row.get("id")?) {
                given.add(row.get("gives")?, row.get("project")?, row.get("project_role")?);
            }
        }
        Ok(given)
    }

    /// Of two, the higher holds: roles are declared from the highest down.
    fn add(&mut self, gives: Gives, project: Option<ProjectId>, role: Option<ProjectRole>) {
        match (gives, project, role) {
            (Gives::Admin, ..) => self.admin = true,
            (Gives::Project, Some(project), Some(role)) => {
                let place = self.places.entry(project).or_insert(role);
                *place = role.min(*place);
            }
            _ => {}
        }
    }

    /// Pure: what somebody is in the organisation who is this by hand, and what stands beside it then. Nothing is left for owners,
    /// who are not a directory's business, nor for a client's people.
    pub(crate) fn in_organisation(&mut self, by_hand: Role) -> (Role, Option<Role>) {
        if by_hand == Role::Owner || by_hand.of_client() {
            *self = Self::default();
        }
        let role = if self.admin { by_hand.min(Role::Admin) } else { by_hand };
        (role, (role != by_hand).then_some(by_hand))
    }
}

/// Pure: what somebody is in a project who is this by hand and that by groups, and what stands beside it then.
pub(crate) fn in_project(
    by_hand: Option<ProjectRole>,
    given: Option<ProjectRole>,
) -> Option<(ProjectRole, Option<&'static str>)> {
    match (by_hand, given) {
        (None, None) => None,
        (None, Some(given)) => Some((given, Some(NOTHING))),
        (Some(by_hand), Some(given)) if given < by_hand => Some((given, Some(by_hand.word()))),
        (Some(by_hand), _) => Some((by_hand, None)),
    }
}

/// What somebody was made by hand, by a row of `project_member`.
pub(crate) fn by_hand(row: &Row) -> Result<Option<ProjectRole>> {
    Ok(match row.get::<Option<String>>("by_hand")?.as_deref() {
        None => Some(row.get("role")?),
        Some(beside) => ProjectRole::from_word(beside),
    })
}

/// Makes somebody here what their groups and their colleagues have made them together, whichever is more, and says whether that
/// changed anything.
///
/// # Errors
/// As the store says.
pub(crate) async fn settle(
    write: &mut Write<'_>,
    membership: MembershipId,
    without: Option<DirectoryGroupId>,
) -> Result<bool> {
    let given = Given::to(write, membership, without).await?;
    give(write, membership, given).await
}

/// The same with what is given named.
///
/// # Errors
/// As the store says.
pub(crate) async fn give(write: &mut Write<'_>, membership: MembershipId, mut given: Given) -> Result<bool> {
    let held = "SELECT t.rev AS rev, t.organisation AS organisation, t.person AS person, t.role AS role, \
                t.by_hand AS by_hand, t.state AS state FROM membership t WHERE t.id = $1";
    let Some(row) = write.hold(held, values![membership]).await? else { return Ok(false) };
    if row.get::<MembershipState>("state")? == MembershipState::Left {
        return Ok(false);
    }
    let (role, beside): (Role, Option<Role>) = (row.get("role")?, row.get("by_hand")?);
    let now = given.in_organisation(beside.unwrap_or(role));
    let changed = now != (role, beside);
    if changed {
        let sql = "UPDATE membership SET rev = $2, role = $3, by_hand = $4 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(MEMBERSHIP, membership.0, row.get("rev")?, sql, values![now.0, now.1]).await?;
    }
    Ok(given.places_to(write, row.get("organisation")?, row.get("person")?).await? || changed)
}

impl Given {
    /// Gives the places, where the membership itself has been seen to, and takes those away that no group gives any more. Says
    /// whether that changed anything.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) async fn places_to(
        mut self,
        write: &mut Write<'_>,
        organisation: OrganisationId,
        person: PersonId,
    ) -> Result<bool> {
        let places = "SELECT i.id AS id, i.rev AS rev, i.project AS project, i.role AS role, i.by_hand AS by_hand \
                  FROM project_member i JOIN project p ON p.id = i.project \
                  WHERE p.organisation = $1 AND i.person = $2 ORDER BY i.id";
        let mut changed = false;
        for row in write.all(places, values![organisation, person]).await? {
            let (role, beside): (ProjectRole, Option<String>) = (row.get("role")?, row.get("by_hand")?);
            let wanted = in_project(by_hand(&row)?, self.places.remove(&row.get("project")?));
            if wanted == Some((role, beside.as_deref())) {
                continue;
            }
            changed = true;
            let (id, revision) = (row.get("id")?, row.get("rev")?);
            match wanted {
                Some((role, beside)) => {
                    let sql = "UPDATE project_member SET rev = $2, role = $3, by_hand = $4 \
                           WHERE id = $1 AND rev = $2 - 1 RETURNING *";
                    write.update(MEMBER, id, revision, sql, values![role, beside]).await?;
                }
                None => write.delete(MEMBER, id, revision, "DELETE FROM project_member WHERE id = $1 AND rev = $2")?,
            }
        }
        for (project, role) in self.places {
            let id = write.id();
            let insert = "INSERT INTO project_member (id, rev, salt, project, person, role, made_at, by_hand) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *";
            write.insert(MEMBER, id, insert, values![project, person, role, write.now(), NOTHING]).await?;
            changed = true;
        }
        Ok(changed)
    }
}

/// Whether a group gives somebody a place in a project.
///
/// # Errors
/// As the store says.
pub(crate) async fn gives_place(write: &mut Write<'_>, project: ProjectId, person: PersonId) -> Result<bool> {
    let sql = "SELECT g.id AS id FROM directory_group g JOIN directory_group_member i ON i.directory_group = g.id \
               JOIN directory_user u ON u.id = i.directory_user AND u.active JOIN membership m ON m.id = u.membership \
               WHERE g.project = $1 AND g.gives = 'project' AND m.person = $2 AND m.role IN ('admin', 'staff') \
               AND m.state <> 'left' LIMIT 1";
    Ok(write.maybe(sql, values![project, person]).await?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_higher_of_two_groups_holds_whichever_comes_first() {
        let (here, there) = (ProjectId(uuid::Uuid::from_u128(1)), ProjectId(uuid::Uuid::from_u128(2)));
        let groups = [
            (Gives::Project, Some(here), Some(ProjectRole::Viewer)),
            (Gives::Project, Some(here), Some(ProjectRole::Admin)),
            (Gives::Project, Some(there), Some(ProjectRole::Contributor)),
            (Gives::Nothing, Some(here), Some(ProjectRole::Admin)),
        ];
        let places = BTreeMap::from([(here, ProjectRole::Admin), (there, ProjectRole::Contributor)]);
        let (mut forth, mut back) = (Given::default(), Given::default());
        groups.iter().for_each(|(gives, project, role)| forth.add(*gives, *project, *role));
        groups.iter().rev().for_each(|(gives, project, role)| back.add(*gives, *project, *role));
        assert_eq!(forth, Given { admin: false, places });
        assert_eq!(forth, back);
    }

    #[test]
    fn nobody_becomes_less_and_nobody_an_owner() {
        let made = |by_hand, admin| Given { admin, ..Given::default() }.in_organisation(by_hand);
        assert_eq!(made(Role::Staff, true), (Role::Admin, Some(Role::Staff)));
        for role in Role::ALL {
            assert_eq!(made(*role, false), (*role, None));
            assert_eq!(made(*role, true).1.is_some(), *role == Role::Staff, "{role:?}");
        }
        let place = BTreeMap::from([(ProjectId(uuid::Uuid::nil()), ProjectRole::Admin)]);
        for role in [Role::Owner, Role::ClientAdmin, Role::ClientMember] {
            let mut given = Given { admin: true, places: place.clone() };
            assert_eq!(given.in_organisation(role), (role, None));
            assert_eq!(given, Given::default());
        }
    }

    #[test]
    fn what_was_given_by_hand_stays_beside_what_a_group_gives() {
        use ProjectRole::{Admin, Contributor, Viewer};
        assert_eq!(in_project(None, None), None);
        assert_eq!(in_project(Some(Viewer), None), Some((Viewer, None)));
        assert_eq!(in_project(None, Some(Viewer)), Some((Viewer, Some("nothing"))));
        assert_eq!(in_project(Some(Viewer), Some(Admin)), Some((Admin, Some("viewer"))));
        assert_eq!(in_project(Some(Admin), Some(Contributor)), Some((Admin, None)));
        assert_eq!(in_project(Some(Viewer), Some(Viewer)), Some((Viewer, None)));
        for role in ProjectRole::ALL {
            assert_ne!(role.word(), NOTHING);
        }
    }
}
