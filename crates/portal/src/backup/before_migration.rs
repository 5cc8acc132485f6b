//! A new version takes a backup before it changes the schema, and says how to go back.

use anyhow::{Context as _, Result};
use door::store::Store;

use super::key::BackupKey;
use super::settings::Place;
use super::take::take;
use crate::data::Data;
use crate::files::Location;
use crate::parts::Parts;

/// Where it lies in the data directory when no place for backups is configured.
const FOLDER: &str = "before-migration";

/// Takes a backup when migrations are due on data that is in use. What is new needs none.
///
/// # Errors
/// Why none could be taken; then nothing is migrated.
pub(crate) async fn before_migration(parts: &Parts, data: &Data, store: &Store) -> Result<()> {
    let cannot = || format!("{}: the data cannot be used by this version", data.directory().display());
    let (done, due) = store.due(&crate::schema::migrations()).await.with_context(cannot)?;
    if done == 0 || due == 0 {
        return Ok(());
    }
    let place = match &parts.backup.place.backup_to {
        Some(_) => parts.backup.place.clone(),
        None => Place { backup_to: Some(Location::Directory(data.directory().join(FOLDER))), ..Place::default() },
    };
    let taken = async {
        let repository = place.open_or_begin(&BackupKey::of(data.directory())?).await?;
        let (files, ..) = parts.files.open(data.directory())?;
        let taken = take(&repository, store, data, &files, &parts.clock).await?;
        anyhow::Ok((repository.place, taken.snapshot.name))
    };
    let (place, snapshot) = taken.await.context(
        "nothing was changed: a backup is taken before the data is brought to this version, and none could be\n\n\
         hint: --backup-to PLACE names where there is room for one",
    )?;
    tracing::warn!(
        "the data is brought to this version ({due} migrations). A backup was taken before. To go back, stop the portal, \
         install the version before, and: plimsoll-portal restore --from {place} --snapshot {snapshot} --data {}",
        data.directory().display()
    );
    Ok(())
}
