//! Projects: work for one client, the people in it, and where it stands in plain words.

mod create;
pub mod home;
mod list;
mod member_add;
mod member_list;
mod member_remove;
pub mod pages;
mod show;
mod status_set;

use door::store::{Result, Tx};
use door::{Caller, Ids, Place, Recorded, Target, Write, values};

pub use create::{Create, ProjectCreated};
pub use list::{List, ProjectList, ProjectSummary};
pub use member_add::{AddMember, MemberAdded};
pub use member_list::{ListMembers, MemberList, MemberShown};
pub use member_remove::RemoveMember;
pub use show::{ProjectShown, Show, StatusShown};
pub use status_set::SetStatus;

use crate::fields::words;
use crate::ids::{ClientId, OrganisationId, PersonId, ProjectId};

/// The table of projects.
pub const PROJECT: Recorded = Recorded { table: "project", entity: 20 };
/// The table of what was said about where a project stands.
pub const STATUS: Recorded = Recorded { table: "project_status", entity: 21 };
/// The table of who is in which project.
pub const MEMBER: Recorded = Recorded { table: "project_member", entity: 22 };

words!(
    /// Where a project stands.
    Status {
        /// Offered, not agreed.
        Proposed = "proposed",
        /// Being worked on.
        Active = "active",
        /// The client has the next step.
        WaitingOnClient = "waiting_on_client",
        /// Resting by agreement.
        OnHold = "on_hold",
        /// Handed over.
        Delivered = "delivered",
        /// Closed: it can be read, and nothing else.
        Archived = "archived",
    }
);

words!(
    /// What somebody is in a project.
    ProjectRole {
        /// Runs it: people and status.
        Admin = "admin",
        /// Works in it.
        Contributor = "contributor",
        /// Reads it.
        Viewer = "viewer",
    }
);

/// A project, loaded inside the caller's organisation.
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// For whom.
    pub client: ClientId,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// Whether its client is archived.
    pub client_archived: bool,
    /// Its revision.
    pub revision: i64,
}

impl Target for Project {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> Result<Option<Self>> {
        let Ok(id) = ids.get("project") else { return Ok(None) };
        let sql = "SELECT t.id AS id, t.organisation AS organisation, t.client AS client, t.title AS title, \
                   t.status AS status, t.rev AS rev, EXISTS (SELECT 1 FROM client c WHERE c.id = t.client \
                   AND c.archived_at IS NOT NULL) AS client_archived \
                   FROM project t WHERE t.id = $1 AND t.organisation = $2";
        let row = tx.target(sql, values![id, caller.organisation]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                organisation: row.get("organisation")?,
                client: row.get("client")?,
                title: row.get("title")?,
                status: row.get("status")?,
                client_archived: row.get("client_archived")?,
                revision: row.get("rev")?,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        Place {
            organisation: Some(self.organisation.0),
            client: Some(self.client.0),
            project: Some(self.id.0),
            ..Place::INSTALLATION
        }
    }

    fn state(&self) -> &'static str {
        state(self.status, self.client_archived)
    }
}

/// The state of a project whose client is archived: it cannot be reopened by itself.
pub const CLIENT_ARCHIVED: &str = "archived_with_its_client";
/// States in which nothing of a project changes.
pub const CLOSED: &[&str] = &["archived", CLIENT_ARCHIVED];

/// Pure: a project's state.
#[must_use]
pub const fn state(status: Status, client_archived: bool) -> &'static str {
    if client_archived { CLIENT_ARCHIVED } else { status.word() }
}

/// Inserts a row into the history of where a project stands.
///
/// # Errors
/// As the store says.
pub async fn insert_status(
    write: &mut Write<'_>,
    project: ProjectId,
    status: Status,
    sentence: &str,
    by: PersonId,
) -> door::Result<()> {
    let id = write.id();
    let own = values![project, status, sentence, by, write.now()];
    write
        .insert(
            STATUS,
            id,
            "INSERT INTO project_status (id, rev, salt, project, status, sentence, set_by, set_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *",
            own,
        )
        .await
}

/// Puts somebody into a project.
///
/// # Errors
/// [`door::Refusal::Conflict`] when they are in it already.
pub async fn insert_member(
    write: &mut Write<'_>,
    project: ProjectId,
    person: PersonId,
    role: ProjectRole,
) -> door::Result<uuid::Uuid> {
    let id = write.id();
    let own = values![project, person, role, write.now()];
    write
        .insert(
            MEMBER,
            id,
            "INSERT INTO project_member (id, rev, salt, project, person, role, made_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *",
            own,
        )
        .await?;
    Ok(id)
}
