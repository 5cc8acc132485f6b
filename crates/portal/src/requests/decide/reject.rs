//! `request.reject`: this is not it, and no other version is wanted.

use door::{Action, Change, Permitted, Record, Relations, Result, Spec, Verb, Way, Write};

use super::{DECIDING_SECONDS, Decided, Why, decide};
use crate::requests::{Decision, NOTHING_TO_DECIDE, Version};
use crate::standing::DECIDER;

/// Rejects a version, and with it the request.
pub struct Reject;

impl Action for Reject {
    type Target = Version;
    type Input = Why;
    type Output = Decided;
    const SPEC: Spec = Spec::new(
        "request.reject",
        "Rejects what was handed in, for good, and says why.",
        Way::Http(Verb::Post, "/projects/{project}/requests/{request}/versions/{version}/reject"),
        Relations::of(&[DECIDER]),
    )
    .not_when(NOTHING_TO_DECIDE)
    .fresh_within(DECIDING_SECONDS);
}

impl Change for Reject {
    async fn change(input: &Why, version: &Permitted<Version>, write: &mut Write<'_>) -> Result<(Decided, Record)> {
        decide(write, version, Decision::Rejected, input.words.as_str(), input.although_newer.0).await
    }
}
