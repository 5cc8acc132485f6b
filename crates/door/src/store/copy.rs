//! Copies a whole database into an empty one on PostgreSQL: every table, every row, in one transaction.
//!
//! Nothing is copied on trust. What was written is read back, and each table must have the same number of rows and the
//! same digest on both sides before the copy is committed.

use super::load::Load;
use super::table::tables;
use super::{Engine, Error, Result, Store};

/// A table that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// SHA-256 over every row's canonical text, in the order of the primary key: the same on both sides.
    pub digest: [u8; 32],
    /// How many tables are left.
    pub left: usize,
}

/// Copies everything into a PostgreSQL database that was migrated and is empty: from SQLite, which is a move, or from
/// PostgreSQL, which is a copy for a rehearsal. `said` hears of each table once both sides agree on it. Nothing is in the
/// target unless all of it is.
///
/// The mark of a move (`installation.last_event`) is left behind: the target goes on.
///
/// # Errors
/// [`Error::Foreign`] when the target is not empty or has other tables, or when the sides disagree; otherwise as
/// [`Error`] says.
pub async fn copy(from: &Store, to: &Store, said: &mut (dyn FnMut(&Copied) + Send)) -> Result<Vec<Copied>> {
    if to.engine() != Engine::Postgres {
        return Err(Error::Foreign("a copy goes to PostgreSQL".to_owned()));
    }
    let mut source = from.read().await?;
    let tables = tables(&mut source).await?;
    let mut load = Load::begin(to, &tables).await?;
    let mut copied = Vec::new();
    for (done, table) in tables.iter().enumerate() {
        let mut reading = table.read();
        while let Some(rows) = reading.page(&mut source).await? {
            load.insert(&table.name, rows).await?;
        }
        let here = reading.digest();
        let there = load.digest(table).await?;
        if here != there {
            let (name, rows, there) = (&table.name, here.rows, there.rows);
            return Err(Error::Foreign(format!(
                "{name}: {rows} rows were copied, and {there} came back different; nothing was kept"
            )));
        }
        let left = tables.len() - done - 1;
        copied.push(Copied { table: table.name.clone(), rows: here.rows, digest: here.sha256, left });
        copied.iter().last().map(&mut *said);
    }
    load.commit().await?;
    Ok(copied)
}
