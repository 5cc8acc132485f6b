//! `directory.group.standing.set`: what a group gives to those in it.

use door::{Action, Change, Ids, Permitted, Record, Refusal, Result, Spec, Target as _, Verb, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Gives, Group, standing};
use crate::directory::{Directory, GROUP, KEEPERS};
use crate::ids::{MembershipId, ProjectId};
use crate::nothing::Nothing;
use crate::projects::{CLOSED, Project, ProjectRole};
use crate::standing::{ADMIN, OWNER};

/// Says what a group gives.
pub struct SetStanding;

/// What.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StandingWanted {
    /// Nothing, that they administer the organisation, or a place in one project.
    pub gives: Gives,
    /// In which project, where it is a place in one.
    pub project: Option<ProjectId>,
    /// As what they are in it.
    pub project_role: Option<ProjectRole>,
}

impl Action for SetStanding {
    type Target = Group;
    type Input = StandingWanted;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "directory.group.standing.set",
        "Says what a group of the directory gives to those in it: nothing, that they administer the organisation, or a place in \
         one project. It counts at once, and what was given by hand stays.",
        Way::Http(Verb::Put, "/directory/groups/{group}/standing"),
        KEEPERS,
    )
    .fresh()
    .by_factor();
}

impl Change for SetStanding {
    async fn change(
        input: &StandingWanted,
        group: &Permitted<Group>,
        write: &mut Write<'_>,
    ) -> Result<(Nothing, Record)> {
        let (project, role) = match input.gives {
            Gives::Nothing | Gives::Admin => (None, None),
            Gives::Project => {
                let project = input.project.ok_or_else(|| Refusal::field("project", "is asked for"))?;
                let role = input.project_role.ok_or_else(|| Refusal::field("project_role", "is asked for"))?;
                // Named in the body: looked for where the caller is.
                let found = write.also::<Project>(&Ids(vec![("project", project.0)]), &[OWNER, ADMIN]).await?;
                if CLOSED.contains(&found.state()) {
                    return Err(Refusal::field("project", "is archived: nobody joins it any more"));
                }
                (Some(project), Some(role))
            }
        };
        Directory::hold(write, group.organisation).await?.ok_or(Refusal::NotFound)?;
        let sql = "UPDATE directory_group SET rev = $2, gives = $3, project = $4, project_role = $5 \
                   WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(GROUP, group.id.0, group.revision, sql, values![input.gives, project, role]).await?;
        let people = "SELECT u.membership AS membership FROM directory_group_member i \
                      JOIN directory_user u ON u.id = i.directory_user \
                      WHERE i.directory_group = $1 AND u.membership IS NOT NULL ORDER BY u.membership";
        let mut changed = 0_i64;
        for row in write.all(people, values![group.id]).await? {
            let membership: MembershipId = row.get("membership")?;
            changed += i64::from(standing::settle(write, membership, None).await?);
        }
        let record = Record::on("directory_group", group.id.0);
        let record = match project {
            Some(project) => record.and("project", project.0),
            None => record,
        };
        let record = record.fact("gives", input.gives).fact("role", role).fact("standings_changed", changed);
        Ok((Nothing {}, record))
    }
}
