//! Running one statement on a transaction of either engine.

use sqlx::{AssertSqlSafe, Postgres, Sqlite};

use super::db::Inner;
use super::row::Inner as RowInner;
use super::value::{postgres_arguments, sqlite_arguments};
use super::{Error, Result, Row, Value};

impl Inner {
    pub(super) async fn rows(&mut self, sql: Text, values: &[Value]) -> Result<Vec<Row>> {
        let sqlite = |rows: Vec<_>| rows.into_iter().map(|row| Row(RowInner::Sqlite(row))).collect();
        let postgres = |rows: Vec<_>| rows.into_iter().map(|row| Row(RowInner::Postgres(row))).collect();
        Ok(match self {
            Self::SqliteRead(tx) => sqlite(sql.sqlite(values)?.fetch_all(&mut **tx).await?),
            Self::SqliteWrite(turn) => sqlite(sql.sqlite(values)?.fetch_all(turn.connection()?).await?),
            Self::PostgresRead(tx) | Self::PostgresWrite(tx) => {
                postgres(sql.postgres(values)?.fetch_all(&mut **tx).await?)
            }
        })
    }

    pub(super) async fn execute(&mut self, sql: Text, values: &[Value]) -> Result<u64> {
        Ok(match self {
            Self::SqliteRead(tx) => sql.sqlite(values)?.execute(&mut **tx).await?.rows_affected(),
            Self::SqliteWrite(turn) => sql.sqlite(values)?.execute(turn.connection()?).await?.rows_affected(),
            Self::PostgresRead(tx) | Self::PostgresWrite(tx) => {
                sql.postgres(values)?.execute(&mut **tx).await?.rows_affected()
            }
        })
    }
}

/// A statement's text: as it stands in the source, or put together in the store from such texts.
pub(super) enum Text {
    Fixed(&'static str),
    Made(String),
}

type Query<DB> = sqlx::query::Query<'static, DB, <DB as sqlx::Database>::Arguments>;

impl Text {
    fn sqlite(self, values: &[Value]) -> Result<Query<Sqlite>> {
        let arguments = sqlite_arguments(values).map_err(|error| Error::Other(error.to_string()))?;
        Ok(match self {
            Self::Fixed(sql) => sqlx::query_with(sql, arguments),
            Self::Made(sql) => sqlx::query_with(AssertSqlSafe(sql), arguments),
        })
    }

    fn postgres(self, values: &[Value]) -> Result<Query<Postgres>> {
        let arguments = postgres_arguments(values).map_err(|error| Error::Other(error.to_string()))?;
        Ok(match self {
            Self::Fixed(sql) => sqlx::query_with(sql, arguments),
            Self::Made(sql) => sqlx::query_with(AssertSqlSafe(sql), arguments),
        })
    }
}
