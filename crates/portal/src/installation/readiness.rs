//! `readiness.show`: what stands between this installation and a client, in words, minutes and money.

use door::store::Engine;
use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Time, Verb, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::backup::Backups;
use crate::backup::schedule::{self, LAST_DONE};
use crate::nothing::Nothing;
use crate::organisations::Room;
use crate::standing::{ADMIN, OWNER};
use crate::world::World;

/// Shows how ready the installation is.
pub struct Readiness;

/// A sealed log whose last checkpoint is older than this, while events wait, is not working.
const SEAL_LATE_SECONDS: i64 = 120;

/// How ready it is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReadinessShown {
    /// Item by item.
    pub items: Vec<ReadinessItem>,
    /// Minutes that are left, as far as they are known.
    pub minutes: i64,
}

/// One item.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReadinessItem {
    /// What it is about: `https`, `record`, `backup` …
    pub name: String,
    /// Whether it is wired.
    pub wired: bool,
    /// What is known, in a sentence.
    pub words: String,
    /// Minutes to wire it. None where nothing is to do, or where this version cannot.
    pub minutes: Option<i64>,
}

impl Action for Readiness {
    type Target = Room;
    type Input = Nothing;
    type Output = ReadinessShown;
    const SPEC: Spec = Spec::new(
        "readiness.show",
        "Shows what is wired and what is not, with the minutes that it takes.",
        Way::Http(Verb::Get, "/readiness"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Look for Readiness {
    async fn look(_: &Nothing, _: &Permitted<Room>, read: &mut Read<'_>) -> Result<ReadinessShown> {
        let world = read.world::<World>()?;
        let syslog = syslog(world, read).await?;
        let mut items = vec![
            https(world),
            database(world.engine),
            record(read).await?,
            second_factor(),
            mail(),
            alerts(),
            backup(world, read).await?,
            drill(world, read).await?,
            recovery_kit(world),
        ];
        items.splice(3..3, syslog);
        let minutes = items.iter().filter_map(|item| item.minutes).sum();
        Ok(ReadinessShown { items, minutes })
    }
}

fn item(name: &str, wired: bool, words: impl Into<String>, minutes: Option<i64>) -> ReadinessItem {
    ReadinessItem { name: name.to_owned(), wired, words: words.into(), minutes }
}

fn https(world: &World) -> ReadinessItem {
    if world.public_origin.starts_with("https://") {
        item("https", true, format!("Browsers reach it at {}.", world.public_origin), None)
    } else {
        item("https", false, "Plain HTTP: for this machine only. Start with --tls or behind a proxy.", Some(5))
    }
}

fn database(engine: Engine) -> ReadinessItem {
    let words = match engine {
        Engine::Sqlite => "SQLite, on this machine. What was acknowledged is on disk.",
        Engine::Postgres => "PostgreSQL. Any number of instances can run.",
    };
    item("database", true, words, None)
}

async fn record(read: &mut Read<'_>) -> Result<ReadinessItem> {
    if let Some(trouble) = read.sealing_trouble() {
        return Ok(item("record", false, format!("Events are recorded, and nothing is signed: {trouble}"), None));
    }
    let row = read
        .one(
            "SELECT (SELECT size FROM ledger_head WHERE id = 1) AS size, (SELECT count(*) FROM event_pending) AS waiting, \
             (SELECT max(at) FROM ledger_checkpoint) AS at, (SELECT max(size) FROM ledger_anchor) AS anchored",
            vec![],
        )
        .await?;
    let (size, waiting, at): (i64, i64, Option<Time>) = (row.get("size")?, row.get("waiting")?, row.get("at")?);
    let anchored: Option<i64> = row.get("anchored")?;
    let late = at.is_none_or(|at| read.now().seconds_since(at) > SEAL_LATE_SECONDS);
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

/// How far the syslog server is, where one is asked for.
async fn syslog(world: &World, read: &mut Read<'_>) -> Result<Option<ReadinessItem>> {
    if world.syslog.is_none() {
        return Ok(None);
    }
    let row = read.maybe("SELECT received, problem FROM push WHERE receiver = 'syslog'", vec![]).await?;
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

fn second_factor() -> ReadinessItem {
    item("second_factor", false, "Sign-in is by password alone in this version.", None)
}

fn mail() -> ReadinessItem {
    item("mail", false, "This version sends no mail.", None)
}

fn alerts() -> ReadinessItem {
    item("alerts", false, "This version raises no alerts: watch /readyz from outside.", None)
}

/// Whether backups are taken, how old the newest is, and who could open it.
async fn backup(world: &World, read: &mut Read<'_>) -> Result<ReadinessItem> {
    let Backups { settings, troubles, .. } = &world.backups;
    if settings.place.backup_to.is_none() {
        let words = "Nothing is backed up: when this machine is gone, so is everything. Start with --backup-to.";
        return Ok(item("backup", false, words, Some(10)));
    }
    let done = last_done(read, "backup.run").await?;
    let words = match (done, troubles.of("backup.run")) {
        (_, Some(trouble)) => format!("The last try failed: {}", trouble.lines().next().unwrap_or_default()),
        (Some(at), None) => {
            let (every, days) = (settings.backup_every, settings.backup_keep);
            format!("The newest was taken {}; one every {every}, kept for {days} days.", shown(at))
        }
        (None, None) => "None was taken yet.".to_owned(),
    };
    let fresh = done.is_some_and(|at| read.now().seconds_since(at) < 2 * settings.backup_every.0);
    Ok(item("backup", fresh, words, None))
}

/// Whether the newest backup was tried.
async fn drill(world: &World, read: &mut Read<'_>) -> Result<ReadinessItem> {
    let settings = &world.backups.settings;
    if settings.place.backup_to.is_none() {
        return Ok(item("drill", false, "There is no backup that could be tried.", None));
    }
    if let Some(trouble) = world.backups.troubles.of("backup.drill") {
        let words = format!("The last try failed: {}", trouble.lines().next().unwrap_or_default());
        return Ok(item("drill", false, words, None));
    }
    let Some(done) = last_done(read, "backup.drill").await? else {
        return Ok(item("drill", false, "No backup was tried yet. Try one: plimsoll-portal drill.", Some(2)));
    };
    let words =
        format!("Restored beside the portal and signed in to {}; once every {}.", shown(done), settings.drill_every);
    Ok(item("drill", read.now().seconds_since(done) < 2 * settings.drill_every.0, words, None))
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

/// When something of backups was last done, as the record says.
async fn last_done(read: &mut Read<'_>, action: &str) -> Result<Option<Time>> {
    let installation = read.one("SELECT id FROM installation", vec![]).await?.get("id")?;
    Ok(read.one(LAST_DONE, schedule::last_done(installation, action)).await?.get("at")?)
}

fn shown(at: Time) -> String {
    at.timestamp().strftime("%Y-%m-%d %H:%M UTC").to_string()
}
