//! A row as it came back, on either engine.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Column as _, Row as _, TypeInfo as _, ValueRef as _};
use uuid::Uuid;

use super::{Error, Result, Value};
use crate::time::Time;

/// One row.
pub struct Row(pub(super) Inner);

pub(super) enum Inner {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// A type that can be read from a column.
pub trait Column: Sized {
    /// Reads the column `name`.
    ///
    /// # Errors
    /// [`Error::Column`] when it is absent or holds something else.
    fn read(row: &Row, name: &str) -> Result<Self>;
}

/// A type of the portal's that is kept as a simpler one: a typed id as a UUID, a closed set of words as a text.
pub trait Stored: Sized {
    /// Binds it, or nothing.
    fn bind(value: Option<Self>) -> Value;

    /// Reads it, or nothing.
    ///
    /// # Errors
    /// [`Error::Column`] when the column holds something else.
    fn read(row: &Row, name: &str) -> Result<Option<Self>>;
}

impl<S: Stored> Column for Option<S> {
    fn read(row: &Row, name: &str) -> Result<Self> {
        S::read(row, name)
    }
}

impl<S: Stored> From<Option<S>> for Value {
    fn from(value: Option<S>) -> Self {
        S::bind(value)
    }
}

macro_rules! columns {
    ($($kind:ty),*) => {$(
        impl Column for $kind {
            fn read(row: &Row, name: &str) -> Result<Self> {
                match &row.0 {
                    Inner::Sqlite(row) => row.try_get(name),
                    Inner::Postgres(row) => row.try_get(name),
                }
                .map_err(|error| Error::Column { column: name.to_owned(), why: error.to_string() })
            }
        }
    )*};
}

columns!(i64, Option<i64>, String, Option<String>, Vec<u8>, Option<Vec<u8>>, Uuid, Option<Uuid>, bool, Option<bool>);

impl Column for Time {
    fn read(row: &Row, name: &str) -> Result<Self> {
        row.get::<i64>(name).map(Self)
    }
}

impl Column for Option<Time> {
    fn read(row: &Row, name: &str) -> Result<Self> {
        Ok(row.get::<Option<i64>>(name)?.map(Time))
    }
}

impl Column for [u8; 32] {
    fn read(row: &Row, name: &str) -> Result<Self> {
        row.get::<Vec<u8>>(name)?
            .try_into()
            .map_err(|_| Error::Column { column: name.to_owned(), why: "not 32 bytes".to_owned() })
    }
}

impl Row {
    /// Reads a column.
    ///
    /// # Errors
    /// [`Error::Column`] when it is absent or holds something else.
    pub fn get<T: Column>(&self, name: &str) -> Result<T> {
        T::read(self, name)
    }

    /// What a column holds, as its engine keeps it.
    ///
    /// # Errors
    /// [`Error::Column`] when it has a type that the portable subset does not know.
    pub(super) fn value(&self, name: &str) -> Result<Value> {
        let unknown = |kind: &str| Err(Error::Column { column: name.to_owned(), why: format!("type {kind}") });
        let kind = match &self.0 {
            Inner::Sqlite(row) => row.try_get_raw(name)?.type_info().name().to_owned(),
            Inner::Postgres(row) => row.try_get_raw(name)?.type_info().name().to_owned(),
        };
        Ok(match kind.as_str() {
            "NULL" => Value::Text(None),
            "INTEGER" | "INT8" => Value::Int(self.get(name)?),
            "TEXT" => Value::Text(self.get(name)?),
            "BLOB" | "BYTEA" => Value::Bytes(self.get(name)?),
            "UUID" => Value::Id(self.get(name)?),
            "BOOL" => Value::Flag(self.get(name)?),
            other => return unknown(other),
        })
    }

