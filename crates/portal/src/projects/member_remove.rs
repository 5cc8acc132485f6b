//! `project.member.remove`: somebody leaves a project.

use door::store::{self, Tx};
use door::{
    Action, Caller, Change, Ids, Permitted, Place, Record, Refusal, Relations, Result, Spec, Target, Verb, Way, Write,
    values,
};

use super::{CLOSED, MEMBER, Project};
use crate::directory::group::standing::gives_place;
use crate::ids::PersonId;
use crate::nothing::Nothing;
use crate::standing::{ADMIN, OWNER, PROJECT_ADMIN};

/// Takes somebody out of a project.
pub struct RemoveMember;

/// Somebody in a project: found only through the project that they are in.
pub struct Member {
    project: Project,
    id: uuid::Uuid,
    person: PersonId,
    revision: i64,
}

impl Target for Member {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> store::Result<Option<Self>> {
        let (Some(project), Ok(person)) = (Project::load(tx, caller, ids).await?, ids.get("member")) else {
            return Ok(None);
        };
        let sql = "SELECT t.id AS id, t.person AS person, t.rev AS rev FROM project_member t \
                   WHERE t.project = $1 AND t.person = $2";
        let row = tx.target(sql, values![project.id, person]).await?;
        row.map(|row| Ok(Self { id: row.get("id")?, person: row.get("person")?, revision: row.get("rev")?, project }))
            .transpose()
    }

    fn place(&self) -> Place {
        self.project.place()
    }

    fn state(&self) -> &'static str {
        self.project.state()
    }
}

impl Action for RemoveMember {
    type Target = Member;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "project.member.remove",
        "Takes somebody out of a project. Their standing in it ends at once. Not whom a group of the directory puts there.",
        Way::Http(Verb::Delete, "/projects/{project}/members/{member}"),
        Relations::of(&[OWNER, ADMIN, PROJECT_ADMIN]),
    )
    .not_when(CLOSED);
}

impl Change for RemoveMember {
    async fn change(_: &Nothing, member: &Permitted<Member>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        if gives_place(write, member.project.id, member.person).await? {
            return Err(Refusal::Conflict("given_by_group"));
        }
        write.delete(MEMBER, member.id, member.revision, "DELETE FROM project_member WHERE id = $1 AND rev = $2")?;
        Ok((Nothing {}, Record::on("project", member.project.id.0).and("person", member.person.0)))
    }
}
