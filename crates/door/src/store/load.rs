//! Fills an empty database with rows that were written down elsewhere: all of them in one transaction, or none.

use super::table::{self, Digest, Kind, Table};
use super::{Engine, Error, Result, Store, Tx, Value};
use crate::values;

/// Tables in which a new database has rows of its own: the steps that made it, and the log's beginning.
const MADE_BY_MIGRATIONS: [&str; 2] = ["migration", "ledger_head"];

/// A database that is being filled. Dropped before [`Load::commit`], it is empty again.
pub struct Load {
    tx: Tx,
    tables: Vec<Filled>,
}

struct Filled {
    table: Table,
    kinds: Vec<Kind>,
    /// What brings its triggers back.
    triggers: Vec<String>,
}

impl Load {
    /// Begins. The database is migrated, and holds nothing.
    ///
    /// # Errors
    /// [`Error::Foreign`] when it holds something, or has other tables or columns.
    pub async fn begin(store: &Store, tables: &[Table]) -> Result<Self> {
        let mut tx = store.write(true).await?;
        let there = table::tables(&mut tx).await?.len();
        if there != tables.len() {
            return Err(Error::Foreign(format!("the target has {there} tables, the source {}", tables.len())));
        }
        match tx.engine() {
            // The keys are held at the commit, as the others are.
            Engine::Sqlite => tx.run("PRAGMA defer_foreign_keys = ON", vec![]).await?,
            // Holding them all at once takes as long as there are rows.
            Engine::Postgres => tx.run("SET LOCAL statement_timeout = 0", vec![]).await?,
        };
        let mut filled = Vec::new();
        for table in tables {
            let kinds = table::kinds(&mut tx, table).await?;
            // What the triggers add to a row stands in the source already.
            let triggers = silence(&mut tx, &table.name).await?;
            empty(&mut tx, &table.name).await?;
            filled.push(Filled { table: table.clone(), kinds, triggers });
        }
        Ok(Self { tx, tables: filled })
    }

    /// Inserts rows, each with its values in the order of [`Table::columns`].
    ///
    /// # Errors
    /// [`Error::Refused`] when the database does not take them.
    pub async fn insert(&mut self, table: &str, rows: Vec<Vec<Value>>) -> Result<()> {
        let filled = self.tables.iter().find(|filled| filled.table.name == table);
        let Filled { table, kinds, .. } = filled.ok_or_else(|| Error::Foreign(format!("{table}: is no table here")))?;
        // The log's numbers are given by the database, except now.
        let given =
            if table.name == "event" && self.tx.engine() == Engine::Postgres { " OVERRIDING SYSTEM VALUE" } else { "" };
        let into = format!("INSERT INTO {} ({}){given}", table.name, table.columns.join(", "));
        let mut values = Vec::with_capacity(rows.len() * kinds.len());
        for row in rows {
            values.extend(row.into_iter().zip(kinds).map(|(value, kind)| kind.fit(value)));
        }
        self.tx.insert_made(&into, kinds.len(), &values).await
    }

    /// Counts and digests what a table holds by now, as it is read back.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn digest(&mut self, table: &Table) -> Result<Digest> {
        table.digest(&mut self.tx).await
    }

    /// Keeps it all.
    ///
    /// # Errors
    /// [`Error::Refused`] when a row refers to one that is not there.
    pub async fn commit(mut self) -> Result<()> {
        if self.tx.engine() == Engine::Postgres {
            // The completeness keys are held now, not at the commit: triggers can only come back when nothing waits.
            self.tx.run("SET CONSTRAINTS ALL IMMEDIATE", vec![]).await?;
            let next = "SELECT setval(pg_get_serial_sequence('event', 'n'), max(n)) FROM event";
            self.tx.all(next, vec![]).await?;
        }
        for filled in self.tables {
            for statement in filled.triggers {
                self.tx.run_made(statement, &[]).await?;
            }
        }
        self.tx.run("UPDATE installation SET last_event = NULL", vec![]).await?;
        self.tx.commit().await
    }
}

/// Takes a table's triggers away for this transaction. Gives what brings them back.
async fn silence(tx: &mut Tx, table: &str) -> Result<Vec<String>> {
    if tx.engine() == Engine::Postgres {
        tx.run_made(format!("ALTER TABLE {table} DISABLE TRIGGER USER"), &[]).await?;
        return Ok(vec![format!("ALTER TABLE {table} ENABLE TRIGGER USER")]);
    }
    let triggers = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = $1 ORDER BY rowid";
    let mut back = Vec::new();
    for row in tx.all(triggers, values![table]).await? {
        tx.run_made(format!("DROP TRIGGER {}", row.get::<String>("name")?), &[]).await?;
        back.push(row.get("sql")?);
    }
    Ok(back)
}

/// Makes sure that nothing of anybody's is in the table.
async fn empty(tx: &mut Tx, table: &str) -> Result<()> {
    if MADE_BY_MIGRATIONS.contains(&table) {
        tx.run_made(format!("DELETE FROM {table}"), &[]).await?;
    }
    let rows = tx.all_made(format!("SELECT 1 AS one FROM {table} LIMIT 1"), &[]).await?;
    if rows.is_empty() { Ok(()) } else { Err(Error::Foreign(format!("the target is not empty: {table} has rows"))) }
}
