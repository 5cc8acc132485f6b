//! `request.withdraw`: nobody wants it any more.

use door::{Action, Change, Permitted, Record, Relations, Result, Spec, Verb, Way, Write};

use super::decide::set_state;
use super::{OVER, Request, State};
use crate::nothing::Nothing;
use crate::standing::ASKER;

/// Takes a request back.
pub struct Withdraw;

impl Action for Withdraw {
    type Target = Request;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "request.withdraw",
        "Takes back what one's own side asked for. What was handed in stays where it is.",
        Way::Http(Verb::Post, "/projects/{project}/requests/{request}/withdraw"),
        Relations::of(&[ASKER]),
    )
    .not_when(OVER);
}

impl Change for Withdraw {
    async fn change(_: &Nothing, request: &Permitted<Request>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        set_state(write, request, State::Withdrawn).await?;
        let record = Record::on("request", request.id.0).and("project", request.project.id.0);
        Ok((Nothing {}, record.fact("from", request.state)))
    }
}
