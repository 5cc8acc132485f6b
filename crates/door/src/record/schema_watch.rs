//! Watching the schema: a trigger that is switched off for a moment leaves a mark for ever.
//!
//! What the database refuses is only as good as its constraints and triggers. So their fingerprint is taken before
//! checkpoints are signed, and when it is another one than the last recorded, an event says so, with the number of
//! migrations that were run: a change that no migration explains is a finding of every later verification. What is
//! switched off and on again between two looks is seen by what was done meanwhile, when rows are held against the record.

use std::sync::atomic::{AtomicI64, Ordering};

use ledger::Hash;
use ledger::event::{Outcome, Performer, PublicValue};
use sha2::{Digest as _, Sha256};

use super::hand_over::own_draft;
use super::sign::{CHECKPOINT_SECONDS, SealError};
use super::{Keeper, write};
use crate::pass::Door;
use crate::store::{Engine, Result, Store, Tx};
use crate::time::Time;
use crate::values;

/// The event that says what the schema looks like.
pub const SCHEMA_SET: &str = "ledger.schema.set";

/// When the schema was last looked at, in microseconds since 1970.
#[derive(Debug, Default)]
pub(crate) struct Looked(AtomicI64);

impl Looked {
    /// Whether it is time for another look.
    fn due(&self, now: Time) -> bool {
        let last = self.0.load(Ordering::Relaxed);
        last == 0 || now.seconds_since(Time(last)) >= CHECKPOINT_SECONDS || now < Time(last)
    }
}

/// The schema in 32 bytes.
pub(super) async fn fingerprint(store: &Store) -> Result<Hash> {
    let mut hasher = Sha256::new();
    for line in store.schema_lines().await? {
        hasher.update((line.len() as u64).to_be_bytes());
        hasher.update(line);
    }
    Ok(Hash(hasher.finalize().into()))
}

/// How many migrations were run.
async fn migrations(tx: &mut Tx) -> Result<i64> {
    tx.one("SELECT count(*) AS count FROM migration", vec![]).await?.get("count")
}

/// The word for an engine: the same schema has another fingerprint on each.
pub(super) const fn word(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}

/// The fingerprint that was recorded last on this engine.
async fn recorded(tx: &mut Tx) -> Result<Option<Hash>> {
    let last = "SELECT fingerprint FROM ledger_schema WHERE engine = $1 ORDER BY n DESC LIMIT 1";
    let last = tx.maybe(last, values![word(tx.engine())]).await?;
    last.map(|row| row.get("fingerprint").map(Hash)).transpose()
}

impl Door {
    /// Records the schema if it is another one than the last recorded. Looks as often as checkpoints are signed.
    pub(super) async fn watch_schema(&self) -> std::result::Result<(), SealError> {
        let now = self.now();
        if self.schema_looked.due(now) {
            self.keeper().record_schema().await?;
            self.schema_looked.0.store(now.0, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Keeper<'_> {
    /// Records the schema if it is another one than the last recorded.
    ///
    /// # Errors
    /// See [`SealError`].
    pub async fn record_schema(&self) -> std::result::Result<(), SealError> {
        let found = fingerprint(self.store).await?;
        if recorded(&mut self.store.read().await?).await? == Some(found) {
            return Ok(());
        }
        let mut tx = self.store.write(true).await?;
        // Another instance may have written it meanwhile; twice the same says nothing new.
        if recorded(&mut tx).await? != Some(found) {
            let (engine, migrations) = (word(tx.engine()), migrations(&mut tx).await?);
            let draft = own_draft(self.installation, self.observer, self.now, SCHEMA_SET)
                .actor(Performer::job())
                .fact("engine", PublicValue::word(engine))
                .fact("fingerprint", found)
                .fact("migrations", migrations);
            let n = write::insert(&mut tx, draft, Outcome::Done).await?;
            let insert = "INSERT INTO ledger_schema (n, engine, fingerprint, migrations) VALUES ($1, $2, $3, $4)";
            tx.run(insert, values![n, engine, found.0, migrations]).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
