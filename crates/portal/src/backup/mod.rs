//! Backups: taken while the portal works, encrypted, and tried before they are needed. What lies where, and what each
//! command does: docs/backup.md.
//!
//! A backup is a *snapshot* in a *repository*: a sealed [`manifest`] that names *chunks*. [`take()`] makes one, `verify`
//! reads all of it, `give_back` puts it where nothing is yet; `restore` and `drill` are made of the two.

mod arguments;
mod before_migration;
mod chunk;
mod command;
mod confirm;
mod drill;
mod drill_run;
mod error;
mod expire;
mod give_back;
mod kept;
mod key;
mod kit;
mod lines;
mod lock;
mod lost;
pub mod manifest;
mod put_back;
mod rehearsal;
mod repository;
mod restore;
mod run;
pub mod schedule;
mod settings;
mod stage;
mod take;
mod verify;
mod writer;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use door::Clock;

pub use arguments::{Backup, DrillByHand, RecoveryKit, RecoveryKitDo, Restore};
pub(crate) use before_migration::before_migration;
pub use chunk::ChunkName;
pub use command::{backup, drill_by_hand, recovery_kit};
pub use confirm::ConfirmKit;
pub use drill::{Drilled, drill};
pub use drill_run::{BackupDrilled, Drill};
pub use error::{Error, Result};
pub use expire::{Expired, expire};
pub use key::BackupKey;
pub use kit::{Kit, KitError};
pub use put_back::{PutBack, PutBackDone, Wanted};
pub use repository::{Repository, Snapshot};
pub use restore::restore;
pub use run::{BackupTaken, Run};
pub use settings::{Every, Place, Settings};
pub(crate) use stage::clear_left;
pub use take::{Database, Taken, take};
pub use verify::{Verified, verify};
pub use writer::Fresh;

use crate::data::Data;

/// What the portal's verbs know of its backups.
#[derive(Clone)]
pub struct Backups {
    /// Where they lie, and when they are made.
    pub settings: Settings,
    /// The data directory that they are made of.
    pub data: Data,
    /// The address of its database, where that is PostgreSQL.
    pub database: Option<String>,
    /// The portal's own program, which is started on a restored copy.
    pub program: PathBuf,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Why the last tries failed; shared with whoever asked for them.
    pub troubles: Troubles,
}

/// Why the last try of each action of backups failed, in words.
#[derive(Debug, Clone, Default)]
pub struct Troubles(Arc<Mutex<BTreeMap<&'static str, String>>>);

impl Troubles {
    /// Remembers how the last try of an action ended.
    pub fn remember(&self, action: &'static str, error: Option<&Error>) {
        let mut troubles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match error {
            Some(error) => drop(troubles.insert(action, error.to_string())),
            None => drop(troubles.remove(action)),
        }
    }

    /// Why the last try of an action failed; nothing when it did not.
    #[must_use]
    pub fn of(&self, action: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(action).cloned()
    }
}

impl Backups {
    /// Opens the repository, or begins one.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn open_or_begin(&self) -> Result<Repository> {
        let key = BackupKey::of(self.data.directory())?;
        self.settings.place.open_or_begin(&key).await
    }

    /// Opens the repository with the text of a recovery kit: the one on file, or what would be printed of this portal's key.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn open_with_kit(&self) -> Result<Repository> {
        let kit: Kit = match &self.settings.kit {
            Some(path) => Kit::read(path)?,
            None => Kit(BackupKey::of(self.data.directory())?).to_string().parse().map_err(anyhow::Error::from)?,
        };
        self.settings.place.open(&kit.0).await
    }
}
