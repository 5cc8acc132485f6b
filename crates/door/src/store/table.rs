//! A table as a whole: its shape, and its rows in the order of their primary key, page by page, on either engine.

use sha2::{Digest as _, Sha256};

use super::{Engine, Error, Result, Row, Tx, Value, dialect};
use crate::values;

/// Rows read at once.
const PAGE: usize = 1000;

/// A table's name and shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns in the order of their names.
    pub columns: Vec<String>,
    /// The columns of its primary key, in order.
    pub key: Vec<String>,
}

/// How many rows a table has, and what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    /// Rows.
    pub rows: u64,
    /// SHA-256 over every row's canonical text, in the order of the primary key: the same on both engines.
    pub sha256: [u8; 32],
}

/// A table that is being read from its first row to its last.
pub struct Reading<'t> {
    table: &'t Table,
    behind: Option<Vec<Value>>,
    rows: u64,
    hasher: Sha256,
    ended: bool,
}

/// The tables of a database in the order in which they were made, so that a row comes after what it refers to.
pub(super) async fn tables(tx: &mut Tx) -> Result<Vec<Table>> {
    let (names, info) = dialect::tables_and_keys(tx.engine());
    let mut tables = Vec::new();
    for row in tx.all(names, vec![]).await? {
        let name: String = row.get("name")?;
        let info = tx.all(info, values![name.as_str()]).await?;
        let mut columns: Vec<String> = info.iter().map(|row| row.get("name")).collect::<Result<_>>()?;
        columns.sort();
        let key = info.iter().filter(|row| row.get::<i64>("pk").is_ok_and(|place| place > 0));
        let key = key.map(|row| row.get("name")).collect::<Result<_>>()?;
        tables.push(Table { name, columns, key });
    }
    Ok(tables)
}

impl Table {
    /// Begins to read it.
    #[must_use]
    pub fn read(&self) -> Reading<'_> {
        Reading { table: self, behind: None, rows: 0, hasher: Sha256::new(), ended: false }
    }

    /// Counts and digests what stands there.
    pub(super) async fn digest(&self, tx: &mut Tx) -> Result<Digest> {
        let mut reading = self.read();
        while reading.page(tx).await?.is_some() {}
        Ok(reading.digest())
    }

    /// The next rows behind a place, in the order of the primary key, which both engines sort alike.
    async fn page(&self, tx: &mut Tx, behind: Option<&[Value]>) -> Result<Vec<Row>> {
        let (table, key) = (&self.name, self.key.join(", "));
        let places: Vec<String> = (1..=self.key.len()).map(|place| format!("${place}")).collect();
        let wanted = behind.map(|_| format!(" WHERE ({key}) > ({})", places.join(", "))).unwrap_or_default();
        let sql = format!("SELECT * FROM {table}{wanted} ORDER BY {key} LIMIT {PAGE}");
        tx.all_made(sql, behind.unwrap_or_default()).await
    }
}

/// A table into which rows of another database are put, one at a time.
pub(crate) struct Filling<'t> {
    sql: String,
    table: &'t Table,
    kinds: Vec<Kind>,
}

impl Table {
    /// Begins to put rows in. Its columns are held against those that are there.
    ///
    /// # Errors
    /// [`Error::Foreign`] when they are others.
    pub(crate) async fn fill(&self, tx: &mut Tx) -> Result<Filling<'_>> {
        let places: Vec<String> = (1..=self.columns.len()).map(|place| format!("${place}")).collect();
        let (name, columns, places) = (&self.name, self.columns.join(", "), places.join(", "));
        let sql = format!("INSERT INTO {name} ({columns}) VALUES ({places}) RETURNING *");
        Ok(Filling { sql, table: self, kinds: kinds(tx, self).await? })
    }
}

impl Filling<'_> {
    /// Puts a row in, and gives it as it is read back.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub(crate) async fn insert(&self, tx: &mut Tx, row: Vec<Value>) -> Result<Row> {
        let values: Vec<Value> = row.into_iter().zip(&self.kinds).map(|(value, kind)| kind.fit(value)).collect();
        let rows = tx.all_made(self.sql.clone(), &values).await?;
        let name = &self.table.name;
        rows.into_iter().next().ok_or_else(|| Error::Other(format!("{name}: a row went in and did not come back")))
    }
}

