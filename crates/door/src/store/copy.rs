//! Copies a whole database into an empty one on PostgreSQL: every table, every row, in one transaction.
//!
//! Nothing is copied on trust. What was written is read back, and each table must have the same number of rows and the
//! same digest on both sides before the copy is committed.

use sha2::{Digest as _, Sha256};

use super::{Engine, Error, Result, Row, Store, Tx, Value, dialect};
use crate::values;

/// Rows read at once.
const PAGE: usize = 1000;
/// Tables in which a new database has rows of its own: the steps that made it, and the log's beginning.
const MADE_BY_MIGRATIONS: [&str; 2] = ["migration", "ledger_head"];

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

/// A table of the source, and how its columns are kept in the target.
struct Table {
    name: String,
    columns: Vec<(String, Kind)>,
    key: Vec<String>,
}

/// How a column is kept on PostgreSQL, which SQLite does not tell.
#[derive(Clone, Copy)]
enum Kind {
    Int,
    Text,
    Bytes,
    Id,
    Flag,
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
    let (mut source, mut target) = (from.read().await?, to.write(true).await?);
    let tables = tables(&mut source, &mut target).await?;
    for table in &tables {
        empty(&mut target, &table.name).await?;
        // What the triggers add to a row stands in the source already.
        target.run_made(format!("ALTER TABLE {} DISABLE TRIGGER USER", table.name), &[]).await?;
    }
    let mut copied = Vec::new();
    for (done, table) in tables.iter().enumerate() {
        let (rows, digest) = table.pour(&mut source, &mut target).await?;
        let read_back = table.digest(&mut target).await?;
        if read_back != (rows, digest) {
            let (name, there) = (&table.name, read_back.0);
            return Err(Error::Foreign(format!(
                "{name}: {rows} rows were copied, and {there} came back different; nothing was kept"
            )));
        }
        copied.push(Copied { table: table.name.clone(), rows, digest, left: tables.len() - done - 1 });
        copied.iter().last().map(&mut *said);
    }
    // The completeness keys are held now, not at the commit: triggers can only come back when nothing waits.
    target.run("SET CONSTRAINTS ALL IMMEDIATE", vec![]).await?;
    for table in &tables {
        target.run_made(format!("ALTER TABLE {} ENABLE TRIGGER USER", table.name), &[]).await?;
    }
    target.all("SELECT setval(pg_get_serial_sequence('event', 'n'), max(n)) FROM event", vec![]).await?;
    target.run("UPDATE installation SET last_event = NULL", vec![]).await?;
    target.commit().await?;
    Ok(copied)
}

/// The tables of both sides in the order in which they were made, so that a row comes after what it refers to.
async fn tables(source: &mut Tx, target: &mut Tx) -> Result<Vec<Table>> {
    let (names, info) = dialect::tables_and_keys(source.engine());
    let mut tables = Vec::new();
    for row in source.all(names, vec![]).await? {
        let name: String = row.get("name")?;
        let columns = columns(target, &name).await?;
        let info = source.all(info, values![name.as_str()]).await?;
        let mut here: Vec<String> = info.iter().map(|row| row.get("name")).collect::<Result<_>>()?;
        let mut there: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        here.sort();
        there.sort();
        if here != there {
            return Err(Error::Foreign(format!("{name}: its columns are {here:?} in one and {there:?} in the other")));
        }
        let key = info.iter().filter(|row| row.get::<i64>("pk").is_ok_and(|place| place > 0));
        let key = key.map(|row| row.get("name")).collect::<Result<_>>()?;
        tables.push(Table { name, columns, key });
    }
    let count = "SELECT count(*) AS tables FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'";
    let there: i64 = target.one(count, vec![]).await?.get("tables")?;
    if usize::try_from(there).ok() != Some(tables.len()) {
        return Err(Error::Foreign(format!("the target has {there} tables, the source {}", tables.len())));
    }
    Ok(tables)
}

