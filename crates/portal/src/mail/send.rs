//! `mail.send`: letters that wait are sent, and sent again.

use door::{Action, Desk, Keep, Permitted, Relation, Relations, Result, Spec, Way};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use utoipa::ToSchema;

use super::outbox::{Due, Outcome, claim, due, put_off, settle};
use crate::identity::Anywhere;
use crate::nothing::Nothing;
use crate::notices::is_open;
use crate::world::World;

/// Letters that are sent at the same time; the others wait for the next second.
const AT_ONCE: i64 = 16;

/// Sends what waits.
pub struct Send;

/// What became of it.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct LettersSent {
    /// Letters that were handed over.
    pub sent: i64,
    /// Whether there are more.
    pub more: bool,
}

impl Action for Send {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = LettersSent;
    const SPEC: Spec = Spec::new(
        "mail.send",
        "Sends the letters that wait, and again until they are received or would come too late.",
        Way::Job { every_seconds: 1 },
        Relations::of(&[Relation::JOB]),
    );
}

impl Keep for Send {
    async fn keep(_: &Nothing, _: &Permitted<Anywhere>, desk: &Desk) -> Result<LettersSent> {
        let mut read = desk.read().await?;
        let due = due(&mut read, desk.now(), AT_ONCE).await?;
        drop(read);
        let all = i64::try_from(due.len()).unwrap_or(AT_ONCE);
        let (mut turns, mut done, mut settled) = (JoinSet::new(), LettersSent::default(), 0);
        for due in due {
            let desk = desk.clone();
            turns.spawn(async move { turn(&desk, &due).await });
        }
        while let Some(turn) = turns.join_next().await {
            match turn {
                Ok(Ok(turn)) => {
                    done.sent += i64::from(turn == Turn::Sent);
                    settled += i64::from(turn != Turn::PutOff);
                }
                // One letter's trouble is not the others'.
                Ok(Err(refusal)) => tracing::warn!(why = refusal.word(), "a letter's turn did not end well"),
                Err(error) => tracing::error!(%error, "a letter's turn did not end"),
            }
        }
        // Where one is put off, the server rests for a second.
        done.more = all == AT_ONCE && settled == all;
        Ok(done)
    }
}

/// How a letter's turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// It was handed over.
    Sent,
    /// It is done with, and was not: it was nobody's, came too late, or is another instance's.
    Settled,
    /// It is tried again later.
    PutOff,
}

/// A letter's turn.
async fn turn(desk: &Desk, due: &Due) -> Result<Turn> {
    if !claim(desk, due).await? {
        return Ok(Turn::Settled);
    }
    let world = desk.world::<World>()?;
    let Ok(letter) = due.letter(&world.safe) else {
        settle(desk, due, Outcome::GivenUp, Some("it does not open: another master key".to_owned()), false).await?;
        return Ok(Turn::Settled);
    };
    let Some(to) = &letter.to else {
        settle(desk, due, Outcome::Nobody, None, false).await?;
        return Ok(Turn::Settled);
    };
    if due.is_late(desk.now()) {
        settle(desk, due, Outcome::GivenUp, Some("it would have come too late".to_owned()), false).await?;
        return Ok(Turn::Settled);
    }
    // Whoever was put out while the mail server was down hears nothing.
    if let (Some(about), Some(person)) = (&letter.about, due.person)
        && !is_open(&mut desk.read().await?, person, about).await?
    {
        settle(desk, due, Outcome::GivenUp, Some("its reader may not see any more what it is about".to_owned()), false)
            .await?;
        return Ok(Turn::Settled);
    }
    match world.post.send(&letter, to, due.id, desk.now()).await {
        Ok(()) => {
            settle(desk, due, Outcome::Sent, None, world.post.is_shown()).await?;
            Ok(Turn::Sent)
        }
        Err(not) if not.for_good => {
            tracing::warn!(letter = %due.id, why = not.words, "a letter is given up");
            settle(desk, due, Outcome::GivenUp, Some(not.words), false).await?;
            Ok(Turn::Settled)
        }
        Err(not) => {
            tracing::warn!(letter = %due.id, why = not.words, "a letter was not taken; it is sent again");
            put_off(desk, due, not.words).await?;
            Ok(Turn::PutOff)
        }
    }
}
