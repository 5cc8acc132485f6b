//! The record pushed to those who watch: an organisation's own to its webhooks, the whole installation's to a syslog
//! server. Each follows the sealed log from a place of its own, in its order, and goes on only when what it sent was
//! received.

mod address_set;
mod create;
mod hook;
mod list;
mod remove;
mod rotate;
mod state;
mod state_show;
mod syslog;
mod test;
mod webhook;

use door::ledger::Chain;
use door::trail::{Recorded, from_place};
use door::{Action, Desk, Keep, Permitted, Read, Relation, Relations, Result, Spec, Way};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use utoipa::ToSchema;

pub use address_set::SetWebhookAddress;
pub use create::{CreateWebhook, WebhookSecret};
pub use hook::{Hook, WEBHOOK};
pub use list::{ListWebhooks, WebhookList, WebhookShown};
pub use remove::RemoveWebhook;
pub use rotate::RotateWebhook;
pub use state_show::{ShowWebhookState, WebhookState};
pub use syslog::{Syslog, parse as parse_syslog};
pub use test::{TestWebhook, WebhookTested};
pub use webhook::{Key, Sender};

use self::state::{Due, Turn, claim, due, settle};
use super::event::{TrailEvent, Walls};
use crate::identity::Anywhere;
use crate::nothing::Nothing;
use crate::standing::{ADMIN, OWNER};
use crate::world::World;

/// Who says where the record is sent.
pub(super) const KEEPERS: Relations = Relations::of(&[OWNER, ADMIN]);
/// Under which name the place of the syslog server is kept.
const SYSLOG: &str = "syslog";
/// Events that are looked at before it is written down how far that is.
const EVENTS_AT_ONCE: i64 = 100;
/// How long one receiver's turn goes on while there is more, in seconds.
const TURN_SECONDS: i64 = 5;
/// Receivers that have their turn at the same time.
const TURNS_AT_ONCE: usize = 16;

/// How the record is pushed, as the operator says.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Whether webhooks may lead into the installation's own network, and without TLS.
    pub private_webhooks: bool,
    /// Where the whole record goes.
    pub syslog: Option<Syslog>,
}

/// Pushes what is new.
pub struct Push;

/// What was received.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Pushed {
    /// Events, by all receivers together.
    pub received: i64,
}

impl Action for Push {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = Pushed;
    const SPEC: Spec = Spec::new(
        "trail.push",
        "Sends what is new in the record to webhooks and syslog, in its order, and again until it is received.",
        Way::Job { every_seconds: 1 },
        Relations::of(&[Relation::JOB]),
    );
}

impl Keep for Push {
    async fn keep(_: &Nothing, _: &Permitted<Anywhere>, desk: &Desk) -> Result<Pushed> {
        let mut read = desk.read().await?;
        begin_syslog(desk, &mut read).await?;
        let due = due(&mut read, desk.now()).await?;
        drop(read);
        let (mut turns, mut received) = (JoinSet::new(), 0);
        for due in due {
            while TURNS_AT_ONCE <= turns.len() {
                received += ended(turns.join_next().await);
            }
            let desk = desk.clone();
            turns.spawn(async move { turn(&desk, &due).await });
        }
        while !turns.is_empty() {
            received += ended(turns.join_next().await);
        }
        Ok(Pushed { received })
    }
}

/// One receiver's trouble is not the others': it is in the log, and its turn comes again.
fn ended(turn: Option<std::result::Result<Result<i64>, tokio::task::JoinError>>) -> i64 {
    match turn {
        Some(Ok(Ok(received))) => received,
        Some(Ok(Err(refusal))) => {
            tracing::warn!(why = refusal.word(), "a turn of pushing the record did not end well");
            0
        }
        Some(Err(error)) => {
            tracing::error!(%error, "a turn of pushing the record did not end");
            0
        }
        None => 0,
    }
}

/// A syslog server that is new begins at the end of the log as it is now.
async fn begin_syslog(desk: &Desk, read: &mut Read<'_>) -> Result<()> {
    let known = "SELECT receiver FROM push WHERE receiver = 'syslog'";
    if desk.world::<World>()?.syslog.is_none() || read.maybe(known, vec![]).await?.is_some() {
        return Ok(());
    }
    let begin = "INSERT INTO push (receiver, position, received, tries, next_at, claimed_until) \
                 SELECT 'syslog', size, 0, 0, 0, 0 FROM ledger_head WHERE id = 1 ON CONFLICT (receiver) DO NOTHING";
    desk.keep(begin, vec![]).await?;
    Ok(())
}