async fn columns(target: &mut Tx, table: &str) -> Result<Vec<(String, Kind)>> {
    let sql = "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns \
               WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position";
    let rows = target.all(sql, values![table]).await?;
    let kinds = rows.iter().map(|row| {
        let name: String = row.get("name")?;
        let kind = match row.get::<String>("kind")?.as_str() {
            "bigint" => Kind::Int,
            "text" => Kind::Text,
            "bytea" => Kind::Bytes,
            "uuid" => Kind::Id,
            "boolean" => Kind::Flag,
            other => return Err(Error::Foreign(format!("{table}.{name}: the type {other} is not one of ours"))),
        };
        Ok((name, kind))
    });
    kinds.collect()
}

/// Makes sure that nothing of anybody's is in the target's table.
async fn empty(target: &mut Tx, table: &str) -> Result<()> {
    if MADE_BY_MIGRATIONS.contains(&table) {
        target.run_made(format!("DELETE FROM {table}"), &[]).await?;
    }
    let rows = target.all_made(format!("SELECT 1 AS one FROM {table} LIMIT 1"), &[]).await?;
    if rows.is_empty() { Ok(()) } else { Err(Error::Foreign(format!("the target is not empty: {table} has rows"))) }
}

impl Table {
    /// Copies every row. Gives how many, and their digest.
    async fn pour(&self, source: &mut Tx, target: &mut Tx) -> Result<(u64, [u8; 32])> {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        // The log's numbers are given by the database, except now.
        let given = if self.name == "event" { " OVERRIDING SYSTEM VALUE" } else { "" };
        let into = format!("INSERT INTO {} ({}){given}", self.name, names.join(", "));
        let (mut rows, mut hasher, mut last) = (0, Sha256::new(), None);
        loop {
            let page = self.page(source, last.as_deref()).await?;
            let mut values = Vec::with_capacity(page.len() * self.columns.len());
            for row in &page {
                hasher.update(row.canonical(&[])?);
                for (name, kind) in &self.columns {
                    values.push(kind.read(row, name)?);
                }
            }
            target.insert_made(&into, self.columns.len(), &values).await?;
            rows += page.len() as u64;
            last = page.last().map(|row| self.place(row)).transpose()?;
            if page.len() < PAGE {
                return Ok((rows, hasher.finalize().into()));
            }
        }
    }

    /// Counts and digests what stands there.
    async fn digest(&self, tx: &mut Tx) -> Result<(u64, [u8; 32])> {
        let (mut rows, mut hasher, mut last) = (0, Sha256::new(), None);
        loop {
            let page = self.page(tx, last.as_deref()).await?;
            for row in &page {
                hasher.update(row.canonical(&[])?);
            }
            rows += page.len() as u64;
            last = page.last().map(|row| self.place(row)).transpose()?;
            if page.len() < PAGE {
                return Ok((rows, hasher.finalize().into()));
            }
        }
    }

    /// The next rows behind a place, in the order of the primary key, which both engines sort alike.
    async fn page(&self, tx: &mut Tx, behind: Option<&[Value]>) -> Result<Vec<Row>> {
        let (table, key) = (&self.name, self.key.join(", "));
        let places: Vec<String> = (1..=self.key.len()).map(|place| format!("${place}")).collect();
        let wanted = behind.map(|_| format!(" WHERE ({key}) > ({})", places.join(", "))).unwrap_or_default();
        let sql = format!("SELECT * FROM {table}{wanted} ORDER BY {key} LIMIT {PAGE}");
        tx.all_made(sql, behind.unwrap_or_default()).await
    }

    /// Where a row stands in the order of the primary key.
    fn place(&self, row: &Row) -> Result<Vec<Value>> {
        let key = self.columns.iter().filter(|(name, _)| self.key.contains(name));
        let mut key: Vec<_> = key.collect();
        key.sort_by_key(|(name, _)| self.key.iter().position(|part| part == name));
        key.into_iter().map(|(name, kind)| kind.read(row, name)).collect()
    }
}

impl Kind {
    fn read(self, row: &Row, name: &str) -> Result<Value> {
        Ok(match self {
            Self::Int => Value::Int(row.get(name)?),
            Self::Text => Value::Text(row.get(name)?),
            Self::Bytes => Value::Bytes(row.get(name)?),
            Self::Id => Value::Id(row.get(name)?),
            Self::Flag => Value::Flag(row.get(name)?),
        })
    }
}
