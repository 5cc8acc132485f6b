//! `notice.send`: turns what happened into letters.

use door::{Action, Desk, Keep, Permitted, Relation, Relations, Result, Spec, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::follow::follow;
use super::letters::write;
use crate::identity::Anywhere;
use crate::nothing::Nothing;

/// Letters of one run; the others wait for the next, which follows at once.
const AT_ONCE: i64 = 50;

/// Writes the letters that are due.
pub struct SendNotices;

/// What became of it.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct NoticesSent {
    /// Letters that were written.
    pub letters: i64,
    /// Whether there is more.
    pub more: bool,
}

impl Action for SendNotices {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = NoticesSent;
    const SPEC: Spec = Spec::new(
        "notice.send",
        "Follows the record, and writes to people what waits for them, what was written and where their projects stand.",
        Way::Job { every_seconds: 5 },
        Relations::of(&[Relation::JOB]),
    );
}

impl Keep for SendNotices {
    async fn keep(_: &Nothing, _: &Permitted<Anywhere>, desk: &Desk) -> Result<NoticesSent> {
        let more = follow(desk).await?;
        let due = "SELECT person, organisation FROM notice WHERE due_at <= $1 GROUP BY person, organisation \
                   ORDER BY min(due_at), person LIMIT $2";
        let due = desk.read().await?.all(due, values![desk.now(), AT_ONCE]).await?;
        let mut sent = NoticesSent { letters: 0, more: more || i64::try_from(due.len()).unwrap_or(AT_ONCE) == AT_ONCE };
        for row in &due {
            match write(desk, row.get("person")?, row.get("organisation")?).await {
                Ok(written) => sent.letters += i64::from(written),
                // One letter's trouble is not the others'. It is tried again with the next run.
                Err(refusal) => {
                    tracing::warn!(why = refusal.word(), "a letter about the work could not be written");
                    sent.more = false;
                }
            }
        }
        Ok(sent)
    }
}
