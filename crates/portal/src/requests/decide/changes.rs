//! `request.changes.ask`: another version is wanted.

use door::{Action, Change, Permitted, Record, Relations, Result, Spec, Verb, Way, Write};

use super::{DECIDING_SECONDS, Decided, Why, decide};
use crate::requests::{Decision, NOTHING_TO_DECIDE, Version};
use crate::standing::DECIDER;

/// Asks for changes.
pub struct AskForChanges;

impl Action for AskForChanges {
    type Target = Version;
    type Input = Why;
    type Output = Decided;
    const SPEC: Spec = Spec::new(
        "request.changes.ask",
        "Asks for another version, and says what is to be changed.",
        Way::Http(Verb::Post, "/projects/{project}/requests/{request}/versions/{version}/changes"),
        Relations::of(&[DECIDER]),
    )
    .not_when(NOTHING_TO_DECIDE)
    .fresh_within(DECIDING_SECONDS);
}

impl Change for AskForChanges {
    async fn change(input: &Why, version: &Permitted<Version>, write: &mut Write<'_>) -> Result<(Decided, Record)> {
        decide(write, version, Decision::ChangesAsked, input.words.as_str(), input.although_newer.0).await
    }
}
