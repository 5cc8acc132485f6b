//! `credential.reveal`: the one way out for a plaintext. Reason, second factor, fresh sign-in, record — then the secret.

use door::{
    Action, Disclose, Limit, Per, Permitted, Record, Refusal, Relations, Released, Result, Spec, Verb, Way, Write,
    values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Credential, REVEAL, Safe};
use crate::fields::Sentence;
use crate::ids::{CredentialId, OrganisationId};
use crate::standing::{ADMIN, CLIENT_ADMIN, CONTRIBUTOR, OWNER, PROJECT_ADMIN};
use crate::world::World;

/// Reveals a credential.
pub struct Reveal;

/// Why it is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Why it is needed. The others who may see it will read this.
    pub reason: Sentence,
}

/// The secret.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Revealed {
    /// Which.
    pub id: CredentialId,
    /// What it is for.
    pub title: String,
    /// The name that goes with it.
    pub username: String,
    /// The secret.
    pub secret: String,
}

/// What is opened once the record is on disk.
pub struct Grant {
    safe: Safe,
    organisation: OrganisationId,
    id: CredentialId,
    title: String,
    username: String,
    sealed: Vec<u8>,
}

impl Action for Reveal {
    type Target = Credential;
    type Input = Reason;
    type Output = Revealed;
    const SPEC: Spec = Spec::new(
        "credential.reveal",
        "Reveals a credential's secret, with a reason. Wants a second factor, shown within the last ten minutes. Recorded before it is \
         shown.",
        Way::Http(Verb::Post, "/projects/{project}/credentials/{credential}/reveal"),
        Relations::of(&[OWNER, ADMIN, CLIENT_ADMIN, PROJECT_ADMIN, CONTRIBUTOR]),
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 60, seconds: 3600, per: Per::CallerShared },
    ])
    .by_factor()
    .fresh()
    .secret();
}

impl Disclose for Reveal {
    type Grant = Grant;

    async fn grant(
        input: &Reason,
        credential: &Permitted<Credential>,
        write: &mut Write<'_>,
    ) -> Result<(Grant, Record)> {
        let person = write.caller().actor.person().ok_or(Refusal::SignIn)?;
        let id = write.id();
        write
            .insert(
                REVEAL,
                id,
                "INSERT INTO reveal (id, rev, salt, credential, person, reason, revealed_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *",
                values![credential.id, person, &input.reason, write.now()],
            )
            .await?;
        let record = Record::on("credential", credential.id.0).and("project", credential.project.id.0).about(
            person,
            "reason",
            input.reason.as_str(),
        );
        let grant = Grant {
            safe: write.world::<World>()?.safe.clone(),
            organisation: credential.project.organisation,
            id: credential.id,
            title: credential.title.clone(),
            username: credential.username.clone(),
            sealed: credential.sealed.clone(),
        };
        Ok((grant, record))
    }

    async fn release(grant: Released<Grant>) -> Result<Revealed> {
        let Grant { safe, organisation, id, title, username, sealed } = grant.open();
        let secret = safe.open(organisation, id, &sealed)?.to_string();
        Ok(Revealed { id, title, username, secret })
    }
}
