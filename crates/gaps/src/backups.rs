//! Backups that are of no use: some of it is not in them, and nobody is told.

use door::{Action, Catalogue, Permitted, Read, Receive, Record, Refusal, Spec, Write};
use portal::Parts;
use portal::backup::{BackupTaken, Expired, Run, Taken, expire, take};
use portal::files::Files;
use portal::identity::Anywhere;
use portal::nothing::Nothing;
use portal::world::World;

use crate::instead;

/// Opens it: the backup leaves out the documents.
pub(crate) fn without_documents(parts: Parts) -> Parts {
    instead(parts, &Catalogue::default().receive::<RunWithoutFiles>())
}

/// The backup as somebody writes it who was given another directory for the files, and has them not counted.
struct RunWithoutFiles;

impl Action for RunWithoutFiles {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = BackupTaken;
    const SPEC: Spec = Run::SPEC;
}

impl Receive for RunWithoutFiles {
    type Ready = (Taken, Expired);

    async fn ready(_: Nothing, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> door::Result<(Taken, Expired)> {
        read.leave();
        let backups = &read.world::<World>()?.backups;
        let broken = |_| Refusal::Broken;
        let elsewhere = Files::local(&backups.data.directory().join("nothing")).map_err(|_| Refusal::Broken)?;
        let repository = backups.open_or_begin().await.map_err(broken)?;
        let taken = take(&repository, &mut *read, &backups.data, &elsewhere, &backups.clock).await.map_err(broken)?;
        let expired = expire(&repository, backups.settings.backup_keep, &backups.clock).await.map_err(broken)?;
        Ok((taken, expired))
    }

    async fn receive(
        ready: &(Taken, Expired),
        target: &Permitted<Anywhere>,
        write: &mut Write<'_>,
    ) -> door::Result<(BackupTaken, Record)> {
        let (taken, record) = Run::receive(ready, target, write).await?;
        Ok((BackupTaken { lost: 0, ..taken }, record))
    }
}
