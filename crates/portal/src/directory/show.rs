//! `directory.show`: what the organisation's directory is told, and by what it acts.

use door::store::Row;
use door::{Action, Look, Permitted, Read, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::group::Gives;
use super::{KEEPERS, base};
use crate::identity::TokenShown;
use crate::ids::{DirectoryGroupId, ProjectId};
use crate::nothing::Nothing;
use crate::organisations::Room;
use crate::organisations::service::ServiceRole;
use crate::projects::ProjectRole;
use crate::world::World;

/// Shows the directory.
pub struct ShowDirectory;

/// The directory, if there is one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DirectoryState {
    /// Where it asks: it wants to be told.
    pub base: String,
    /// The directory.
    pub directory: Option<DirectoryShown>,
}

/// A directory.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DirectoryShown {
    /// As what it brings people in.
    pub role: ServiceRole,
    /// Since when it is as it is.
    pub set_at: Time,
    /// How many people it has.
    pub users: i64,
    /// Of these, how many have come.
    pub joined: i64,
    /// Its groups by name, and what they give; at most a thousand.
    pub groups: Vec<GroupHere>,
    /// By what it acts.
    pub tokens: Vec<TokenShown>,
}

/// One of its groups.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GroupHere {
    /// Its id.
    pub id: DirectoryGroupId,
    /// What it is called there.
    pub name: String,
    /// How many are in it.
    pub members: i64,
    /// What it gives to them.
    pub gives: Gives,
    /// In which project, where it gives a place in one.
    pub project: Option<ProjectId>,
    /// What that is called.
    pub project_title: Option<String>,
    /// As what.
    pub project_role: Option<ProjectRole>,
}

impl GroupHere {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            members: row.get("members")?,
            gives: row.get("gives")?,
            project: row.get("project")?,
            project_title: row.get("project_title")?,
            project_role: row.get("project_role")?,
        })
    }
}

impl Action for ShowDirectory {
    type Target = Room;
    type Input = Nothing;
    type Output = DirectoryState;
    const SPEC: Spec = Spec::new(
        "directory.show",
        "Shows the organisation's directory: where it asks, as what it brings people in, what its groups give, and by which \
         tokens it acts.",
        Way::Http(Verb::Get, "/directory"),
        KEEPERS,
    );
}

impl Look for ShowDirectory {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<DirectoryState> {
        let base = base(&read.world::<World>()?.public_origin);
        let sql = "SELECT d.role AS role, d.set_at AS set_at, \
                   (SELECT count(*) FROM directory_user u WHERE u.organisation = d.organisation) AS users, \
                   (SELECT count(*) FROM directory_user u WHERE u.organisation = d.organisation \
                    AND u.membership IS NOT NULL) AS joined FROM directory d WHERE d.organisation = $1";
        let Some(row) = read.maybe(sql, values![room.organisation]).await? else {
            return Ok(DirectoryState { base, directory: None });
        };
        let open = "SELECT t.id AS id, t.name AS name, t.scopes AS scopes, t.made_at AS made_at, \
                    t.expires_at AS expires_at, v.at AS seen_at FROM token t JOIN directory d ON d.service = t.person \
                    LEFT JOIN token_seen v ON v.token = t.id \
                    WHERE t.organisation = $1 AND d.organisation = $1 AND t.expires_at > $2 \
                    ORDER BY t.made_at DESC, t.id LIMIT 1000";
        let tokens = read.all(open, values![room.organisation, read.now()]).await?;
        let groups = "SELECT g.id AS id, g.name AS name, g.gives AS gives, g.project AS project, p.title AS project_title, \
                      g.project_role AS project_role, \
                      (SELECT count(*) FROM directory_group_member i WHERE i.directory_group = g.id) AS members \
                      FROM directory_group g LEFT JOIN project p ON p.id = g.project WHERE g.organisation = $1 \
                      ORDER BY g.name_key, g.id LIMIT 1000";
        let groups = read.all(groups, values![room.organisation]).await?;
        let directory = DirectoryShown {
            role: row.get("role")?,
            set_at: row.get("set_at")?,
            users: row.get("users")?,
            joined: row.get("joined")?,
            groups: groups.iter().map(GroupHere::of).collect::<Result<_>>()?,
            tokens: tokens.iter().map(TokenShown::read).collect::<Result<_>>()?,
        };
        Ok(DirectoryState { base, directory: Some(directory) })
    }
}
