//! The drill: the newest backup is restored beside the portal, and somebody signs in to it. A backup that was never restored
//! is a hope.
//!
//! Nothing is taken from the portal that runs but its backup key, and that by way of the recovery kit's text. The copy is
//! opened by the portal's own program in a process of its own, which runs no job: it sends nothing to anybody.

use std::time::Instant;

use door::store::{Dump, Scratch, Settings};
use door::{Clock, Time};
use uuid::Uuid;

use super::manifest::Manifest;
use super::repository::{Repository, Snapshot};
use super::settings::Every;
use super::stage::{DRILL, Stage};
use super::{Backups, Error, Result, give_back, rehearsal, restore, verify};
use crate::data::Data;
use crate::files::Files;
use crate::settings::Place;

/// What the drill showed.
#[derive(Debug, Clone)]
pub struct Drilled {
    /// What was restored.
    pub snapshot: Snapshot,
    /// Objects of files, each held against its hash.
    pub objects: u64,
    /// Milliseconds from the beginning to the first sign-in: what an outage would have taken, without finding the kit.
    pub recovery_milliseconds: u64,
    /// Seconds since the newest event in it: what would have been lost.
    pub loss_seconds: i64,
}

/// Restores the newest backup into a scratch place and signs in.
///
/// # Errors
/// See [`Error`]: what is missing, damaged, foreign, newer, too old, or does not work.
pub async fn drill(backups: &Backups) -> Result<Drilled> {
    let begun = Instant::now();
    let repository = backups.open_with_kit().await?;
    let snapshot = repository.snapshot(None).await?;
    fresh_enough(&snapshot.manifest, backups.settings.backup_every, backups.clock.now())?;
    if let Some(lost) = snapshot.manifest.files.lost.first() {
        return Err(Error::Missing { what: format!("file {lost}") });
    }
    verify(&repository, &snapshot.manifest).await?;

    let stage = Stage::inside(backups.data.directory(), DRILL)?;
    let mut scratch = match &backups.database {
        Some(url) => Some(Scratch::beside(url).await?),
        None => None,
    };
    let address = match &mut scratch {
        Some(scratch) => Some(scratch.empty_address().await?),
        None => None,
    };
    let copy = Place { data: stage.path.clone(), database: address };
    let done = rehearse(backups, &repository, &snapshot.manifest, &copy).await;
    // Databases are dropped, however it went.
    if let Some(scratch) = scratch {
        scratch.close().await?;
    }
    let objects = done?;
    let now = backups.clock.now();
    Ok(Drilled {
        objects,
        recovery_milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        loss_seconds: snapshot.manifest.newest_event_at.map_or(0, |at| now.seconds_since(at)),
        snapshot,
    })
}

/// Whether it is not older than two of its periods: one may be missed, and no more.
fn fresh_enough(manifest: &Manifest, every: Every, now: Time) -> Result<()> {
    let age = now.seconds_since(manifest.at);
    if age <= 2 * every.0 {
        return Ok(());
    }
    Err(Error::Stale { hours: age / 3600, due: every.to_string() })
}

/// Gives everything back into the copy, holds it against the manifest, and signs in. Gives the objects of files.
async fn rehearse(backups: &Backups, repository: &Repository, manifest: &Manifest, copy: &Place) -> Result<u64> {
    give_back::beside(repository, manifest, &copy.data)?;
    // Nobody outside is to hear of the copy.
    let _ = std::fs::remove_file(copy.data.join("anchors.toml"));
    let files = Files::local(&copy.data.join("files"))?;
    let settings = settings(copy);
    give_back::database(repository, manifest, &settings, backups.clock.now()).await?.close().await;
    let objects = give_back::files(repository, manifest, &files).await?;
    let data = Data::existing(copy)?;
    let organisation = holds(&data, copy, &*backups.clock).await?;
    rehearsal::sign_in(&backups.program, copy, data.is_demo(), organisation).await?;
    Ok(objects)
}

fn settings(copy: &Place) -> Settings {
    match &copy.database {
        Some(url) => Settings::Postgres(url.clone()),
        None => Settings::Sqlite(copy.data.join("portal.db")),
    }
}

/// Whether the record holds, and covers what the checkpoint in the backup covers. Gives an organisation, if there is one.
async fn holds(data: &Data, copy: &Place, clock: &dyn Clock) -> Result<Option<Uuid>> {
    let store = data.store(copy, clock).await?;
    let report = door::verify::verify(&store, &data.trust()?).await.map_err(anyhow::Error::from)?;
    if let Err(why) = restore::sound(&report) {
        return Err(Error::Differs { what: "the record".to_owned(), why: why.to_string() });
    }
    let first = Dump::open(&store).await?.all("SELECT id FROM organisation ORDER BY id LIMIT 1", vec![]).await?;
    let organisation = first.first().map(|row| row.get("id")).transpose()?;
    store.close().await;
    Ok(organisation)
}
