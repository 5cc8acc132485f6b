//! `backup` and `recovery-kit`, by hand.

use std::sync::PoisonError;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::arguments::{Backup, RecoveryKit, RecoveryKitDo};
use super::key::BackupKey;
use super::kit::Kit;
use super::run::BackupTaken;
use crate::data::Data;
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
    let done = console::pass(&door, "backup.run", "{}").await;
    let sealed = door.checkpoint().await;
    door.close().await;
    let taken = told(done, &parts)?;
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

/// What an action of backups answered, or why it failed, in the words that it left behind.
pub(super) fn told(done: Result<Value>, parts: &Parts) -> Result<Value> {
    done.map_err(|error| {
        let trouble = parts.backup_trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
        trouble.map_or(error, |trouble| anyhow::anyhow!(trouble))
    })
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
