//! `project.member.list`: who is in a project.

use door::{Action, Look, Permitted, Read, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Project, ProjectRole};
use crate::ids::PersonId;
use crate::nothing::Nothing;
use crate::organisations::Role;
use crate::standing::{ADMIN, OWNER, PROJECT_PEOPLE, STAFF};

/// Lists the people in a project.
pub struct ListMembers;

/// The people in a project.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemberList {
    /// By name; at most a thousand.
    pub members: Vec<MemberShown>,
}

/// One of them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemberShown {
    /// The person.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// What they are in the project.
    pub role: ProjectRole,
    /// What they are in the organisation.
    pub organisation_role: Role,
    /// Since when.
    pub since: Time,
    /// Whether a group of the organisation's directory gives it, or makes it more than they are by hand; for the organisation's own
    /// people.
    pub by_group: bool,
}

impl Action for ListMembers {
    type Target = Project;
    type Input = Nothing;
    type Output = MemberList;
    const SPEC: Spec = Spec::new(
        "project.member.list",
        "Lists the people in a project.",
        Way::Http(Verb::Get, "/projects/{project}/members"),
        PROJECT_PEOPLE,
    );
}

impl Look for ListMembers {
    async fn look(_: &Nothing, project: &Permitted<Project>, read: &mut Read<'_>) -> Result<MemberList> {
        let rows = read
            .all(
                "SELECT i.person AS person, p.name AS name, i.role AS role, m.role AS organisation_role, i.made_at AS since, \
                 i.by_hand IS NOT NULL AS by_group \
                 FROM project_member i JOIN person p ON p.id = i.person \
                 JOIN membership m ON m.person = i.person AND m.organisation = $2 \
                 WHERE i.project = $1 AND m.state = 'active' ORDER BY p.name, p.id LIMIT 1000",
                values![project.id, project.organisation],
            )
            .await?;
        // What the organisation has a directory for is nothing that a client's people see.
        let ours = project.caller_is(&[OWNER, ADMIN, STAFF]);
        let members = rows
            .iter()
            .map(|row| {
                Ok(MemberShown {
                    person: row.get("person")?,
                    name: row.get("name")?,
                    role: row.get("role")?,
                    organisation_role: row.get("organisation_role")?,
                    since: row.get("since")?,
                    by_group: ours && row.get("by_group")?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(MemberList { members })
    }
}
