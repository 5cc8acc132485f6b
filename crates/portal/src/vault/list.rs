//! `credential.list`: which secrets there are, and who has seen them. Never the secrets.

use door::{Action, Look, Permitted, Read, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{CredentialId, PersonId};
use crate::nothing::Nothing;
use crate::projects::Project;
use crate::standing::PROJECT_PEOPLE;

/// Lists credentials.
pub struct List;

/// The credentials of a project.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CredentialList {
    /// By title; at most five hundred.
    pub credentials: Vec<CredentialShown>,
}

/// One credential, without its secret.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CredentialShown {
    /// Its id.
    pub id: CredentialId,
    /// What it is for.
    pub title: String,
    /// The name that goes with it.
    pub username: String,
    /// Who stored it.
    pub stored_by: String,
    /// When.
    pub stored_at: Time,
    /// Who has seen it, newest first; the last twenty times.
    pub seen: Vec<SeenBy>,
}

/// One time that it was seen.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SeenBy {
    /// The person.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Time,
    /// Whether they have left since, so that it wants rotating.
    pub has_left: bool,
}

impl Action for List {
    type Target = Project;
    type Input = Nothing;
    type Output = CredentialList;
    const SPEC: Spec = Spec::new(
        "credential.list",
        "Lists a project's credentials and who has seen each. Never the secrets.",
        Way::Http(Verb::Get, "/projects/{project}/credentials"),
        PROJECT_PEOPLE,
    );
}

impl Look for List {
    async fn look(_: &Nothing, project: &Permitted<Project>, read: &mut Read<'_>) -> Result<CredentialList> {
        let rows = read
            .all(
                "SELECT c.id AS id, c.title AS title, c.username AS username, p.name AS stored_by, c.stored_at AS stored_at \
                 FROM credential c JOIN person p ON p.id = c.stored_by WHERE c.project = $1 \
                 ORDER BY c.title, c.id LIMIT 500",
                values![project.id],
            )
            .await?;
        let mut credentials = rows
            .iter()
            .map(|row| {
                Ok(CredentialShown {
                    id: row.get("id")?,
                    title: row.get("title")?,
                    username: row.get("username")?,
                    stored_by: row.get("stored_by")?,
                    stored_at: row.get("stored_at")?,
                    seen: Vec::new(),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let seen = read
            .all(
                "SELECT r.credential AS credential, r.person AS person, p.name AS name, r.reason AS reason, \
                 r.revealed_at AS revealed_at, NOT EXISTS (SELECT 1 FROM membership m WHERE m.person = r.person \
                 AND m.organisation = $2 AND m.state = 'active') AS has_left \
                 FROM reveal r JOIN credential c ON c.id = r.credential JOIN person p ON p.id = r.person \
                 WHERE c.project = $1 ORDER BY r.revealed_at DESC, r.id DESC LIMIT 5000",
                values![project.id, project.organisation],
            )
            .await?;
        for row in &seen {
            let credential: CredentialId = row.get("credential")?;
            let Some(shown) = credentials.iter_mut().find(|shown| shown.id == credential) else { continue };
            if shown.seen.len() < 20 {
                shown.seen.push(SeenBy {
                    person: row.get("person")?,
                    name: row.get("name")?,
                    reason: row.get("reason")?,
                    at: row.get("revealed_at")?,
                    has_left: row.get("has_left")?,
                });
            }
        }
        Ok(CredentialList { credentials })
    }
}
