//! What the ledger does by itself, below the catalogue: handing over, erasing, dropping, noting the schema.

use uuid::Uuid;

use super::sign::Sealer;
use crate::pass::Door;
use crate::store::Store;
use crate::time::Time;

/// Everything that such a deed needs. Each leaves an event.
#[derive(Clone, Copy)]
pub struct Keeper<'a> {
    /// The database.
    pub store: &'a Store,
    /// What signs the log.
    pub sealer: Option<&'a Sealer>,
    /// The installation, whose chain the events lie in.
    pub installation: Uuid,
    /// Who records: `portal@0.1.0`.
    pub observer: &'static str,
    /// The time.
    pub now: Time,
}

impl Door {
    /// What the ledger does by itself.
    #[must_use]
    pub fn keeper(&self) -> Keeper<'_> {
        Keeper {
            store: &self.parts.store,
            sealer: self.parts.sealer.as_deref(),
            installation: self.installation(),
            observer: self.parts.observer,
            now: self.now(),
        }
    }
}
