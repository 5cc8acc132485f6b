//! How far each receiver is: a place in the sealed log, kept in the database. What was not received is tried again, for
//! ever, so nothing is lost while a receiver is down; what was received just before a crash may come twice.

use door::{Desk, Read, Result, Time, values};

/// How long a receiver is one instance's alone. Longer than a turn takes.
const CLAIM_SECONDS: i64 = 60;
/// The wait after the first failure. It doubles with each one.
const WAIT_SECONDS: i64 = 5;
/// The longest wait.
const WAIT_SECONDS_MAX: i64 = 3600;

/// A receiver that is due: there is more in the log than it has.
#[derive(Debug)]
pub(super) struct Due {
    /// Who: `syslog`, or `webhook/` and its id.
    pub(super) receiver: String,
    /// The place in the log of the next event to look at.
    pub(super) position: i64,
    /// Failures since the last success.
    pub(super) tries: i64,
}

/// How a turn ended.
#[derive(Debug)]
pub(super) struct Turn {
    /// The place in the log to go on from.
    pub(super) position: i64,
    /// Events that were received.
    pub(super) received: i64,
    /// Why it ended before the end of the log, when something is wrong.
    pub(super) problem: Option<String>,
}

/// Everybody for whom there is more.
pub(super) async fn due(read: &mut Read<'_>, now: Time) -> Result<Vec<Due>> {
    let rows = read
        .all(
            "SELECT p.receiver AS receiver, p.position AS position, p.tries AS tries FROM push p, ledger_head h \
             WHERE h.id = 1 AND p.position < h.size AND p.next_at <= $1 AND p.claimed_until < $1 ORDER BY p.next_at LIMIT 100",
            values![now],
        )
        .await?;
    rows.iter()
        .map(|row| Ok(Due { receiver: row.get("receiver")?, position: row.get("position")?, tries: row.get("tries")? }))
        .collect()
}

/// Takes a receiver's turn. Another instance may have been quicker.
pub(super) async fn claim(desk: &Desk, due: &Due, now: Time) -> Result<bool> {
    let claim = "UPDATE push SET claimed_until = $2 WHERE receiver = $1 AND claimed_until < $3 AND position = $4";
    let until = now.plus_seconds(CLAIM_SECONDS);
    Ok(desk.keep(claim, values![due.receiver.as_str(), until, now, due.position]).await? == 1)
}

/// Writes down how a turn ended.
pub(super) async fn settle(desk: &Desk, due: &Due, turn: &Turn, now: Time) -> Result<()> {
    let received: Option<Time> = (0 < turn.received).then_some(now);
    let (tries, next) = match &turn.problem {
        Some(_) => (due.tries + 1, now.plus_seconds(wait(due.tries + 1))),
        None => (0, now),
    };
    let sql = "UPDATE push SET position = $2, received = received + $3, received_at = coalesce($4, received_at), \
               tries = $5, problem = $6, next_at = $7, claimed_until = 0 WHERE receiver = $1 AND position <= $2";
    let values =
        values![due.receiver.as_str(), turn.position, turn.received, received, tries, turn.problem.clone(), next];
    desk.keep(sql, values).await?;
    Ok(())
}

/// The seconds to wait after so many failures.
fn wait(tries: i64) -> i64 {
    let doublings = u32::try_from(tries - 1).unwrap_or(0).min(20);
    (WAIT_SECONDS << doublings).min(WAIT_SECONDS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_an_hour() {
        assert_eq!([1, 2, 3, 10, 11, 500].map(wait), [5, 10, 20, 2560, 3600, 3600]);
    }
}
