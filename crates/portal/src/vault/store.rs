//! `credential.store`: a secret goes into the vault.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::CREDENTIAL;
use crate::fields::{Handed, Name};
use crate::ids::CredentialId;
use crate::projects::{CLOSED, Project};
use crate::standing::{ADMIN, CLIENT_ADMIN, CONTRIBUTOR, OWNER, PROJECT_ADMIN};
use crate::world::World;

/// Stores a credential.
pub struct Store;

/// What, and the secret itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialWanted {
    /// What it is for.
    pub title: Name,
    /// The name that goes with it.
    pub username: Option<Name>,
    /// The secret.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 4000, write_only)]
    pub secret: Handed,
}

/// It is stored.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CredentialStored {
    /// Its id.
    pub id: CredentialId,
}

impl Action for Store {
    type Target = Project;
    type Input = CredentialWanted;
    type Output = CredentialStored;
    const SPEC: Spec = Spec::new(
        "credential.store",
        "Puts a secret into a project's vault, encrypted.",
        Way::Http(Verb::Post, "/projects/{project}/credentials"),
        Relations::of(&[OWNER, ADMIN, CLIENT_ADMIN, PROJECT_ADMIN, CONTRIBUTOR]),
    )
    .not_when(CLOSED);
}

impl Change for Store {
    async fn change(
        input: &CredentialWanted,
        project: &Permitted<Project>,
        write: &mut Write<'_>,
    ) -> Result<(CredentialStored, Record)> {
        let by = write.caller().actor.person().ok_or(Refusal::SignIn)?;
        let id = CredentialId(write.id());
        let sealed = write.world::<World>()?.safe.seal(project.organisation, id, input.secret.as_str())?;
        let username = input.username.as_ref().map_or("", Name::as_str);
        write
            .insert(
                CREDENTIAL,
                id.0,
                "INSERT INTO credential (id, rev, salt, project, title, username, sealed, stored_by, stored_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *",
                values![project.id, &input.title, username, sealed, by, write.now()],
            )
            .await?;
        Ok((CredentialStored { id }, Record::on("credential", id.0).and("project", project.id.0)))
    }
}