    /// The row's columns in the order of their names, as one text that is the same on both engines. What the
    /// record commits to. The columns named in `without` are left out, and so is whatever holds nothing: a column that
    /// a later version adds changes no row that stands already.
    ///
    /// # Errors
    /// [`Error::Column`] when a column has a type that the portable subset does not know.
    pub fn canonical(&self, without: &[&str]) -> Result<String> {
        let mut fields = match &self.0 {
            Inner::Sqlite(row) => row
                .columns()
                .iter()
                .filter(|column| !without.contains(&column.name()))
                .map(|column| Ok((column.name().to_owned(), sqlite_text(row, column.ordinal())?)))
                .collect::<Result<Vec<_>>>()?,
            Inner::Postgres(row) => row
                .columns()
                .iter()
                .filter(|column| !without.contains(&column.name()))
                .map(|column| Ok((column.name().to_owned(), postgres_text(row, column.ordinal())?)))
                .collect::<Result<Vec<_>>>()?,
        };
        fields.sort();
        let fields = fields.iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
        // Length before text: no two different rows give the same bytes.
        Ok(fields.map(|(name, text)| format!("{name} {} {text}\n", text.len())).collect())
    }

    /// A column as JSON: numbers, texts and nothing as they are, ids as ids, bytes that are JSON as that, other bytes in
    /// hexadecimal.
    ///
    /// # Errors
    /// [`Error::Column`] when it is absent, or has a type that the portable subset does not know.
    pub fn json(&self, name: &str) -> Result<serde_json::Value> {
        let absent = || Error::Column { column: name.to_owned(), why: "absent".to_owned() };
        let text = match &self.0 {
            Inner::Sqlite(row) => {
                let column = row.columns().iter().find(|column| column.name() == name).ok_or_else(absent)?;
                sqlite_text(row, column.ordinal())?
            }
            Inner::Postgres(row) => {
                let column = row.columns().iter().find(|column| column.name() == name).ok_or_else(absent)?;
                postgres_text(row, column.ordinal())?
            }
        };
        let Some(text) = text else { return Ok(serde_json::Value::Null) };
        let (kind, value) = text.split_at(1);
        Ok(match kind {
            "i" => value.parse::<i64>().map_or(serde_json::Value::Null, Into::into),
            // Ids are the only bytes of this length.
            "x" if value.len() == 32 => {
                Uuid::parse_str(value).map_or(serde_json::Value::Null, |id| id.to_string().into())
            }
            // What happened is written down as JSON.
            "x" if value.starts_with("7b") => {
                let bytes = self.get::<Vec<u8>>(name)?;
                serde_json::from_slice(&bytes).unwrap_or_else(|_| value.into())
            }
            _ => value.into(),
        })
    }
}

fn sqlite_text(row: &SqliteRow, index: usize) -> Result<Option<String>> {
    let raw = row.try_get_raw(index)?;
    if raw.is_null() {
        return Ok(None);
    }
    let kind = raw.type_info().name().to_owned();
    Ok(Some(match kind.as_str() {
        "INTEGER" => format!("i{}", row.try_get::<i64, _>(index)?),
        "TEXT" => format!("t{}", row.try_get::<String, _>(index)?),
        "BLOB" => format!("x{}", hex(&row.try_get::<Vec<u8>, _>(index)?)),
        other => return Err(Error::Column { column: index.to_string(), why: format!("type {other}") }),
    }))
}

fn postgres_text(row: &PgRow, index: usize) -> Result<Option<String>> {
    let raw = row.try_get_raw(index)?;
    if raw.is_null() {
        return Ok(None);
    }
    let kind = raw.type_info().name().to_owned();
    Ok(Some(match kind.as_str() {
        "INT8" => format!("i{}", row.try_get::<i64, _>(index)?),
        "BOOL" => format!("i{}", i64::from(row.try_get::<bool, _>(index)?)),
        "TEXT" => format!("t{}", row.try_get::<String, _>(index)?),
        "BYTEA" => format!("x{}", hex(&row.try_get::<Vec<u8>, _>(index)?)),
        "UUID" => format!("x{}", hex(row.try_get::<Uuid, _>(index)?.as_bytes())),
        other => return Err(Error::Column { column: index.to_string(), why: format!("type {other}") }),
    }))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    // By hand: it is done for every id of every row that is verified.
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
