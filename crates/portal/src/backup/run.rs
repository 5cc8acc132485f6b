//! `backup.run`: takes a backup and clears old ones away. The record names the snapshot by its manifest's SHA-256, or says
//! why there is none.

use door::ledger::Hash;
use door::{Action, Permitted, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Way, Write};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{Error, WORDS};
use super::expire::{Expired, expire};
use super::take::{Taken, take};
use crate::identity::Anywhere;
use crate::nothing::Nothing;
use crate::world::World;

/// Takes a backup.
pub struct Run;

/// The backup.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BackupTaken {
    /// The snapshot's name.
    pub snapshot: String,
    /// SHA-256 of its manifest, in hexadecimal.
    pub manifest: String,
    /// Tables in it.
    pub tables: i64,
    /// Rows in it.
    pub rows: i64,
    /// Objects of files in it.
    pub files: i64,
    /// Objects that the database names and the store of files has lost.
    pub lost: i64,
    /// Bytes that had to be stored because they were not there before.
    pub stored_bytes: i64,
    /// Old snapshots that were cleared away.
    pub expired: i64,
}

impl Action for Run {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = BackupTaken;
    const SPEC: Spec = Spec::new(
        "backup.run",
        "Takes a backup of everything, encrypted, and clears old ones away; by hand, or on its schedule.",
        Way::Console("backup.run"),
        Relations::of(&[Relation::CONSOLE, Relation::JOB]),
    )
    .not_when(WORDS);
}

impl Receive for Run {
    type Ready = (Taken, Expired);

    async fn ready(_: Nothing, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<(Taken, Expired)> {
        read.leave();
        let World { backups, cabinet, .. } = read.world::<World>()?;
        let taken = async {
            let repository = backups.open_or_begin().await?;
            let taken = take(&repository, &mut *read, &backups.data, &cabinet.files, &backups.clock).await?;
            let expired = expire(&repository, backups.settings.backup_keep, &backups.clock).await?;
            Ok((taken, expired))
        };
        let taken = taken.await;
        backups.troubles.remember(Self::SPEC.name, taken.as_ref().err());
        taken.map_err(|error| {
            tracing::error!(%error, "no backup was made");
            match error {
                // Another instance is at it: nothing failed.
                Error::Locked { .. } => Refusal::Conflict("locked"),
                error => Refusal::NotNow(error.word()),
            }
        })
    }

    async fn receive(
        (taken, expired): &(Taken, Expired),
        _: &Permitted<Anywhere>,
        _: &mut Write<'_>,
    ) -> Result<(BackupTaken, Record)> {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let manifest = &taken.snapshot.manifest;
        let output = BackupTaken {
            snapshot: taken.snapshot.name.clone(),
            manifest: taken.snapshot.sha256.clone(),
            tables: number(manifest.tables.len() as u64),
            rows: number(manifest.rows()),
            files: number(manifest.files.count),
            lost: number(manifest.files.lost.len() as u64),
            stored_bytes: number(taken.fresh.bytes),
            expired: number(expired.snapshots),
        };
        let record = Record::of_nothing()
            .fact("manifest", hash(&output.manifest))
            .fact("rows", output.rows)
            .fact("files", output.files)
            .fact("lost", output.lost)
            .fact("stored_bytes", output.stored_bytes)
            .fact("expired", output.expired);
        Ok((output, record))
    }
}

/// A SHA-256 that was written in hexadecimal here.
pub(super) fn hash(text: &str) -> Hash {
    let mut bytes = [0; 32];
    let _ = hex::decode_to_slice(text, &mut bytes);
    Hash(bytes)
}
