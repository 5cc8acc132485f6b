//! `backup` and `recovery-kit`, by hand.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use door::Door;
use serde_json::Value;

use super::arguments::{Backup, DrillByHand, RecoveryKit, RecoveryKitDo, Restore};
use super::drill_run::BackupDrilled;
use super::key::BackupKey;
use super::kit::Kit;
use super::put_back::{PutBackDone, Wanted};
use super::run::BackupTaken;
use super::settings::Settings;
use crate::data::Data;
use crate::ids::OrganisationId;
use crate::parts::Parts;
use crate::wires::console;

/// Takes a backup, through the door like everything else, and says what it holds.
///
/// # Errors
/// Why there is none, with the next step.
pub async fn backup(asked: &Backup, parts: &Parts, print: &mut (dyn FnMut(&str) + Send)) -> Result<()> {
    let data = Data::existing(&asked.place)?;
    let parts = Parts { backup: asked.settings.clone(), files: asked.files.clone(), ..parts.clone() };
    let door = parts.door(&data, &asked.place, "http://localhost", data.is_demo()).await?;
    let done = pass(&door, "backup.run", &parts).await;
    let sealed = door.checkpoint().await;
    door.close().await;
    let taken = done?;
    sealed.context("the record of the backup could not be sealed yet")?;
    let taken: BackupTaken = serde_json::from_value(taken)?;
    let BackupTaken { snapshot, manifest, tables, rows, files, lost, stored_bytes, expired } = taken;
    print(&format!("snapshot {snapshot}: {tables} tables, {rows} rows, {files} objects of files"));
    print(&format!("stored: {stored_bytes} bytes that were not there before; old snapshots cleared away: {expired}"));
    print(&format!("manifest: SHA-256 {manifest}"));
    if lost > 0 {
        bail!("{lost} objects of files that the database names are not in the store of files; the log names them");
    }
    if !data.kit_is_confirmed()? {
        print("The recovery kit is not confirmed: without it nobody can open this when the machine is gone.");
        print("  plimsoll-portal recovery-kit print");
    }
    Ok(())
}

/// Tries the newest backup, and says how long it took and what would have been lost.
///
/// # Errors
/// What is wrong with it, with the next step.
pub async fn drill_by_hand(asked: &DrillByHand, parts: &Parts, print: &mut (dyn FnMut(&str) + Send)) -> Result<()> {
    let data = Data::existing(&asked.place)?;
    let backup = Settings { kit: asked.kit.clone(), ..asked.settings.clone() };
    let parts = Parts { backup, ..parts.clone() };
    let door = parts.door(&data, &asked.place, "http://localhost", data.is_demo()).await?;
    let done = pass(&door, "backup.drill", &parts).await;
    let sealed = door.checkpoint().await;
    door.close().await;
    let drilled: BackupDrilled = serde_json::from_value(done?)?;
    sealed.context("the record of the drill could not be sealed yet")?;
    let BackupDrilled { snapshot, tables, rows, files, recovery_milliseconds, loss_seconds, .. } = drilled;
    print(&format!("snapshot {snapshot}: {tables} tables, {rows} rows, {files} objects of files, all as they were"));
    print("the record holds, and covers what was signed before the backup");
    let (seconds, tenths) = (recovery_milliseconds / 1000, recovery_milliseconds % 1000 / 100);
    print(&format!("signed in to the restored portal after {seconds}.{tenths} seconds (RTO)"));
    print(&format!("its newest event was {loss_seconds} seconds old (RPO)"));
    Ok(())
}

/// Puts back what one organisation lost, and says what came.
///
/// # Errors
/// Why nothing did, with the next step.
pub(super) async fn put_back(
    asked: &Restore,
    organisation: OrganisationId,
    parts: &Parts,
    print: &mut (dyn FnMut(&str) + Send),
) -> Result<()> {
    let data = Data::existing(&asked.place)?;
    let backup = Settings { place: asked.backups.clone(), kit: asked.kit.clone(), ..Settings::default() };
    let parts = Parts { backup, files: asked.files.clone(), ..parts.clone() };
    let door = parts.door(&data, &asked.place, "http://localhost", data.is_demo()).await?;
    let wanted = Wanted { organisation, snapshot: asked.snapshot.clone() };
    let done = pass_with(&door, "organisation.put_back", &serde_json::to_string(&wanted)?, &parts).await;
    let sealed = door.checkpoint().await;
    door.close().await;
    let PutBackDone { snapshot, rows, files } = serde_json::from_value(done?)?;
    sealed.context("the record of what came back could not be sealed yet")?;
    if rows.is_empty() && files == 0 {
        print(&format!("snapshot {snapshot}: nothing of this organisation is gone since"));
    }
    rows.iter().for_each(|(table, count)| print(&format!("put back: {count} of {table}")));
    if files > 0 {
        print(&format!("put back: {files} files, with their keys"));
    }
    Ok(())
}

/// Passes an action of backups. Why it failed comes in the words that it left behind, not in the record's one word.
async fn pass(door: &Arc<Door>, action: &str, parts: &Parts) -> Result<Value> {
    pass_with(door, action, "{}", parts).await
}

async fn pass_with(door: &Arc<Door>, action: &str, input: &str, parts: &Parts) -> Result<Value> {
    let done = console::pass(door, action, input).await;
    done.map_err(|error| parts.backup_troubles.of(action).map_or(error, |trouble| anyhow::anyhow!(trouble)))
}

/// Prints the recovery kit, or takes the word that it is kept.
///
/// # Errors
/// When the group is another.
pub async fn recovery_kit(asked: &RecoveryKit, parts: &Parts, print: &mut (dyn FnMut(&str) + Send)) -> Result<()> {
    let data = Data::existing(&asked.place)?;
    let kit = Kit(BackupKey::of(data.directory())?);
    match &asked.what {
        RecoveryKitDo::Print => print(&sheet(&kit)),
        RecoveryKitDo::Confirm { group } => {
            if !kit.confirms(group) {
                bail!(
                    "{group}: is not the last group of this portal's recovery kit\n\nhint: recovery-kit print shows it"
                );
            }
            data.confirm_kit()?;
            let door = parts.door(&data, &asked.place, "http://localhost", data.is_demo()).await?;
            let done = console::pass(&door, "recovery_kit.confirm", "{}").await;
            door.close().await;
            done?;
            print("confirmed: the recovery kit is kept elsewhere");
        }
    }
    Ok(())
}

/// The kit as it is printed.
fn sheet(kit: &Kit) -> String {
    format!(
        "RECOVERY KIT of the portal whose backups belong to the key {fingerprint}\n\n\
         With this page and the backups, everything can be restored on any machine. Without it, nobody can.\n\
         Print it, and keep it where neither the portal nor the backups are.\n\n{kit}\n\
         To restore: type the eight lines into a file, then\n\n  \
           plimsoll-portal restore --from PLACE --kit FILE --data DIR\n\n\
         To confirm that this page is kept, type its last group on the portal's machine:\n\n  \
           plimsoll-portal recovery-kit confirm {group}\n",
        fingerprint = kit.0.fingerprint(),
        group = kit.group(),
    )
}
