//! Deciding on a version: three actions of one shape.

mod approve;
mod changes;
mod reject;

use door::{Permitted, Record, Refusal, Result, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use approve::Approve;
pub use changes::AskForChanges;
pub use reject::Reject;

use super::{DECISION, Decision, REQUEST, Request, State, Version};
use crate::fields::Words;
use crate::ids::VersionId;

/// How old a sign-in may be with which somebody decides, in seconds: half a day.
const DECIDING_SECONDS: i64 = 12 * 3600;

/// Why, in words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// What is to be changed, or why not.
    pub words: Words,
    /// To decide on this version although a newer one has come in.
    #[serde(default)]
    pub although_newer: crate::fields::Yes,
}

/// What was decided.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Decided {
    /// The version.
    pub version: VersionId,
    /// Its number.
    pub number: i64,
    /// How far the request is now.
    pub state: State,
}

/// Writes a decision down. Who reads a version while a newer one comes in decides on what was read, and only when asked
/// twice.
async fn decide(
    write: &mut Write<'_>,
    version: &Permitted<Version>,
    decision: Decision,
    words: &str,
    although_newer: bool,
) -> Result<(Decided, Record)> {
    if version.number < version.request.versions && !although_newer {
        return Err(Refusal::Conflict("newer_version"));
    }
    let by = write.caller().actor.person().ok_or(Refusal::SignIn)?;
    let id = write.id();
    write
        .insert(
            DECISION,
            id,
            "INSERT INTO request_decision (id, rev, salt, request, version, decision, words, decided_by, decided_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *",
            values![version.request.id, version.id, decision, words, by, write.now()],
        )
        .await?;
    let state = decision.state();
    set_state(write, &version.request, state).await?;
    let record = Record::on("request", version.request.id.0)
        .and("project", version.request.project.id.0)
        .and("version", version.id.0)
        .fact("number", version.number)
        .fact("sha256", ledger::Hash(version.sha256))
        .fact("bytes", version.size)
        .about(by, "document", version.request.title.clone())
        .about(by, "file", version.name.clone());
    Ok((Decided { version: version.id, number: version.number, state }, record))
}

impl Decision {
    /// What it makes of its request.
    const fn state(self) -> State {
        match self {
            Self::Approved => State::Approved,
            Self::ChangesAsked => State::ChangesAsked,
            Self::Rejected => State::Rejected,
        }
    }
}

/// Says how far a request is.
pub(super) async fn set_state(write: &mut Write<'_>, request: &Request, state: State) -> Result<()> {
    write
        .update(
            REQUEST,
            request.id.0,
            request.revision,
            "UPDATE request SET rev = $2, state = $3, state_at = $4 WHERE id = $1 AND rev = $2 - 1 RETURNING *",
            values![state, write.now()],
        )
        .await
}