impl Reading<'_> {
    /// The next rows, each with its values in the order of [`Table::columns`]; nothing behind the last.
    pub(super) async fn page(&mut self, tx: &mut Tx) -> Result<Option<Vec<Vec<Value>>>> {
        if self.ended {
            return Ok(None);
        }
        let page = self.table.page(tx, self.behind.as_deref()).await?;
        self.ended = page.len() < PAGE;
        self.rows += page.len() as u64;
        let mut rows = Vec::with_capacity(page.len());
        for row in &page {
            self.hasher.update(row.canonical(&[])?);
            rows.push(self.table.columns.iter().map(|name| row.value(name)).collect::<Result<Vec<_>>>()?);
        }
        if let Some(last) = page.last() {
            self.behind = Some(self.table.key.iter().map(|name| last.value(name)).collect::<Result<_>>()?);
        }
        Ok(Some(rows))
    }

    /// What was read so far.
    #[must_use]
    pub fn digest(self) -> Digest {
        Digest { rows: self.rows, sha256: self.hasher.finalize().into() }
    }
}

/// How a column is kept, so that a value from the other engine fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Text,
    Bytes,
    Id,
    Flag,
    /// `SQLite` takes a value as what it is.
    Any,
}

/// How the columns of a table are kept, in the order of [`Table::columns`]. What is there must be what is meant.
pub(super) async fn kinds(tx: &mut Tx, table: &Table) -> Result<Vec<Kind>> {
    let name = table.name.as_str();
    if tx.engine() == Engine::Sqlite {
        let (_, info) = dialect::tables_and_keys(Engine::Sqlite);
        let there = tx.all(info, values![name]).await?;
        let there = there.iter().map(|row| row.get("name")).collect::<Result<Vec<String>>>()?;
        same_columns(table, there)?;
        return Ok(vec![Kind::Any; table.columns.len()]);
    }
    let sql = "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns \
               WHERE table_schema = current_schema() AND table_name = $1 ORDER BY column_name COLLATE \"C\"";
    let rows = tx.all(sql, values![name]).await?;
    same_columns(table, rows.iter().map(|row| row.get("name")).collect::<Result<_>>()?)?;
    let kinds = rows.iter().map(|row| {
        Ok(match row.get::<String>("kind")?.as_str() {
            "bigint" => Kind::Int,
            "text" => Kind::Text,
            "bytea" => Kind::Bytes,
            "uuid" => Kind::Id,
            "boolean" => Kind::Flag,
            other => return Err(Error::Foreign(format!("{name}: the type {other} is not one of ours"))),
        })
    });
    kinds.collect()
}

fn same_columns(table: &Table, mut there: Vec<String>) -> Result<()> {
    there.sort();
    if there == table.columns {
        return Ok(());
    }
    let (name, here) = (&table.name, &table.columns);
    Err(Error::Foreign(format!("{name}: its columns are {here:?} in one and {there:?} in the other")))
}

impl Kind {
    /// The same value as this kind of column keeps it. What cannot be one is left to the database to refuse.
    pub(super) fn fit(self, value: Value) -> Value {
        match (self, value) {
            (Self::Any, value) => value,
            (Self::Id, Value::Bytes(Some(bytes))) => match uuid::Uuid::from_slice(&bytes) {
                Ok(id) => Value::Id(Some(id)),
                Err(_) => Value::Bytes(Some(bytes)),
            },
            (Self::Flag, Value::Int(Some(number @ (0 | 1)))) => Value::Flag(Some(number == 1)),
            (kind, value) if value.is_null() => match kind {
                Self::Int => Value::Int(None),
                Self::Bytes => Value::Bytes(None),
                Self::Id => Value::Id(None),
                Self::Flag => Value::Flag(None),
                Self::Text | Self::Any => Value::Text(None),
            },
            (_, value) => value,
        }
    }
}
