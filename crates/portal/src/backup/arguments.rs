//! What may be said to the commands of backups.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::settings;
use crate::files;
use crate::settings::Place;

/// A backup by hand.
#[derive(Debug, Clone, Args)]
pub struct Backup {
    /// Where the data lies.
    #[command(flatten)]
    pub place: Place,
    /// Where backups lie.
    #[command(flatten)]
    pub settings: settings::Settings,
    /// Where files lie.
    #[command(flatten)]
    pub files: files::Settings,
}

/// A drill by hand.
#[derive(Debug, Clone, Args)]
pub struct DrillByHand {
    /// Where the data lies.
    #[command(flatten)]
    pub place: Place,
    /// Where backups lie.
    #[command(flatten)]
    pub settings: settings::Settings,
    /// A file with the printed recovery kit, or `-`: to try the paper, too.
    #[arg(long, value_name = "FILE")]
    pub kit: Option<PathBuf>,
}

/// What to put back.
#[derive(Debug, Clone, Args)]
pub struct Restore {
    /// Where it is put: a directory, which is kept beside under another name if it is there; and an empty database.
    #[command(flatten)]
    pub place: Place,
    /// Where backups lie.
    #[command(flatten)]
    pub backups: settings::Place,
    /// A file with the recovery kit, or `-` for standard input. Otherwise the key in the data directory, if it is there.
    #[arg(long, value_name = "FILE")]
    pub kit: Option<PathBuf>,
    /// Which snapshot; otherwise the newest. `--list` shows them.
    #[arg(long, value_name = "NAME")]
    pub snapshot: Option<String>,
    /// Put back only what this organisation lost since the snapshot, into the portal that is there and goes on.
    #[arg(long, value_name = "ID", conflicts_with_all = ["list", "verify"])]
    pub organisation: Option<Uuid>,
    /// List the snapshots, and restore nothing.
    #[arg(long)]
    pub list: bool,
    /// Verify the snapshot from end to end, and restore nothing.
    #[arg(long, conflicts_with = "list")]
    pub verify: bool,
    /// Why, for the record: it goes on in a new epoch that says so.
    #[arg(long, default_value = "restored from a backup", value_name = "WORDS")]
    pub reason: String,
    /// Who decided, for the record.
    #[arg(long, default_value = "the operator", value_name = "NAME")]
    pub decided_by: String,
    /// Where files are put.
    #[command(flatten)]
    pub files: files::Settings,
}

/// The recovery kit.
#[derive(Debug, Clone, Args)]
pub struct RecoveryKit {
    /// Where the data lies.
    #[command(flatten)]
    pub place: Place,
    /// What to do.
    #[command(subcommand)]
    pub what: RecoveryKitDo,
}

/// What can be done with the recovery kit.
#[derive(Debug, Clone, Subcommand)]
pub enum RecoveryKitDo {
    /// Print it: the key of the backups, and how to restore with it. Keep it where neither the portal nor the backups are.
    Print,
    /// Say that it is kept, with the group at its end, read from the paper.
    Confirm {
        /// The group: `XXXX-XXXX`.
        group: String,
    },
}
