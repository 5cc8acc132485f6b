//! `account.notice.list`: which letters about the work one gets.

use door::{Action, Look, Permitted, Read, Relation, Relations, Result, Spec, Verb, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::choice::Choices;
use super::{Pace, Topic};
use crate::identity::Own;
use crate::nothing::Nothing;

/// Lists which letters one gets.
pub struct ListNotices;

/// Each kind of letter that can be switched off.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct NoticeChoices {
    /// In the order of their weight.
    pub notices: Vec<NoticeChoice>,
}

/// One of them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NoticeChoice {
    /// What the letters are about.
    pub topic: Topic,
    /// How soon one is told.
    pub pace: Pace,
    /// How soon one is told where one has said nothing.
    pub usual: Pace,
}

impl Action for ListNotices {
    type Target = Own;
    type Input = Nothing;
    type Output = NoticeChoices;
    const SPEC: Spec = Spec::new(
        "account.notice.list",
        "Lists which letters about the work one gets, and how soon.",
        Way::Http(Verb::Get, "/account/notices"),
        Relations::of(&[Relation::SELF]),
    );
}

impl Look for ListNotices {
    async fn look(_: &Nothing, own: &Permitted<Own>, read: &mut Read<'_>) -> Result<NoticeChoices> {
        let choices = Choices::of(read, own.0).await?;
        let notices =
            Topic::ALL.iter().map(|&topic| NoticeChoice { topic, pace: choices.pace(topic), usual: topic.usual() });
        Ok(NoticeChoices { notices: notices.collect() })
    }
}
