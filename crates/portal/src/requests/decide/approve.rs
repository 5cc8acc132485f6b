//! `request.approve`: this version, exactly this file, is good.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{DECIDING_SECONDS, Decided, decide};
use crate::fields::{Name, Yes};
use crate::requests::{Decision, NOTHING_TO_DECIDE, Version};
use crate::standing::DECIDER;

/// Approves a version.
pub struct Approve;

/// Who approves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Your own name, typed: nobody approves by a slip of the finger.
    pub name: Name,
    /// To approve this version although a newer one has come in.
    #[serde(default)]
    pub although_newer: Yes,
}

impl Action for Approve {
    type Target = Version;
    type Input = Signed;
    type Output = Decided;
    const SPEC: Spec = Spec::new(
        "request.approve",
        "Approves a version of what was handed in, for good: exactly this file, by its SHA-256.",
        Way::Http(Verb::Post, "/projects/{project}/requests/{request}/versions/{version}/approve"),
        Relations::of(&[DECIDER]),
    )
    .not_when(NOTHING_TO_DECIDE)
    .fresh_within(DECIDING_SECONDS);
}

impl Change for Approve {
    async fn change(input: &Signed, version: &Permitted<Version>, write: &mut Write<'_>) -> Result<(Decided, Record)> {
        let by = write.caller().actor.person().ok_or(Refusal::SignIn)?;
        let name: String = write.one("SELECT name FROM person WHERE id = $1", values![by]).await?.get("name")?;
        let folded = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if folded(&name) != folded(input.name.as_str()) {
            return Err(Refusal::field("name", "must be your own name, as your account has it"));
        }
        let (decided, record) = decide(write, version, Decision::Approved, "", input.although_newer.0).await?;
        Ok((decided, record.about(by, "name", name)))
    }
}
