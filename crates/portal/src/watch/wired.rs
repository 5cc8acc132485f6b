//! What stands between this installation and a client, item by item: the one list behind the Readiness page and `doctor`.
//! Something is wired only when it was seen to work: that it is configured proves nothing.

use std::fmt::Write as _;

use door::store::{self, Engine, Row, Tx, Value};
use door::{Read, Refusal, Time};

use super::Watch;
use super::destinations::Destination;
use super::receiver::{Last, Receiver};
use super::rules::shown;
use crate::backup::Backups;
use crate::backup::schedule::{LAST_DONE, last_done};
use crate::installation::ReadinessItem;
use crate::mail;
use crate::world::World;

/// A sealed log whose last checkpoint is older than this, while events wait, is not working.
const SEAL_LATE_SECONDS: i64 = 120;
/// Whoever has not asked for so long does not watch, in seconds.
const OUTSIDE_SECONDS: i64 = 600;

/// How it is seen whether anything arrives.
const TRY: &str = "Try it: plimsoll-portal doctor --send.";

/// Whoever can be asked for a row: a verb's snapshot, or the database of a command.
pub(crate) trait Ask {
    /// What it says when it cannot answer.
    type Error: From<store::Error>;

    /// The first row, if any.
    fn ask(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Option<Row>, Self::Error>> + Send;
}

impl Ask for Read<'_> {
    type Error = Refusal;

    async fn ask(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>, Refusal> {
        self.maybe(sql, values).await
    }
}

impl Ask for Tx {
    type Error = store::Error;

