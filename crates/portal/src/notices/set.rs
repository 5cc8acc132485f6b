//! `account.notice.set`: which letters about the work one gets.

use door::{Action, Change, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way, Write};
use serde::Deserialize;
use utoipa::ToSchema;

use super::choice::{choose, hold};
use super::{Pace, Topic};
use crate::identity::Own;
use crate::nothing::Nothing;

/// Sets which letters one gets.
pub struct SetNotices;

/// How soon one wants to be told. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticesWanted {
    /// That something waits for oneself.
    pub waiting: Option<Pace>,
    /// What was written.
    pub messages: Option<Pace>,
    /// Where a project stands.
    pub progress: Option<Pace>,
}

impl Action for SetNotices {
    type Target = Own;
    type Input = NoticesWanted;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "account.notice.set",
        "Sets which letters about the work one gets: at once, once a day, or never.",
        Way::Http(Verb::Put, "/account/notices"),
        Relations::of(&[Relation::SELF]),
    );
}

impl Change for SetNotices {
    async fn change(input: &NoticesWanted, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        if !hold(write, own.0).await? {
            return Err(Refusal::NotFound);
        }
        let mut record = Record::on("person", own.0.0);
        let wanted =
            [(Topic::Waiting, input.waiting), (Topic::Messages, input.messages), (Topic::Progress, input.progress)];
        for (topic, pace) in wanted {
            if let Some(pace) = pace
                && choose(write, own.0, topic, pace).await?
            {
                record = record.fact(topic.word(), pace);
            }
        }
        Ok((Nothing {}, record))
    }
}
