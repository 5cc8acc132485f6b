//! A value bound to a placeholder. Each kind knows its type even when it is null, because PostgreSQL asks.

use sqlx::Arguments as _;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use uuid::Uuid;

use crate::time::Time;

/// A value bound to `$n`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// INTEGER, BIGINT.
    Int(Option<i64>),
    /// TEXT.
    Text(Option<String>),
    /// BLOB, BYTEA.
    Bytes(Option<Vec<u8>>),
    /// BLOB of 16 bytes, UUID.
    Id(Option<Uuid>),
    /// INTEGER 0 or 1, BOOLEAN.
    Flag(Option<bool>),
}

impl Value {
    /// Whether it is nothing.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Int(None) | Self::Text(None) | Self::Bytes(None) | Self::Id(None) | Self::Flag(None))
    }
}

macro_rules! values {
    ($($from:ty => $kind:ident, $value:ident, $made:expr);* $(;)?) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self {
                Self::$kind(Some($made))
            }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$kind(value.map(|$value| $made))
            }
        }
    )*};
}

values! {
    i64 => Int, value, value;
    Time => Int, value, value.0;
    String => Text, value, value;
    &str => Text, value, value.to_owned();
    Vec<u8> => Bytes, value, value;
    &[u8] => Bytes, value, value.to_vec();
    [u8; 32] => Bytes, value, value.to_vec();
    Uuid => Id, value, value;
    bool => Flag, value, value;
}

pub(super) fn sqlite_arguments(values: &[Value]) -> Result<SqliteArguments, sqlx::error::BoxDynError> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Value::Int(value) => arguments.add(*value)?,
            Value::Text(value) => arguments.add(value.clone())?,
            Value::Bytes(value) => arguments.add(value.clone())?,
            Value::Id(value) => arguments.add(*value)?,
            Value::Flag(value) => arguments.add(*value)?,
        }
    }
    Ok(arguments)
}

pub(super) fn postgres_arguments(values: &[Value]) -> Result<PgArguments, sqlx::error::BoxDynError> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Int(value) => arguments.add(*value)?,
            Value::Text(value) => arguments.add(value.clone())?,
            Value::Bytes(value) => arguments.add(value.clone())?,
            Value::Id(value) => arguments.add(*value)?,
            Value::Flag(value) => arguments.add(*value)?,
        }
    }
    Ok(arguments)
}

/// A list of [`Value`]s from anything that is one.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Value::from($value)),*] };
}