    async fn ask(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>, store::Error> {
        self.maybe(sql, values).await
    }
}

/// Every item. `trouble` is why the log is not signed at present.
pub(crate) async fn items<A: Ask>(
    world: &World,
    ask: &mut A,
    trouble: Option<String>,
    now: Time,
) -> Result<Vec<ReadinessItem>, A::Error> {
    let mut items = vec![https(world, now), database(world.engine), record(ask, trouble, now).await?];
    items.extend(maintenance(ask, now).await?);
    items.extend(syslog(world, ask).await?);
    items.extend([
        errors(&world.watch),
        alerts(&world.watch),
        somebody_sees(ask).await?,
        heartbeat(&world.watch),
        outside(ask, now).await?,
        backup(world, ask, now).await?,
        drill(world, ask, now).await?,
        recovery_kit(world),
    ]);
    items.extend(second_factor(ask).await?);
    items.push(mail(world, ask, now).await?);
    Ok(items)
}

fn item(name: &str, wired: bool, words: impl Into<String>, minutes: Option<i64>) -> ReadinessItem {
    ReadinessItem { name: name.to_owned(), wired, words: words.into(), minutes }
}

fn https(world: &World, now: Time) -> ReadinessItem {
    if !world.public_origin.starts_with("https://") {
        return item("https", false, "Plain HTTP: for this machine only. Start with --tls or behind a proxy.", Some(5));
    }
    let reached = format!("Browsers reach it at {}.", world.public_origin);
    let known = world.certificate.known();
    match (known.until, known.trouble) {
        (_, Some(trouble)) => item("https", false, format!("No newer certificate could be got: {trouble}"), None),
        (Some(end), None) => {
            let words = format!("{reached} The certificate is good until {}.", shown(end));
            item("https", end > now, words, None)
        }
        (None, None) => item("https", true, reached, None),
    }
}

fn database(engine: Engine) -> ReadinessItem {
    let words = match engine {
        Engine::Sqlite => "SQLite, on this machine. What was acknowledged is on disk.",
        Engine::Postgres => "PostgreSQL. Any number of instances can run.",
    };
    item("database", true, words, None)
}

async fn record<A: Ask>(ask: &mut A, trouble: Option<String>, now: Time) -> Result<ReadinessItem, A::Error> {
    if let Some(trouble) = trouble {
        return Ok(item("record", false, format!("Events are recorded, and nothing is signed: {trouble}"), None));
    }
    let sql = "SELECT (SELECT size FROM ledger_head WHERE id = 1) AS size, (SELECT count(*) FROM event_pending) AS waiting, \
               (SELECT max(at) FROM ledger_checkpoint) AS at, (SELECT max(size) FROM ledger_anchor) AS anchored";
    let Some(row) = ask.ask(sql, vec![]).await? else {
        return Ok(item("record", false, "The record cannot be read.", None));
    };
    let (size, waiting, at): (i64, i64, Option<Time>) = (row.get("size")?, row.get("waiting")?, row.get("at")?);
    let anchored: Option<i64> = row.get("anchored")?;
    let late = at.is_none_or(|at| now.seconds_since(at) > SEAL_LATE_SECONDS);
    if waiting > 0 && late {
        let words = format!("{waiting} events wait to be sealed. The log says why.");
        return Ok(item("record", false, words, None));
    }
    let words = match at {
        Some(at) => {
            let at = shown(at);
            let outside = match anchored {
                Some(anchored) => format!("{anchored} of them are vouched for outside."),
                None => "Nobody outside vouches for them: whoever has the key could write them anew.".to_owned(),
            };
            format!("{size} events sealed, the last checkpoint signed {at}. {outside}")
        }
        None => "Nothing has been recorded yet.".to_owned(),
    };
    Ok(item("record", true, words, None))
}

/// Whether nothing can be written, where that is so: it is forgotten easily.
async fn maintenance<A: Ask>(ask: &mut A, now: Time) -> Result<Option<ReadinessItem>, A::Error> {
    let row = ask.ask("SELECT maintenance_until FROM installation", vec![]).await?;
    let until: Option<Time> = row.map(|row| row.get("maintenance_until")).transpose()?.flatten();
    Ok(until.map(|until| {
        let tense = if until > now { "expected to be over" } else { "should have been over" };
        let words = format!(
            "Nobody can write: maintenance {tense} {}. End it: plimsoll-portal do maintenance.end.",
            shown(until)
        );
        item("maintenance", false, words, Some(1))
    }))
}

/// How far the syslog server is, where one is asked for.
async fn syslog<A: Ask>(world: &World, ask: &mut A) -> Result<Option<ReadinessItem>, A::Error> {
    if world.syslog.is_none() {
        return Ok(None);
    }
    let row = ask.ask("SELECT received, problem FROM push WHERE receiver = 'syslog'", vec![]).await?;
    let (received, problem): (i64, Option<String>) = match row {
        Some(row) => (row.get("received")?, row.get("problem")?),
        None => (0, None),
    };
    let words = match &problem {
        Some(problem) => format!("Not received: {problem}. Nothing is lost; it is tried again."),
        None => format!("{received} events received."),
    };
    Ok(Some(item("syslog", problem.is_none(), words, None)))
}

fn errors(watch: &Watch) -> ReadinessItem {
    let unwired = "Errors are reported to nobody: they stand in the log. Start with --sentry-dsn.";
    told("errors", watch.errors.receiver(), unwired)
}

fn heartbeat(watch: &Watch) -> ReadinessItem {
    told("heartbeat", watch.heart.receiver(), "Nobody notices when this machine falls silent. Start with --heartbeat.")
}

/// Whether somebody is told, and whether anything ever arrived there.
fn told(name: &str, receiver: Option<&Receiver>, unwired: &str) -> ReadinessItem {
    let Some(receiver) = receiver else { return item(name, false, unwired, Some(3)) };
    match receiver.last() {
        Last { problem: Some(problem), .. } => {
            item(name, false, format!("The last one was not received: {problem}."), Some(3))
        }
        Last { received: Some(at), .. } => item(name, true, format!("The last one was received {}.", shown(at)), None),
        Last { .. } => item(name, false, format!("Nothing was received there yet. {TRY}"), Some(1)),
    }
}

fn alerts(watch: &Watch) -> ReadinessItem {
    if watch.destinations.is_empty() {
        let words = "Alerts go to nobody. Start with --alert-slack, --alert-webhook, or --alert-mail and --smtp.";
        return item("alerts", false, words, Some(3));
    }
    let (mut words, mut wired, mut minutes) = (Vec::new(), true, 0);
    for Destination { receiver, .. } in &watch.destinations {
        let said = match receiver.last() {
            Last { problem: Some(problem), .. } => {
                (wired, minutes) = (false, 3);
                format!("{}: not received, {problem}", receiver.name)
            }
            Last { received: Some(at), .. } => format!("{}: received {}", receiver.name, shown(at)),
            Last { .. } => {
                (wired, minutes) = (false, minutes.max(1));
                format!("{}: nothing was received yet", receiver.name)
            }
        };
        words.push(said);
    }
    let hint = if wired { String::new() } else { format!(" {TRY}") };
    item("alerts", wired, format!("{}.{hint}", words.join("; ")), (!wired).then_some(minutes))
}

/// The last try, and whether a person used its link.
const TRIED: &str = "SELECT told_at, seen_at FROM alert WHERE key = 'test'";

/// An alert that nobody sees is none.
async fn somebody_sees<A: Ask>(ask: &mut A) -> Result<ReadinessItem, A::Error> {
    let Some(row) = ask.ask(TRIED, vec![]).await? else {
        let words = "No test alert was sent yet: plimsoll-portal doctor --send.";
        return Ok(item("somebody_sees", false, words, Some(2)));
    };
    let (told, seen): (Time, Option<Time>) = (row.get("told_at")?, row.get("seen_at")?);
    Ok(match seen {
        Some(seen) => item("somebody_sees", true, format!("Somebody saw the last test alert {}.", shown(seen)), None),
        None => {
            let words = format!("Nobody said that they saw the test alert of {}: use its link.", shown(told));
            item("somebody_sees", false, words, Some(1))
        }
    })
}

/// Who asks from outside.
async fn outside<A: Ask>(ask: &mut A, now: Time) -> Result<ReadinessItem, A::Error> {
    let Some(row) = ask.ask("SELECT who, at FROM heard WHERE what = 'outside'", vec![]).await? else {
        let words = "Nobody outside asks /readyz. Let a monitor ask it each minute and look for the word “ready”.";
        return Ok(item("outside", false, words, Some(3)));
    };
    let (agent, at): (String, Time) = (row.get("who")?, row.get("at")?);
    let fresh = now.seconds_since(at) <= OUTSIDE_SECONDS;
    let words = if fresh { "Asked" } else { "Nobody asks any more; last asked" };
    Ok(item("outside", fresh, format!("{words} {} by {agent}.", shown(at)), (!fresh).then_some(3)))
}

/// Whether backups are taken, how old the newest is, and who could open it.
async fn backup<A: Ask>(world: &World, ask: &mut A, now: Time) -> Result<ReadinessItem, A::Error> {
    let Backups { settings, troubles, .. } = &world.backups;
    if settings.place.backup_to.is_none() {
        let words = "Nothing is backed up: when this machine is gone, so is everything. Start with --backup-to.";
        return Ok(item("backup", false, words, Some(10)));
    }
    let done = done(ask, "backup.run").await?;
    let words = match (done, troubles.of("backup.run")) {
        (_, Some(trouble)) => format!("The last try failed: {}", trouble.lines().next().unwrap_or_default()),
        (Some(at), None) => {
            let (every, days) = (settings.backup_every, settings.backup_keep);
            format!("The newest was taken {}; one every {every}, kept for {days} days.", shown(at))
        }
        (None, None) => "None was taken yet.".to_owned(),
    };
    let fresh = done.is_some_and(|at| now.seconds_since(at) < 2 * settings.backup_every.0);
    Ok(item("backup", fresh, words, None))
}

/// Whether the newest backup was tried.
async fn drill<A: Ask>(world: &World, ask: &mut A, now: Time) -> Result<ReadinessItem, A::Error> {
    let settings = &world.backups.settings;
    if settings.place.backup_to.is_none() {
        return Ok(item("drill", false, "There is no backup that could be tried.", None));
    }
    if let Some(trouble) = world.backups.troubles.of("backup.drill") {
        let words = format!("The last try failed: {}", trouble.lines().next().unwrap_or_default());
        return Ok(item("drill", false, words, None));
    }
    let Some(done) = done(ask, "backup.drill").await? else {
        return Ok(item("drill", false, "No backup was tried yet. Try one: plimsoll-portal drill.", Some(2)));
    };
    let words =
        format!("Restored beside the portal and signed in to {}; once every {}.", shown(done), settings.drill_every);
    Ok(item("drill", now.seconds_since(done) < 2 * settings.drill_every.0, words, None))
}

/// Whether somebody keeps the key of the backups.
fn recovery_kit(world: &World) -> ReadinessItem {
    match world.backups.data.kit_is_confirmed() {
        Ok(true) => item("recovery_kit", true, "Somebody has confirmed that it is kept elsewhere.", None),
        Ok(false) => {
            let words = "Nobody has confirmed that it is kept: without it no backup can be opened when this machine is gone. \
                         Print it with plimsoll-portal recovery-kit print.";
            item("recovery_kit", false, words, Some(5))
        }
        Err(error) => item("recovery_kit", false, format!("{error:#}"), None),
    }
}

/// How many of the people who can do most have more than a password; nothing while there are none.
async fn second_factor<A: Ask>(ask: &mut A) -> Result<Option<ReadinessItem>, A::Error> {
    let sql = "SELECT count(*) AS people, \
               count(coalesce((SELECT f.confirmed_at FROM factor f WHERE f.person = p.id), \
               (SELECT min(k.made_at) FROM passkey k WHERE k.person = p.id))) AS proved FROM person p \
               WHERE p.service_since IS NULL AND EXISTS (SELECT 1 FROM membership m WHERE m.person = p.id AND m.state = 'active' \
               AND m.role IN ('owner', 'admin', 'staff'))";
    let row = ask.ask(sql, vec![]).await?;
    let (people, proved): (i64, i64) = match row {
        Some(row) => (row.get("people")?, row.get("proved")?),
        None => (0, 0),
    };
    if people == 0 {
        return Ok(None);
    }
    let words = format!("{proved} of {people} of the organisation's own people sign in with more than a password.");
    let hint = if proved == people {
        ""
    } else {
        " Each adds a passkey or an authenticator app on the page of their account."
    };
    let minutes = (proved < people).then_some(people - proved);
    Ok(Some(item("second_factor", proved == people, format!("{words}{hint}"), minutes)))
}

/// Whether letters reach the people who use the portal.
async fn mail<A: Ask>(world: &World, ask: &mut A, now: Time) -> Result<ReadinessItem, A::Error> {
    let Some(receiver) = &world.post.receiver else {
        let words = if world.post.is_shown() {
            "A demo sends nothing: /demo/mail shows what would have been sent."
        } else {
            "Nobody is sent anything: letters lie in the folder outbox of the data directory, and whoever invites copies the \
             link. Start with --smtp."
        };
        return Ok(item("mail", false, words, Some(5)));
    };
    let sql = "SELECT count(*) AS given_up, max(problem) AS problem, \
               (SELECT count(*) FROM mail WHERE settled_at IS NULL AND tries > 0) AS waiting \
               FROM mail WHERE outcome = 'given_up' AND settled_at > $1";
    let row = ask.ask(sql, vec![now.plus_seconds(-mail::KEPT_SECONDS).into()]).await?;
    let (given_up, waiting, problem): (i64, i64, Option<String>) = match row {
        Some(row) => (row.get("given_up")?, row.get("waiting")?, row.get("problem")?),
        None => (0, 0, None),
    };
    let mut said = told("mail", Some(receiver), "");
    if 0 < waiting {
        let _ = write!(said.words, " {waiting} wait to be sent again.");
    }
    // One that was given up may have been addressed to nobody's mailbox; it is said, so that somebody looks.
    if 0 < given_up {
        let why = problem.unwrap_or_default();
        let _ = write!(said.words, " {given_up} were given up within a week: {why}.");
    }
    Ok(said)
}

/// When something of backups was last done, as the record says.
async fn done<A: Ask>(ask: &mut A, action: &str) -> Result<Option<Time>, A::Error> {
    let Some(row) = ask.ask("SELECT id FROM installation", vec![]).await? else { return Ok(None) };
    let done = ask.ask(LAST_DONE, last_done(row.get("id")?, action)).await?;
    Ok(match done {
        Some(row) => row.get("at")?,
        None => None,
    })
}
