//! The only place that speaks to a database: SQLite embedded, or PostgreSQL, with one SQL.
//!
//! A statement is a `&'static str` with `$1 …` placeholders in the portable subset. Values and rows pass through
//! two small types, [`Value`] and [`Row`], so that no query is compiled twice. What differs between the engines
//! stands in `dialect.rs`.

mod copy;
mod db;
mod dialect;
mod dump;
mod faults;
mod health;
mod load;
mod migrate;
mod primary;
mod row;
mod scratch;
mod statement;
mod table;
mod value;
mod writer;

pub use copy::{Copied, copy};
pub use db::{Settings, Store, Tx};
pub use dialect::Engine;
pub use dump::{Decoder, Dump, encode};
pub use faults::Faults;
pub use load::Load;
pub use migrate::{Migration, Step};
pub use row::{Column, Row, Stored};
pub use scratch::{SCRATCH_PREFIX, Scratch};
pub use table::{Digest, Reading, Table};
pub use value::Value;

/// What can go wrong below.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else's work came in between (serialisation, deadlock, a group that was refused): run it again.
    #[error("run again: {0}")]
    Again(String),
    /// The database refused the change: a constraint, such as a recorded row without its record.
    #[error("the database refused the change: {0}")]
    Refused(String),
    /// A unique key exists already.
    #[error("exists already: {0}")]
    Exists(String),
    /// The database cannot be reached, or its disk is full.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A column does not hold what the code expects.
    #[error("column {column} cannot be read: {why}")]
    Column {
        /// Its name.
        column: String,
        /// What was wrong.
        why: String,
    },
    /// The data directory or database belongs to another version, or is not ours.
    #[error("{0}")]
    Foreign(String),
    /// Anything else.
    #[error("the database answered: {0}")]
    Other(String),
}

/// What the store returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        dialect::classify(&error)
    }
}
