//! `project.member.add`: somebody joins a project.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CLOSED, MEMBER, Project, ProjectRole, insert_member};
use crate::directory::group::standing::{by_hand, in_project};
use crate::ids::{ClientId, PersonId};
use crate::organisations::Role;
use crate::standing::{ADMIN, OWNER, PROJECT_ADMIN};

/// Puts somebody into a project.
pub struct AddMember;

/// Who, as what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberWanted {
    /// The person: one of the organisation's own people, or of the client.
    pub person: PersonId,
    /// What they are in the project.
    pub role: ProjectRole,
}

/// Somebody is in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemberAdded {
    /// The person.
    pub person: PersonId,
    /// What they are.
    pub role: ProjectRole,
}

impl Action for AddMember {
    type Target = Project;
    type Input = MemberWanted;
    type Output = MemberAdded;
    const SPEC: Spec = Spec::new(
        "project.member.add",
        "Puts one of the organisation's people, or one of the client's, into a project.",
        Way::Http(Verb::Post, "/projects/{project}/members"),
        Relations::of(&[OWNER, ADMIN, PROJECT_ADMIN]),
    )
    .not_when(CLOSED);
}

impl Change for AddMember {
    async fn change(
        input: &MemberWanted,
        project: &Permitted<Project>,
        write: &mut Write<'_>,
    ) -> Result<(MemberAdded, Record)> {
        // Named in the body, so looked for inside the organisation; another client's people are not there.
        let row = write
            .maybe(
                "SELECT role, client FROM membership WHERE organisation = $1 AND person = $2 AND state = 'active' \
                 AND (client IS NULL OR client = $3)",
                values![project.organisation, input.person, project.client],
            )
            .await?
            .ok_or(Refusal::NotFound)?;
        let (role, client): (Role, Option<ClientId>) = (row.get("role")?, row.get("client")?);
        if role.of_client() && input.role == ProjectRole::Admin {
            return Err(Refusal::field("role", "can be contributor or viewer for the client's people"));
        }
        let existing = write
            .maybe(
                "SELECT id, rev, role, by_hand FROM project_member WHERE project = $1 AND person = $2",
                values![project.id, input.person],
            )
            .await?;
        match existing {
            Some(row) if by_hand(&row)?.is_some() => return Err(Refusal::Conflict("is_in")),
            // A group of the directory gave it so far: from now on it is theirs by hand, too.
            Some(row) => {
                let (role, beside) = in_project(Some(input.role), Some(row.get("role")?)).ok_or(Refusal::Broken)?;
                let sql = "UPDATE project_member SET rev = $2, role = $3, by_hand = $4 \
                           WHERE id = $1 AND rev = $2 - 1 RETURNING *";
                write.update(MEMBER, row.get("id")?, row.get("rev")?, sql, values![role, beside]).await?;
            }
            None => {
                insert_member(write, project.id, input.person, input.role).await?;
            }
        }
        let record = Record::on("project", project.id.0)
            .and("person", input.person.0)
            .fact("role", input.role)
            .fact("client", client);
        Ok((MemberAdded { person: input.person, role: input.role }, record))
    }
}
