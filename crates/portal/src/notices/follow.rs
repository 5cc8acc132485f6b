//! Follows the record from a bookmark, and writes down who may be told what, and when at the latest. A place in the log is
//! looked at once: the bookmark moves in the transaction of the rows.

use door::ledger::event::Outcome;
use door::store::Value;
use door::trail::{Recorded, from_place};
use door::{Desk, Result, Time, values};
use uuid::Uuid;

use super::{Pace, Topic, What};

/// Events that are looked at before it is written down how far that is.
const EVENTS_AT_ONCE: i64 = 100;
/// How often in one run.
const BATCHES_MAX: usize = 20;
/// What is told at once waits so long for what happens beside it, in seconds.
pub(super) const GATHERING_SECONDS: i64 = 60;
/// When the letter of the day leaves, in seconds after midnight UTC.
const DAILY_SECONDS: i64 = 7 * 3600;
/// What is found later than this is no news any more, in seconds.
const NEWS_SECONDS: i64 = 2 * 24 * 3600;
const DAY_SECONDS: i64 = 24 * 3600;
const MICROSECONDS: i64 = 1_000_000;

/// Something that happened.
#[derive(Debug, PartialEq, Eq)]
struct Heard {
    what: What,
    /// Who did it.
    actor: Uuid,
    project: Uuid,
    request: Option<Uuid>,
    /// Whether it is for the organisation's own people.
    internal: bool,
    at: Time,
}

impl Heard {
    /// What an event says that may be told, if anything.
    fn of(recorded: &Recorded) -> Option<Self> {
        let body = recorded.event.body();
        let what = match body.act.as_str() {
            "request.create" => What::Asked,
            "request.submit" => What::Submitted,
            "request.changes.ask" => What::ChangesAsked,
            "request.approve" => What::Approved,
            "request.reject" => What::Rejected,
            "request.comment.post" => What::Commented,
            "message.post" => What::Wrote,
            "project.status.set" => What::Stands,
            _ => return None,
        };
        let target = |kind| body.tgt.iter().find(|target| target.kind == kind).map(|target| target.id);
        let internal = body.facts.get("visibility").is_some_and(|visibility| visibility != "client");
        let (actor, project, request) = (body.actor.id?, target("project")?, target("request"));
        let at = Time(body.at.as_microsecond());
        (body.out == Outcome::Done).then_some(Self { what, actor, project, request, internal, at })
    }

    /// Everybody in the project but whoever did it, and for what may wait for them the client's admins, who may do everything
    /// in each project of theirs. Whom it does wait for shows when the letter is written.
    const WHO: &'static str = "INSERT INTO notice (position, person, organisation, project, request, actor, what, internal, at, \
         due_at) SELECT $1, m.person, p.organisation, p.id, $2, $3, $4, $5, $6, \
         CASE WHEN coalesce(c.pace, $7) = 'at_once' THEN CAST($8 AS BIGINT) ELSE CAST($9 AS BIGINT) END \
         FROM project p JOIN membership m ON m.organisation = p.organisation AND m.state = 'active' \
         JOIN person q ON q.id = m.person AND q.service_since IS NULL \
         LEFT JOIN notice_choice c ON c.person = m.person AND c.topic = $10 \
         WHERE p.id = $11 AND m.person <> $3 AND coalesce(c.pace, $7) <> 'never' \
         AND (m.client IS NULL OR (m.client = p.client AND NOT $5)) \
         AND (EXISTS (SELECT 1 FROM project_member w WHERE w.project = p.id AND w.person = m.person) \
         OR ($12 AND m.role = 'client_admin')) ON CONFLICT (position, person) DO NOTHING";

    fn row(&self, position: i64) -> (&'static str, Vec<Value>) {
        let topic: Topic = self.what.topic();
        let values = values![
            position,
            self.request,
            self.actor,
            self.what,
            self.internal,
            self.at,
            topic.usual(),
            due(Pace::AtOnce, self.at),
            due(Pace::Daily, self.at),
            topic,
            self.project,
            topic == Topic::Waiting
        ];
        (Self::WHO, values)
    }
}

/// When something that happened then is told.
fn due(pace: Pace, at: Time) -> Time {
    match pace {
        Pace::AtOnce => at.plus_seconds(GATHERING_SECONDS),
        Pace::Daily | Pace::Never => {
            let seconds = at.0.div_euclid(MICROSECONDS) - DAILY_SECONDS;
            let day = seconds.div_euclid(DAY_SECONDS) + 1;
            Time((day * DAY_SECONDS + DAILY_SECONDS) * MICROSECONDS)
        }
    }
}

/// Reads on. Says whether there may be more.
///
/// # Errors
/// As the store says.
pub(super) async fn follow(desk: &Desk) -> Result<bool> {
    for _ in 0..BATCHES_MAX {
        let mut read = desk.read().await?;
        let Some(row) = read.maybe("SELECT position FROM notice_place WHERE id = 1", vec![]).await? else {
            // What happened before anybody was told anything is no news.
            let begin = "INSERT INTO notice_place (id, position) SELECT 1, size FROM ledger_head WHERE id = 1 \
                         ON CONFLICT (id) DO NOTHING";
            drop(read);
            desk.keep(begin, vec![]).await?;
            return Ok(false);
        };
        let place: i64 = row.get("position")?;
        let (events, next) = from_place(&mut read, None, place, EVENTS_AT_ONCE).await?;
        drop(read);
        if next == place {
            return Ok(false);
        }
        let on = "UPDATE notice_place SET position = $2 WHERE id = 1 AND position = $1";
        let mut statements = vec![(on, values![place, next])];
        for recorded in &events {
            let heard = Heard::of(recorded).filter(|heard| desk.now().seconds_since(heard.at) < NEWS_SECONDS);
            if let (Some(heard), Some(seal)) = (heard, &recorded.seal) {
                statements.push(heard.row(seal.index));
            }
        }
        if !desk.keep_together(1, &statements).await? {
            // Another instance has read so far.
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(time: &str) -> Time {
        Time(time.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn a_day_ends_at_seven() {
        let daily = |at| due(Pace::Daily, shown(at)).to_string();
        assert_eq!(daily("2026-11-23T06:59:59Z"), "2026-11-23T07:00:00.000000Z");
        assert_eq!(daily("2026-11-23T07:00:00Z"), "2026-11-24T07:00:00.000000Z");
        assert_eq!(daily("2026-11-23T23:10:00Z"), "2026-11-24T07:00:00.000000Z");
        assert_eq!(due(Pace::AtOnce, shown("2026-11-23T06:59:59Z")).to_string(), "2026-11-23T07:00:59.000000Z");
    }

    proptest! {
        #[test]
        fn the_letter_of_the_day_comes_within_a_day(at in 0_i64..4_000_000_000_000_000) {
            let (at, due) = (Time(at), due(Pace::Daily, Time(at)));
            prop_assert!(at < due && due <= at.plus_seconds(DAY_SECONDS));
            prop_assert_eq!(due.0.rem_euclid(DAY_SECONDS * MICROSECONDS), DAILY_SECONDS * MICROSECONDS);
        }
    }
}
