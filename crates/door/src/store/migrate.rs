//! Migrations: in order, once, on both engines from one text.

use sha2::{Digest as _, Sha256};

use super::dialect::{self, Engine};
use super::{Error, Result, Store, Tx};
use crate::time::Time;
use crate::values;

/// One numbered change of the schema. Never edited once released: its hash is kept beside its number.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Counts up from 1 without a gap.
    pub version: i64,
    /// What it does, in a few words.
    pub name: &'static str,
    /// Its steps in order.
    pub steps: &'static [Step],
}

/// One step of a migration.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// A statement with the words in braces of the dialect: `{id}`, `{int}`, `{bool}`, `{bytes}`, `{text}`,
    /// `{serial}`, `{strict}`.
    Sql(&'static str),
    /// A recorded table: name, its entity number, and its own columns. It gets an `id`, a revision, a salt, the
    /// completeness key to the table of changes, and the triggers that keep them honest.
    Recorded {
        /// The table's name.
        table: &'static str,
        /// Its number in the table of changes, for ever.
        entity: i64,
        /// Its own columns and constraints, each ending with a comma.
        columns: &'static str,
    },
    /// Triggers that refuse edits and deletions.
    InsertOnly(&'static str),
    /// The same for the table of events, whose values about people may be erased and nothing else; and each new
    /// event is put before the sequencer.
    EventsKeepTheirBody,
}

impl Step {
    fn statements(self, engine: Engine) -> Vec<String> {
        match self {
            Self::Sql(sql) => vec![dialect::translate(engine, sql)],
            Self::Recorded { table, entity, columns } => {
                let create = format!(
                    "CREATE TABLE {table} (id {{id}} PRIMARY KEY, \
                     salt {{bytes}} NOT NULL, \
                     entity {{int}} NOT NULL DEFAULT {entity} CHECK (entity = {entity}), \
                     rev {{int}} NOT NULL CHECK (rev >= 1), \
                     {columns} \
                     {key}) {{strict}}",
                    key = dialect::completeness_key(table)
                );
                let mut statements = vec![dialect::translate(engine, &create)];
                statements.extend(dialect::recorded(engine, table));
                statements
            }
            Self::InsertOnly(table) => dialect::insert_only(engine, table),
            Self::EventsKeepTheirBody => dialect::events(engine),
        }
    }
}

impl Migration {
    fn digest(&self) -> Vec<u8> {
        let mut hasher = Sha256::new();
        for step in self.steps {
            hasher.update(format!("{step:?}\n"));
        }
        hasher.finalize().to_vec()
    }
}

impl Store {
    /// Brings the schema up to the last of `migrations` and says how many were run.
    ///
    /// # Errors
    /// [`Error::Foreign`] when the database was written by a newer version, or by another history: then nothing
    /// was touched.
    pub async fn migrate(&self, migrations: &[Migration], now: Time) -> Result<usize> {
        let done = history(&mut self.read().await?).await?;
        check_history(&done, migrations)?;
        if done.len() == migrations.len() {
            return Ok(0);
        }
        // Another instance may start at the same moment: look again under the lock.
        let mut tx = self.write(true).await?;
        if let Some(lock) = dialect::migration_lock(self.engine()) {
            tx.run(lock, vec![]).await?;
        }
        let done = history(&mut tx).await?;
        check_history(&done, migrations)?;
        let open = &migrations[done.len()..];
        if done.is_empty() {
            let create = "CREATE TABLE migration (version {int} PRIMARY KEY, name {text} NOT NULL, \
                          digest {bytes} NOT NULL, at {int} NOT NULL) {strict}";
            tx.run_made(dialect::translate(self.engine(), create), &[]).await?;
            if self.engine() == Engine::Postgres {
                for function in dialect::POSTGRES_FUNCTIONS {
                    tx.run(function, vec![]).await?;
                }
            }
        }
        for migration in open {
            for step in migration.steps {
                for statement in step.statements(self.engine()) {
                    tx.run_made(statement, &[]).await?;
                }
            }
            tx.run(
                "INSERT INTO migration (version, name, digest, at) VALUES ($1, $2, $3, $4)",
                values![migration.version, migration.name, migration.digest(), now],
            )
            .await?;
        }
        tx.commit().await?;
        Ok(open.len())
    }

    /// How many migrations were run here, and how many of `migrations` are due.
    ///
    /// # Errors
    /// [`Error::Foreign`] when the database was written by a newer version, or by another history.
    pub async fn due(&self, migrations: &[Migration]) -> Result<(usize, usize)> {
        let done = history(&mut self.read().await?).await?;
        check_history(&done, migrations)?;
        Ok((done.len(), migrations.len() - done.len()))
    }

    /// Takes a recorded table's locks away, so that a deliberately flawed copy of the portal can write it without a
    /// record. Only the crate `gaps` calls this; the shipped binary has no way to.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn unlock_recorded(&self, table: &'static str) -> Result<()> {
        let mut tx = self.write(true).await?;
        for statement in dialect::unrecorded(self.engine(), table) {
            tx.run_made(statement, &[]).await?;
        }
        tx.commit().await
    }
}

impl Migration {
    /// Those that made a schema of this history, so that what was written down under it fits in.
    ///
    /// # Errors
    /// [`Error::Foreign`] when it was written by a newer version, or by another history.
    pub fn of_history<'m>(done: &[(i64, Vec<u8>)], migrations: &'m [Self]) -> Result<&'m [Self]> {
        check_history(done, migrations)?;
        Ok(&migrations[..done.len()])
    }
}

/// What was run already: version and digest, in order. Empty on a new database.
pub(super) async fn history(tx: &mut Tx) -> Result<Vec<(i64, Vec<u8>)>> {
    let exists = match tx.engine() {
        Engine::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'migration'",
        Engine::Postgres => {
            "SELECT table_name::text FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_name = 'migration'"
        }
    };
    if tx.maybe(exists, vec![]).await?.is_none() {
        return Ok(Vec::new());
    }
    let rows = tx.all("SELECT version, digest FROM migration ORDER BY version", vec![]).await?;
    rows.iter().map(|row| Ok((row.get("version")?, row.get("digest")?))).collect()
}

/// Whether these migrations begin as those that were run.
pub(super) fn check_history(done: &[(i64, Vec<u8>)], migrations: &[Migration]) -> Result<()> {
    if done.len() > migrations.len() {
        return Err(Error::Foreign(format!(
            "the data was written by a newer version: its schema is {}, this version knows {}",
            done.len(),
            migrations.len()
        )));
    }
    for ((version, digest), migration) in done.iter().zip(migrations) {
        if *version != migration.version || *digest != migration.digest() {
            return Err(Error::Foreign(format!(
                "the data has another history: its migration {version} is not this version's `{}`",
                migration.name
            )));
        }
    }
    Ok(())
}
