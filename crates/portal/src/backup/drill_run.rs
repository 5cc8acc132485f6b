//! `backup.drill`: tries the newest backup. The record says which, how long it took until somebody could sign in, and how
//! much would have been lost; or why it is of no use.

use door::{Action, Permitted, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Way, Write};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::drill::{Drilled, drill};
use super::error::WORDS;
use super::run::hash;
use crate::identity::Anywhere;
use crate::nothing::Nothing;
use crate::world::World;

/// Tries the newest backup.
pub struct Drill;

/// What the drill showed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BackupDrilled {
    /// The snapshot's name.
    pub snapshot: String,
    /// SHA-256 of its manifest, in hexadecimal.
    pub manifest: String,
    /// Tables, each the same as when the backup was taken.
    pub tables: i64,
    /// Rows of all of them.
    pub rows: i64,
    /// Objects of files, each the same.
    pub files: i64,
    /// Milliseconds from the beginning to the first sign-in.
    pub recovery_milliseconds: i64,
    /// Seconds since the newest event in it.
    pub loss_seconds: i64,
}

impl Action for Drill {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = BackupDrilled;
    const SPEC: Spec = Spec::new(
        "backup.drill",
        "Restores the newest backup beside the portal, signs in to it, and takes it away again; by hand, or on its schedule.",
        Way::Console("backup.drill"),
        Relations::of(&[Relation::CONSOLE, Relation::JOB]),
    )
    .not_when(WORDS);
}

impl Receive for Drill {
    type Ready = Drilled;

    async fn ready(_: Nothing, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Drilled> {
        read.leave();
        let backups = &read.world::<World>()?.backups;
        let drilled = drill(backups).await;
        backups.troubles.remember(Self::SPEC.name, drilled.as_ref().err());
        drilled.map_err(|error| {
            tracing::error!(%error, "the drill failed: the newest backup is of no use as it is");
            Refusal::NotNow(error.word())
        })
    }

    async fn receive(drilled: &Drilled, _: &Permitted<Anywhere>, _: &mut Write<'_>) -> Result<(BackupDrilled, Record)> {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let manifest = &drilled.snapshot.manifest;
        let output = BackupDrilled {
            snapshot: drilled.snapshot.name.clone(),
            manifest: drilled.snapshot.sha256.clone(),
            tables: number(manifest.tables.len() as u64),
            rows: number(manifest.rows()),
            files: number(drilled.objects),
            recovery_milliseconds: number(drilled.recovery_milliseconds),
            loss_seconds: drilled.loss_seconds,
        };
        let record = Record::of_nothing()
            .fact("manifest", hash(&output.manifest))
            .fact("rows", output.rows)
            .fact("files", output.files)
            .fact("recovery_milliseconds", output.recovery_milliseconds)
            .fact("loss_seconds", output.loss_seconds);
        Ok((output, record))
    }
}