/// Where a receiver's events go.
enum Receiver {
    Syslog(Syslog),
    Webhook(Hook),
}

impl Receiver {
    /// The one that is due. One that was removed, or is not configured any more, is none.
    async fn of(due: &Due, desk: &Desk, read: &mut Read<'_>) -> Result<Option<Self>> {
        if due.receiver == SYSLOG {
            return Ok(desk.world::<World>()?.syslog.clone().map(Self::Syslog));
        }
        let id = due.receiver.strip_prefix("webhook/").and_then(|id| id.parse().ok());
        match id {
            Some(id) => Ok(Hook::find(read, id).await?.map(Self::Webhook)),
            None => Ok(None),
        }
    }

    /// The next events for it, and the place in the log after them.
    async fn next(&self, read: &mut Read<'_>, place: i64) -> Result<(Vec<TrailEvent>, i64)> {
        match self {
            Self::Syslog(_) => {
                let (events, next) = from_place(read, None, place, EVENTS_AT_ONCE).await?;
                Ok((events.iter().map(TrailEvent::without_names).collect(), next))
            }
            Self::Webhook(hook) => {
                let walls = Walls::Organisation(hook.organisation);
                let chains: Vec<Chain> = walls.chains(read).await?;
                let (events, next): (Vec<Recorded>, i64) =
                    from_place(read, Some(&chains), place, EVENTS_AT_ONCE).await?;
                Ok((walls.show(read, &events).await?, next))
            }
        }
    }

    /// Sends events, as many as are received one after the other until `enough`. Gives their number, and why there are
    /// not more when something is wrong.
    async fn send(
        &self,
        world: &World,
        desk: &Desk,
        events: &[TrailEvent],
        enough: impl Fn() -> bool + Send + Sync,
    ) -> (usize, Option<String>) {
        let hook = match self {
            Self::Syslog(_) if events.is_empty() => return (0, None),
            Self::Syslog(syslog) => {
                return match syslog.send(events).await {
                    Ok(()) => (events.len(), None),
                    Err(why) => (0, Some(why)),
                };
            }
            Self::Webhook(hook) => hook,
        };
        for (received, event) in events.iter().enumerate() {
            if enough() {
                return (received, None);
            }
            let now = desk.now();
            let Ok(keys) = hook.keys(&world.safe, now) else {
                return (received, Some("its secret cannot be made".to_owned()));
            };
            let document = webhook::document(&world.public_origin, event);
            if let Err(why) = world.sender.send(&hook.url, event.id, &document, &keys, now).await {
                return (received, Some(why));
            }
        }
        (events.len(), None)
    }
}

/// A receiver's turn: what is new, until its end or for a few seconds. Gives how many events were received.
async fn turn(desk: &Desk, due: &Due) -> Result<i64> {
    let begun = desk.now();
    let mut read = desk.read().await?;
    let receiver = Receiver::of(due, desk, &mut read).await?;
    drop(read);
    let Some(receiver) = receiver else { return Ok(0) };
    if !claim(desk, due, begun).await? {
        return Ok(0);
    }
    let world = desk.world::<World>()?;
    // A claim outlives a turn by far: whoever answers slowly is not asked by two instances at once.
    let enough = || TURN_SECONDS <= desk.now().seconds_since(begun);
    let mut turn = Turn { position: due.position, received: 0, problem: None };
    while turn.problem.is_none() && !enough() {
        let mut read = desk.read().await?;
        let (events, next) = receiver.next(&mut read, turn.position).await?;
        drop(read);
        if next == turn.position {
            break;
        }
        let (received, problem) = receiver.send(world, desk, &events, enough).await;
        turn.received += i64::try_from(received).unwrap_or(i64::MAX);
        let first_left = events.get(received).and_then(|event| event.seal.as_ref());
        turn.position = first_left.map_or(next, |seal| seal.index);
        turn.problem = problem;
    }
    settle(desk, due, &turn, desk.now()).await?;
    Ok(turn.received)
}
